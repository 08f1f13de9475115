"""What an expression can ask of a series: points in, a number out."""

from __future__ import annotations

import inspect
import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from tbreport.model import Display, Float64s


class Unanswered(Exception):
    """What was asked for is not there; the message says what."""


def value(points: Display, *, step: float) -> float:
    """The value at a step."""
    place = int(np.searchsorted(points.steps, step))
    if place == len(points.steps) or points.steps[place] != step:
        raise Unanswered(f"there is no step {step:.0f}")
    return float(points.values[place])


def last(points: Display) -> float:
    """The last value."""
    return float(points.values[-1])


def mean(
    points: Display, *, start: float = -math.inf, stop: float = math.inf, last: float = 0
) -> float:
    """The mean over a range."""
    return float(within(points, start, stop, last).mean())


def median(
    points: Display, *, start: float = -math.inf, stop: float = math.inf, last: float = 0
) -> float:
    """The median over a range."""
    return float(np.median(within(points, start, stop, last)))


def smallest(
    points: Display, *, start: float = -math.inf, stop: float = math.inf, last: float = 0
) -> float:
    """The least value of a range."""
    return float(within(points, start, stop, last).min())


def greatest(
    points: Display, *, start: float = -math.inf, stop: float = math.inf, last: float = 0
) -> float:
    """The greatest value of a range."""
    return float(within(points, start, stop, last).max())


def ratio_above(
    points: Display,
    *,
    threshold: float,
    start: float = -math.inf,
    stop: float = math.inf,
    last: float = 0,
) -> float:
    """The share of the points in a range that lie above a threshold; NaN counts as above."""
    return float((~(within(points, start, stop, last) <= threshold)).mean())


def count_nonfinite(points: Display) -> float:
    """How many values are NaN or infinite."""
    return float((~np.isfinite(points.values)).sum())


def ttt(points: Display, *, target: float) -> float:
    """The first step whose value reaches a target, from the side it starts on; inf if none does."""
    finite = np.flatnonzero(np.isfinite(points.values))
    if not len(finite):
        return math.inf
    falls = points.values[finite[0]] > target
    reached = points.values <= target if falls else points.values >= target
    return float(points.steps[reached.argmax()]) if reached.any() else math.inf


def within(points: Display, start: float, stop: float, last: float) -> Float64s:
    """The values of a range of steps, both ends inclusive; of the last so many points of it.

    A step below zero counts points from the end: −1 is the last point.
    """
    first, final = bound(points, start), bound(points, stop)
    values = points.values[(points.steps >= first) & (points.steps <= final)]
    if last:
        values = values[-int(min(last, len(values))) :] if last >= 1 else values[:0]
    if not len(values):
        raise Unanswered("there is no point in the range")
    return values


def bound(points: Display, step: float) -> float:
    """A step as it was given, or that of a point counted from the end: before all of few points."""
    if step >= 0 or math.isinf(step):
        return step
    back = math.ceil(-step)
    return float(points.steps[-back]) if back <= len(points.steps) else -math.inf


Measure = Callable[..., float]


@dataclass(frozen=True, slots=True)
class Function:
    """One line of the table."""

    measure: Measure

    @property
    def parameters(self) -> list[str]:
        """What it takes besides the tag, in order."""
        found = inspect.signature(self.measure).parameters.values()
        return [parameter.name for parameter in found if parameter.kind is parameter.KEYWORD_ONLY]

    @property
    def needed(self) -> list[str]:
        """What it cannot do without."""
        found = inspect.signature(self.measure).parameters
        return [name for name in self.parameters if found[name].default is inspect.Parameter.empty]


FUNCTIONS = {
    "value": Function(value),
    "last": Function(last),
    "mean": Function(mean),
    "median": Function(median),
    "min": Function(smallest),
    "max": Function(greatest),
    "ratio_above": Function(ratio_above),
    "count_nonfinite": Function(count_nonfinite),
    "ttt": Function(ttt),
}
