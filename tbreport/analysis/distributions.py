"""A histogram series → what is shown of it: percentiles, norm, spread and zeros, a row a step.

The percentiles are TensorBoard's (plugins/distribution/compressor.py): where the cumulative count,
on a scale of 10,000, passes each of nine points, found by linear interpolation within the bucket.
They are taken from the buckets as they were written, before those are merged for drawing.
"""

from __future__ import annotations

import numpy as np

from tbreport.analysis.layers import Layer
from tbreport.distribution import Distribution
from tbreport.model import Float64s, HistogramSeries

# Basis points: of a normal distribution at −∞, −1.5, −1, −0.5, 0, 0.5, 1, 1.5 and ∞ sd.
POINTS = np.array([0, 668, 1587, 3085, 5000, 6915, 8413, 9332, 10000], np.float64)


def distribution(series: HistogramSeries) -> Distribution:
    """Measure every histogram of a series; NaN where one is empty or its buckets cannot say."""
    layer = Layer(series)
    with np.errstate(all="ignore"):  # edges at the limits of float64
        squares = layer.mean((layer.left**2 + layer.left * layer.right + layer.right**2) / 3)
        exact = series.sum_squares
        total = np.where(np.isfinite(exact), exact, squares * series.num)
        norms = np.sqrt(np.where(np.isfinite(layer.sd), total, np.nan))
        spreads, zeros = layer.sd, layer.zero_share
        rows = [percentiles(*series.bucket(index)) for index in range(len(series))]
    return Distribution(
        series.steps,
        series.wall_times,
        np.array(rows, np.float64).reshape(-1, len(POINTS)),
        norms,
        spreads,
        zeros,
    )


def percentiles(edges: Float64s, counts: Float64s) -> Float64s:
    """The nine percentiles of one histogram; NaN of an empty one."""
    total = counts.sum() if len(counts) else 0.0
    if not 0 < total < np.inf:
        return np.full(len(POINTS), np.nan)
    reached = (counts * POINTS[-1] / total).cumsum()
    before = np.concatenate(([0.0], reached[:-1]))
    kept = np.flatnonzero(reached > before)
    reached, before = reached[kept], before[kept]
    # All that lies left of the first count belongs to it, as TensorBoard has it.
    lefts = np.where(before == 0, edges[0], edges[kept])
    rights = edges[kept + 1]
    place = np.searchsorted(reached, POINTS, side="right")
    inside = place < len(reached)
    at = np.minimum(place, len(reached) - 1)
    with np.errstate(all="ignore"):
        share = (POINTS - before[at]) * (rights[at] - lefts[at]) / (reached[at] - before[at])
    found: Float64s = np.where(inside, lefts[at] + share, edges[-1])
    return found
