"""Assessments → verdicts: Holm over the whole call, and what a failure is confirmed by."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, get_args

import numpy as np

from tbreport.analysis.ensemble import benjamini_hochberg
from tbreport.errors import BadSetting
from tbreport.gate import statistics
from tbreport.gate.baseline import number_of, text, text_of
from tbreport.gate.comparing import Assessment, signed
from tbreport.gate.model import Check, CheckVerdict, Policy
from tbreport.wording import count, number, probability

VERDICTS: Mapping[str, CheckVerdict] = {word: word for word in get_args(CheckVerdict)}
MARK = 0.05  # of ungated metrics, after Benjamini and Hochberg


def decide(found: Sequence[Assessment], policy: Policy) -> list[Check]:
    """The verdicts of one family of gated checks."""
    tests = [assessment for assessment in found if assessment.check.p is not None]
    checks = [assessment.check for assessment in found if assessment.check.p is None]
    adjusted = statistics.holm(np.array([one.check.p for one in tests], np.float64))
    for one, p in zip(tests, adjusted.tolist(), strict=True):
        checks.append(verdict(replace(one, check=replace(one.check, p_adjusted=p)), policy, tests))
    return checks


def verdict(one: Assessment, policy: Policy, family: Sequence[Assessment]) -> Check:
    """Fail, pass or inconclusive, and why."""
    check = one.check
    upper, p = check.upper or 0.0, check.p_adjusted
    told = numbers(check)
    if p is not None and p < policy.alpha:
        return replace(check, verdict="fail", reason=told)
    if upper < policy.max_regression and not one.censored:
        return replace(check, verdict="pass", reason=told)
    # Holm's first step is the strictest that this check may have to pass
    seeds = statistics.seeds_needed(
        check.n, check.m, one.regression_in_sd, policy.alpha / len(family)
    )
    needed = f"about {count(seeds, 'more seed')} give" if seeds else "more baseline runs may give"
    limit = f"{100 * policy.max_regression:.3g} %"
    doubt = f"up to {signed(upper)} is not ruled out"
    if one.censored:
        doubt = "a run does not reach its target"
    reason = f"{told}; {doubt}, {needed} 80 % power at {limit}"
    return replace(check, verdict="inconclusive", reason=reason, seeds_needed=seeds)


def numbers(check: Check) -> str:
    """A test in one clause: "+1.8 % (2.31 → 2.352), 4.6 seed sd, p = 0.004, n = 1 v 10"."""
    change = f"{number(check.baseline or 0.0)} → {number(check.candidate or 0.0)}"
    better = "worse" if (check.effect or 0.0) > 0 else "better"
    parts = [f"{signed(abs(check.effect or 0.0)).lstrip('+')} {better} ({change})"]
    if check.effect_in_seed_sd is not None:
        parts.append(f"{check.effect_in_seed_sd:+.1f} seed sd")
    p = check.p if check.p_adjusted is None else check.p_adjusted
    return ", ".join((*parts, f"p = {probability(p or 0.0)}", f"n = {check.n} v {check.m}"))


def mark(found: Sequence[Assessment]) -> list[Check]:
    """Ungated checks, the greatest worsening first; what stands out is a warning."""
    tests = [one for one in found if one.check.p is not None]
    adjusted = benjamini_hochberg(np.array([one.check.p for one in tests], np.float64))
    checks = []
    for one, p in zip(tests, adjusted.tolist(), strict=True):
        check = replace(one.check, p_adjusted=p)
        word: CheckVerdict = "warn" if p < MARK else "pass"
        checks.append(replace(check, verdict=word, reason=numbers(check)))
    return sorted(checks, key=lambda check: (-(check.effect or 0.0), check.job, check.tag))


def read_first(path: Path) -> tuple[Check, ...]:
    """The checks of an earlier call, ungated ones last, from the JSON that it wrote.

    Raises:
        BadSetting: it cannot be read, or is no such JSON.
    """
    hint = "write it with: tbreport gate RUNS --format json=FIRST.json"
    try:
        gate = json.loads(path.read_text(encoding="utf-8"))["gate"]
        return tuple(parse_check(check) for check in (*gate["checks"], *gate["ungated"]))
    except OSError as error:
        raise BadSetting(f"cannot read {str(path)!r}: {error.strerror}", hint=hint) from None
    except (ValueError, KeyError, TypeError, OverflowError, RecursionError) as error:
        raise BadSetting(
            f"{str(path)!r} is not the JSON of a gate ({type(error).__name__}: {error})",
            hint=hint,
        ) from None


def parse_check(document: dict[str, Any]) -> Check:
    """What a confirmation needs of a check; raises what its mistakes raise."""
    job, tag, stat, word, reason = (
        text_of(document, name) for name in ("job", "tag", "stat", "verdict", "reason")
    )
    candidate, p = (
        None if document[name] is None else number_of(document[name]) for name in ("candidate", "p")
    )
    runs = tuple(text(str(run)) for run in document["runs"])
    return Check(job, tag, stat, VERDICTS[word], reason, candidate=candidate, p=p, runs=runs)


def confirm(
    found: Sequence[Assessment],
    hard: Sequence[Check],
    ungated: Sequence[Check],
    first: Sequence[Check],
) -> tuple[list[Assessment], list[Check], list[str]]:
    """What fresh runs are to be judged on, the failures that stand anyway, and notes.

    A failure stands as well where the fresh runs say nothing on it.

    Args:
        found, hard, ungated: all that there is of the fresh runs.

    Raises:
        BadSetting: the runs are those of the first call.
    """
    doubted = {key_of(c): c for c in first if c.verdict == "fail" and c.p is not None}
    standing = [check for check in first if check.verdict == "fail" and check.p is None]
    kept = [one for one in found if key_of(one.check) in doubted]
    refuse_same_runs([*(one.check for one in found), *ungated], first)
    answered = {key_of(one.check) for one in kept}
    failed = {(check.job, check.tag) for check in hard if check.verdict == "fail"}
    for key, check in doubted.items():
        if key not in answered and not failed & {(check.job, check.tag), (check.job, "")}:
            reason = f"{check.reason}; no fresh run can be held against it"
            standing.append(replace(check, reason=reason))
    note = f"confirmation of {count(len(doubted), 'failed check')} by fresh runs alone"
    return kept, standing, [note if doubted else "the first call has no failure to confirm"]


def key_of(check: Check) -> tuple[str, str, str]:
    """What a check is about."""
    return check.job, check.tag, check.stat


def refuse_same_runs(found: Sequence[Check], first: Sequence[Check]) -> None:
    """Fail where every number is that of the first call.

    Fresh seeds may well meet some of them: of steps to a target there are forty, and a metric that
    has broken down is zero in every run.

    Raises:
        BadSetting: the runs are no fresh ones.
    """
    before = {key_of(check): check.candidate for check in first}
    pairs = [
        (check.candidate, before[key_of(check)])
        for check in found
        if key_of(check) in before and check.stat != "ttt"
    ]
    told = [(one, other) for one, other in pairs if one is not None and other is not None]
    if told and all(abs(one - other) <= 1e-12 * abs(other) for one, other in told):
        raise BadSetting(
            "every metric of the runs is that of the first call: they are no fresh seeds",
            hint="give only runs that the first call did not see",
        )
