"""Which blobs are opened, and what becomes of them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from tbreport.analysis.exhibits import MOST_STEPS, exhibits
from tbreport.exhibits import PrCurve, Text
from tbreport.model import Blob
from tests.images import SVG, png

ROOMY = 1_000_000


def blob(kind: str, tag: str, step: int, length: int = 100, wall_time: float = 0.0) -> Blob:
    return Blob(kind, tag, step, wall_time, "events", 0, length)


def words(blob: Blob) -> str:
    return f"{blob.tag} {blob.step}"


def never(blob: Blob) -> Any:
    raise AssertionError("nothing is to be opened")


def test_without_a_budget_nothing_is_opened() -> None:
    assert exhibits([blob("text", "note", 0)], never, 0) == ()


def test_kinds_that_are_not_drawn_are_not_opened() -> None:
    assert exhibits([blob("meshes", "m", 0), blob("tensors", "t", 0)], never, ROOMY) == ()


def test_of_many_steps_the_ends_and_an_even_choice_stay() -> None:
    found = exhibits([blob("text", "note", step) for step in range(100)], words, ROOMY)

    steps = [one.step for one in found]
    assert len(steps) == MOST_STEPS["text"]
    assert (steps[0], steps[-1]) == (0, 99)
    assert max(np.diff(steps)) <= 10


def test_a_short_budget_goes_to_the_last_step_of_every_tag() -> None:
    blobs = [blob("text", tag, step) for tag in "abc" for step in range(5)]
    found = exhibits(blobs, words, 350)

    assert [(one.tag, one.step) for one in found] == [("a", 4), ("b", 4), ("c", 4)]


def test_a_step_logged_twice_is_shown_as_it_was_last() -> None:
    blobs = [blob("text", "note", 3, wall_time=2.0), blob("text", "note", 3, wall_time=1.0)]
    found = exhibits(blobs, lambda one: str(one.wall_time), ROOMY)

    assert [one.content for one in found] == [Text("2.0", 3)]


def test_what_cannot_be_decoded_has_a_flaw() -> None:
    def refuse(blob: Blob) -> Any:
        raise ValueError("the record can no longer be read")

    (found,) = exhibits([blob("images", "x", 0)], refuse, ROOMY)
    assert (found.content, found.flaw) == (None, "the record can no longer be read")


def test_a_bad_image_does_not_hide_the_good_one_beside_it() -> None:
    (found,) = exhibits([blob("images", "x", 0)], lambda _: [png(), SVG], ROOMY)

    assert found.content is not None
    assert found.flaw == "an SVG may run scripts"


def test_no_image_at_all_is_said() -> None:
    (found,) = exhibits([blob("images", "x", 0)], lambda _: [], ROOMY)

    assert (found.content, found.flaw) == (None, "nothing was logged at this step")


def test_a_long_text_is_cut_and_its_length_kept() -> None:
    (found,) = exhibits([blob("text", "x", 0)], lambda _: "a" * 5_000_000, ROOMY)

    assert isinstance(found.content, Text)
    assert (len(found.content.words), found.content.length) == (10_000, 5_000_000)


def test_a_long_curve_is_thinned_with_its_ends() -> None:
    rows = np.zeros((6, 5_000))
    rows[4], rows[5] = np.linspace(0.5, 1, 5_000), np.linspace(1, 0, 5_000)
    (found,) = exhibits([blob("pr_curves", "x", 0)], lambda _: rows, ROOMY)

    assert isinstance(found.content, PrCurve)
    assert len(found.content.recall) == 101
    assert (found.content.recall[0], found.content.recall[-1]) == (1.0, 0.0)


def test_the_numbers_of_a_curve_are_of_all_its_thresholds() -> None:
    rows = np.zeros((6, 200))
    rows[4], rows[5] = np.tile([0.2, 0.9], 100), np.linspace(1, 0, 200)
    (found,) = exhibits([blob("pr_curves", "x", 0)], lambda _: rows, ROOMY)

    assert isinstance(found.content, PrCurve)
    assert found.content.average == pytest.approx((100 * 0.2 + 99 * 0.9) / 199)
    assert found.content.threshold == pytest.approx(1 / 199)
    assert found.content.f1 == pytest.approx(2 * 0.9 * (198 / 199) / (0.9 + 198 / 199))


@pytest.mark.parametrize(
    ("rows", "why"),
    [
        (np.zeros((6, 0)), "fewer than two thresholds"),
        (np.full((6, 9), np.nan), "not finite"),
        (np.full((6, 9), 7.0), "outside 0 … 1"),
    ],
)
def test_a_curve_of_no_shares_is_refused(rows: Any, why: str) -> None:
    (found,) = exhibits([blob("pr_curves", "x", 0)], lambda _: rows, ROOMY)

    assert why in found.flaw
