"""The gate's verdict as blocks: what was demanded, what came of it, and what else moved."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from tbreport import wording
from tbreport.model import RunDigest, Severity
from tbreport.report.document import (
    Block,
    Cell,
    Chart,
    Column,
    Facts,
    Gallery,
    Headline,
    Prose,
    Spark,
    Table,
    Tone,
)
from tbreport.report.runs import sampled

if TYPE_CHECKING:
    from tbreport.gate.model import Check, CheckVerdict, Verdict

TONES: dict[str, Tone] = {
    "fail": "error", "inconclusive": "warning", "warn": "warning", "pass": "ok",
}  # fmt: skip
SEVERITY: dict[str, Severity | None] = {"fail": "error", "inconclusive": "warning", "pass": None}
TITLES = {
    "fail": "The gate failed",
    "inconclusive": "The gate is inconclusive",
    "pass": "The gate passed",
}
COUNTED: dict[CheckVerdict, str] = {
    "fail": "failed", "inconclusive": "inconclusive", "warn": "warned", "pass": "passed",
}  # fmt: skip
MOST_UNGATED = 20  # rows: what moved most comes first


def headline(verdict: Verdict) -> Headline:
    """The verdict, and of how many checks."""
    failed = [f"{c.tag or c.job} ({c.stat})" for c in verdict.of("fail")]
    parts = [wording.count(len(verdict.checks), "check")]
    parts += [
        f"{len(verdict.of(word)):,} {label}" for word, label in COUNTED.items() if verdict.of(word)
    ]
    named = ", ".join(failed[:3]) + (f" and {len(failed) - 3:,} more" if failed[3:] else "")
    title = TITLES[verdict.outcome] + (f": {named}" if failed else "")
    if verdict.needs_confirmation:
        parts.append("to be confirmed by fresh seeds")
    return Headline(SEVERITY[verdict.outcome], title, ", ".join(parts))


def blocks(
    verdict: Verdict, digests: Sequence[RunDigest], charts: Sequence[Chart] = ()
) -> tuple[Block, ...]:
    """The gated checks and their charts, then what is not gated, then notes."""
    found: list[Block] = [table(verdict.checks, digests)] if verdict.checks else []
    reasons = [(f"{c.tag or c.job} {c.stat}", why(c)) for c in in_order(verdict.checks)]
    told = tuple((name, reason) for name, reason in reasons if reason)
    found += [Facts(told)] if told else []
    found += [Gallery(tuple(charts))] if charts else []
    if verdict.ungated:
        found.append(Prose("Not gated, the greatest worsening first:", "muted"))
        found.append(table(verdict.ungated[:MOST_UNGATED], digests))
        if len(verdict.ungated) > MOST_UNGATED:
            more = len(verdict.ungated) - MOST_UNGATED
            found.append(Prose(f"and {wording.count(more, 'metric')} more", "muted"))
    found += [Prose(note, "muted") for note in verdict.notes]
    if verdict.needs_confirmation:
        text = (
            "The failure may be chance: train fresh seeds and run "
            "tbreport gate NEW --confirm FIRST.json, with the JSON of this call."
        )
        found.append(Prose(text, "warning"))
    return tuple(found)


def table(checks: Sequence[Check], digests: Sequence[RunDigest]) -> Table:
    """One row a check, the failures first; the job only where there are several."""
    # ungated checks keep their order: by effect
    rows = in_order(checks) if any(check.gated for check in checks) else checks
    has_jobs = len({check.job for check in checks}) > 1
    columns = (
        Column("metric"),
        Column("stat"),
        Column("verdict"),
        *((Column("job"),) if has_jobs else ()),
        Column("baseline", "right", optional=True),
        Column("candidate", "right", optional=True),
        Column("worse by", "right"),
        Column("seed sd", "right", optional=True),
        Column("p", "right", optional=True),
        Column("runs", "right", optional=True),
    )
    by_run = {digest.run: digest for digest in digests}
    return Table(columns, tuple(row(check, by_run, has_jobs=has_jobs) for check in rows))


def in_order(checks: Sequence[Check]) -> list[Check]:
    """What failed comes first."""
    return sorted(checks, key=gravity)


def gravity(check: Check) -> int:
    """Orders checks by what came of them; 0 is a failure."""
    return list(TONES).index(check.verdict)


def row(check: Check, digests: dict[str, RunDigest], *, has_jobs: bool) -> tuple[Cell, ...]:
    tone = TONES[check.verdict]
    p = check.p if check.p_adjusted is None else check.p_adjusted
    verdict = Cell(check.verdict, tone=tone if check.gated or check.verdict == "warn" else "muted")
    return (
        Cell(check.tag or "–"),
        Cell(check.stat, tone="muted"),
        verdict,
        *((Cell(check.job),) if has_jobs else ()),
        baseline_cell(check),
        Cell(wording.number(check.candidate), check.candidate, spark=spark(check, digests)),
        effect_cell(check),
        sd_cell(check),
        Cell("" if p is None else wording.probability(p), p),
        Cell(f"{check.n} v {check.m}" if check.m else ""),
    )


def baseline_cell(check: Check) -> Cell:
    """The baseline's mean and the standard deviation between its runs."""
    text = wording.number(check.baseline)
    if check.sd is not None:
        text += f" ± {100 * check.sd:.2g} %"
    return Cell(text, check.baseline)


def effect_cell(check: Check) -> Cell:
    """How much worse; what rounds to nothing has no sign."""
    if check.effect is None:
        return Cell("")
    text = "0 %" if abs(check.effect) < 5e-4 else wording.change(check.effect)
    return Cell(text, check.effect, TONES[check.verdict])


def sd_cell(check: Check) -> Cell:
    value = check.effect_in_seed_sd
    return Cell("" if value is None else f"{value:+.1f}".replace("-", "−"), value)


def why(check: Check) -> str:
    """What the numbers beside it do not say already."""
    if check.p is None and (check.verdict != "pass" or check.effect is None):
        return check.reason
    # The numbers have columns of their own; what follows them is what is in doubt.
    return check.reason.split("; ", 1)[1] if "; " in check.reason else ""


def spark(check: Check, digests: dict[str, RunDigest]) -> Spark | None:
    """The curve of the first candidate run."""
    digest = digests.get(check.runs[0]) if check.runs else None
    if digest is None or check.tag not in digest.display:
        return None
    return Spark(sampled(digest, check.tag), digest.run, f"{check.tag} of {digest.run}")
