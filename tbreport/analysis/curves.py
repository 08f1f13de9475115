"""Pure maths on one curve: finite float64 values in the order of their steps, numbers out.

Nothing here knows tags, steps or roles, and nothing loops over points. What is not finite is left
out before (`curve.Curve`); an empty curve gives NaN, one point gives that point.

Noise and levels are medians: one wild point must neither make a finding nor hide one.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from tbreport.model import Float64s, Goal, Int64s

SMOOTH_SHARE = 0.02  # of the points: width of the running median
TAIL_SHARE = 0.05  # of the points: head and tail
SMALLEST = 3  # points: width of the running median, head and tail, however short the curve
TO_SIGMA = 1.4826  # times the median absolute deviation is the sd of normal noise

FEW = 512  # values: so many are sorted sooner than parted

OF_MEDIAN = 1.2533  # the sd of a median of n normal values is that of their mean times this

Rows = npt.NDArray[np.intp]


def median(values: Float64s) -> float:
    """The middle value; np.median takes five times as long at 1,000 points."""
    n = len(values)
    if n == 0:
        return math.nan
    ordered, middle = values.copy(), n // 2
    if n <= FEW:
        ordered.sort()
    else:
        ordered.partition(middle if n % 2 else (middle - 1, middle))
    upper = ordered.item(middle)
    return float(upper if n % 2 else (ordered.item(middle - 1) + upper) / 2)


def window(n: int) -> int:
    """The points that a running median over `n` points looks at; odd."""
    return max(SMALLEST, round(SMOOTH_SHARE * n)) | 1


def smooth(values: Float64s, width: int | None = None) -> Float64s:
    """The running median, 2 % of the points wide and at least three; as long as the values.

    It is taken at every eighth of its width and interpolated between, so that the cost is linear
    in the points whatever the width: 0.06 ms for a thousand, 0.1 s for a million. Towards the
    ends the window stops at the last whole one.

    Args:
        width: of the window instead, in points; odd.
    """
    n, width = len(values), width or window(len(values))
    if n <= width:
        return np.full(n, median(values))
    middles, apart, first = median_of_windows(values, width), stride(width), width // 2
    centers = np.arange(first, first + apart * len(middles), apart, dtype=np.float64)
    centers[-1] = n - width + first
    return np.interp(np.arange(n, dtype=np.float64), centers, middles)


def median_of_windows(values: Float64s, width: int) -> Float64s:
    """The medians of windows of an odd width, an eighth of it apart, the last at the end."""
    n = len(values)
    if n <= width:
        return np.array([median(values)])
    values, apart = np.ascontiguousarray(values), stride(width)
    shape = (n - width - 1) // apart + 1, width
    size = values.itemsize
    # what sliding_window_view makes, in a twentieth of its time
    windows = np.ndarray(shape, values.dtype, values, strides=(apart * size, size))
    ordered = np.concatenate((windows, values[np.newaxis, -width:]))
    # np.sort is vectorized for short rows (numpy 2); long ones want a selection
    if width < 64:
        ordered.sort()
    else:
        ordered.partition(width // 2)
    middle: Float64s = ordered[:, width // 2].copy()
    return middle


def stride(width: int) -> int:
    """How far windows of a width are apart that a running median is taken at."""
    return max(1, width // 8)


def tail(values: Float64s) -> float:
    """The level at the end: the median of the last 5 %, at least three points."""
    return median(values[-max(SMALLEST, round(TAIL_SHARE * len(values))) :])


def head(values: Float64s) -> float:
    """The level at the start: the median of the first 5 %, at least three points."""
    return median(values[: max(SMALLEST, round(TAIL_SHARE * len(values)))])


def best(values: Float64s, smoothed: Float64s, goal: Goal) -> tuple[float, int]:
    """The best value of the smoothed curve, and the index that stands for it; NaN and -1 of none.

    A running median has its best at several points in a row. The index is the one of them whose
    own value is nearest to it: at the edge of a curve the first may be far worse.
    """
    if len(smoothed) == 0:
        return math.nan, -1
    level = float(smoothed.min() if goal == "min" else smoothed.max())
    equal = (smoothed == level).nonzero()[0]
    return level, int(equal[np.abs(values[equal] - level).argmin()])


def best_point(values: Float64s, middle: int, goal: Goal) -> int:
    """The index of the best of the points that the running median at an index was taken of.

    Where that median is best, this is the checkpoint to keep: one lucky point far from all others
    is not, and of a curve that falls to its end it is the last.
    """
    half = window(len(values)) // 2
    first = max(0, middle - half)
    return first + extreme(values[first : middle + half + 1], goal)


def extreme(values: Float64s, goal: Goal) -> int:
    """The index of the first best of at least one value."""
    return int(values.argmin() if goal == "min" else values.argmax())


def spread(values: Float64s) -> float:
    """The robust standard deviation: 1.4826 × the median absolute deviation from the median."""
    apart = values - median(values)
    return TO_SIGMA * median(np.abs(apart, out=apart))


def noise(values: Float64s) -> float:
    """The robust standard deviation of a point around the trend, from second differences.

    First differences would take the steep fall at the start of a short curve for noise, and hide
    the rise at its end. Hand in logarithms of positive losses: the noise is then a share of the
    level.
    """
    return spread(differences(differences(values))) / math.sqrt(6)


def differences(values: Float64s) -> Float64s:
    """From each value to the next; np.diff takes three times as long at 1,000 points."""
    return values[1:] - values[:-1]


def wander(values: Float64s) -> float:
    """The robust standard deviation around a straight line; NaN of no points.

    Of a smoothed curve: how far slow noise takes it from its course.
    """
    x = np.arange(len(values)) - (len(values) - 1) / 2
    slope = (x @ values) / max(float(x @ x), 1.0)
    return spread(values - slope * x)


def drift(smoothed: Float64s) -> float:
    """The robust standard deviation of a smoothed curve around one over a quarter of its points.

    Of noise that lasts from point to point, such as a mean over the last hundred episodes has: what
    `noise` cannot see. A curve that rises, or drops once, is followed by both.
    """
    return spread(smoothed - smooth(smoothed, len(smoothed) // 4 | 1))


def surprise(values: Float64s, at: Rows, width: int) -> Float64s:
    """How many standard deviations the points at `at` lie above the mean of the `width` before.

    NaN for the first two points; inf where those before are all equal and the point is higher.
    """
    centered = values - median(values)  # sums of squares far from zero would cancel
    sums, squares = sums_before(centered), sums_before(centered * centered)
    start = np.maximum(at - width, 0)
    with np.errstate(divide="ignore", invalid="ignore"):
        size = (at - start).astype(np.float64)
        mean = (sums[at] - sums[start]) / size
        variance = (squares[at] - squares[start]) / size - mean * mean
        # what is left of equal values is rounding
        variance[variance < 1e-12 * squares[-1] / len(values)] = 0.0
        score: Float64s = (centered[at] - mean) / np.sqrt(variance)
    score[at < 2] = np.nan
    return score


def sums_before(values: Float64s) -> Float64s:
    """The sum of all values before each, and at the end that of all."""
    sums = np.zeros(len(values) + 1)
    values.cumsum(out=sums[1:])
    return sums


def trailing(values: Float64s, at: Rows, width: int) -> tuple[Float64s, Float64s]:
    """The level and robust standard deviation of the `width` points before each index of `at`.

    Fewer points where fewer are before; each index must have one.
    """
    back = at[:, None] + np.arange(-width, 0)
    windows = np.where(back >= 0, values[np.maximum(back, 0)], np.nan)
    level = row_medians(windows)
    return level, TO_SIGMA * row_medians(np.abs(windows - level[:, None]))


def row_medians(rows: Float64s) -> Float64s:
    """The median of each row, NaNs left out."""
    ordered = np.sort(rows, axis=1)  # NaNs last
    n = np.isfinite(rows).sum(axis=1)
    row = np.arange(len(rows))
    middle: Float64s = (ordered[row, (n - 1) // 2] + ordered[row, n // 2]) / 2
    return middle


def jumps_up(values: Float64s, ratio: float) -> Rows:
    """The indices of points more than `ratio` times the one before, itself above zero."""
    before, after = values[:-1], values[1:]
    return ((before > 0) & (after > ratio * before)).nonzero()[0] + 1


def stretches(flags: npt.NDArray[np.bool_]) -> Int64s:
    """First and last index of each run of true flags, shape [n, 2]."""
    framed = np.zeros(len(flags) + 2, np.bool_)
    framed[1:-1] = flags
    edges: Int64s = (framed[1:] != framed[:-1]).nonzero()[0].astype(np.int64, copy=False)
    return edges.reshape(-1, 2) - (0, 1)
