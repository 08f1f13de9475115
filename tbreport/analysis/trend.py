"""The trend of a curve and how sure it is: Theil–Sen over block medians, blocks drawn again.

At most thirty blocks, so that the cost does not depend on the length of the curve and neighbors
that move together are drawn together. No p-values: on noise that lasts from point to point those of
Mann and Kendall are far too small.
"""

from __future__ import annotations

import numpy as np

from tbreport.analysis.curves import median
from tbreport.model import Float64s

BLOCKS = 30
DRAWS = 200
SEED = 20_231  # the same curve must give the same interval


def blocks(values: Float64s) -> tuple[Float64s, Float64s]:
    """Positions in [0, 1] and medians of at most thirty equal stretches."""
    n = len(values)
    parts = np.array_split(values, min(BLOCKS, n))
    ends = np.cumsum([len(part) for part in parts])
    middles = (ends - np.array([len(part) for part in parts]) / 2) / n
    return middles, np.array([median(part) for part in parts])


def slopes(x: Float64s, y: Float64s) -> Float64s:
    """The slope between each two points; NaN of points at the same place.

    The last axis counts the points; the others are kept.
    """
    first, second = np.triu_indices(x.shape[-1], 1)
    with np.errstate(all="ignore"):
        found: Float64s = (y[..., second] - y[..., first]) / (x[..., second] - x[..., first])
    found[~np.isfinite(found)] = np.nan
    return found


def trend(values: Float64s) -> tuple[float, float, float]:
    """By how much the curve rises over its whole length, and the 95 % interval of that.

    NaN of fewer than three points.
    """
    if len(values) < 3:
        return np.nan, np.nan, np.nan
    x, y = blocks(values)
    slope = median(slopes(x, y))
    drawn = np.random.default_rng(SEED).integers(0, len(x), (DRAWS, len(x)))
    every = np.sort(slopes(x[drawn], y[drawn]), axis=1)  # NaNs last
    known = np.isfinite(every).sum(axis=1)
    row = np.arange(DRAWS)
    middle = (
        every[row, np.maximum(known - 1, 0) // 2] + every[row, known // 2 % len(every[0])]
    ) / 2
    low, high = np.nanquantile(middle, (0.025, 0.975))
    return slope, float(low), float(high)
