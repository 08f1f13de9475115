"""judge: digests of candidate runs, baselines and a policy in, the Verdict out.

Hard rules first; then every gated metric and stat that they left open, with Holm over all of them
in the call. A check fails if it is significantly worse by more than the least effect that matters;
it passes if a worsening beyond `max_regression` is ruled out; else there are too few seeds to say.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

import numpy as np

from tbreport.analysis.roles import guess
from tbreport.errors import NothingToCompare
from tbreport.gate import deciding, expressions, golden, rules, statistics
from tbreport.gate.collecting import holds
from tbreport.gate.comparing import Assessment, assess, signed
from tbreport.gate.functions import Unanswered
from tbreport.gate.jobs import by_job, named, refuse_strangers
from tbreport.gate.manual import findings_of
from tbreport.gate.model import (
    Baseline,
    Check,
    CheckVerdict,
    Limit,
    Outcome,
    Policy,
    Reference,
    Verdict,
)
from tbreport.gate.rules import Pairing, resolve, statistics_of
from tbreport.gate.summaries import STATS, Terms
from tbreport.model import Role, RunDigest
from tbreport.wording import number

# The metric that is gated where none is named: role and split, in this order.
DEFAULT_METRICS = (("loss", "val"), ("loss", "train"), ("loss", None))
DRIFT = 8  # runs, from which on a baseline is looked at for slow drift

Jobs = Mapping[str, tuple[RunDigest, ...]]


def judge(
    digests: Sequence[RunDigest],
    baselines: Sequence[Baseline],
    policy: Policy,
    first: Sequence[Check] = (),
) -> Verdict:
    """Judge candidate runs against their baselines.

    Without a baseline only expressions, required tags and findings are judged.

    Args:
        first: the checks of an earlier call, ungated ones too, whose failures these fresh runs are
            to confirm.

    Raises:
        NothingToCompare: no job, or no metric, is on both sides.
        SettingsError: a limit matches nothing, or needs a tolerance that is not set.
    """
    jobs = by_job(digests, policy.group)
    pairings, checks, notes = pair(jobs, baselines, policy)
    open_tags = []
    for pairing in pairings:
        hard = hard_checks(pairing)
        checks += hard
        open_tags.append(left_open(pairing, hard))
        notes += drifts(pairing)
    found = [
        assessment
        for pairing, tags in zip(pairings, open_tags, strict=True)
        for tag in tags
        for assessment in assess(pairing, tag, pairing.limits[tag])
    ]
    refuse_nothing_compared(baselines, checks, found, pairings)
    beside = ungated(pairings)
    if first:
        found, standing, told = deciding.confirm(found, checks, beside, first)
        checks += standing
        notes += told
    checks += claims(jobs, policy)
    checks += deciding.decide(found, policy)
    ordered = tuple(sorted(checks, key=lambda c: (c.job, c.tag, c.stat, c.runs)))
    failed = [check for check in ordered if check.verdict == "fail"]
    return Verdict(
        outcome_of(ordered),
        ordered,
        bool(policy.confirm and failed and not first and all(c.p is not None for c in failed)),
        tuple(beside),
        tuple(notes),
        findings_of(failed),
        tuple(references(pairings)),
    )


def pair(
    jobs: Jobs, baselines: Sequence[Baseline], policy: Policy
) -> tuple[list[Pairing], list[Check], list[str]]:
    """Each job beside its baseline, checks of those that cannot be, and what is to be told."""
    if not baselines and policy.needs_no_baseline:
        return [alone(job, jobs[job], policy) for job in jobs], [], []
    refuse_strangers(jobs, {b.job for b in baselines}, partial=policy.partial)
    pairings, checks, notes = [], [], []
    for job, candidates in jobs.items():
        offered = [baseline for baseline in baselines if baseline.job == job]
        same = [baseline for baseline in offered if dict(baseline.key) == dict(policy.key)]
        if not same:
            keys = "; ".join(sorted({spoken(baseline.key) for baseline in offered}))
            reason = f"the environment is {spoken(policy.key)}, the baseline's is {keys}"
            checks.append(Check(job, "", "key", "inconclusive", reason, n=len(candidates)))
            pairings.append(alone(job, candidates, policy))
            continue
        limits = policy.limits
        if not limits:
            limits = (default_limit(candidates, same[0], policy),)
            notes.append(f"no metric is named: {limits[0].tag!r} of job {job!r} is gated")
        resolved = resolve(limits, candidates, same[0])
        pairings.append(Pairing(job, candidates, same[0], resolved, policy))
    return pairings, checks, notes


def alone(job: str, candidates: tuple[RunDigest, ...], policy: Policy) -> Pairing:
    """A job with nothing to compare, of which tags and findings are demanded all the same."""
    return Pairing(job, candidates, Baseline(job, {}, {}, ()), {}, policy)


def spoken(key: Mapping[str, str]) -> str:
    """An environment in words."""
    return ", ".join(f"{name}={key[name]}" for name in sorted(key)) or "unnamed"


def default_limit(candidates: Sequence[RunDigest], baseline: Baseline, policy: Policy) -> Limit:
    """The validation loss of the baseline, else its training loss.

    Raises:
        NothingToCompare: the baseline has no loss.
    """
    for metric, split in DEFAULT_METRICS:
        for tag in sorted(baseline.grids, key=lambda tag: (len(tag), tag)):
            role = role_of(tag, candidates)
            if (role.metric, role.split) == (metric, split):
                return Limit(tag, "lower", policy.stats, tol=policy.tol)
    raise NothingToCompare(
        f"no metric is named, and the baseline of job {baseline.job!r} has no loss",
        hint=f"name one with --metric TAG=lower; it has: {named(baseline.grids)}",
    )


def role_of(tag: str, candidates: Sequence[RunDigest]) -> Role:
    """What a tag means, by the candidate's rules where it has the tag."""
    found = (statistics_of(digest, tag) for digest in candidates)
    return next((held.role for held in found if held), guess(tag))


def hard_checks(pairing: Pairing) -> list[Check]:
    """What the rules say of one job."""
    hard = [check for rule in rules.RULES for check in rule(pairing)]
    if pairing.baseline.golden is not None:
        hard = [check for check in hard if check.stat in ("missing", "new")]
        hard += golden.repeats(pairing, pairing.baseline.golden)
    return [*hard, *rules.required(pairing), *rules.ill(pairing)]


def left_open(pairing: Pairing, hard: Iterable[Check]) -> list[str]:
    """The gated tags of which the rules did not say all that there is to say."""
    if pairing.baseline.golden is not None:
        return []
    # a curve that diverged is still a curve, and what else is wrong with it is worth knowing
    silent = ("required", "finding", "diverged")
    decided = {c.tag for c in hard if c.verdict != "warn" and c.stat not in silent}
    decided |= {c.tag for c in hard if c.stat == "new"}
    return [
        tag
        for tag in pairing.limits
        if tag not in decided and any(holds(digest, tag) for digest in pairing.candidates)
    ]


def refuse_nothing_compared(
    baselines: Sequence[Baseline],
    checks: Sequence[Check],
    found: Sequence[object],
    pairings: Sequence[Pairing],
) -> None:
    """Fail where the gate would pass because it looked at nothing.

    Raises:
        NothingToCompare: no gated metric is in the baseline.
    """
    if baselines and not found and all(check.verdict == "warn" for check in checks):
        wanted = {tag for pairing in pairings for tag in pairing.limits}
        had = {tag for pairing in pairings for tag in pairing.baseline.grids}
        raise NothingToCompare(
            f"no gated metric can be compared: gated are {named(wanted)}, "
            f"the baseline has {named(had)}",
            hint="add them: tbreport baseline update --reset",
        )


def claims(jobs: Jobs, policy: Policy) -> Iterator[Check]:
    """The expressions, each on every candidate run."""
    for text in policy.expressions:
        tree = expressions.parse(text)
        for job, digests in jobs.items():
            for digest in digests:
                try:
                    met, shown = expressions.evaluate(tree, digest.display)
                except Unanswered as unanswered:
                    met, shown = False, str(unanswered)
                verdict: CheckVerdict = "pass" if met else "fail"
                yield Check(job, text, "check", verdict, shown, n=1, runs=(digest.run,))


def ungated(pairings: Sequence[Pairing]) -> list[Check]:
    """The metrics of the baseline that no limit names, by the goals that their names suggest."""
    found: list[Assessment] = []
    for pairing in pairings:
        limits = {}
        for tag in pairing.baseline.grids:
            goal = role_of(tag, pairing.candidates).goal
            if goal is not None and tag not in pairing.limits:
                limits[tag] = Limit(tag, "lower" if goal == "min" else "higher", ("final",))
        beside = replace(pairing, limits=limits)
        hard = [check for rule in rules.RULES for check in rule(beside)]
        for tag in left_open(beside, hard):
            found += assess(beside, tag, limits[tag], gated=False)
    return deciding.mark(found)


def references(pairings: Sequence[Pairing]) -> Iterator[Reference]:
    """The curves that the gated metrics are held against."""
    for pairing in pairings:
        runs = tuple(digest.run for digest in pairing.candidates)
        for tag in pairing.limits:
            held = tuple(run.curves[tag] for run in pairing.baseline.runs if tag in run.curves)
            if held:
                yield Reference(pairing.job, tag, pairing.baseline.grids[tag], held, runs)


def drifts(pairing: Pairing) -> Iterator[str]:
    """Slow drift of the baseline itself: a gate against the last runs gets used to it."""
    for tag, limit in pairing.limits.items():
        runs = [run for run in pairing.baseline.runs if tag in run.curves]
        if len(runs) < DRIFT:
            continue
        curves = np.array([run.curves[tag] for run in runs])
        levels = STATS["final"](pairing.baseline.grids[tag], curves, Terms(limit.direction))
        split = statistics.change_point(levels)
        if split is None:
            continue
        before, after = float(levels[:split].mean()), float(levels[split:].mean())
        worse = (after - before) * (1 if limit.direction == "lower" else -1)
        if before and worse / abs(before) > pairing.policy.min_effect:
            yield (
                f"the baseline of job {pairing.job!r} drifts: {tag!r} went from {number(before)} "
                f"to {number(after)} ({signed(worse / abs(before))}) with run {runs[split].id!r}"
            )


def outcome_of(checks: Iterable[Check]) -> Outcome:
    """The worst of all gated checks."""
    verdicts = {check.verdict for check in checks}
    if "fail" in verdicts:
        return "fail"
    return "inconclusive" if "inconclusive" in verdicts else "pass"
