"""Deep networks at a glance: a row a layer, a column a step, darker where a measure is higher.

Norm and spread are shaded by their logarithm. The numbers stand in the table of layers; a map is
to show which rows depart from their neighbors, and when.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from html import escape

import numpy as np

from tbreport import wording
from tbreport.distribution import Distribution
from tbreport.model import Float64s, Int64s, RunDigest
from tbreport.report.document import LayerMap
from tbreport.report.galleries import group_of
from tbreport.report.scales import tick_label
from tbreport.report.theme import LEVELS, light, run_class, run_shade

FEWEST = 8  # layers: fewer are read in the table
MOST_MAPS = 24
MOST_ROWS = 200  # each of several layers beyond that, at the highest of theirs
COLUMNS = 30
PANEL = 124  # px across
GAP = 22
HEIGHT = 240  # px of the rows of a deep network
FEW_ZEROS = 0.01  # a share that needs no picture
TOP = 22

Measure = Callable[[Distribution], Float64s]
MEASURES: tuple[tuple[str, Measure, bool], ...] = (
    ("norm", lambda held: held.norms, True),
    ("spread", lambda held: held.spreads, True),
    ("zeros", lambda held: held.zeros, False),
)


def maps(layers: Sequence[tuple[str, RunDigest]]) -> list[LayerMap]:
    """A map for each run and group of tags that has layers enough, in the order of the layers."""
    found: dict[tuple[str, str], list[tuple[str, Distribution]]] = {}
    for tag, digest in layers:
        held = digest.distributions.get(tag)
        if held is not None and len(held.steps) > 1:
            found.setdefault((group_of(tag), digest.run), []).append((tag, held))
    return [
        LayerMap(run, group, tuple(tag for tag, _ in rows), tuple(held for _, held in rows))
        for (group, run), rows in found.items()
        if len(rows) >= FEWEST
    ][:MOST_MAPS]


def drawing(chart: LayerMap, color: int) -> str:
    """The map of a run's layers: a panel a measure that any of them has."""
    first = min(int(held.steps[0]) for held in chart.distributions)
    last = max(int(held.steps[-1]) for held in chart.distributions)
    wanted = np.linspace(first, last, COLUMNS)
    panels = []
    for name, measure, is_log in MEASURES:
        rows = np.array(
            [sampled(held.steps, measure(held), wanted) for held in chart.distributions]
        )
        if np.isfinite(rows).any() and (is_log or (rows > FEW_ZEROS).any()):
            panels.append((name, rows, is_log))
    n = min(len(chart.tags), MOST_ROWS)
    tall = max(1, min(12, HEIGHT // n))
    width = len(panels) * (PANEL + GAP) - GAP
    shapes = "".join(
        panel(name, gathered(rows), is_log, place * (PANEL + GAP), tall, color, (first, last))
        for place, (name, rows, is_log) in enumerate(panels)
    )
    text = (
        f"{chart.group} of {chart.run}: {len(chart.tags):,} layers from the input above "
        f"to the output below, steps {first:,} to {last:,}"
    )
    return (
        f'<svg class="layer-map {run_class(color)}" width="{width}" height="{TOP + n * tall + 18}"'
        f' viewBox="0 0 {width} {TOP + n * tall + 18}" role="img" aria-label="{escape(text)}"'
        f' font-family="sans-serif" font-size="10">{shapes}</svg>'
    )


def sampled(steps: Int64s, values: Float64s, wanted: Float64s) -> Float64s:
    """The value at the last step at or before each of the wanted ones; NaN where there is none."""
    places = np.searchsorted(steps, wanted, side="right") - 1
    known = (places >= 0) & (wanted <= steps[-1])
    return np.where(known, values[np.maximum(places, 0)], np.nan)


def gathered(rows: Float64s) -> Float64s:
    """At most `MOST_ROWS` rows: the highest of each few that are neighbors."""
    if len(rows) <= MOST_ROWS:
        return rows
    starts = np.linspace(0, len(rows), MOST_ROWS, endpoint=False).astype(np.int64)
    highest: Float64s = np.fmax.reduceat(rows, starts, axis=0)
    return highest


def panel(
    name: str,
    rows: Float64s,
    is_log: bool,
    left: int,
    tall: int,
    color: int,
    steps: tuple[int, int],
) -> str:
    """One measure: its name and range, its cells by shade, the first and the last step."""
    with np.errstate(all="ignore"):
        scaled = np.log10(np.where(rows > 0, rows, np.nan)) if is_log else rows
    finite = scaled[np.isfinite(scaled)]
    low, high = (float(finite.min()), float(finite.max())) if is_log and finite.size else (0.0, 1.0)
    with np.errstate(all="ignore"):
        levels = np.floor((scaled - low) / ((high - low) or 1.0) * LEVELS)
    shades = np.where(np.isfinite(levels), np.clip(levels, 0, LEVELS - 1), -1).astype(int)
    cells: dict[int, list[str]] = {}
    for row, line in enumerate(shades):
        ends = np.append(np.flatnonzero(np.diff(line)) + 1, len(line))
        start = 0
        for end in ends.tolist():
            x0, x1 = (left + round(at * PANEL / COLUMNS) for at in (start, end))
            cells.setdefault(int(line[start]), []).append(
                f"M{x0} {TOP + row * tall}h{x1 - x0}v{tall}h{x0 - x1}z"
            )
            start = end
    short = two_digits if is_log else wording.percent
    bounds = (10**low, 10**high) if is_log else (low, high)
    floor = TOP + len(rows) * tall + 13
    return (
        f'<text class="axis" fill="{light("muted")}" x="{left}" y="12">'
        f"{name} {short(bounds[0])} – {short(bounds[1])}</text>"
        + "".join(
            f'<path class="ridge-{level}" fill="{run_shade(color, level)}" d="{"".join(paths)}"/>'
            for level, paths in sorted(cells.items())
            if level >= 0
        )
        + f'<text class="axis" fill="{light("muted")}" x="{left}" y="{floor}">{steps[0]:,}</text>'
        f'<text class="axis" fill="{light("muted")}" x="{left + PANEL}" y="{floor}"'
        f' text-anchor="end">{steps[1]:,}</text>'
    )


def two_digits(value: float) -> str:
    """As much of a number as fits above a panel."""
    return tick_label(float(f"{value:.2g}"))
