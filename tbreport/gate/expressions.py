"""Demands as text: ``mean("train/loss", last=5) < 0.31`` in, whether a run meets it out.

The grammar is all there is; nothing is handed to Python:

    expression   either ("or" either)*
    either       comparison ("and" comparison)*
    comparison   sum ("<" | "<=" | ">" | ">=" | "==" | "!=") sum   |   "(" expression ")"
    sum          product (("+" | "-") product)*
    product      factor (("*" | "/") factor)*
    factor       number   |   "-" factor   |   "(" sum ")"   |   name "(" tag ("," argument)* ")"
    argument     number   |   name "=" number

A tag stands in quotes. What is NaN meets nothing.
"""

from __future__ import annotations

import math
import operator
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from tbreport.errors import BadExpression
from tbreport.gate.functions import FUNCTIONS, Unanswered
from tbreport.model import Display
from tbreport.settings import nearest

LONGEST = 2_000  # characters
DEEPEST = 40  # brackets

TOKEN = re.compile(
    r"""\s*(?:
      (?P<number>(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)
    | (?P<name>[A-Za-z_]\w*)
    | (?P<string>"(?:[^"\\]|\\["\\])*"|'(?:[^'\\]|\\['\\])*')
    | (?P<sign><=|>=|==|!=|[-+*/(),<>=])
    )""",
    re.VERBOSE,
)
COMPARE: Mapping[str, Callable[[float, float], bool]] = {
    "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge,
    "==": operator.eq, "!=": operator.ne,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Number:
    value: float


@dataclass(frozen=True, slots=True)
class Call:
    name: str
    tag: str
    arguments: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Binary:
    sign: str  # + - * / a comparison, and, or
    left: Node
    right: Node


Node = Number | Call | Binary


def parse(text: str) -> Node:
    """The tree of an expression.

    Raises:
        BadExpression: with the place.
    """
    if len(text) > LONGEST:
        raise BadExpression(f"an expression of {len(text):,} characters; {LONGEST:,} are read")
    parser = Parser(text, list(tokens(text)))
    found = parser.expression(0)
    parser.expect_end()
    if not is_claim(found):
        raise BadExpression(f"{text!r} compares nothing", hint='for example: last("loss") < 0.5')
    return found


def is_claim(node: Node) -> bool:
    """Whether a tree is true or false, not a number."""
    return isinstance(node, Binary) and (node.sign in COMPARE or node.sign in ("and", "or"))


def tokens(text: str) -> Iterator[tuple[str, str, int]]:
    """Kind, text and place of each token; the last has the kind "end"."""
    place = 0
    while place < len(text.rstrip()):
        found = TOKEN.match(text, place)
        if found is None or found.lastgroup is None:
            raise BadExpression(f"cannot read {text[place:].strip()[:20]!r} in {text!r}")
        yield found.lastgroup, found[found.lastgroup], found.start(found.lastgroup)
        place = found.end()
    yield "end", "", len(text)


class Parser:
    """Reads one expression from left to right; a method for each line of the grammar."""

    def __init__(self, text: str, found: list[tuple[str, str, int]]) -> None:
        self.text = text
        self.tokens = found
        self.place = 0

    def peek(self) -> str:
        return self.tokens[self.place][1] if self.tokens[self.place][0] != "string" else ""

    def take(self, kind: str) -> str:
        """The next token, which must be of a kind."""
        found, text, _ = self.tokens[self.place]
        if found != kind:
            raise self.wrong(f"a {kind} is expected")
        self.place += 1
        return text

    def accept(self, *texts: str) -> str | None:
        """The next token if it is one of these."""
        if self.peek() not in texts or not self.peek():
            return None
        self.place += 1
        return self.tokens[self.place - 1][1]

    def demand(self, text: str) -> None:
        if self.accept(text) is None:
            raise self.wrong(f"{text!r} is expected")

    def wrong(self, what: str) -> BadExpression:
        kind, text, column = self.tokens[self.place]
        seen = "the end" if kind == "end" else repr(text)
        return BadExpression(f"{what} at character {column + 1} of {self.text!r}, not {seen}")

    def expect_end(self) -> None:
        if self.tokens[self.place][0] != "end":
            raise self.wrong("the end is expected")

    def expression(self, depth: int) -> Node:
        return self.joined(lambda: self.joined(lambda: self.comparison(depth), "and"), "or")

    def joined(self, part: Callable[[], Node], *signs: str) -> Node:
        """Parts with one of the signs between them, from left to right."""
        found = part()
        while sign := self.accept(*signs):
            right = part()
            if sign in ("and", "or") and not (is_claim(found) and is_claim(right)):
                raise self.wrong(f"{sign!r} joins comparisons")
            found = Binary(sign, found, right)
        return found

    def comparison(self, depth: int) -> Node:
        left = self.sum(depth)
        sign = self.accept(*COMPARE)
        if sign is None:
            return left
        right = self.sum(depth)
        if is_claim(left) or is_claim(right):
            raise self.wrong("numbers are compared, not comparisons")
        return Binary(sign, left, right)

    def sum(self, depth: int) -> Node:
        return self.joined(lambda: self.joined(lambda: self.factor(depth), "*", "/"), "+", "-")

    def factor(self, depth: int) -> Node:
        if depth > DEEPEST:
            raise self.wrong(f"no more than {DEEPEST} brackets are read")
        if self.accept("-"):
            return Binary("-", Number(0.0), self.factor(depth + 1))
        if self.accept("("):
            found = self.expression(depth + 1)
            self.demand(")")
            return found
        if self.tokens[self.place][0] == "name":
            return self.call()
        return Number(float(self.take("number")))

    def call(self) -> Node:
        name = self.take("name")
        if name not in FUNCTIONS:
            raise BadExpression(
                f"there is no function {name!r} in {self.text!r}", hint=nearest(name, FUNCTIONS)
            )
        known = FUNCTIONS[name].parameters
        self.demand("(")
        tag = re.sub(r"\\(.)", r"\1", self.take("string")[1:-1])
        arguments: dict[str, float] = {}
        while self.accept(","):
            key, value = self.argument(known[len(arguments)] if known[len(arguments) :] else "")
            if key not in known or key in arguments:
                takes = ", ".join(known) or "none"
                raise self.wrong(f"{name} takes a tag and, each once: {takes}; it ends")
            arguments[key] = value
        self.demand(")")
        missing = [key for key in FUNCTIONS[name].needed if key not in arguments]
        if missing:
            raise BadExpression(f"{name} needs {missing[0]!r} in {self.text!r}")
        return Call(name, tag, arguments)

    def argument(self, by_place: str) -> tuple[str, float]:
        """Name and value; without a name, the place decides."""
        name = by_place
        if self.tokens[self.place][0] == "name":
            name = self.take("name")
            self.demand("=")
        sign = -1.0 if self.accept("-") else 1.0
        return name, sign * float(self.take("number"))


def tags_of(node: Node) -> set[str]:
    """The tags that an expression speaks of."""
    if isinstance(node, Call):
        return {node.tag}
    return tags_of(node.left) | tags_of(node.right) if isinstance(node, Binary) else set()


def evaluate(node: Node, curves: Mapping[str, Display]) -> tuple[bool, str]:
    """Whether a run's curves meet a demand, and its numbers: "0.402 < 0.31".

    Raises:
        Unanswered: a tag or a step that it speaks of is not there.
    """
    if isinstance(node, Binary) and node.sign in ("and", "or"):
        left, left_shown = evaluate(node.left, curves)
        right, right_shown = evaluate(node.right, curves)
        met = (left and right) if node.sign == "and" else (left or right)
        return met, f"{left_shown} {node.sign} {right_shown}"
    if not isinstance(node, Binary):
        raise TypeError("an expression is a comparison")
    left_value, right_value = number(node.left, curves), number(node.right, curves)
    met = not math.isnan(left_value + right_value) if node.sign == "!=" else True
    met = met and COMPARE[node.sign](left_value, right_value)
    return met, f"{left_value:.4g} {node.sign} {right_value:.4g}"


def number(node: Node, curves: Mapping[str, Display]) -> float:
    """The value of a part that is a number."""
    if isinstance(node, Number):
        return node.value
    if isinstance(node, Call):
        points = curves.get(node.tag)
        if points is None or not len(points.steps):
            raise Unanswered(f"there is no {node.tag!r}")
        return FUNCTIONS[node.name].measure(points, **node.arguments)
    left, right = number(node.left, curves), number(node.right, curves)
    if node.sign == "/" and right == 0:
        return math.nan
    return ARITHMETIC[node.sign](left, right)


ARITHMETIC: Mapping[str, Callable[[float, float], float]] = {
    "+": operator.add, "-": operator.sub, "*": operator.mul, "/": operator.truediv,
}  # fmt: skip
