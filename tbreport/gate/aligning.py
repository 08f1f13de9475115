"""Where a candidate meets the grid of its baseline: at the same steps, or at the closest ones.

Twenty common steps are enough to compare by. Where there are fewer, each step of the grid is
paired with the point of the candidate that lies closest, so that both sides have one point a pair
and the same noise: means over bins would have less of it where more is logged, and a run that logs
less would fail too often. A point is moved to its step along the slope of the baseline's mean.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from tbreport.model import Display, Float64s, Int64s

FEWEST = 20  # steps of the grid at which both sides have a point
MISSING = 0.05  # share of the grid that a run may lack, or that a gap may take
GAP = 2.0  # × the usual distance between its points: more is a hole, no cadence

Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Alignment:
    """At which steps of a grid candidate runs are compared."""

    how: Literal["grid", "common", "nearest", "none"]
    kept: Bools  # of the grid


def alignment(runs: Sequence[Int64s], grid: Int64s) -> Alignment:
    """How candidate runs, given by their steps, meet a grid."""
    present = [there(steps, grid) for steps in runs]
    common: Bools = np.logical_and.reduce(present)
    if not any(lacks(steps, grid, at) for steps, at in zip(runs, present, strict=True)):
        return Alignment("grid", common)
    if not any(has_hole(steps, grid) for steps in runs):
        if common.sum() >= FEWEST:
            return Alignment("common", common)
        paired: Bools = np.logical_and.reduce([partners(steps, grid)[1] for steps in runs])
        if paired.sum() >= FEWEST:
            return Alignment("nearest", paired)
    return Alignment("none", np.zeros(len(grid), bool))


def there(steps: Int64s, grid: Int64s) -> Bools:
    """Which steps of the grid a run has."""
    found: Bools = steps[np.minimum(steps.searchsorted(grid), len(steps) - 1)] == grid
    return found


def lacks(steps: Int64s, grid: Int64s, present: Bools) -> bool:
    """Whether a run has too few of the grid's steps, as far as it goes."""
    reached = int(grid.searchsorted(steps[-1], "right"))
    return not reached or reached - int(present.sum()) > MISSING * reached


def has_hole(steps: Int64s, grid: Int64s) -> bool:
    """Whether a run left out a part of the range, where it usually logs more often.

    Its start is such a part as well, and the end where the run goes on behind it; where a run is
    over, another rule says so.
    """
    begin, end = float(grid[0]), float(grid[-1])
    inside = steps[(steps >= grid[0]) & (steps <= grid[-1])].astype(np.float64)
    gaps = np.diff(inside)
    if not len(gaps):
        return True
    widest = max(gaps.max(), inside[0] - begin, end - inside[-1] if steps[-1] > grid[-1] else 0.0)
    return bool(widest > max(GAP * float(np.median(gaps)), MISSING * (end - begin)))


def partners(steps: Int64s, grid: Int64s) -> tuple[Int64s, Bools]:
    """The place of the point closest to each step of a grid, and whether the two are a pair.

    Each is the closest to the other then, and the point is not beyond the grid's ends, where the
    slope is not known.
    """
    place = closest(steps, grid)
    at = steps[place]
    mutual = closest(grid, steps)[place] == np.arange(len(grid))
    paired: Bools = mutual & (at >= grid[0]) & (at <= grid[-1])
    return place, paired


def closest(steps: Int64s, wanted: Int64s) -> Int64s:
    """The place of the step that is closest to each that is wanted, the earlier of two."""
    after = np.minimum(steps.searchsorted(wanted), len(steps) - 1)
    before = np.maximum(after - 1, 0)
    is_before = wanted - steps[before] <= np.abs(steps[after] - wanted)
    found: Int64s = np.where(is_before, before, after)
    return found


def values_at(points: Display, grid: Int64s, found: Alignment, level: Float64s) -> Float64s:
    """The values of a run at the steps that are kept.

    Args:
        level: the mean of the baseline on the whole grid.
    """
    wanted = grid[found.kept]
    if found.how != "nearest":  # each of these steps is there
        exact: Float64s = points.values[points.steps.searchsorted(wanted)]
        return exact
    place = closest(points.steps, wanted)
    moved: Float64s = points.values[place] + level[found.kept]
    return moved - np.interp(points.steps[place], grid, level)
