"""contrast: what differs between two sides, number by number."""

from __future__ import annotations

import math

import numpy as np
import pytest

from tbreport.gate.contrast import Change, contrast
from tbreport.model import RunDigest
from tests.gate.runs import LOSS, candidate, digest_of, falling


def change(before: list[RunDigest], after: list[RunDigest]) -> Change:
    """The change of the loss."""
    (found,) = contrast(before, after).changes
    return found


def test_a_diff_turned_around_has_the_same_interval() -> None:
    one, several = [candidate(9)], [candidate(seed, shift=0.2) for seed in range(3)]

    there, back = change(one, several), change(several, one)

    assert (there.low, there.high) == pytest.approx((-back.high, -back.low))


def test_what_is_nan_on_both_sides_is_no_difference() -> None:
    values = falling(0)
    values[[5, 9]] = math.nan, math.inf
    run = [digest_of("a", {LOSS: values})]

    assert change(run, run).differs_from is None


def test_what_is_nan_on_one_side_is_a_difference() -> None:
    values = falling(0)
    values[5] = math.nan

    found = change([digest_of("a", {LOSS: falling(0)})], [digest_of("b", {LOSS: values})])

    assert found.differs_from == 5


def test_curves_part_no_earlier_than_they_differ() -> None:
    slow, fast = np.linspace(1, 0.5, 50), np.linspace(1, 0.1, 50)

    found = change([digest_of("a", {LOSS: slow})], [digest_of("b", {LOSS: fast})])

    assert (found.differs_from, found.parts_at) == (1, 1)


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        (1234567.0, 1234568.0, ("1234567", "1234568")),
        (0.1, 0.3, ("0.1", "0.3")),
        (1.0, True, ("1", "True")),
        (2.0, 2.0, None),
        (math.nan, math.nan, None),
    ],
)
def test_settings_are_told_with_as_many_digits_as_tell_them_apart(
    before: float, after: float, told: tuple[str, str] | None
) -> None:
    sides = [[digest_of("a", {LOSS: np.ones(9)}, hparams={"x": x})] for x in (before, after)]

    assert contrast(*sides).hparams == ((("x", *told),) if told else ())
