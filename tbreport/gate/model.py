"""The gate's nouns: what is demanded, what it is held against, and what came of it.

The unit of evidence is the run: every metric of a run becomes one number on a grid of steps that
both sides have, and the spread is that between runs. A share is a plain number: 0.01 is 1 %.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

from tbreport.model import Finding, Float64s, Int64s, Severity

Direction = Literal["lower", "higher"]  # what is better
Action = Literal["fail", "warn", "ignore"]
OnInconclusive = Literal["pass", "warn", "fail", "exit4"]
Outcome = Literal["pass", "fail", "inconclusive"]
CheckVerdict = Literal["pass", "fail", "inconclusive", "warn"]

SCHEMA = 1  # of the baseline file
RING = 20  # runs that a baseline keeps of each job


@dataclass(frozen=True, slots=True)
class Limit:
    """One gated metric."""

    tag: str  # a tag, or a pattern with * and ?
    direction: Direction
    stats: tuple[str, ...] = ("final", "auc")  # names in summaries.STATS
    tol: float | None = None  # relative worsening that is tolerated where there are too few runs
    min_effect: float | None = None  # None: the policy's
    skip: float = 0.1  # share of the range that `median` drops at its start
    target: float | None = None  # of `ttt`; None: near the baseline's median best


@dataclass(frozen=True, slots=True)
class Policy:
    """What the gate demands."""

    limits: tuple[Limit, ...] = ()  # none: the validation loss, else the training loss
    stats: tuple[str, ...] = ("final", "auc")  # of the metric that is gated where none is named
    alpha: float = 0.05  # family-wise: of the whole call
    min_effect: float = 0.001  # a worsening up to this fails no more often than alpha
    max_regression: float = 0.05  # a pass rules out this worsening
    tol: float | None = None  # for limits that have none of their own
    confirm: int = 0  # fresh seeds by which a failure is to be confirmed
    robust: bool = False  # `final` is a median
    on_missing: Action = "fail"
    on_short: Action = "fail"
    min_steps_ratio: float = 0.95
    on_inconclusive: OnInconclusive = "warn"
    fail_on: Severity | None = None  # findings of the candidate
    fail_on_damage: bool = False
    require: tuple[str, ...] = ()  # tags that every candidate run must have
    key: Mapping[str, str] = field(default_factory=dict)  # the environment
    expressions: tuple[str, ...] = ()
    group: str | None = None  # what of a run's name is its seed
    partial: bool = False  # the candidate need not have every job of the baseline
    baseline: tuple[str, ...] = ()  # paths

    @property
    def needs_no_baseline(self) -> bool:
        """Whether there is something to judge in the candidate alone."""
        return bool(self.expressions or self.require or self.fail_on or self.fail_on_damage)


@dataclass(frozen=True, slots=True)
class BaselineRun:
    """One run of a baseline."""

    id: str  # unique in its job
    commit: str | None
    seed: str | None
    metrics: Mapping[str, Mapping[str, float]]  # tag → stat → number: for people who read a diff
    curves: Mapping[str, Float64s]  # tag → values on the job's grid


@dataclass(frozen=True, slots=True)
class Golden:
    """How closely a deterministic job must repeat its baseline, step by step."""

    rtol: float = 0.0
    atol: float = 0.0
    expect_nonfinite: bool = False  # NaN equals NaN, and an infinity itself


@dataclass(frozen=True, slots=True)
class Baseline:
    """The runs of one job in one environment, on one grid."""

    job: str
    key: Mapping[str, str]
    grids: Mapping[str, Int64s]  # tag → steps that all runs have
    runs: tuple[BaselineRun, ...]  # the oldest first
    golden: Golden | None = None
    schema: int = SCHEMA

    def trimmed(self) -> Baseline:
        """The baseline without grids of tags that none of its runs has."""
        held = {tag for run in self.runs for tag in run.curves}
        return replace(self, grids={tag: grid for tag, grid in self.grids.items() if tag in held})


@dataclass(frozen=True, slots=True)
class Place:
    """A line of a file."""

    path: str  # relative to the checkout, with /
    line: int  # the first is 1


@dataclass(frozen=True, slots=True)
class Check:
    """One demand, and whether it was met."""

    job: str
    tag: str
    stat: str  # of summaries.STATS, or the rule: "nonfinite", "short", "missing", …
    verdict: CheckVerdict
    reason: str  # one clause with its numbers
    candidate: float | None = None  # mean of the runs
    baseline: float | None = None
    n: int = 0  # candidate runs
    m: int = 0  # baseline runs
    effect: float | None = None  # relative worsening: 0.018 is 1.8 % worse, below 0 is better
    effect_in_seed_sd: float | None = None
    sd: float | None = None  # of the baseline runs, a share of their mean
    upper: float | None = None  # the worsening that is ruled out at 1 − alpha
    p: float | None = None  # that it is worse by no more than `min_effect`
    p_adjusted: float | None = None
    seeds_needed: int | None = None  # more candidate runs, for 80 % power at max_regression
    direction: Direction | None = None
    gated: bool = True  # False: told, but never a failure
    runs: tuple[str, ...] = ()  # candidate runs that it is about
    steps: tuple[int, int] | None = None
    place: Place | None = None  # where its rule stands, for annotations


@dataclass(frozen=True, slots=True)
class Reference:
    """The baseline of one gated metric, to be drawn beneath the candidate."""

    job: str
    tag: str
    steps: Int64s  # [n]
    curves: tuple[Float64s, ...]  # [n] each, a run of the baseline
    runs: tuple[str, ...]  # of the candidate


@dataclass(frozen=True, slots=True)
class Verdict:
    """The outcome, and how it came about."""

    outcome: Outcome
    checks: tuple[Check, ...]  # gated ones, by job, tag and stat
    needs_confirmation: bool = False
    ungated: tuple[Check, ...] = ()  # the greatest worsening first
    notes: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = ()  # TB501, one for each failure
    references: tuple[Reference, ...] = ()

    def of(self, verdict: CheckVerdict) -> tuple[Check, ...]:
        """The gated checks that came out so."""
        return tuple(check for check in self.checks if check.verdict == verdict)
