"""PR curves: every run's at a step in one picture, and what they come to in a table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape

import numpy as np

from tbreport import wording
from tbreport.exhibits import Exhibit, PrCurve
from tbreport.report import svg
from tbreport.report.document import Block, Cell, Column, Prose, Spark, Table
from tbreport.report.paths import path
from tbreport.report.scales import Frame
from tbreport.report.showcase import PrChart, PrFrame, PrLine
from tbreport.report.theme import run_class, run_color, run_dash

MOST_FRAMES = 12  # steps of a chart
MOST_LINES = 40  # runs of a chart


def blocks(id: str, tag: str, curves: Mapping[str, Sequence[Exhibit]]) -> list[Block]:
    """The chart and the table of a tag; nothing where no curve can be drawn.

    Args:
        curves: the exhibits of each run, by rising step.
    """
    known = {
        run: [line(run, one.step, one.content) for one in found if isinstance(one.content, PrCurve)]
        for run, found in curves.items()
    }
    known = {run: lines for run, lines in known.items() if lines}
    if not known:
        return []
    steps = sorted({line.step for lines in known.values() for line in lines})
    places = np.linspace(0, len(steps) - 1, min(MOST_FRAMES, len(steps))).round().astype(int)
    drawn = list(known.values())[:MOST_LINES]
    frames = tuple(frame(steps[place], drawn) for place in np.unique(places))
    found: list[Block] = [PrChart(id, tag, frames, table(known))]
    if len(known) > MOST_LINES:
        found.append(Prose(f"{MOST_LINES} of {len(known):,} runs are drawn.", "muted"))
    return found


def line(run: str, step: int, curve: PrCurve) -> PrLine:
    measured = curve.average, curve.f1, curve.threshold
    return PrLine(run, step, curve.precision, curve.recall, *measured)


def frame(step: int, runs: Sequence[Sequence[PrLine]]) -> PrFrame:
    """The last curve of each run up to a step; runs that begin later are not there yet."""
    lines = (next((one for one in reversed(run) if one.step <= step), None) for run in runs)
    return PrFrame(step, tuple(one for one in lines if one is not None))


def table(known: Mapping[str, Sequence[PrLine]]) -> Table:
    """One row a run: its last curve in numbers."""
    columns = (
        Column("run"),
        Column("average precision", "right"),
        Column("best", "right"),
        Column("at", "right", optional=True),
        Column("F1", "right"),
        Column("threshold", "right", optional=True),
        Column("step", "right", optional=True),
    )
    rows = []
    for run, lines in known.items():
        last, best = lines[-1], max(lines, key=lambda one: one.average)
        averages = tuple(one.average for one in lines)
        text = f"average precision of {run}: {averages[0]:.3f} → {averages[-1]:.3f}"
        spark = Spark(averages, run, text) if len(lines) > 1 else None
        rows.append(
            (
                Cell(run),
                Cell(wording.number(round(last.average, 4)), last.average, spark=spark),
                Cell(wording.number(round(best.average, 4)), best.average),
                Cell(f"{best.step:,}", best.step),
                Cell(wording.number(round(last.f1, 4)), last.f1),
                Cell(f"{last.threshold:.2f}", last.threshold),
                Cell(f"{last.step:,}", last.step),
            )
        )
    return Table(columns, tuple(rows), tuple(known))


def drawing(
    found: PrFrame, places: Mapping[str, int], colors: Mapping[str, int], width: int, height: int
) -> str:
    """The curves of a step as SVG: recall to the right, precision upwards.

    Args:
        places: run → its number in the page, by which the page's filters know it.
    """
    area = Frame(width, height, (0.0, 1.0), (0.0, 1.0))
    lines = []
    for one in found.lines:
        color = colors.get(one.run, 0)
        dash = run_dash(color)
        lines.append(
            f'<path class="{run_class(color)}" data-run="{places.get(one.run, 0)}"'
            f' stroke="{run_color(color)}"'
            + (
                f' stroke-dasharray="{" ".join(str(4 * int(n)) for n in dash.split())}"'
                if dash
                else ""
            )
            + f' d="{path(area.across(one.recall), area.down(one.precision))}">'
            f"<title>{escape(one.run)}, step {one.step:,}: average precision"
            f" {one.average:.3f}</title></path>"
        )
    averages = ", ".join(f"{one.run} {one.average:.3f}" for one in found.lines[:10])
    return svg.picture(
        f"Precision over recall at step {found.step:,}; average precision: {averages}",
        area,
        svg.axes(area),
        svg.labels("end", [(width - 12.0, area.floor - 6.0, "recall →")]),
        svg.labels("start", [(area.left + 4.0, area.floor - 6.0, "precision ↑")]),
        svg.scaled_group(
            "curves", 'fill="none" stroke-width="7" stroke-linecap="round"', "".join(lines)
        ),
    )
