"""Expressions: the grammar, the functions, and what is refused."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tbreport.errors import BadExpression
from tbreport.gate.expressions import evaluate, parse, tags_of
from tbreport.gate.functions import Unanswered
from tbreport.model import Display


def points(values: list[float], every: int = 10) -> Display:
    n = len(values)
    return Display(np.arange(n) * every, np.zeros(n), np.array(values))


CURVES = {
    "loss": points([5.0, 4.0, 3.0, 2.0, 1.0]),
    "lost": points([1.0, math.nan, math.inf]),
    'odd "tag"': points([7.0]),
}


def met(text: str) -> bool:
    return evaluate(parse(text), CURVES)[0]


@pytest.mark.parametrize(
    "text",
    [
        'last("loss") == 1',
        'value("loss", 20) == 3',
        'value("loss", step=20) == 3',
        'mean("loss") == 3',
        'mean("loss", last=2) == 1.5',
        'mean("loss", 10, 30) == 3',
        'mean("loss", -2, -1) == 1.5',
        'mean("loss", start=30) == 1.5',
        'mean("loss", start=-9) == 3',
        'mean("loss", last=1e999) == 3',
        'median("loss", stop=20) == 4',
        'min("loss") + max("loss") == 6',
        'ratio_above("loss", 2.5) == 0.6',
        'count_nonfinite("lost") == 2',
        'ttt("loss", 2.5) == 30',
        'ttt("loss", 0.5) > 1e9',
        "last('odd \"tag\"') == 7",
        'last("odd \\"tag\\"") == 7',
        'last("loss") < 0.5 * value("loss", 0) and max("loss") <= 5',
        'last("loss") > 9 or -last("loss") < -0.5',
        '(last("loss") > 9 or last("loss") > 8) or 1 < 2',
        '1 + 2 * 3 == 7 and (1 + 2) * 3 == 9 and 8 / 4 / 2 == 1',
    ],
)  # fmt: skip
def test_an_expression_that_holds_is_met(text: str) -> None:
    assert met(text)


@pytest.mark.parametrize(
    "text", ['mean("lost") < 9', 'mean("lost") > -9', 'mean("lost") != 1', "1 / 0 > 0", "1 / 0 < 0"]
)
def test_what_is_not_a_number_meets_nothing(text: str) -> None:
    assert not met(text)


def test_the_numbers_are_shown_as_they_are_compared() -> None:
    assert evaluate(parse('last("loss") < 0.31'), CURVES) == (False, "1 < 0.31")


@pytest.mark.parametrize(
    "text",
    [
        'last("none") < 1',
        'value("loss", 15) < 1',
        'mean("loss", 100, 200) < 1',
        'mean("loss", -9, -6) < 9',
    ],
)
def test_what_is_not_there_is_not_passed_over(text: str) -> None:
    with pytest.raises(Unanswered):
        evaluate(parse(text), CURVES)


@pytest.mark.parametrize(
    "text",
    [
        "", "1", 'last("loss")', "1 <", "1 < 2 <", "1 < 2 < 3", '(1 < 2) < 3', "1 < 2 and 3",
        "last(loss) < 1", 'last("loss" < 1', 'mean("loss", 1, 2, 3, 4) < 1',
        'mean("loss", last=1, last=2) < 1', 'mean("loss", end=1) < 1', 'ttt("loss") < 1',
        '__import__("os") < 1', "().__class__ < 1", "[1][0] < 2", "2 ** 3 < 9", "1 < 2; 3 < 4",
        "(" * 100 + "1" + ")" * 100 + " < 2", "1 <" + " 1 +" * 2000 + " 1",
    ],
)  # fmt: skip
def test_what_is_no_expression_is_refused_with_the_place(text: str) -> None:
    with pytest.raises(BadExpression):
        parse(text)


def test_a_misspelt_function_has_a_hint() -> None:
    with pytest.raises(BadExpression) as refused:
        parse('meen("loss") < 1')

    assert refused.value.hint == "did you mean 'mean'?"


def test_the_tags_of_an_expression_are_known_before_a_run_is_read() -> None:
    assert tags_of(parse('last("a") < 2 * mean("b") or 1 < last("a")')) == {"a", "b"}


TEXTS = st.one_of(
    st.text(max_size=60),
    st.lists(
        st.sampled_from(
            ["mean", "last", "value", "ttt", "(", ")", '"a"', "'b", ",", "last=", "start=", "-",
             "+", "*", "/", "<", ">=", "==", "!=", "and", "or", "1", "0", "1e309", "5", ".", " "]
        ),
        max_size=25,
    ).map("".join),
)  # fmt: skip
NUMBERS = st.one_of(
    st.one_of(st.just(0.0), st.floats(1e-3, 1e6)).map(lambda value: f"{value:.6g}"),
    st.sampled_from(['last("a")', 'mean("a", last=3)', 'min("a", -4, -2)', 'max("a", 10, 40)']),
)
SUMS = st.recursive(
    NUMBERS,
    lambda part: st.one_of(
        st.tuples(part, st.sampled_from(["+", "-", "*", "/"]), part).map(" ".join),
        part.map(lambda text: f"({text})"),
        part.map(lambda text: f"-{text}"),
    ),
    max_leaves=6,
)
CLAIMS = st.tuples(SUMS, st.sampled_from(["<", "<=", ">", ">=", "==", "!="]), SUMS).map(" ".join)


@given(TEXTS)
def test_any_text_is_an_expression_or_a_mistake_of_the_user(text: str) -> None:
    try:
        tree = parse(text)
    except BadExpression:
        return
    try:
        evaluate(tree, {"a": points([3.0, 2.0, 1.0])})
    except Unanswered:
        return


@given(CLAIMS)
def test_arithmetic_is_pythons(text: str) -> None:
    series = points([5.0, 3.0, 2.0, 4.0, 1.0])
    known = {
        'last("a")': "1.0",
        'mean("a", last=3)': repr((2.0 + 4.0 + 1.0) / 3),
        'min("a", -4, -2)': "2.0",
        'max("a", 10, 40)': "4.0",
    }
    plain = text
    for call, value in known.items():
        plain = plain.replace(call, value)
    try:
        expected = eval(plain, {"__builtins__": {}})
    except ZeroDivisionError:
        return  # what is NaN meets nothing, which the test above it holds

    assert evaluate(parse(text), {"a": series})[0] == expected
