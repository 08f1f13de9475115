"""Statistics on runs: one number a run in, along the last axis; leading axes are broadcast.

Between-run spread is all there is to judge by: neighboring points of a curve are no independent
evidence. All tests are one-sided: greater is worse. The candidate is held against the prediction
interval of the baseline, the variance pooled where it has several runs; unchanged jobs have the
same variance, so that the rate of false failures is exact. Welch's test takes over where three or
more candidate runs scatter significantly more. Used throughout, it errs more often than it says
(3 v 20: 2.1 % at 1 %) and finds less (3 v 10, 3 seed sd at 1 %: 0.65, not 0.95).
"""

from __future__ import annotations

import bisect
import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from tbreport.gate import tails
from tbreport.model import Float64s

POWER = 0.8
FEWEST = 3  # runs of the baseline, below which only a tolerance can be judged
MOST_SEEDS = 200
SCATTER = 0.02  # of the F test; a greater one costs power where the variances are equal
DRIFT = 0.001  # how often chance may make a change point
DRIFT_RUNS = 3  # before and after it, at the least


@dataclass(frozen=True, slots=True)
class Comparison:
    """The difference of two means, and what is known of its error."""

    difference: Float64s
    error: Float64s  # its standard error
    spread: Float64s  # standard deviation between baseline runs
    freedom: Float64s  # degrees of freedom of the error

    def p(self, margin: float = 0.0) -> Float64s:
        """The one-sided p that the candidate is greater by no more than a margin."""
        return tails.student(self.t(margin), self.freedom)

    def t(self, margin: float = 0.0) -> Float64s:
        """What lies beyond a margin in standard errors; infinite where there is no spread."""
        beyond = self.difference - margin
        with np.errstate(divide="ignore", invalid="ignore"):
            ratio = beyond / self.error
        return np.where(self.error > 0, ratio, np.where(beyond > 0, np.inf, -np.inf))

    def upper(self, alpha: float) -> float:
        """The bound above a single true difference at 1 − alpha."""
        factor = tails.student_quantile(1 - alpha, float(self.freedom))
        return float(self.difference) + factor * float(self.error)


def compare(candidate: Float64s, baseline: Float64s) -> Comparison:
    """Hold [..., n] against [..., m]; m ≥ 2, or n + m ≥ 3 with n ≤ 2."""
    n, m = candidate.shape[-1], baseline.shape[-1]
    difference = candidate.mean(axis=-1) - baseline.mean(axis=-1)
    ours = candidate.var(axis=-1, ddof=1) if n > 1 else np.zeros(candidate.shape[:-1])
    theirs = baseline.var(axis=-1, ddof=1) if m > 1 else np.zeros(baseline.shape[:-1])
    pooled = ((n - 1) * ours + (m - 1) * theirs) / (n + m - 2)
    square = pooled * (1 / n + 1 / m)
    freedom = np.full(difference.shape, float(n + m - 2))
    if n >= FEWEST and m > 1:
        apart = ours / n + theirs / m
        with np.errstate(divide="ignore", invalid="ignore"):
            welch = apart**2 / ((ours / n) ** 2 / (n - 1) + (theirs / m) ** 2 / (m - 1))
        scattered = scatters_more(ours, theirs, n, m)
        square = np.where(scattered, apart, square)
        freedom = np.where(scattered, welch, freedom)
    return Comparison(difference, np.sqrt(square), np.sqrt(theirs), freedom)


def scatters_more(ours: Float64s, theirs: Float64s, n: int, m: int) -> npt.NDArray[np.bool_]:
    """Whether the candidate's variance is significantly greater than the baseline's."""
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = np.where(ours > 0, ours / theirs, 0.0)
    if not (ratio > 1).any():  # where F has more than a third of its tail yet
        return np.zeros(ratio.shape, bool)
    found: npt.NDArray[np.bool_] = tails.fisher(ratio, n - 1, m - 1) < SCATTER
    return found


def holm(p: Float64s) -> Float64s:
    """Adjusted so that the family errs as rarely as one test would, however they depend."""
    order = np.argsort(p, axis=-1)
    count = p.shape[-1]
    ordered = np.take_along_axis(p, order, axis=-1) * np.arange(count, 0, -1)
    found = np.empty_like(ordered)
    rising = np.minimum(np.maximum.accumulate(ordered, axis=-1), 1.0)
    np.put_along_axis(found, order, rising, axis=-1)
    return found


def power(n: int, m: int, effect: Float64s | float, alpha: float) -> Float64s:
    """How often a worsening of `effect` seed standard deviations is found by n runs against m."""
    from scipy.special import nctdtr  # its import takes 0.25 s

    freedom = float(n + m - 2)
    shift = np.asarray(effect) / np.sqrt(1 / n + 1 / m)
    found: Float64s = 1 - nctdtr(freedom, shift, tails.student_quantile(1 - alpha, freedom))
    return found


def seeds_needed(n: int, m: int, effect: float, alpha: float) -> int | None:
    """How many candidate runs more give 80 % power; None where 200 would not do."""
    if not effect > 0 or m < FEWEST:
        return None

    def is_found(more: int) -> bool:
        return float(power(n + more, m, effect, alpha)) >= POWER

    if not is_found(MOST_SEEDS):
        return None
    return 1 + bisect.bisect_left(range(1, MOST_SEEDS), True, key=is_found)


def standard_error(differences: Float64s) -> float:
    """Of the mean of neighboring points, which are worth fewer than they are: AR(1)."""
    n = len(differences)
    if n < 3:
        return 0.0
    centered = differences - differences.mean()
    total = float(centered @ centered)
    if not total > 0:
        return 0.0
    rho = min(max(float(centered[1:] @ centered[:-1]) / total, 0.0), 0.99)
    return float(np.sqrt(total / (n - 1) / (n * (1 - rho) / (1 + rho))))


def change_point(values: Float64s) -> int | None:
    """The index from which a sequence of runs lies elsewhere; None where it does not.

    Every split with enough runs on both sides is tried, and Bonferroni pays for the choice.
    """
    n = len(values)
    splits = np.arange(DRIFT_RUNS, n - DRIFT_RUNS + 1)
    if not len(splits) or values.min() == values.max():
        return None
    centered = values - values.mean()
    before = np.cumsum(centered)[splits - 1]
    between = before**2 * n / (splits * (n - splits))
    place = int(np.argmax(between))  # what lies between two means is not within: the greatest t
    within = float(centered @ centered) - float(between[place])
    t = math.sqrt((n - 2) * between[place] / within) if within > 0 else math.inf
    p = 2 * float(tails.student(t, n - 2))
    return int(splits[place]) if p * len(splits) < DRIFT else None
