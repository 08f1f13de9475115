"""A chart's curves as a static picture: which points are drawn, and everything around them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import numpy as np

from tbreport.analysis.thin import thin
from tbreport.model import Display, Float64s
from tbreport.report.charts import LEVEL_DASH, dashes, marked_value
from tbreport.report.document import Chart, Crowd, Trace
from tbreport.report.labelling import Spot, spots
from tbreport.report.paths import path
from tbreport.report.scales import LARGEST, Frame, domain, padded, tick_labels
from tbreport.report.svg import (
    axes,
    curve,
    heights_of_ticks,
    level,
    picture,
    ring,
    rug_strokes,
    scaled_group,
    shading,
    words,
)
from tbreport.report.theme import light, run_class, run_color

POINTS = 160  # of all traces of a picture together
TRACES = 50  # beyond that lines lie upon each other
CROWD_OPACITY = 0.16
NOTHING: Float64s = np.empty(0)

Choose = Callable[[Display, int], tuple[Float64s, Float64s]]


@dataclass(frozen=True, slots=True)
class Look:
    """How large a static picture of the page is, px, and which points are drawn."""

    width: int
    height: int
    choose: Choose


@dataclass(frozen=True, slots=True)
class Excerpt:
    """What a picture shows of a chart: some of its traces, some points of each."""

    traces: tuple[Trace, ...]
    points: tuple[tuple[Float64s, Float64s], ...]  # steps and values; NaN where not finite
    x: tuple[float, float]
    y: tuple[float, float]


def curves(chart: Chart, colors: Mapping[str, int], look: Look) -> str:
    """The picture of a chart in the page."""
    shown = excerpt(chart, look.choose)
    frame = framed(shown, look)
    return picture(chart.description or chart.title, frame, *shapes(chart, shown, frame, colors))


def excerpt(
    chart: Chart, choose: Choose, n_points: int = POINTS, n_traces: int = TRACES
) -> Excerpt:
    """So many traces of a chart at most, and so many points of all of them together."""
    traces = chart.traces[: chart.crowd.lead if chart.crowd else n_traces]
    points = tuple(choose(trace.points, n_points // max(1, len(traces))) for trace in traces)
    crowded = (chart.crowd.steps, chart.crowd.quantiles.ravel()) if chart.crowd else (NOTHING,) * 2
    steps = np.concatenate([crowded[0], *(trace.points.steps for trace in traces)])
    values = np.concatenate([crowded[1], *(values for _, values in points)])
    return Excerpt(traces, points, domain(steps), padded(domain(values)))


def framed(shown: Excerpt, look: Look) -> Frame:
    """The plot area of a picture of the page, beside the longest of its labels."""
    frame = Frame(look.width, look.height, shown.x, shown.y)
    longest = max(map(len, tick_labels(heights_of_ticks(frame))), default=0)
    return replace(frame, left=max(frame.left, 4 + 6 * longest))


def mark_spots(chart: Chart, shown: Excerpt, frame: Frame) -> list[Spot]:
    """Where the words of a chart's marks stand: off its threshold as well."""
    values = [marked_value(chart, mark) for mark in chart.marks]
    lines = list(shown.points)
    if chart.threshold is not None:
        lines.append((np.array(frame.x), np.full(2, chart.threshold)))
    return spots(chart.marks, values, frame, lines)


def shapes(
    chart: Chart, shown: Excerpt, frame: Frame, colors: Mapping[str, int], behind: str = ""
) -> tuple[str, ...]:
    """All that is drawn of a chart, what lies below first; `behind` is what its lines cover."""
    marked = [(mark, marked_value(chart, mark)) for mark in chart.marks]
    spotted = zip(marked, mark_spots(chart, shown, frame), strict=True)
    lines = "".join(
        curve(frame, x, y, colors.get(trace.run, 0), dash)
        for trace, (x, y), dash in zip(
            shown.traces, shown.points, dashes(chart, colors), strict=False
        )
    )
    return (
        "".join(shading(mark, frame) for mark, value in marked if value is None),
        axes(frame),
        level(chart.threshold, LEVEL_DASH, frame),
        crowd_bands(chart.crowd, frame) if chart.crowd else "",
        restarts(shown.traces, colors, frame),
        behind,
        scaled_group("curves", 'fill="none" stroke-width="6" stroke-linecap="round"', lines),
        rug(shown.traces, frame),
        "".join(ring(mark, value, frame) for mark, value in marked if value is not None),
        "".join(words(mark, spot) for (mark, _), spot in spotted),
    )


def exact(points: Display, most: int) -> tuple[Float64s, Float64s]:
    """Steps and values of at most `most` points, the extremes kept; NaN where not finite."""
    kept = thin(points.steps, points.values, most)
    return points.steps[kept].astype(np.float64), bounded(points.values[kept])


def averaged(points: Display, most: int, *, extremes: bool = True) -> tuple[Float64s, Float64s]:
    """The means of about `most` stretches, the ends and the extremes of all between them.

    A few points of many runs, each an extreme, would only show the width of the noise.
    """
    if len(points.steps) <= most:
        return exact(points, most)
    steps, values = points.steps.astype(np.float64), bounded(points.values)
    n = len(steps)
    parts = min(n, max(4, most - 4))
    starts = np.arange(parts) * n // parts
    lengths = np.concatenate((starts[1:], [n])) - starts
    middles = np.add.reduceat(steps, starts) / lengths
    amounts, counts = sums(points)
    sizes = np.add.reduceat(counts, starts)
    totals = np.add.reduceat(amounts, starts)
    means = np.divide(totals, sizes, out=np.full(parts, np.nan), where=sizes > 0)
    own = [0, n - 1]
    if extremes and np.isfinite(values).any():
        own += [int(np.nanargmin(values)), int(np.nanargmax(values))]
    across = np.concatenate((middles, steps[own]))
    down = np.concatenate((means, values[own]))
    order = np.argsort(across, kind="stable")
    return across[order], down[order]


def sums(*series: Display) -> tuple[Float64s, Float64s]:
    """What each point of all series adds to a mean: its amount and its weight, zero if not finite.

    Of thinned points, which are the extremes among those that were logged, it is the mean up to the
    next one, weighted by the steps to there.
    """
    lengths = [len(points.steps) for points in series]
    held = [points.values if points.means is None else points.means for points in series]
    means = bounded(np.concatenate(held).astype(np.float64))
    steps = np.concatenate([points.steps for points in series]).astype(np.float64)
    widths = np.maximum(np.diff(steps, append=steps[-1:]), 1.0)
    widths[np.repeat([points.means is None for points in series], lengths)] = 1.0
    ends = np.cumsum(lengths)
    widths[ends[ends > 0] - 1] = 1.0  # nothing follows the last point of a series
    weights = np.where(np.isfinite(means), widths, 0.0)
    return np.nan_to_num(means) * weights, weights


def bounded(values: Float64s) -> Float64s:
    """The values, NaN where they are not finite, within what can be subtracted."""
    return np.where(np.isfinite(values), np.clip(values, -LARGEST, LARGEST), np.nan)


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
    strokes = rug_strokes(frame, np.concatenate([*lost, NOTHING]))
    return f'<path class="rug" stroke="{light("ink-error")}" d="{strokes}"/>' if strokes else ""


LOOKS: Mapping[str, Look] = {
    "card": Look(344, 220, averaged),
    "evidence": Look(346, 160, exact),
}
