"""Histograms over steps as ridgelines: one grid for all of them, and their static picture."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tbreport.analysis.distributions import distribution
from tbreport.analysis.thin import evenly
from tbreport.distribution import Distribution
from tbreport.model import Float64s, HistogramSeries, Int64s
from tbreport.report.document import HistogramChart
from tbreport.report.paths import path
from tbreport.report.scales import LARGEST, Frame, domain, tick_label
from tbreport.report.svg import axes, labels, picture, scaled_group
from tbreport.report.theme import LEVELS, light, run_class, run_shade

BINS = 64  # of a ridge; about 5 px each in a card
ROWS = 10  # ridges of a static picture
LABELS = 5  # steps that are named
FAINT = 0.004  # of the tallest: lower than a fifth of a pixel
ROOM = 36  # px above the topmost baseline, which the tallest ridge fills

# A ridge of more than this many times the median peak is scaled down to it: biases that start
# at zero would otherwise flatten every later step to a line.
TALLEST = 2.5


@dataclass(frozen=True, slots=True)
class Ridges:
    """Histograms of one series on a common grid of `BINS` equal bins."""

    steps: Int64s  # [n]
    low: float
    high: float
    shares: Float64s  # [n, BINS], of a histogram's values
    tallest: float  # the share that is drawn at full height; a higher ridge is scaled down to it
    held: Distribution

    @property
    def heights(self) -> Float64s:
        """The ridges as they are drawn, in 0 … 1."""
        peaks = self.shares.max(axis=1, initial=0.0)
        scales: Float64s = np.maximum(peaks, self.tallest)
        return self.shares / scales[:, np.newaxis]


def ridges(series: HistogramSeries, held: Distribution | None = None) -> Ridges:
    """Rebin a series, each bucket's count spread evenly over its width as TensorBoard does.

    Args:
        held: of the buckets as they were written; that of `series` where it is not known.
    """
    rows = [clipped(series, index) for index in range(len(series))]
    filled = [(edges[:-1][counts > 0], edges[1:][counts > 0]) for edges, counts in rows]
    low, high = domain(np.concatenate([side for row in filled for side in row] or [np.empty(0)]))
    grid = np.linspace(low, high, BINS + 1)
    shares = np.array([spread(edges, counts, grid) for edges, counts in rows]).reshape(-1, BINS)
    peaks = shares.max(axis=1, initial=0.0)
    usual = float(np.median(peaks[peaks > 0])) if (peaks > 0).any() else 1.0
    tallest = min(TALLEST * usual, float(peaks.max(initial=0.0)) or 1.0)
    return Ridges(series.steps, low, high, shares, tallest, held or distribution(series))


def clipped(series: HistogramSeries, index: int) -> tuple[Float64s, Float64s]:
    """Edges and counts of one histogram, the edges cut to its least and greatest value.

    Some writers put ±DBL_MAX on the outer edges.
    """
    edges, counts = series.bucket(index)
    low, high = series.min[index], series.max[index]
    if np.isfinite(low) and np.isfinite(high) and low <= high:
        edges = np.clip(edges, low, high)
    return np.clip(edges, -LARGEST, LARGEST), counts


def spread(edges: Float64s, counts: Float64s, grid: Float64s) -> Float64s:
    """The share of a histogram's values in each cell of a grid that covers them."""
    total = counts.sum()
    if not total > 0:
        return np.zeros(len(grid) - 1)
    reached = np.interp(grid, edges, np.concatenate(([0.0], np.cumsum(counts))) / total)
    reached[0] = 0.0  # a bucket without width may stand on the grid's first edge
    return np.diff(reached)


def drawing(chart: HistogramChart, shown: Ridges, color: int, width: int, height: int) -> str:
    """The static picture: later steps in front and lower, as in TensorBoard's offset mode."""
    n = len(shown.steps)
    rows = evenly(n, ROWS)
    frame = Frame(width, height, (shown.low, shown.high), (0.0, 1.0), top=8)
    floors = np.linspace(frame.top + ROOM, frame.floor, len(rows) + 1)[1:]
    bins = np.linspace(shown.low, shown.high, 2 * BINS + 1)[1::2]
    heights = shown.heights
    labelled = set(np.linspace(0, len(rows) - 1, LABELS).round().astype(int).tolist())
    shapes, texts = [], []
    for order, (row, floor) in enumerate(zip(rows, floors, strict=True)):
        level = order * LEVELS // len(rows)
        inked = np.flatnonzero(heights[row] > FAINT)
        if inked.size:
            span = slice(max(inked[0] - 1, 0), inked[-1] + 2)
            x, y = frame.across(bins[span]), floor - ROOM * heights[row][span]
            outline = path(
                np.concatenate((x[:1], x, x[-1:])), np.concatenate(([floor], y, [floor]))
            )
            shapes.append(
                f'<path class="ridge-{level}" fill="{run_shade(color, level)}" d="{outline}z"/>'
            )
        if order in labelled:
            texts.append((frame.left - 6, floor + 3, tick_label(float(shown.steps[row]))))
    return picture(
        chart.description or chart.title,
        frame,
        axes(frame, vertical=False),
        labels("end", texts),
        scaled_group(
            f"ridges {run_class(color)}",
            f'stroke="{light("panel")}" stroke-width="3"',
            "".join(shapes),
        ),
    )
