"""One run against the others, at the same step: what was better, what was worse."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from tbreport import wording
from tbreport.model import Display, Int64s, RunDigest
from tbreport.report.document import Block, Cell, Chart, Column, Gallery, Prose, Table, Tone, Trace
from tbreport.report.galleries import group_of, scalar_statistics, slug, tag_order, unique


def blocks(digests: Sequence[RunDigest], compare: str | None) -> tuple[Block, ...]:
    """A table of every shared metric at the last common step, and the curves of the differences.

    Only points that both runs have at the same step are compared; nothing is interpolated.
    """
    reference = next((digest for digest in digests if digest.run == compare), None)
    if reference is None:
        return ()
    others = [digest for digest in digests if digest is not reference]
    tags = sorted(
        {tag for digest in others for tag in digest.display if tag in reference.display},
        key=tag_order,
    )
    differences = [
        (tag, digest, *common(digest.display[tag], reference.display[tag]))
        for tag in tags
        for digest in others
        if tag in digest.display
    ]
    rows = [
        row(digest, reference, tag, points, base)
        for tag, digest, points, base in differences
        if len(points.steps) and scalar_statistics(digest)[tag].role.goal is not None
    ]
    drawn = Gallery(difference_charts(differences, reference))
    if not drawn.charts:
        text = f"No metric of another run has a step in common with {reference.run}."
        return (Prose(text, "warning"),)
    if not rows:
        text = f"The runs share no loss or metric with {reference.run}; other series are drawn."
        return (Prose(text, "warning"), drawn)
    columns = (
        Column("run"),
        Column("tag"),
        Column("at step", "right"),
        Column("value", "right"),
        Column(reference.run, "right"),
        Column("difference", "right"),
        Column("relative", "right"),
    )
    names = tuple(cells[0].text for cells in rows)
    return (
        Prose(f"Every run against {reference.run}, at the last step that both have.", "muted"),
        Table(columns, tuple(rows), names),
        drawn,
    )


def common(points: Display, base: Display) -> tuple[Display, Display]:
    """The points of both at the steps that both have, where both are finite."""
    _, ours, theirs = np.intersect1d(points.steps, base.steps, True, return_indices=True)
    finite = np.isfinite(points.values[ours]) & np.isfinite(base.values[theirs])
    return taken(points, ours[finite]), taken(base, theirs[finite])


def taken(points: Display, places: Int64s) -> Display:
    return Display(points.steps[places], points.wall_times[places], points.values[places])


def row(
    digest: RunDigest, reference: RunDigest, tag: str, points: Display, base: Display
) -> tuple[Cell, ...]:
    """One line of the table; the tone says whether the difference is for the worse."""
    value, held = float(points.values[-1]), float(base.values[-1])
    difference = value - held
    goal = scalar_statistics(digest)[tag].role.goal
    worse = difference > 0 if goal == "min" else difference < 0
    tone: Tone = "plain" if difference == 0 else ("error" if worse else "ok")
    ratio = difference / abs(held) if held else float("nan")
    step = int(points.steps[-1])
    return (
        Cell(digest.run),
        Cell(tag),
        Cell(f"{step:,}", step),
        Cell(wording.number(value), value),
        Cell(wording.number(held), held),
        Cell(f"{'+' if difference > 0 else ''}{wording.number(difference)}", difference, tone),
        Cell("0 %" if abs(ratio) < 5e-4 else wording.change(ratio), ratio, tone),
    )


def difference_charts(
    differences: Sequence[tuple[str, RunDigest, Display, Display]], reference: RunDigest
) -> tuple[Chart, ...]:
    """A chart a tag: every run minus the reference."""
    by_tag: dict[str, list[Trace]] = {}
    for tag, digest, points, base in differences:
        if len(points.steps):
            minus = Display(points.steps, points.wall_times, points.values - base.values)
            by_tag.setdefault(tag, []).append(Trace(digest.run, tag, minus))
    ids = unique(f"difference-{slug(tag)}" for tag in by_tag)
    return tuple(
        Chart(
            id,
            f"{tag} − {reference.run}",
            group_of(tag),
            tuple(traces),
            (),
            f"{tag} of {wording.count(len(traces), 'run')} minus that of {reference.run}",
        )
        for id, (tag, traces) in zip(ids, by_tag.items(), strict=True)
    )
