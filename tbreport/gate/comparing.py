"""Statistics of one job: each gated metric and stat as a number a run, candidate v baseline.

What is compared is the logarithm where all numbers have one sign (losses, times, throughput: a
ratio is what matters there), else the number itself. The sign is turned so that greater is worse.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from tbreport.errors import BadSetting
from tbreport.gate import statistics
from tbreport.gate.aligning import alignment, values_at
from tbreport.gate.collecting import holds
from tbreport.gate.model import Check, CheckVerdict, Direction, Limit, Policy
from tbreport.gate.rules import Pairing
from tbreport.gate.summaries import STATS, Terms, default_target, tail_start
from tbreport.model import Float64s, Int64s
from tbreport.wording import number

TOLERANCE = "tolerance check, not a test"


@dataclass(frozen=True, slots=True)
class Curves:
    """One tag of both sides on the steps at which all of them have a point."""

    steps: Int64s  # [k]
    candidate: Float64s  # [n, k]
    baseline: Float64s  # [m, k]


@dataclass(frozen=True, slots=True)
class Assessment:
    """A check before the others of its family are known, and what its verdict will need."""

    check: Check
    regression_in_sd: float = 0.0  # `max_regression` beyond `min_effect`, in seed sd
    censored: bool = False  # a candidate did not reach its target: it may be worse than it looks


def curves_of(pairing: Pairing, tag: str) -> Curves:
    """Both sides of a tag on the part of the grid that all candidate runs meet."""
    grid = pairing.baseline.grids[tag]
    points = [digest.display[tag] for digest in pairing.candidates if holds(digest, tag)]
    found = alignment([one.steps for one in points], grid)
    theirs = np.array([run.curves[tag] for run in pairing.baseline.runs if tag in run.curves])
    level = theirs.mean(axis=0)
    ours = np.array([values_at(one, grid, found, level) for one in points])
    return Curves(grid[found.kept], ours, theirs[:, found.kept])


def assess(pairing: Pairing, tag: str, limit: Limit, *, gated: bool = True) -> Iterator[Assessment]:
    """One assessment a stat of a tag that no rule has spoken on.

    Raises:
        BadSetting: there are too few baseline runs for a test, and no tolerance is set.
    """
    policy = pairing.policy
    curves = curves_of(pairing, tag)
    least = policy.min_effect if limit.min_effect is None else limit.min_effect
    target = limit.target
    if target is None and "ttt" in limit.stats:
        target = default_target(curves.steps, curves.baseline, limit.direction)
    terms = Terms(
        limit.direction, limit.skip, policy.robust, math.nan if target is None else target
    )
    for stat in limit.stats:
        with np.errstate(over="ignore", invalid="ignore"):  # told below
            ours = STATS[stat](curves.steps, curves.candidate, terms)
            theirs = STATS[stat](curves.steps, curves.baseline, terms)
        # time to target is better the shorter, whatever its metric
        direction: Direction = "lower" if stat == "ttt" else limit.direction
        shell = Check(
            pairing.job, tag, stat, "inconclusive", "",
            n=len(ours), m=len(theirs), direction=direction, gated=gated,
            runs=tuple(d.run for d in pairing.candidates if holds(d, tag)),
            steps=(int(curves.steps[0]), int(curves.steps[-1])),
        )  # fmt: skip
        if stat != "ttt" and not np.isfinite((*ours, *theirs)).all():
            side = "baseline" if np.isfinite(ours).all() else "candidate"
            word: CheckVerdict = "inconclusive" if side == "baseline" else "fail"
            reason = f"the {side}'s values are too large to be added up"
            yield Assessment(replace(shell, verdict=word, reason=reason))
            continue
        if np.isinf(theirs).any():
            reason = (
                f"not every run of the baseline reaches the target {number(terms.target)} itself: "
                "set another, or leave ttt out"
            )
            yield Assessment(replace(shell, reason=reason))
            continue
        censored = bool(np.isinf(ours).any())
        # the least that it can be: it would have been reached right after the end
        ours = np.where(np.isinf(ours), float(curves.steps[-1] - curves.steps[0]) + 2.0, ours)
        shell = replace(shell, candidate=float(ours.mean()), baseline=float(theirs.mean()))
        if len(theirs) >= statistics.FEWEST:
            yield tested(shell, ours, theirs, policy, least, censored)
        elif gated:
            check = tolerated(pairing, shell, limit, curves, ours, theirs)
            yield Assessment(check)


def tested(
    shell: Check, ours: Float64s, theirs: Float64s, policy: Policy, least: float, censored: bool
) -> Assessment:
    """Compare runs with runs."""
    a, b, logs = worse_is_greater(ours, theirs, shell.direction)
    found = statistics.compare(a, b)
    difference, spread = float(found.difference), float(found.spread)
    scale = abs(float(theirs.mean()))
    margin = difference_of(least, logs, shell, scale)
    check = replace(
        shell,
        effect=relative(difference, logs, shell, scale),
        effect_in_seed_sd=difference / spread if spread > 0 else None,
        sd=spread if logs else (spread / scale if scale else None),
        upper=relative(found.upper(policy.alpha), logs, shell, scale),
        p=float(found.p(margin)),
    )
    beyond = difference_of(policy.max_regression, logs, shell, scale) - margin
    in_sd = beyond / spread if spread > 0 else math.inf
    return Assessment(check, in_sd, censored)


def worse_is_greater(
    ours: Float64s, theirs: Float64s, direction: Direction | None
) -> tuple[Float64s, Float64s, bool]:
    """Both sides as they are compared, and whether these are logarithms."""
    sign = 1.0 if direction == "lower" else -1.0
    both = np.concatenate([ours, theirs], axis=-1)
    if (both > 0).all():
        return sign * np.log(ours), sign * np.log(theirs), True
    if (both < 0).all():
        return -sign * np.log(-ours), -sign * np.log(-theirs), True
    return sign * ours, sign * theirs, False


def relative(difference: float, logs: bool, shell: Check, scale: float) -> float:
    """A difference as a share of the baseline; above zero is worse."""
    if not logs:
        if scale:
            return difference / scale
        return math.copysign(math.inf, difference) if difference else 0.0
    sign = 1.0 if grows(shell) else -1.0
    try:
        return sign * math.expm1(sign * difference)
    except OverflowError:
        return math.copysign(math.inf, difference)


def difference_of(share: float, logs: bool, shell: Check, scale: float) -> float:
    """The difference that a relative worsening is; the inverse of `relative`."""
    if not logs:
        return share * scale
    if grows(shell):
        return math.log1p(share)
    return -math.log1p(-share) if share < 1 else math.inf


def grows(shell: Check) -> bool:
    """Whether worse is a multiple above one, as of a loss, or one below, as of a throughput."""
    return (shell.direction == "lower") == ((shell.baseline or 0.0) > 0)


def tolerated(
    pairing: Pairing,
    shell: Check,
    limit: Limit,
    curves: Curves,
    ours: Float64s,
    theirs: Float64s,
) -> Check:
    """Too few baseline runs for a test: more than the tolerance, and more than the points' noise.

    Raises:
        BadSetting: no tolerance is set.
    """
    tol = limit.tol if limit.tol is not None else pairing.policy.tol
    if tol is None:
        raise BadSetting(
            f"the baseline of job {shell.job!r} has {shell.m} run{'' if shell.m == 1 else 's'} of "
            f"{shell.tag!r}: too few for a test, and no tolerance is set",
            hint=f"set tol (--tol 2%), or add runs until there are {statistics.FEWEST}: "
            "tbreport baseline add",
        )
    a, b, logs = worse_is_greater(ours, theirs, shell.direction)
    scale = abs(float(theirs.mean()))
    worse = relative(float(a.mean() - b.mean()), logs, shell, scale)
    differences = curves.candidate.mean(axis=0) - curves.baseline.mean(axis=0)
    tail = differences if shell.stat == "auc" else differences[tail_start(curves.steps) :]
    noise = 0.0 if shell.stat == "ttt" else 3 * statistics.standard_error(tail)
    loud = scale > 0 and abs(float(ours.mean() - theirs.mean())) > noise
    change = f"{signed(worse)} ({number(shell.baseline or 0.0)} → {number(shell.candidate or 0.0)})"
    setting = f"n = {shell.n} v {shell.m}: {TOLERANCE}"
    if worse <= tol:
        check = replace(
            shell, verdict="pass", reason=f"{change}, tolerated {100 * tol:.3g} %; {setting}"
        )
    elif loud or not scale:
        check = replace(
            shell,
            verdict="fail",
            reason=f"{change}, more than the tolerated {100 * tol:.3g} %; {setting}",
        )
    else:
        check = replace(
            shell, reason=f"{change}, but no more than the noise of the points; {setting}"
        )
    return replace(check, effect=worse)


def signed(share: float) -> str:
    """A relative worsening: "+1.8 %", "+1,021 %"."""
    if not math.isfinite(share):
        return "beyond any share"
    percent = 100 * share
    return f"{percent:+.2g} %" if abs(percent) < 99.5 else f"{percent:+,.0f} %"
