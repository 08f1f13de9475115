"""How numbers stand in sentences."""

from __future__ import annotations

from tbreport.analysis.wording import count, listed, number, percent, span


def test_numbers_have_four_digits() -> None:
    assert [number(0.312345), number(1234567.0), number(2.0)] == ["0.3123", "1.235e+06", "2"]


def test_small_shares_have_a_decimal() -> None:
    assert [percent(0.0555), percent(0.0999), percent(0.58)] == ["5.5 %", "10 %", "58 %"]


def test_one_thing_is_singular() -> None:
    assert [count(1, "point"), count(1204, "point")] == ["1 point", "1,204 points"]


def test_long_lists_are_cut() -> None:
    assert [listed(list(names)) for names in ("", "a", "ab", "abc", "abcd")] == [
        "",
        "a",
        "a and b",
        "a, b and c",
        "a, b and 2 more",
    ]


def test_a_span_of_one_step_is_that_step() -> None:
    assert [span((8, 8)), span((8, 9))] == ["step 8", "steps 8 to 9"]
