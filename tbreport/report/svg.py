"""Static pictures of charts: inline SVG that needs neither style sheet nor script.

Colors are attributes, so that they hold under a policy that blocks styles; the classes let the
page's style sheet override them in the dark theme.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from html import escape

import numpy as np

from tbreport.analysis.thin import thin
from tbreport.model import Display, Float64s
from tbreport.report.charts import dashes, marked_value
from tbreport.report.document import Chart, Crowd, Mark, Tone, Trace
from tbreport.report.paths import QUARTER, path
from tbreport.report.scales import LARGEST, Frame, domain, padded, tick_label, ticks
from tbreport.report.theme import TOKENS, light, run_class, run_color

POINTS = 160  # of all traces of a picture together
TRACES = 50  # beyond that lines lie upon each other
CROWD_OPACITY = 0.16
NOTHING: Float64s = np.empty(0)


def curves(
    chart: Chart,
    colors: Mapping[str, int],
    width: int,
    height: int,
    choose: Callable[[Display, int], tuple[Float64s, Float64s]],
) -> str:
    """The picture of a chart: its traces, its marks, its non-finite steps.

    Args:
        choose: which points are drawn: `exact` for evidence, `averaged` for an overview.
    """
    traces = chart.traces[: chart.crowd.lead if chart.crowd else TRACES]
    points = [choose(trace.points, POINTS // max(1, len(traces))) for trace in traces]
    crowded = (chart.crowd.steps, chart.crowd.quantiles.ravel()) if chart.crowd else (NOTHING,) * 2
    steps = np.concatenate([crowded[0], *(trace.points.steps for trace in traces)])
    values = np.concatenate([crowded[1], *(values for _, values in points)])
    frame = Frame(width, height, domain(steps), padded(domain(values)))
    lines = "".join(
        curve(frame, x, y, colors.get(trace.run, 0), dash)
        for trace, (x, y), dash in zip(traces, points, dashes(chart, colors), strict=False)
    )
    return picture(
        chart.description or chart.title,
        frame,
        "".join(shading(mark, frame) for mark in chart.marks if marked_value(chart, mark) is None),
        axes(frame),
        *([crowd_bands(chart.crowd, frame)] if chart.crowd else []),
        restarts(traces, colors, frame),
        scaled_group("curves", 'fill="none" stroke-width="6" stroke-linecap="round"', lines),
        rug(traces, frame),
        "".join(words(mark, marked_value(chart, mark), frame) for mark in chart.marks),
    )


def exact(points: Display, most: int) -> tuple[Float64s, Float64s]:
    """Steps and values of at most `most` points, the extremes kept; NaN where not finite."""
    kept = thin(points.steps, points.values, most)
    return points.steps[kept].astype(np.float64), bounded(points.values[kept])


def averaged(points: Display, most: int) -> tuple[Float64s, Float64s]:
    """The means of about `most` stretches, the ends and the extremes of all between them.

    A few points of many runs, each an extreme, would only show the width of the noise.
    """
    if len(points.steps) <= most:
        return exact(points, most)
    steps, values = points.steps.astype(np.float64), bounded(points.values)
    finite = np.isfinite(values)
    n = len(steps)
    parts = min(n, max(4, most - 4))
    starts = np.arange(parts) * n // parts
    lengths = np.concatenate((starts[1:], [n])) - starts
    middles = np.add.reduceat(steps, starts) / lengths
    own = [0, n - 1]
    if finite.all():
        means = np.add.reduceat(values, starts) / lengths
        own += [int(values.argmin()), int(values.argmax())]
    else:
        totals = np.add.reduceat(np.where(finite, values, 0.0), starts)
        sizes = np.add.reduceat(finite.astype(np.float64), starts)
        means = np.divide(totals, sizes, out=np.full(parts, np.nan), where=sizes > 0)
        own += [int(np.nanargmin(values)), int(np.nanargmax(values))] if finite.any() else []
    across = np.concatenate((middles, steps[own]))
    down = np.concatenate((means, values[own]))
    order = np.argsort(across, kind="stable")
    return across[order], down[order]


def bounded(values: Float64s) -> Float64s:
    """The values, NaN where they are not finite, within what can be subtracted."""
    return np.where(np.isfinite(values), np.clip(values, -LARGEST, LARGEST), np.nan)


def curve(frame: Frame, x: Float64s, y: Float64s, color: int, dash: str = "") -> str:
    """One line in its run's color."""
    lengths = " ".join(str(QUARTER * int(length)) for length in dash.split())
    dashing = f' stroke-dasharray="{lengths}"' if lengths else ""
    return (
        f'<path class="{run_class(color)}" stroke="{run_color(color)}"{dashing}'
        f' d="{path(frame.across(x), frame.down(y))}"/>'
    )


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
    heights = [(frame.down(value), value) for value in ticks(*frame.y, 4)] if vertical else []
    places = [(frame.across(value), value) for value in ticks(*frame.x, 5)]
    lines = "".join(f"M{frame.left} {y:.1f}H{frame.width - frame.right}" for y, _ in heights)
    beside = [(frame.left - 6, y + 3.5, tick_label(value)) for y, value in heights]
    below = [(x, frame.floor + 16, tick_label(value)) for x, value in places]
    return (
        f'<path class="grid" stroke="{light("grid")}" d="{lines}"/>'
        f"{labels('end', beside)}{labels('middle', below)}"
    )


def labels(anchor: str, texts: Iterable[tuple[float, float, str]]) -> str:
    """Words on an axis: x, y, text."""
    words = "".join(f'<text x="{x:.0f}" y="{y:.0f}">{escape(text)}</text>' for x, y, text in texts)
    return f'<g class="axis" fill="{light("muted")}" text-anchor="{anchor}">{words}</g>'


def crowd_bands(crowd: Crowd, frame: Frame) -> str:
    """Where nine tenths and where half of all runs lie, and their median."""
    x, rows = frame.across(crowd.steps), frame.down(bounded(crowd.quantiles))
    bands = "".join(
        f'<path class="crowd" fill="{light("edge")}" fill-opacity="{CROWD_OPACITY}"'
        f' d="{path(np.append(x, x[::-1]), np.append(rows[low], rows[-1 - low][::-1]))}z"/>'
        for low in (0, 1)
    )
    median = f'<path class="median" stroke="{light("muted")}" d="{path(x, rows[2])}"/>'
    return scaled_group("crowd", 'fill="none" stroke-width="5"', bands + median)


def restarts(traces: tuple[Trace, ...], colors: Mapping[str, int], frame: Frame) -> str:
    """A dotted line where a later attempt took over."""
    return "".join(
        f'<path class="{run_class(colors.get(trace.run, 0))}" stroke-dasharray="1 3"'
        f' stroke="{run_color(colors.get(trace.run, 0))}"'
        f' d="M{frame.across(float(step)):.1f} {frame.top}V{frame.floor}"/>'
        for trace in traces
        for step in trace.restarts
        if frame.x[0] <= step <= frame.x[1]
    )


def rug(traces: tuple[Trace, ...], frame: Frame) -> str:
    """Short strokes on the step axis where a value is not finite."""
    lost = [trace.points.steps[~np.isfinite(trace.points.values)] for trace in traces]
    steps = np.unique(np.concatenate([*lost, np.empty(0, np.int64)])).astype(float)
    strokes = rug_strokes(frame, steps)
    return f'<path class="rug" stroke="{light("ink-error")}" d="{strokes}"/>' if strokes else ""


def rug_strokes(frame: Frame, x: Float64s, length: int = 3) -> str:
    """Path data of strokes that stand on the floor, at most one a pixel."""
    columns = np.unique(np.rint(frame.across(x)).astype(int))
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


def words(mark: Mark, value: float | None, frame: Frame) -> str:
    """A mark's label, and a ring around the value it speaks of where there is one."""
    x = frame.across(min(max(float(mark.steps[0]), frame.x[0]), frame.x[1]))
    y, ring = frame.top + 10.0, ""
    if value is not None:
        y = frame.down(value)
        ring = (
            f'<circle class="ring" cx="{x:.1f}" cy="{y:.1f}" r="3.5" fill="{light("panel")}"'
            f' stroke="{light("ink")}" stroke-width="1.5"/>'
        )
        y = y - 8 if y > frame.top + 20 else y + 16
    anchor, offset = ("end", -5) if x > frame.width * 0.68 else ("start", 5)
    return (
        f'{ring}<text class="label {mark.tone}" x="{x + offset:.1f}" y="{y:.1f}"'
        f' fill="{tone_color("ink", mark.tone)}" text-anchor="{anchor}">{escape(mark.label)}</text>'
    )


def tone_color(use: str, tone: Tone) -> str:
    """The light color of a tone as ink or as the shade of a mark."""
    name = f"{use}-{tone}"
    return light(name if name in TOKENS else {"ink": "ink", "mark": "mark-plain"}[use])
