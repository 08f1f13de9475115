"""Static pictures: inline SVG that needs neither style sheet nor script.

Colors are attributes, so that they hold under a policy that blocks styles; the classes let a
style sheet override them in the dark theme.
"""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

import numpy as np
import numpy.typing as npt

from tbreport.analysis.thin import merged
from tbreport.model import Float64s
from tbreport.report.document import Mark, Tone
from tbreport.report.labelling import Spot, step_place
from tbreport.report.paths import QUARTER, path
from tbreport.report.scales import Frame, tick_labels, ticks
from tbreport.report.theme import TOKENS, light, run_class, run_color

DOT = 14  # quarters of a px, of a point that stands alone
TICK_WIDTH, TICK_HEIGHT = 90, 50  # px from one tick to the next, about, in a large picture


def curve(frame: Frame, x: Float64s, y: Float64s, color: int, dash: str = "") -> str:
    """One line in its run's color; a point that stands alone as a dot that can be seen."""
    lengths = " ".join(str(QUARTER * int(length)) for length in dash.split())
    dashing = f' stroke-dasharray="{lengths}"' if lengths else ""
    drawn = f'<path class="{run_class(color)}" stroke="{run_color(color)}"'
    line = f'{drawn}{dashing} d="{path(frame.across(x), frame.down(y))}"/>'
    alone = lonely(y)
    if not alone.any():
        return line
    dots = path(frame.across(x), np.where(alone, frame.down(y), np.nan))
    return f'{line}{drawn} stroke-width="{DOT}" d="{dots}"/>'


def lonely(y: Float64s) -> npt.NDArray[np.bool_]:
    """Which values are finite and have no finite one beside them."""
    finite = np.zeros(len(y) + 2, np.bool_)
    finite[1:-1] = np.isfinite(y)
    alone: npt.NDArray[np.bool_] = finite[1:-1] & ~finite[:-2] & ~finite[2:]
    return alone


def picture(text: str, frame: Frame, *parts: str) -> str:
    """An inline SVG with its text alternative."""
    return (
        f'<svg class="still" viewBox="0 0 {frame.width} {frame.height}" width="{frame.width}"'
        f' height="{frame.height}" role="img" aria-label="{escape(text)}"'
        f' font-family="sans-serif" font-size="10">{"".join(parts)}</svg>'
    )


def scaled_group(name: str, attributes: str, shapes: str) -> str:
    """Shapes whose coordinates are quarters of a pixel."""
    joined = f'transform="scale(.25)" stroke-linejoin="round" {attributes}'
    return f'<g class="{name}" {joined}>{shapes}</g>'


def axes(frame: Frame, *, vertical: bool = True) -> str:
    """Grid lines and tick labels."""
    n_across = max(5, (frame.width - frame.left - frame.right) // TICK_WIDTH)
    heights, places = heights_of_ticks(frame) if vertical else [], ticks(*frame.x, n_across)
    lines = "".join(
        f"M{frame.left} {frame.down(value):.1f}H{frame.width - frame.right}" for value in heights
    )
    beside = [
        (frame.left - 6, frame.down(value) + 3.5, text)
        for value, text in zip(heights, tick_labels(heights), strict=True)
    ]
    below = [
        (frame.across(value), frame.floor + 16, text)
        for value, text in zip(places, tick_labels(places), strict=True)
    ]
    return (
        f'<path class="grid" stroke="{light("grid")}" d="{lines}"/>'
        f"{labels('end', beside)}{labels('middle', below)}"
    )


def heights_of_ticks(frame: Frame) -> list[float]:
    """The values beside the y axis."""
    return ticks(*frame.y, max(4, (frame.floor - frame.top) // TICK_HEIGHT))


def labels(anchor: str, texts: Iterable[tuple[float, float, str]]) -> str:
    """Words on an axis: x, y, text."""
    words = "".join(f'<text x="{x:.0f}" y="{y:.0f}">{escape(text)}</text>' for x, y, text in texts)
    return f'<g class="axis" fill="{light("muted")}" text-anchor="{anchor}">{words}</g>'


def rug_strokes(frame: Frame, x: Float64s, length: int = 3) -> str:
    """Path data of strokes that stand on the floor, at most one a pixel."""
    columns = merged(np.rint(frame.across(x)).astype(np.int64))
    return "".join(f"M{column} {frame.floor}v-{length}" for column in columns)


def shading(mark: Mark, frame: Frame) -> str:
    """The shaded range of a mark; a dotted line at a single step that has no value to ring."""
    left, right = frame.across(np.clip(np.array(mark.steps, float), *frame.x))
    if mark.steps[0] == mark.steps[1]:
        return (
            f'<path class="at {mark.tone}" stroke="{tone_color("ink", mark.tone)}"'
            f' stroke-dasharray="2 2" d="M{left:.1f} {frame.top}V{frame.floor}"/>'
        )
    return (
        f'<rect class="mark {mark.tone}" fill="{tone_color("mark", mark.tone)}"'
        f' x="{left:.1f}" y="{frame.top}" width="{max(1.0, right - left):.1f}"'
        f' height="{frame.floor - frame.top}"/>'
    )


def level(value: float | None, dash: str, frame: Frame) -> str:
    """A line across the plot at a value; none where it lies beyond."""
    if value is None or not frame.y[0] <= value <= frame.y[1]:
        return ""
    across = f"M{frame.left} {frame.down(value):.1f}H{frame.width - frame.right}"
    stroke = f'stroke="{tone_color("ink", "muted")}" stroke-dasharray="{dash}"'
    return f'<path class="at muted" {stroke} d="{across}"/>'


def words(mark: Mark, spot: Spot) -> str:
    """A mark's label."""
    return (
        f'<text class="label {mark.tone}" x="{spot.edge:.1f}" y="{spot.base:.1f}"'
        f' fill="{tone_color("ink", mark.tone)}"'
        f' text-anchor="{"end" if spot.leftwards else "start"}">{escape(mark.label)}</text>'
    )


def ring(mark: Mark, value: float, frame: Frame) -> str:
    """A circle around the value that a mark speaks of."""
    return (
        f'<circle class="ring" cx="{step_place(mark, frame):.1f}" cy="{frame.down(value):.1f}"'
        f' r="3.5" fill="{light("panel")}" stroke="{light("ink")}" stroke-width="1.5"/>'
    )


def tone_color(use: str, tone: Tone) -> str:
    """The light color of a tone as ink or as the shade of a mark."""
    name = f"{use}-{tone}"
    return light(name if name in TOKENS else {"ink": "ink", "mark": "mark-plain"}[use])
