"""What to add where the gate misses an injected defect: the clearest stat, and runs enough for it.

A worsening that is smaller than what seeds make of the metric cannot be caught by any rule; then
the number of runs that could is the answer, or that no twenty of them could.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from tbreport.gate import statistics
from tbreport.gate.model import RING, Check, Limit, Policy, Verdict
from tbreport.wording import count, percent

TESTABLE = ("final", "auc", "ttt")  # stats that are tried besides those that are gated


@dataclass(frozen=True, slots=True)
class Trace:
    """What a defect did to one metric and stat, the candidate's own luck taken off."""

    check: Check
    effect: float  # a share of the baseline; above zero is worse
    in_seed_sd: float  # beyond what `min_effect` lets pass


def widened(policy: Policy, control: Verdict) -> Policy:
    """The policy with every stat of its metrics gated."""
    limits = policy.limits or tuple(
        Limit(check.tag, check.direction or "lower", tol=policy.tol)
        for check in {c.tag: c for c in control.checks if c.stat in TESTABLE}.values()
    )
    return replace(
        policy,
        limits=tuple(
            replace(limit, stats=tuple(dict.fromkeys((*limit.stats, *TESTABLE))))
            for limit in limits
        ),
    )


def advice(
    job: str, before: Verdict, after: Verdict, gated: Sequence[tuple[str, str]], policy: Policy
) -> str:
    """Why a defect of a job was missed, and what would catch it.

    Args:
        before, after: without and with the defect, by the policy with every stat.
        gated: tag and stat of the checks that the policy as it is makes.
    """
    traces = list(left(job, before, after, policy))
    if not traces:
        told = next((c for c in after.checks if c.job == job and c.verdict != "pass"), None)
        return f"a rule lets it pass: {told.reason}" if told else "no rule looks for it"
    clearest = max(traces, key=lambda trace: trace.in_seed_sd)
    check = clearest.check
    name = f"{check.tag} ({check.stat})"
    if not clearest.in_seed_sd > 0:
        return f"it makes {name} no worse than min_effect lets pass"
    done = f"it makes {name} {percent(clearest.effect)} worse, {clearest.in_seed_sd:.2g} seed sd"
    runs = f"{count(check.n, 'run')} v {check.m}"
    is_gated = (check.tag, check.stat) in gated
    if not is_gated and check.verdict == "fail":
        return f"{done}, which is not gated: add {check.stat!r} to stats"
    family = sum(c.p is not None for c in after.checks)
    sides = enough(check.n, check.m, clearest.in_seed_sd, policy.alpha / family)
    if sides is None:
        return f"{done}: seeds differ by more, and {RING} v {RING} runs would not find it either"
    also = "" if is_gated else f", with {check.stat!r} among the stats"
    return f"{done}: too little for {runs}; about {sides[0]} v {sides[1]} would find it{also}"


def left(job: str, before: Verdict, after: Verdict, policy: Policy) -> Iterator[Trace]:
    """What the defect did to each stat that is tested."""
    healthy = {(c.tag, c.stat): c for c in before.checks if c.job == job and c.p is not None}
    for check in after.checks:
        then = healthy.get((check.tag, check.stat)) if check.job == job else None
        if then is None or check.effect_in_seed_sd is None or then.effect_in_seed_sd is None:
            continue
        effect = (check.effect or 0.0) - (then.effect or 0.0)
        in_sd = check.effect_in_seed_sd - then.effect_in_seed_sd
        if effect > 0 and math.isfinite(effect):
            yield Trace(check, effect, in_sd * (1 - policy.min_effect / effect))


def enough(n: int, m: int, in_seed_sd: float, alpha: float) -> tuple[int, int] | None:
    """The runs of either side that find a worsening four times in five; more baselines first."""
    for more in range(m + 1, RING + 1):
        if float(statistics.power(n, more, in_seed_sd, alpha)) >= statistics.POWER:
            return n, more
    seeds = statistics.seeds_needed(n, RING, in_seed_sd, alpha)
    return (n + seeds, RING) if seeds is not None and n + seeds <= RING else None
