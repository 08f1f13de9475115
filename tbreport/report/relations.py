"""Hyper-parameters against the outcome as SVG: parallel axes and scatters."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from html import escape

from tbreport.report import svg
from tbreport.report.scales import Frame
from tbreport.report.showcase import Axis, Parallel, Scatter
from tbreport.report.theme import LEVELS, light, run_class, run_color

TOP, BOTTOM, SIDE = 34, 34, 60  # px around the parallel axes
LETTER = 6.5  # px: the widest of a tick's label
GAP = 124  # px between two of them; of few axes more, to fill the room of three
WIDEST_GAP = 220
ROOM = 2 * WIDEST_GAP
NONE = -0.1  # where a run without a value crosses an axis, as a share of its length


def parallel(found: Parallel, places: Mapping[str, int], height: int = 260) -> str:
    """One line a run, the better ones stronger and in front.

    Args:
        places: run → its number in the page, by which the page's filters know it.
    """
    n_gaps = max(len(found.axes) - 1, 1)
    gap = min(max(GAP, ROOM // n_gaps), WIDEST_GAP)
    width = 2 * SIDE + gap * n_gaps
    across = [SIDE + gap * place for place in range(len(found.axes))]

    def down(share: float) -> float:
        return height - BOTTOM - share * (height - TOP - BOTTOM)

    lines = []
    for line in sorted(found.lines, key=lambda line: line.rank):
        shares = [NONE if math.isnan(share) else share for share in line.places]
        corners = [(x, down(share)) for x, share in zip(across, shares, strict=True)]
        level = min(LEVELS - 1, int(line.rank * LEVELS))
        strokes = "L".join(f"{x:.0f} {y:.1f}" for x, y in corners)
        lines.append(
            f'<path class="rank-{level}" data-run="{places.get(line.run, 0)}"'
            f' stroke="{light("accent")}" stroke-opacity="{0.15 + 0.11 * level:.2f}"'
            f' d="M{strokes}"><title>{escape(line.run)}</title></path>'
        )
    lacking = [
        any(math.isnan(line.places[at]) for line in found.lines) for at in range(len(across))
    ]
    axes = "".join(
        upright(
            Axis(axis.name, (*axis.ticks, (NONE, "none"))) if lacking[place] else axis,
            x, down, height, "end" if place == 0 else "start",
        )
        for place, (axis, x) in enumerate(zip(found.axes, across, strict=True))
    )  # fmt: skip
    return (
        f'<svg class="still parallel" viewBox="0 0 {width} {height}" width="{width}"'
        f' height="{height}" role="img" aria-label="{escape(found.description)}"'
        f' font-family="sans-serif" font-size="10">'
        f'<g fill="none" stroke-width="1.6" stroke-linejoin="round">{"".join(lines)}</g>'
        f"{axes}</svg>"
    )


def upright(axis: Axis, x: float, down: Callable[[float], float], height: int, side: str) -> str:
    """A vertical axis with its name above it."""
    offset = -6 if side == "end" else 6
    words = "".join(
        f'<text x="{x + offset}" y="{down(share) + 3.5:.0f}">{escape(label)}</text>'
        for share, label in axis.ticks
    )
    return (
        f'<path class="edge" stroke="{light("edge")}" d="M{x} {TOP}V{height - BOTTOM}"/>'
        f'<g class="axis" fill="{light("muted")}" text-anchor="{side}">{words}</g>'
        f'<text class="name" fill="{light("ink")}" text-anchor="middle" x="{x}" y="{TOP - 14}">'
        f"{escape(shortened(axis.name))}<title>{escape(axis.name)}</title></text>"
    )


def legible(labels: Iterable[tuple[float, str]]) -> Iterator[tuple[float, str]]:
    """Labels around places, from the left, without those that would touch the one before."""
    end = -math.inf
    for across, label in labels:
        half = LETTER * len(label) / 2
        if across - half > end:
            end = across + half + LETTER / 2
            yield across, label


def shortened(name: str, most: int = 20) -> str:
    """A name without its middle, where it is long."""
    return name if len(name) <= most else f"{name[: most // 2]}…{name[-most // 2 + 1 :]}"


def scatter(
    found: Scatter, places: Mapping[str, int], colors: Mapping[str, int], width: int, height: int
) -> str:
    """A dot a run, in its color."""
    area = Frame(width, height, (0.0, 1.0), (0.0, 1.0))
    lines = "".join(
        f"M{area.left} {area.down(share):.1f}H{width - area.right}" for share, _ in found.y.ticks
    )
    beside = [(area.left - 6, area.down(share) + 3.5, label) for share, label in found.y.ticks]
    below = [
        (across, area.floor + 16.0, label)
        for across, label in legible((area.across(share), label) for share, label in found.x.ticks)
    ]
    dots = "".join(
        f'<circle class="{run_class(colors.get(run, 0))}" data-run="{places.get(run, 0)}"'
        f' fill="{run_color(colors.get(run, 0))}" cx="{area.across(x):.1f}" cy="{area.down(y):.1f}"'
        f' r="4"><title>{escape(run)}</title></circle>'
        for run, x, y in found.points
    )
    return svg.picture(
        f"{found.y.name} over {found.x.name}: {found.note}",
        area,
        f'<path class="grid" stroke="{light("grid")}" d="{lines}"/>',
        svg.labels("end", beside),
        svg.labels("middle", below),
        f"<g>{dots}</g>",
    )
