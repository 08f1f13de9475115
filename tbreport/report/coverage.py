"""Which detectors looked at which runs, and which checkpoint to keep of each: blocks of tables."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from tbreport import wording
from tbreport.analysis.examination import reasons_of
from tbreport.model import Checkpoint, RunDigest
from tbreport.report.document import Block, Cell, Column, Facts, Table
from tbreport.report.runs import is_judged

MOST = 10  # runs that are named
COUNTS = 0.01  # of a series' best, from which on it is told what a choice costs in it


def blocks(digests: Sequence[RunDigest], detectors: Mapping[str, str]) -> tuple[Block, ...]:
    """How many runs could be judged, and what each detector could not look at, with the reason."""
    judged = [digest.run for digest in digests if is_judged(digest)]
    other = [digest.run for digest in digests if not is_judged(digest)]
    items = [
        (
            "detectors that ran",
            ", ".join(sorted(one for one in detectors if not detectors[one])) or "none",
        ),
        ("runs with a loss long enough to judge", f"{len(judged):,} of {len(digests):,}"),
    ]
    if other:
        more = f" and {len(other) - MOST:,} more" if other[MOST:] else ""
        items.append(("not judged", ", ".join(other[:MOST]) + more))
    names = {label.split()[0]: label for label in detectors}
    of_runs = reasons_of(digests)
    rows = tuple(
        row
        for code, reasons in sorted(of_runs.items())
        if (row := of_detector(names.get(code, code), reasons)) is not None
    )
    rows += tuple(
        (Cell(label), Cell("–"), Cell(why, tone="muted"))
        for label, why in detectors.items()
        if why and label.split()[0] not in of_runs
    )
    facts = Facts(tuple(items))
    if not rows:
        return (facts,)
    columns = (Column("detector"), Column("runs looked at", "right"), Column("why not the others"))
    return facts, Table(columns, rows)


def of_detector(label: str, reasons: Counter[str]) -> tuple[Cell, ...] | None:
    """The row of a detector that could not look at every run; None where it could."""
    looked = reasons[""]
    missed = [(reason, n) for reason, n in reasons.most_common() if reason]
    if not missed:
        return None
    why = "; ".join(f"{reason} ({wording.count(n, 'run')})" for reason, n in missed[:3])
    return (
        Cell(label),
        Cell(f"{looked:,} of {reasons.total():,}", looked),
        Cell(why, tone="muted"),
    )


def unmet(digests: Sequence[RunDigest], codes: Sequence[str]) -> tuple[str, ...]:
    """One sentence for each demanded detector and reason why it could not look at runs."""
    runs: dict[tuple[str, str], list[str]] = {}
    for code in codes:
        for digest in digests:
            reason = digest.coverage.get(code, "it did not run")
            if reason:
                runs.setdefault((code, reason), []).append(digest.run)
    return tuple(
        f"{code} could not look at {wording.listed(names, MOST)}: {reason}"
        for (code, reason), names in runs.items()
    )


def checkpoints(digests: Sequence[RunDigest]) -> tuple[Block, ...]:
    """The step to keep of each run with a validation series, and what came after it."""
    columns = (
        Column("run"),
        Column("keep step", "right"),
        Column("by"),
        Column("value", "right"),
        Column("at the end", "right"),
        Column("steps after it", "right", optional=True),
        Column("time after it", "right"),
        Column("what it costs elsewhere"),
    )
    held = [digest for digest in digests if digest.checkpoint is not None]
    rows = []
    for digest in held:
        kept = digest.checkpoint
        assert kept is not None
        after = kept.last_step - kept.step
        rows.append(
            (
                Cell(digest.run),
                Cell(f"{kept.step:,}", kept.step, "strong"),
                Cell(kept.tag),
                Cell(wording.number(kept.value), kept.value),
                Cell(wording.number(kept.last), kept.last),
                Cell(f"{after:,}", after),
                Cell(wording.duration(kept.after_s), kept.after_s),
                Cell(cost(kept), tone="muted"),
            )
        )
    return (Table(columns, tuple(rows), tuple(digest.run for digest in held)),) if rows else ()


def cost(kept: Checkpoint) -> str:
    """What the other validation series were at that step, where it counts; two at most."""
    lost = {one: abs(one.value - one.best) / max(abs(one.best), 1e-12) for one in kept.foregone}
    worst = sorted((one for one in lost if lost[one] >= COUNTS), key=lambda one: -lost[one])
    return "; ".join(
        f"{one.tag} {wording.number(one.value)} there, {wording.number(one.best)} at its best"
        for one in worst[:2]
    )
