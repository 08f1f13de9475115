"""Where the words of marks stand: in the free places of a plot, off its curves and each other.

Every place that comes into question is tried, in an order of preference, and the one that covers
the least is taken: the same input gives the same places.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from tbreport.model import Float64s
from tbreport.report.document import Mark
from tbreport.report.scales import Frame

ADVANCE = 6.0  # px a character takes, in letters of 10 px
HIGH, LOW = 8.0, 2.5  # px that a line of words reaches above and below its base
GAP = 5  # px between a step and the words beside it
LINE = 11  # px from one row of words to the next
CLEAR = 2.0  # px that a curve must stay away
RING = 5.0  # px around a value that is ringed
BESIDE = (-8, 16, 3, -19, 27, -30, 38)  # px from a ring to the base of its words
AGAINST = 1.0  # words on words cost as much as words that a curve crosses from end to end
LEFTWARDS = 0.3  # words of a range belong into it
ORDER = 0.01  # of two places that are as free, the earlier


@dataclass(frozen=True, slots=True)
class Spot:
    """Where words stand in a picture, px: the step they speak of, their base, their side of it."""

    x: float
    base: float
    leftwards: bool

    @property
    def edge(self) -> float:
        """Where the words begin; end, if they go to the left."""
        return self.x - GAP if self.leftwards else self.x + GAP

    @property
    def middle(self) -> float:
        """The middle of the words, from the top."""
        return self.base - (HIGH - LOW) / 2

    def box(self, words: str) -> Box:
        """What the words cover."""
        reach = ADVANCE * len(words)
        left = self.edge - reach if self.leftwards else self.edge
        return Box(left, self.base - HIGH, left + reach, self.base + LOW)


@dataclass(frozen=True, slots=True)
class Box:
    """A part of a picture, px."""

    left: float
    top: float
    right: float
    floor: float

    def meets(self, other: Box) -> bool:
        """Whether two boxes share a pixel."""
        return (
            self.left < other.right
            and other.left < self.right
            and self.top < other.floor
            and other.top < self.floor
        )


@dataclass(frozen=True, slots=True)
class Heights:
    """What lines cover of each column of pixels: from `top` to `floor`, NaN where there is none."""

    left: int  # the first column
    top: Float64s  # [line, column]
    floor: Float64s

    def crossed(self, box: Box) -> float:
        """The share of a box's columns in which a line runs through it."""
        within = slice(
            max(0, int(box.left) - self.left), max(0, int(np.ceil(box.right)) - self.left)
        )
        hit = (self.top[:, within] < box.floor + CLEAR) & (self.floor[:, within] > box.top - CLEAR)
        return float(hit.any(axis=0).mean()) if hit.size else 0.0


def heights(frame: Frame, lines: Sequence[tuple[Float64s, Float64s]]) -> Heights:
    """The columns that lines of steps and values run through."""
    columns = np.arange(frame.left, frame.width - frame.right + 1)
    rows = np.full((len(lines), len(columns)), np.nan)
    tops, floors = rows.copy(), rows.copy()  # of the points: between two columns may lie a spike
    for row, (steps, values) in enumerate(lines):
        finite = np.isfinite(values)
        if finite.any():
            x, y = frame.across(steps[finite]), frame.down(values[finite])
            rows[row] = np.interp(columns, x, y, left=np.nan, right=np.nan)
            places = np.clip(x.astype(int) - frame.left, 0, len(columns) - 1)
            np.fmin.at(tops[row], places, y)
            np.fmax.at(floors[row], places, y)
    following = np.concatenate((rows[:, 1:], rows[:, -1:]), axis=1)
    top, floor = np.fmin(rows, following), np.fmax(rows, following)
    return Heights(frame.left, np.fmin(tops, top), np.fmax(floors, floor))


def spots(
    marks: Sequence[Mark],
    values: Sequence[float | None],
    frame: Frame,
    lines: Sequence[tuple[Float64s, Float64s]],
) -> list[Spot]:
    """A spot for the words of each mark.

    Args:
        values: what each mark rings; those words stay close to it and are placed first.
    """
    if not marks:
        return []
    covered = heights(frame, lines)
    rings = [
        Box(x - RING, y - RING, x + RING, y + RING)
        for x, y in (
            (step_place(mark, frame), frame.down(value))
            for mark, value in zip(marks, values, strict=True)
            if value is not None
        )
    ]
    found: dict[int, Spot] = {}
    taken: list[Box] = []
    for number in sorted(range(len(marks)), key=lambda number: values[number] is None):
        mark, value = marks[number], values[number]
        best, least = None, float("inf")
        for order, spot in enumerate(candidates(mark, value, frame)):
            cost = ORDER * order
            if cost >= least:
                break
            box = spot.box(mark.label)
            cost += AGAINST * sum(box.meets(other) for other in (*taken, *rings))
            cost += LEFTWARDS * (spot.leftwards and value is None)
            if not inside(box, frame):
                cost += 10
            if cost < least:
                cost += covered.crossed(box)
            if cost < least:
                best, least = spot, cost
        assert best is not None
        found[number] = best
        taken.append(best.box(mark.label))
    return [found[number] for number in range(len(marks))]


def candidates(mark: Mark, value: float | None, frame: Frame) -> Iterator[Spot]:
    """The places that come into question, the best first."""
    x = step_place(mark, frame)
    if value is None:
        for base in range(frame.top + 10, frame.floor - 3, LINE):
            yield Spot(x, base, leftwards=False)
            yield Spot(x, base, leftwards=True)
        return
    y = frame.down(value)
    for shift in BESIDE:
        yield Spot(x, y + shift, leftwards=False)
        yield Spot(x, y + shift, leftwards=True)


def step_place(mark: Mark, frame: Frame) -> float:
    """Where a mark begins, px from the left; at a side of the plot, where it lies beyond."""
    return frame.across(min(max(float(mark.steps[0]), frame.x[0]), frame.x[1]))


def inside(box: Box, frame: Frame) -> bool:
    """Whether words stand wholly in the plot."""
    return (
        box.left >= frame.left - 1
        and box.right <= frame.width
        and box.top >= 0
        and box.floor <= frame.floor
    )
