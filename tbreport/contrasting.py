"""diff: two paths in, a Report of what changed between the runs under them out."""

from __future__ import annotations

from dataclasses import replace

from tbreport import __version__
from tbreport.analysis.digest import plan_for
from tbreport.dating import source_date
from tbreport.errors import NothingToCompare
from tbreport.gate.contrast import contrast
from tbreport.gate.jobs import named
from tbreport.gating import Reading, digests_of, drawn
from tbreport.reader import logdir
from tbreport.report import contrasts
from tbreport.report.document import Report


def difference(before: str, after: str, reading_of: Reading) -> Report:
    """What changed between the runs under two paths.

    Raises:
        NothingToCompare: no tag is on both sides.
    """
    sides = []
    texts: tuple[dict[str, str], dict[str, str]] = ({}, {})
    for path, told in zip((before, after), texts, strict=True):
        sides.append(digests_of([path], reading_of, detect=False, texts=told)[0])
    found = contrast(sides[0], sides[1], texts)
    if not found.changes and not found.apart:
        raise NothingToCompare(
            f"{before!r} and {after!r} have no tag in common",
            hint=f"{before}: {named(found.only_before)}; {after}: {named(found.only_after)}",
        )
    labels = names_of(before, after)
    every = [
        replace(drawn(digest, plan_for(len(sides[0]) + len(sides[1]))), run=f"{label}/{digest.run}")
        for label, digests in zip(labels, sides, strict=True)
        for digest in digests
    ]
    return contrasts.compose(found, labels, every, version=__version__, created_at=source_date())


def names_of(before: str, after: str) -> tuple[str, str]:
    """The two sides by name, else by the end of the path; A and B where these are the same."""
    first, second = (logdir.inputs([path])[0].title for path in (before, after))
    return (first, second) if first != second else (f"A {first}", f"B {second}")
