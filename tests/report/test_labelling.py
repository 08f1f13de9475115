"""The words of marks stand where the plot is free."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest

from tbreport.report.document import Chart, Mark
from tbreport.report.labelling import Box, Spot, heights, spots
from tbreport.report.payload import every_chart
from tbreport.report.plots import LOOKS, excerpt, framed, mark_spots
from tbreport.report.scales import Frame
from tests.report.documents import typical

FRAME = Frame(346, 160, (0.0, 100.0), (0.0, 1.0))
STEPS = np.arange(101.0)
RANGE = Mark((40, 100), "warning", "overfitting")
BEST = Mark((40, 40), "plain", "best 40")


def at(marks: list[Mark], values: list[float | None], *lines: np.ndarray) -> list[Spot]:
    return spots(marks, values, FRAME, [(STEPS, line) for line in lines])


def test_words_stand_at_the_top_right_of_their_step_where_that_is_free() -> None:
    (spot,) = at([RANGE], [None], np.full(101, 0.1))

    assert (spot.base, spot.leftwards) == (FRAME.top + 10, False)


def test_words_leave_the_top_to_a_curve_that_runs_there() -> None:
    line = np.full(101, 0.97)
    (spot,) = at([RANGE], [None], line)

    assert heights(FRAME, [(STEPS, line)]).crossed(spot.box(RANGE.label)) == 0.0
    assert spot.base > FRAME.top + 10


def test_words_of_a_late_step_go_to_the_left() -> None:
    (spot,) = at([Mark((95, 100), "error", "nonfinite-value")], [None], np.full(101, 0.1))

    assert spot.leftwards
    assert spot.box("nonfinite-value").right <= FRAME.width - FRAME.right


def test_words_stay_off_a_ring_and_off_each_other() -> None:
    marks, values = [RANGE, BEST], [None, 0.95]
    placed = at(marks, values, np.full(101, 0.95))
    first, second = (spot.box(mark.label) for spot, mark in zip(placed, marks, strict=True))

    assert not first.meets(second)


def test_words_of_one_step_stand_under_each_other() -> None:
    marks = [RANGE, Mark((40, 100), "error", "loss-spike")]
    placed = at(marks, [None, None], np.full(101, 0.05))
    first, second = (spot.box(mark.label) for spot, mark in zip(placed, marks, strict=True))

    assert not first.meets(second)


def test_words_stay_off_the_ring_of_another_mark() -> None:
    words, _ = at([RANGE, Mark((55, 55), "plain", "x")], [None, 0.89], np.full(101, 0.05))
    x, y = FRAME.across(55.0), FRAME.down(0.89)

    assert not words.box(RANGE.label).meets(Box(x - 5, y - 5, x + 5, y + 5))


def test_words_of_a_range_stand_in_it() -> None:
    line = np.full(101, 0.05)
    line[40:] = 0.99
    (spot,) = at([RANGE], [None], line)

    assert not spot.leftwards


def test_a_spike_between_two_columns_of_pixels_is_seen() -> None:
    steps = np.linspace(0.0, 100.0, 10_001)
    values = np.full(10_001, 0.05)
    values[6_001] = 0.97
    covered = heights(FRAME, [(steps, values)])

    x, y = FRAME.across(60.01), FRAME.down(0.97)
    assert covered.crossed(Box(x - 20, y - 5, x + 20, y + 5)) > 0
    assert covered.crossed(Box(x + 5, y - 5, x + 45, y + 5)) == 0


def test_words_are_placed_where_every_value_is_lost() -> None:
    (spot,) = at([RANGE], [None], np.full(101, np.nan))

    assert spot.base == FRAME.top + 10


def test_a_chart_without_marks_has_no_words() -> None:
    assert at([], [], np.full(101, 0.5)) == []


def test_a_step_beyond_the_plot_has_its_words_within() -> None:
    (spot,) = at([Mark((10**9, 10**9), "plain", "best")], [None], np.full(101, 0.5))

    assert spot.box("best").right <= FRAME.width


@pytest.mark.parametrize("look", LOOKS)
def test_no_words_of_a_report_cross_a_curve_or_each_other(look: str) -> None:
    for chart, _ in every_chart(typical()):
        if not isinstance(chart, Chart) or not chart.marks:
            continue
        shown = excerpt(chart, LOOKS[look].choose)
        frame = framed(shown, LOOKS[look])
        covered = heights(frame, shown.points)
        boxes = [
            spot.box(mark.label)
            for spot, mark in zip(mark_spots(chart, shown, frame), chart.marks, strict=True)
        ]

        assert [covered.crossed(box) for box in boxes] == [0.0] * len(boxes)
        assert not any(one.meets(other) for one, other in combinations(boxes, 2))
