"""Two runs, or two groups of runs: what differs between them, metric by metric.

Nothing is judged. The interval of a difference comes from the spread between runs where a side has
several; of single runs it only says how sure the points are, not what another seed would give.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from tbreport.analysis.curves import noise, smooth
from tbreport.gate import statistics, tails
from tbreport.gate.collecting import holds, on_grid
from tbreport.gate.summaries import STATS, Terms, tail_start
from tbreport.model import Float64s, HParam, Int64s, RunDigest
from tbreport.wording import shortest

LEVEL = 0.95  # of intervals
APART = 4.0  # noises of a point that curves lie apart
CHANCE = 0.0005  # of each step of runs that do not differ to seem apart
LASTING = 5  # points, at least, for which they stay so


@dataclass(frozen=True, slots=True)
class Change:
    """One metric that both sides have, over the last tenth of the steps that all runs have."""

    tag: str
    step: int  # the last common one
    before: float
    after: float
    low: float  # bounds of after − before; NaN where nothing is known
    high: float
    n_before: int
    n_after: int
    differs_from: int | None  # the first step whose values are not the same
    parts_at: int | None  # the first step from which they lie apart beyond noise

    @property
    def relative(self) -> float:
        return (self.after - self.before) / abs(self.before) if self.before else math.nan

    @property
    def is_clear(self) -> bool:
        """Whether the interval leaves zero out."""
        return self.low > 0 or self.high < 0


@dataclass(frozen=True, slots=True)
class Contrast:
    """All that differs."""

    hparams: tuple[tuple[str, str, str], ...]  # name, before, after
    texts: tuple[tuple[str, str, str], ...]  # tag, the first line that differs on each side
    only_before: tuple[str, ...]  # tags
    only_after: tuple[str, ...]
    changes: tuple[Change, ...]  # what parted beyond noise first
    apart: tuple[str, ...]  # tags of both sides without a step in common
    names: tuple[str, str] = ("before", "after")  # of the sides, as the user called them


def contrast(
    before: Sequence[RunDigest],
    after: Sequence[RunDigest],
    texts: tuple[Mapping[str, str], Mapping[str, str]] = ({}, {}),
) -> Contrast:
    """Hold two sides against each other; `texts` are the last of each tag of either."""
    ours, theirs = tags_of(before), tags_of(after)
    found, apart = [], []
    for tag in sorted(ours & theirs):
        change = compared(tag, before, after)
        if change is None:
            apart.append(tag)
        else:
            found.append(change)
    found.sort(key=lambda c: (c.parts_at is None, not c.is_clear, c.parts_at or 0, c.tag))
    return Contrast(
        hparams_apart(before, after),
        texts_apart(*texts),
        tuple(sorted(ours - theirs)),
        tuple(sorted(theirs - ours)),
        tuple(found),
        tuple(apart),
    )


def tags_of(digests: Sequence[RunDigest]) -> set[str]:
    """The scalar tags that any run has."""
    return {tag for digest in digests for tag in digest.display if holds(digest, tag)}


def hparams_apart(
    before: Sequence[RunDigest], after: Sequence[RunDigest]
) -> tuple[tuple[str, str, str], ...]:
    """The hyper-parameters whose values are not the same."""
    rows = []
    for name in sorted({name for digest in (*before, *after) for name in digest.hparams}):
        row = values(before, name, shortest), values(after, name, shortest)
        if row[0] != row[1]:
            short = values(before, name, "{:g}".format), values(after, name, "{:g}".format)
            rows.append((name, *(short if short[0] != short[1] else row)))
    return tuple(rows)


def values(digests: Sequence[RunDigest], name: str, spoken: Callable[[float], str]) -> str:
    """The values that a hyper-parameter has on one side; numbers as they are spoken."""
    found: list[HParam | None] = [digest.hparams.get(name) for digest in digests]
    words = ("–" if v is None else spoken(v) if isinstance(v, float) else str(v) for v in found)
    return ", ".join(dict.fromkeys(words))


def texts_apart(
    before: Mapping[str, str], after: Mapping[str, str]
) -> tuple[tuple[str, str, str], ...]:
    """The texts that differ, and where: the first line that is not the same."""
    found = []
    for tag in sorted(before.keys() | after.keys()):
        a, b = before.get(tag, "").splitlines(), after.get(tag, "").splitlines()
        length = max(len(a), len(b))
        lines = zip(a + [""] * (length - len(a)), b + [""] * (length - len(b)), strict=True)
        first = next(((x, y) for x, y in lines if x != y), None)
        if first is not None:
            found.append((tag, *first))
    return tuple(found)


def compared(tag: str, before: Sequence[RunDigest], after: Sequence[RunDigest]) -> Change | None:
    """The change of one tag on the steps that all runs have; None where there is no such step."""
    a = [digest.display[tag] for digest in before if holds(digest, tag)]
    b = [digest.display[tag] for digest in after if holds(digest, tag)]
    steps = a[0].steps
    for points in (*a[1:], *b):
        steps = np.intersect1d(steps, points.steps, assume_unique=True)
    ours = np.array([on_grid(points, steps)[0] for points in a]).reshape(len(a), -1)
    theirs = np.array([on_grid(points, steps)[0] for points in b]).reshape(len(b), -1)
    finite = np.isfinite(ours).all(axis=0) & np.isfinite(theirs).all(axis=0)
    if not finite.any():
        return None
    different = np.flatnonzero(~alike(ours, theirs))
    kept = steps[finite]
    ours, theirs = ours[:, finite], theirs[:, finite]
    levels = [STATS["final"](kept, side, Terms("lower")) for side in (ours, theirs)]
    low, high = interval(kept, ours, theirs, *levels)
    differs_from = int(steps[different[0]]) if len(different) else None
    parts_at = parting(kept, ours, theirs)  # of smoothed curves, which part a little earlier
    return Change(
        tag,
        int(kept[-1]),
        float(levels[0].mean()),
        float(levels[1].mean()),
        low,
        high,
        len(a),
        len(b),
        differs_from,
        None if parts_at is None or differs_from is None else max(parts_at, differs_from),
    )


def alike(ours: Float64s, theirs: Float64s) -> npt.NDArray[np.bool_]:
    """At which steps both sides have the same value; NaN is the same as NaN."""
    with np.errstate(invalid="ignore"):  # infinities of both signs
        one, other = ours.mean(axis=0), theirs.mean(axis=0)
    same: npt.NDArray[np.bool_] = (one == other) | (np.isnan(one) & np.isnan(other))
    return same


def interval(
    steps: Int64s, ours: Float64s, theirs: Float64s, before: Float64s, after: Float64s
) -> tuple[float, float]:
    """Bounds of the difference of the levels at the end."""
    difference = float(after.mean() - before.mean())
    if len(before) + len(after) > 2:
        found = statistics.compare(after, before)
        reach = found.upper((1 - LEVEL) / 2) - float(found.difference)
        return difference - reach, difference + reach
    tail = (theirs[0] - ours[0])[tail_start(steps) :]
    if len(tail) < 3:
        return math.nan, math.nan
    reach = 2 * statistics.standard_error(tail)
    return difference - reach, difference + reach


def parting(steps: Int64s, ours: Float64s, theirs: Float64s) -> int | None:
    """The first step from which the two sides lie apart beyond noise, and stay so for a while."""
    gap = theirs.mean(axis=0) - ours.mean(axis=0)
    if len(gap) < LASTING:
        return None
    size = np.abs(smooth(gap))
    apart = size > APART * noise(gap)
    if len(ours) + len(theirs) > 2:
        found = statistics.compare(theirs.T, ours.T)
        with np.errstate(divide="ignore", invalid="ignore"):
            apart &= tails.student(size / found.error, found.freedom) < CHANCE
    lasting = max(LASTING, round(0.02 * len(gap)))
    if len(gap) < lasting:
        return None
    held = np.lib.stride_tricks.sliding_window_view(apart, lasting).all(axis=1)
    return int(steps[held.argmax()]) if held.any() else None
