"""Markdown of strangers → HTML that can do nothing but be read.

HTML within the text is shown as it was typed. Images are no part of the dialect (a picture at an
address would tell its owner who reads), links are those to the web and to mail.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

from tbreport import wording

if TYPE_CHECKING:  # most reports show no text, and need no parser
    from markdown_it import MarkdownIt
    from markdown_it.token import Token

ADDRESS = re.compile(r"(https?|mailto):", re.IGNORECASE)
NESTING = 12  # lists and quotes within each other
FIRST_HEADING = 3  # that of a section is the second
# Possessive, so that a text of ten thousand underscores is looked at once.
BLANK, NAME, QUOTES = r"[ \t]*+", r"(?P<name>[\w.-]++)", r"[`*\"']*+"
HEADING = ("key", "value")  # of a table of settings: neither is one
SETTINGS = tuple(
    re.compile(pattern, re.MULTILINE)
    for pattern in (
        # "| api_key | abc |", "api_key: abc", "api_key = abc": to the end of the line or cell
        rf"^(?P<head>{BLANK}[|>*+-]?+{BLANK}{QUOTES}{NAME}{QUOTES}{BLANK}[|:=]{BLANK})"
        r"(?P<value>[^|\n]*[^|\s])",
        # {"lr": 0.1, "api_key": "abc"}, Namespace(lr=0.1, api_key='abc')
        rf"(?P<head>(?<![\w.-]){NAME}{QUOTES}{BLANK}[:=]{BLANK})"
        r"""(?P<value>"[^"\n]*"|'[^'\n]*'|[^\s,;|(){}[\]"']++)""",
        # --api_key abc
        rf"(?P<head>(?<!\S)--{NAME}[ \t]++)(?P<value>[^\s-]\S*+)",
    )
)


def to_html(words: str) -> str:
    """The text as HTML of a closed list of elements."""
    return str(parser().render(words))


@cache
def parser() -> MarkdownIt:
    """CommonMark with tables, without HTML and images."""
    from markdown_it import MarkdownIt

    made = MarkdownIt("commonmark", {"html": False, "maxNesting": NESTING})
    made.enable(["table", "strikethrough"]).disable(["image", "html_block", "html_inline"])
    made.validateLink = lambda address: bool(ADDRESS.match(address))  # type: ignore[method-assign, assignment]
    made.core.ruler.push("harmless", lambda state: harmless(state.tokens))
    return made


def harmless(tokens: list[Token]) -> None:
    """Lower the headings, take styles off cells, and let links give nothing away."""
    for token in tokens:
        if token.type.startswith("heading"):
            level = min(6, int(token.tag[1:]) + FIRST_HEADING - 1)
            token.tag = f"h{level}"
        if token.attrs.pop("style", "") == "text-align:right":
            token.attrs["class"] = "right"
        token.info = ""  # of a fence: a class name that nothing here uses
        for child in token.children or ():
            if child.type == "link_open":
                child.attrs |= {"rel": "noopener noreferrer nofollow", "target": "_blank"}


def without_secrets(tag: str, words: str) -> str:
    """The text with the values masked whose names say that they are secrets."""
    if wording.masked(tag, words):
        return wording.MASK

    def shown(found: re.Match[str]) -> str:
        if (found["name"].lower(), found["value"].strip("`*_ ").lower()) == HEADING:
            return found[0]
        masked = wording.masked(found["name"], found["value"])
        return found["head"] + (masked or found["value"])

    for setting in SETTINGS:
        words = setting.sub(shown, words)
    return words
