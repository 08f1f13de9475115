"""How every folder and tag was read, and why: the report of `tbreport inspect`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from tbreport import wording
from tbreport.model import EventFile, Problem, Run, RunDigest, SetAside, Source
from tbreport.report.document import (
    Block,
    Cell,
    Column,
    Facts,
    Headline,
    Prose,
    Report,
    Section,
    Table,
)


def compose(
    inspected: Sequence[tuple[Run, RunDigest]],
    *,
    title: str,
    version: str,
    engine: str,
    why: Mapping[str, str],
) -> Report:
    """One block of text and two tables for each run.

    Args:
        engine: the one that read the files.
        why: layout → what it joins.
    """
    blocks: list[Block] = [Facts((("engine", engine),))]
    for run, digest in inspected:
        blocks.append(Prose(joining(run, why), "strong"))
        blocks.append(file_table(run.files, run.problems))
        if digest.statistics:
            blocks.append(tag_table(run, digest))
        blocks += [Prose(set_aside(found), "muted") for found in run.superseded]
    problems = sum(len(run.problems) for run, _ in inspected)
    headline = Headline(
        "warning" if problems else None,
        f"{wording.count(problems, 'problem')} in the files",
        f"read by the {engine} engine",
    )
    summary = wording.count(len(inspected), "run")
    sections = (Section("inspection", "Inspection", tuple(blocks)),)
    return Report(title, version, 0.0, headline, summary, sections, ())


def joining(run: Run, why: Mapping[str, str]) -> str:
    """Why the run has the folders that it has."""
    if len(run.folders) == 1:
        return f"{run.name}: the folder {run.folders[0]}"
    return f"{run.name}: {', '.join(run.folders)} joined ({why.get(run.layout, run.layout)})"


def file_table(files: Sequence[EventFile], problems: Sequence[Problem]) -> Table:
    """Each event file: how far it was read, by whom it was written, what is wrong with it."""
    columns = (
        Column("file"),
        Column("bytes", "right"),
        Column("read", "right"),
        Column("records", "right"),
        Column("writer", optional=True),
        Column("problems"),
    )
    rows = []
    for file in files:
        own = [problem for problem in problems if problem.path == file.path]
        text = "; ".join(f"{p.code} at {p.offset:,}: {p.detail}" for p in own[:3])
        if len(own) > 3:
            text += f"; and {len(own) - 3:,} more"
        rows.append(
            (
                Cell(file.path),
                Cell(f"{file.size:,}", file.size),
                Cell(f"{file.good_bytes:,}", file.good_bytes),
                Cell(f"{file.records:,}", file.records),
                Cell(file.writer or file.file_version),
                Cell(text or "none", tone="warning" if own else "muted"),
            )
        )
    return Table(columns, tuple(rows))


def tag_table(run: Run, digest: RunDigest) -> Table:
    """Each tag: what it was taken for, and where it was written."""
    columns = (
        Column("tag"),
        Column("kind"),
        Column("points", "right"),
        Column("steps", "right"),
        Column("metric"),
        Column("split"),
        Column("goal"),
        Column("written as", optional=True),
    )
    rows = []
    for found in digest.statistics:
        steps = "–" if found.first_step is None else f"{found.first_step:,} – {found.last_step:,}"
        if found.renumbered:
            steps += " (renumbered)"
        source = source_of(run, found.tag)
        rows.append(
            (
                Cell(found.tag),
                Cell(found.kind),
                Cell(f"{found.points:,}", found.points),
                Cell(steps),
                Cell(found.role.metric or "?" if found.kind == "scalars" else ""),
                Cell(found.role.split or ""),
                Cell(found.role.goal or ""),
                Cell(f"{source.folder}: {source.tag}" if source else ""),
            )
        )
    return Table(columns, tuple(rows))


def source_of(run: Run, tag: str) -> Source | None:
    """Where a series of a joined run was written; None where tag and run say it already."""
    series = run.scalars.get(tag) or run.histograms.get(tag)
    return series.source if series is not None and series.source.folder != run.name else None


def set_aside(found: SetAside) -> str:
    """One line for points that were read and do not count."""
    other = "" if found.kept == found.path else f"; {found.kept} is used"
    return (
        f"{found.tag}: {wording.count(found.points, 'point')} of {found.path} set aside "
        f"(steps {found.first_step:,} – {found.last_step:,}: {found.reason}{other})"
    )
