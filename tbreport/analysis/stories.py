"""Findings of one run that explain one another: the first cause leads, the others follow from it.

A learning rate too high makes gradients jump, the loss spike, then diverge, then NaN: four findings
and one story. Which may explain which is a table; a cause must have begun before the other ended,
and not be over long before it began. Information explains no warning.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from tbreport.model import SEVERITIES, Finding

# consequence → what may have caused it, the likeliest first; no code may cause itself by any way
CAUSES: dict[str, tuple[str, ...]] = {
    "TB201": ("TB202", "TB203", "TB403", "TB408", "TB411"),
    "TB202": ("TB203", "TB403", "TB408", "TB411"),
    "TB203": ("TB403", "TB411"),
    "TB403": ("TB411",),
    "TB408": ("TB411",),
    "TB204": ("TB404", "TB406", "TB407", "TB410"),
    "TB404": ("TB406", "TB407", "TB410"),
    "TB406": ("TB410",),
    "TB303": ("TB305",),
    "TB304": ("TB201", "TB202", "TB301", "TB302", "TB204"),
    "TB401": ("TB204", "TB411"),
    "TB402": ("TB202", "TB403"),
    "TB407": ("TB201", "TB202", "TB408", "TB410"),
    "TB602": ("TB201", "TB101"),
}

OVER = 0.1  # of the way to a finding's end: what was over so long before its beginning is no cause


def with_causes(findings: Sequence[Finding]) -> tuple[Finding, ...]:
    """The same findings; those that follow from another say from which, by its code."""
    return tuple(
        replace(one, because_of=cause) if (cause := cause_of(one, findings)) else one
        for one in findings
    )


def cause_of(one: Finding, findings: Sequence[Finding]) -> str:
    """The code of what caused a finding; "" where nothing did."""
    for code in CAUSES.get(one.code, ()):
        if any(found.code == code and may_cause(found, one) for found in findings):
            return code
    return ""


def may_cause(cause: Finding, consequence: Finding) -> bool:
    """Whether one began before the other ended, was not over by then, and is grave enough.

    Harmless non-finite values (gaps between evaluations, a scaler's first overflows) cause nothing.
    """
    grave = cause.severity != "info" or (consequence.severity == "info" and cause.code != "TB201")
    if cause.steps is None or consequence.steps is None:
        return grave
    begin, end = consequence.steps
    return grave and cause.steps[0] <= end and cause.steps[1] >= begin - OVER * end


def stories(findings: Sequence[Finding]) -> list[tuple[Finding, ...]]:
    """The findings of one run by story: the cause, then what follows from it in time order.

    The story with the gravest finding comes first.
    """

    def lead(one: Finding) -> Finding:
        while one.because_of:
            causes = [found for found in findings if found.code == one.because_of]
            if not causes:
                break
            one = next((found for found in causes if may_cause(found, one)), causes[0])
        return one

    told: dict[int, list[Finding]] = {}
    for one in findings:
        told.setdefault(id(lead(one)), []).append(one)
    every = [
        tuple(sorted(members, key=lambda one: (bool(one.because_of), one.steps or (-1, -1))))
        for members in told.values()
    ]
    return sorted(every, key=lambda members: -gravity(members))


def gravity(findings: Sequence[Finding]) -> int:
    """How grave the gravest of some findings is; below all others where each is accepted."""
    return max(
        -1 if finding.accepted else SEVERITIES.index(finding.severity) for finding in findings
    )
