"""One number a run: curves on a common grid in, [runs, steps] → [runs].

Every stat looks at the same steps of every run, so that a candidate that logs more often, or
trains longer, is not thereby better or worse. Bins are of equal width in steps; empty ones do not
count.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from tbreport.gate.model import Direction
from tbreport.model import Float64s, Int64s

BINS = 40
TAIL = 0.1  # share of the range that `final` is the mean of
TARGET_SLACK = 0.05  # of the level above the baseline's best: the default target of `ttt`
TARGET_WAY = 0.1  # of the way that the baseline came


@dataclass(frozen=True, slots=True)
class Terms:
    """What the stats of one metric need to know besides the curves."""

    direction: Direction
    skip: float = 0.1
    robust: bool = False
    target: float = math.nan


def final(steps: Int64s, values: Float64s, terms: Terms) -> Float64s:
    """The level at the end: over the last tenth of the range of steps, at least one point."""
    tail = values[:, tail_start(steps) :]
    level: Float64s = np.median(tail, axis=1) if terms.robust else tail.mean(axis=1)
    return level


def tail_start(steps: Int64s) -> int:
    """The index of the first point in the last tenth of the range."""
    return min(int(np.searchsorted(steps, steps[-1] - TAIL * span(steps))), len(steps) - 1)


def span(steps: Int64s) -> float:
    """The range of steps; an int64 does not hold every one."""
    return float(int(steps[-1]) - int(steps[0]))


def auc(steps: Int64s, values: Float64s, terms: Terms) -> Float64s:
    """The mean over bins: sees a slower convergence that `final` does not."""
    level: Float64s = bin_means(steps, values)[1].mean(axis=1)
    return level


def best(steps: Int64s, values: Float64s, terms: Terms) -> Float64s:
    """The best bin; never the best point, which is better the more points there are."""
    means = bin_means(steps, values)[1]
    level: Float64s = means.min(axis=1) if terms.direction == "lower" else means.max(axis=1)
    return level


def ttt(steps: Int64s, values: Float64s, terms: Terms) -> Float64s:
    """Steps to the end of the first bin that reaches the target; inf where none does."""
    ends, means = bin_means(steps, values)
    sign = 1.0 if terms.direction == "lower" else -1.0
    reached = sign * means <= sign * terms.target
    first = reached.argmax(axis=1)
    return np.where(reached.any(axis=1), ends[first] - float(steps[0]) + 1.0, math.inf)


def median(steps: Int64s, values: Float64s, terms: Terms) -> Float64s:
    """The median without the start of the range: for throughput, which warms up."""
    start = np.searchsorted(steps, steps[0] + terms.skip * span(steps))
    level: Float64s = np.median(values[:, start:], axis=1)
    return level


def bin_means(steps: Int64s, values: Float64s) -> tuple[Float64s, Float64s]:
    """The last step [k] of each bin that has points, and the means [runs, k]."""
    way = (steps - steps[0]).astype(np.uint64)  # which holds the way between any two steps
    place = way / span(steps) * BINS if span(steps) else np.zeros(len(steps))
    bin_of = np.minimum(place.astype(np.int64), BINS - 1)
    starts = np.flatnonzero(np.diff(bin_of, prepend=-1))
    counts = np.diff(np.append(starts, len(steps)))
    ends = steps[starts + counts - 1].astype(np.float64)
    return ends, np.add.reduceat(values, starts, axis=1) / counts


Stat = Callable[[Int64s, Float64s, Terms], Float64s]
STATS: dict[str, Stat] = {stat.__name__: stat for stat in (final, auc, best, ttt, median)}


def default_target(steps: Int64s, baseline: Float64s, direction: Direction) -> float:
    """What a run should reach on its way: a little worse than the baseline's median best.

    A little is 5 % of the level, or a tenth of the way from the first bin where that is less: a
    fine-tuning that gains 5 % in all would be at its target from the start.
    """
    level = float(np.median(best(steps, baseline, Terms(direction))))
    start = float(np.median(bin_means(steps, baseline)[1][:, 0]))
    slack = min(TARGET_SLACK * abs(level), TARGET_WAY * abs(start - level))
    return level + slack if direction == "lower" else level - slack
