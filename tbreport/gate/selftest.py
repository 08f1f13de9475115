"""Does the gate catch what it is there for? Known defects go into copies of the candidate's curves.

A defect counts as caught if a check fails that does not fail for the candidate as it is: a gate
that fails anyway proves nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from tbreport.errors import NothingToCompare
from tbreport.gate.advice import advice, widened
from tbreport.gate.collecting import matches
from tbreport.gate.jobs import job_of
from tbreport.gate.judge import judge
from tbreport.gate.model import Baseline, Check, Direction, Policy, Verdict
from tbreport.model import Display, Float64s, RunDigest, Statistics
from tbreport.wording import listed, plain

SLOWER = 1.3  # × the steps that the same progress takes
NAN_TAIL = 0.05  # share of the points
KEPT = 0.5  # share of the range that is left after a truncation
OVERFIT = 0.5  # worse at the end, growing from the middle on


@dataclass(frozen=True, slots=True)
class Terms:
    """What an injection needs to know."""

    direction: Direction
    shift: float  # relative worsening


Inject = Callable[[Display, Terms], Display | None]  # None: the tag is gone


@dataclass(frozen=True, slots=True)
class Defect:
    """One line of the table."""

    name: str
    description: str
    inject: Inject


@dataclass(frozen=True, slots=True)
class Trial:
    """What became of one defect in one job."""

    job: str
    defect: str
    description: str
    is_caught: bool
    by: str  # the checks that failed
    advice: str = ""  # why it was missed, and what to add


def nan_tail(points: Display, terms: Terms) -> Display:
    values = points.values.copy()
    values[-max(1, round(NAN_TAIL * len(values))) :] = np.nan
    return replace(points, values=values)


def truncation(points: Display, terms: Terms) -> Display:
    first, last = points.steps[0], points.steps[-1]
    kept = max(1, int(np.searchsorted(points.steps, first + KEPT * (last - first))))
    return Display(points.steps[:kept], points.wall_times[:kept], points.values[:kept])


def missing_tag(points: Display, terms: Terms) -> None:
    return None


def shift(points: Display, terms: Terms) -> Display:
    return replace(points, values=worse(points.values, terms.direction, terms.shift))


def slower(points: Display, terms: Terms) -> Display:
    first = float(points.steps[0])
    earlier = first + (points.steps - first) / SLOWER
    finite = np.isfinite(points.values)
    if not finite.any():
        return points
    found = np.interp(earlier, points.steps[finite], points.values[finite])
    return replace(points, values=found)


def overfitting(points: Display, terms: Terms) -> Display:
    first, last = float(points.steps[0]), float(points.steps[-1])
    progress = (points.steps - first) / ((last - first) or 1.0)
    growth = OVERFIT * np.clip(2 * progress - 1, 0, 1)
    return replace(points, values=worse(points.values, terms.direction, growth))


def worse(values: Float64s, direction: Direction, by: float | Float64s) -> Float64s:
    """The values with a share of their size added or, where higher is better, taken away."""
    found: Float64s = values + (1 if direction == "lower" else -1) * by * np.abs(values)
    return found


DEFECTS = (
    Defect("nan-tail", f"the last {NAN_TAIL:.0%} of the points are NaN", nan_tail),
    Defect("truncation", f"the run stops at {KEPT:.0%} of its steps", truncation),
    Defect("missing-tag", "the metric is not logged", missing_tag),
    Defect("shift", "the metric is worse throughout", shift),
    Defect("slower", f"the same progress takes {SLOWER} times the steps", slower),
    Defect("overfitting", f"from the middle on it turns, to {OVERFIT:.0%} worse", overfitting),
)


def self_test(
    digests: Sequence[RunDigest], baselines: Sequence[Baseline], policy: Policy
) -> tuple[Trial, ...]:
    """Every defect in every job, in the gated metrics of all of its candidate runs.

    The shift is twice `max_regression`, or twice the tolerance where that is more: what lies at
    the edge may pass.

    Raises:
        NothingToCompare: no metric of a job is compared, so that no defect could be seen.
        TbreportError: as `judge`.
    """
    control = judge(digests, baselines, policy)
    gated = {(c.job, c.tag): direction_of(c.tag, policy) for c in control.checks if c.direction}
    jobs = {job_of(digest.run, policy.group) for digest in digests}
    if untried := sorted(jobs - {job for job, _ in gated}):
        raise NothingToCompare(
            f"no metric of job {untried[0]!r} is compared: there is nothing to put defects into",
            hint="the gate without --self-test says why; --key must be the baseline's",
        )
    tolerances = [policy.tol or 0.0, *(limit.tol or 0.0 for limit in policy.limits)]
    amount = 2 * max(policy.max_regression, *tolerances)
    found = []
    for defect in DEFECTS:
        ill = [injected(digest, defect, gated, policy, amount) for digest in digests]
        verdict = judged(ill, baselines, policy)
        for job in sorted({job for job, _ in gated}):
            one = trial(job, defect, verdict, control, amount)
            if not one.is_caught:
                wide = widened(policy, control)
                before, after = judge(digests, baselines, wide), judged(ill, baselines, wide)
                checks = [(check.tag, check.stat) for check in control.checks if check.job == job]
                one = replace(one, advice=advice(job, before, after, checks, policy))
            found.append(one)
    return tuple(sorted(found, key=lambda trial: trial.job))


def direction_of(tag: str, policy: Policy) -> Direction:
    """Which way a metric is better: a check of its time to target says that less is."""
    named = (limit.direction for limit in policy.limits if matches(limit.tag, tag))
    return next(named, "lower")  # where none is named, it is a loss


def judged(digests: Sequence[RunDigest], baselines: Sequence[Baseline], policy: Policy) -> Verdict:
    """As `judge`; a call that ends with exit code 5 does not pass either."""
    try:
        return judge(digests, baselines, policy)
    except NothingToCompare:
        jobs = sorted({job_of(digest.run, policy.group) for digest in digests})
        reason = "nothing is left to compare: exit code 5"
        return Verdict("fail", tuple(Check(job, reason, "", "fail", reason) for job in jobs))


def trial(job: str, defect: Defect, verdict: Verdict, control: Verdict, amount: float) -> Trial:
    """What failed that did not fail before."""
    before = set(failures(control, job))
    by = [name for name in failures(verdict, job) if name not in before]
    description = defect.description + (f", by {amount:.0%}" if defect.name == "shift" else "")
    return Trial(job, defect.name, description, bool(by), listed(by, 4))


def failures(verdict: Verdict, job: str) -> Iterator[str]:
    """The failed checks of a job by name, each once."""
    names = (f"{c.tag} ({c.stat})" if c.stat else c.tag for c in verdict.of("fail") if c.job == job)
    yield from dict.fromkeys(names)


def injected(
    digest: RunDigest,
    defect: Defect,
    gated: dict[tuple[str, str], Direction],
    policy: Policy,
    amount: float,
) -> RunDigest:
    """A copy of a run with the defect in its gated metrics."""
    job = job_of(digest.run, policy.group)
    display = dict(digest.display)
    for (of_job, tag), direction in gated.items():
        if of_job == job and tag in display:
            points = defect.inject(display[tag], Terms(direction, amount))
            if points is None:
                del display[tag]
            else:
                display[tag] = points
    statistics = tuple(
        counted(found, display[found.tag]) if found.kind == "scalars" else found
        for found in digest.statistics
        if found.kind != "scalars" or found.tag in display
    )
    return replace(digest, display=display, statistics=statistics)


def counted(found: Statistics, points: Display) -> Statistics:
    """The statistics of the points as they are now, so far as rules look at them."""
    bad = ~np.isfinite(points.values)
    return replace(
        found,
        points=len(points.steps),
        last_step=int(points.steps[-1]) if len(points.steps) else None,
        nonfinite=int(bad.sum()),
        first_nonfinite_step=int(points.steps[bad.argmax()]) if bad.any() else None,
    )


def told(trials: Sequence[Trial]) -> str:
    """One line a defect, with advice below those that were missed, then the count."""
    width = max((len(trial.defect) for trial in trials), default=0)
    lines = []
    for t in trials:
        word, by = "caught" if t.is_caught else "MISSED", f": {t.by}" if t.by else ""
        lines.append(f"{word}  {t.defect:{width}}  {t.description}{by} [{t.job}]")
        lines += [f"        {t.advice}"] if t.advice else []
    caught = sum(trial.is_caught for trial in trials)
    lines.append(f"the gate catches {caught} of {len(trials)} injected defects")
    return "".join(f"{plain(line)}\n" for line in lines)
