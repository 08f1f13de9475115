"""The files of the runs: what was read, what was set aside, and what could not be read."""

from __future__ import annotations

from collections.abc import Sequence

from tbreport import wording
from tbreport.model import Problem, RunDigest
from tbreport.report.document import Block, Cell, Column, Prose, Table

COLUMNS = (
    Column("file"),
    Column("run"),
    Column("size", "right"),
    Column("records", "right"),
    Column("from", "left", optional=True),
    Column("state"),
)


def blocks(digests: Sequence[RunDigest], problems: Sequence[Problem]) -> tuple[Block, ...]:
    """A row a file, how many points count, and the problems of no run."""
    rows, names = [], []
    for digest in digests:
        for file in digest.files:
            bad = [problem for problem in digest.problems if problem.path == file.path]
            state = ", ".join(sorted({problem.code for problem in bad})) or "whole"
            rows.append(
                (
                    Cell(file.path),
                    Cell(digest.run),
                    Cell(wording.size(file.size), file.size),
                    Cell(f"{file.records:,}", file.records),
                    Cell(wording.date(file.first_wall_time or 0.0), file.first_wall_time),
                    Cell(state, tone="warning" if bad else "muted"),
                )
            )
            names.append(digest.run)
    blocks: list[Block] = [Table(COLUMNS, tuple(rows), tuple(names))]
    aside = sum(found.points for digest in digests for found in digest.superseded)
    if aside:
        kept = sum(digest.points for digest in digests)
        text = (
            f"{kept + aside:,} points were read: {kept:,} count, {aside:,} were set aside "
            "(resumes, abandoned attempts, concurrent writers, repeated steps)."
        )
        blocks.append(Prose(text, "muted"))
    for problem in problems:
        blocks.append(Prose(f"{problem.path}: {problem.detail}", "warning"))
    return tuple(blocks)
