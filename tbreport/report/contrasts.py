"""Two sides held against each other, as a Report: what differs, and where their curves part."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from tbreport import wording
from tbreport.gate.contrast import Change, Contrast
from tbreport.model import RunDigest
from tbreport.report.document import (
    Block,
    Cell,
    Column,
    Facts,
    Gallery,
    Headline,
    Prose,
    Report,
    Section,
    Table,
)
from tbreport.report.galleries import scalars
from tbreport.report.headline import dated
from tbreport.report.sections import mask

LONGEST = 80  # characters of a line of text


def compose(
    found: Contrast,
    names: tuple[str, str],
    digests: Sequence[RunDigest],
    *,
    version: str,
    created_at: float | None = None,
) -> Report:
    """The report of a contrast; `names` are the two sides as the user called them."""
    shown = tuple(mask(digest) for digest in digests)
    found = replace(found, names=names, hparams=tuple(masked(found.hparams)))
    sections = [Section("contrast", "Differences", tuple(blocks(found, names)))]
    charts = scalars(shown)
    if charts:
        sections.append(Section("scalars", "Scalars", (Gallery(charts),), len(charts)))
    return Report(
        f"{names[0]} v {names[1]}",
        version,
        dated(shown, created_at),
        headline(found),
        wording.count(len(shown), "run"),
        tuple(sections),
        shown,
        colors={digest.run: place for place, digest in enumerate(shown)},
        contrast=found,
    )


def masked(hparams: Iterable[tuple[str, str, str]]) -> Iterator[tuple[str, str, str]]:
    """The hyper-parameters without the values of those whose names say that they are secrets."""
    for name, *sides in hparams:
        before, after = (wording.masked(name, value) or value for value in sides)
        yield name, before, after


def headline(found: Contrast) -> Headline:
    """How much differs, in a sentence."""
    parted = [change for change in found.changes if change.parts_at is not None]
    same = [change for change in found.changes if change.differs_from is None]
    total = wording.count(len(found.changes), "common metric")
    title = f"{len(parted):,} of {total} part beyond noise"
    if found.changes and len(same) == len(found.changes):
        title = f"All of {total} are the same at every step"
    detail = (
        f"{wording.count(len(found.hparams), 'hyper-parameter')} differ, "
        f"{len(found.only_before):,} tags only before, {len(found.only_after):,} only after"
    )
    return Headline(None, title, detail)


def blocks(found: Contrast, names: tuple[str, str]) -> list[Block]:
    """Settings first, for they may explain the rest; then tags, then metrics."""
    made: list[Block] = []
    if found.hparams:
        made.append(plain_table(("hyper-parameter", *names), found.hparams))
    if found.texts:
        made.append(plain_table(("text", *names), found.texts))
    facts = (
        (f"only in {names[0]}", found.only_before),
        (f"only in {names[1]}", found.only_after),
        ("no common step", found.apart),
    )
    told = tuple((name, ", ".join(tags)) for name, tags in facts if tags)
    if told:
        made.append(Facts(told))
    if found.changes:
        made.append(metrics(found.changes, names))
        if all(change.n_before + change.n_after == 2 for change in found.changes):
            text = (
                "One run a side: the intervals say how sure the points are, "
                "not what another seed would give."
            )
            made.append(Prose(text, "muted"))
    return made or [Prose("Nothing can be compared.", "warning")]


def plain_table(titles: Sequence[str], rows: Iterable[Sequence[str]]) -> Table:
    """Words in columns, long ones cut."""
    cells = tuple(tuple(Cell(short(word)) for word in row) for row in rows)
    return Table(tuple(Column(title) for title in titles), cells)


def short(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"


def metrics(changes: Sequence[Change], names: tuple[str, str]) -> Table:
    """One row a metric: the levels at the end, the change, and where the curves part."""
    columns = (
        Column("metric"),
        Column("at step", "right"),
        Column(names[0], "right"),
        Column(names[1], "right"),
        Column("change", "right"),
        Column("95 % interval", "right", optional=True),
        Column("differs from", "right", optional=True),
        Column("parts at", "right"),
    )
    return Table(columns, tuple(row(change) for change in changes))


def row(change: Change) -> tuple[Cell, ...]:
    scale = abs(change.before)
    bounds = (change.low / scale, change.high / scale) if scale else (math.nan, math.nan)
    known = all(math.isfinite(bound) for bound in bounds)
    interval = " to ".join(wording.change(bound) for bound in bounds) if known else "–"
    return (
        Cell(change.tag),
        Cell(f"{change.step:,}", change.step),
        Cell(wording.number(change.before), change.before),
        Cell(wording.number(change.after), change.after),
        Cell(wording.change(change.relative), change.relative,
             "strong" if change.is_clear else "plain"),
        Cell(interval),
        step_cell(change.differs_from),
        step_cell(change.parts_at),
    )  # fmt: skip


def step_cell(step: int | None) -> Cell:
    return Cell("–" if step is None else f"{step:,}", step)
