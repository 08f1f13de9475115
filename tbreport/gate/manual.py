"""TB501, the gate's own finding: its manual, and a failed check as a finding."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from tbreport.gate.model import Check
from tbreport.model import Finding
from tbreport.wording import listed

CODE = "TB501"
NAME = "regression-from-baseline"
MANUAL = """\
A candidate that fails the gate.

What it looks for
    A gated metric that is worse than in the baseline runs by significantly more than
    `min_effect`, after Holm's adjustment over all gated metrics. Without any statistics: a
    metric that is missing, not finite, diverged or cut short, a check that is not met, a golden
    step that differs.

Why it matters
    The change under test makes the training worse, or breaks it.

What to do
    Look at the check's numbers: how much worse, in how many standard deviations between seeds. If
    it may be chance, run fresh seeds and confirm: tbreport gate NEW --confirm FIRST.json. If the
    change is accepted: tbreport baseline update --reset.

Options
    Those of [gate] in tbreport.toml: docs/gate.md lists them.

Known false positives
    At most `alpha` of unchanged jobs fail, over all gated metrics together, if the baseline runs
    are exchangeable with the candidate: same data, hardware and settings, another seed. Run
    `python -m benchmarks.gate` for the measured rates.

Source
    The prediction interval of further runs, Welch's test where their variance has grown; Holm
    1979 for many metrics.
"""


def findings_of(failed: Sequence[Check]) -> tuple[Finding, ...]:
    """Failed checks as findings: one for each job, tag and run, told by the clearest of them."""
    found = []
    for _, group in groupby(sorted(failed, key=subject_of), key=subject_of):
        # what needs no statistics is the clearest
        ordered = sorted(group, key=lambda c: -1.0 if c.p_adjusted is None else c.p_adjusted)
        found.append(finding_of(ordered[0], [check.stat for check in ordered[1:]]))
    return tuple(found)


def subject_of(check: Check) -> tuple[str, str, tuple[str, ...]]:
    """What a finding is about: several stats of one tag are one."""
    return check.job, check.tag, check.runs


def advice(check: Check) -> str:
    """What to do about a failure; fresh seeds can only confirm what a test has found."""
    if check.stat == "check":
        return "Look at what changed; where the demand itself is out of date, change it."
    if check.p is None:
        return (
            "Look at what changed since the baseline, or accept the change with tbreport baseline "
            "update --reset."
        )
    return (
        "Look at what changed since the baseline; confirm with fresh seeds, or accept the change "
        "with tbreport baseline update --reset."
    )


def finding_of(check: Check, others: Sequence[str]) -> Finding:
    """A failed check as a finding; of the whole job where several runs failed together."""
    evidence = {
        "candidate": check.candidate,
        "baseline": check.baseline,
        "worse_by_percent": None if check.effect is None else 100 * check.effect,
        "seed_sd": check.effect_in_seed_sd,
        "p_adjusted": check.p_adjusted,
    }
    also = f"; {listed(others)} as well" if others else ""
    return Finding(
        CODE,
        NAME,
        "error",
        check.runs[0] if len(check.runs) == 1 else "",
        (check.tag,) if check.tag and check.stat != "check" else (),
        check.steps,
        f"{check.tag or f'job {check.job}'} ({check.stat}): {check.reason}{also}",
        {name: value for name, value in evidence.items() if value is not None},
        advice(check),
    )
