"""Fewer points for drawing: a series in, the indices to draw out. The analysis never uses them.

What an eye would miss must stay: every bucket's lowest and highest point, the first and the last,
and the ends of every stretch that is not finite. Indices and not values, so that steps, wall
times and values stay paired.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from tbreport.analysis.curves import stretches
from tbreport.model import Float64s, HistogramSeries, Int64s

FEWEST = 8  # indices; below there are no buckets left
LARGEST = float(np.finfo(np.float32).max)
NONFINITE_SHARE = 4  # at most one index in four goes to non-finite stretches


def thin(steps: Int64s, values: Float64s, n: int) -> Int64s:
    """At most `n` (at least 8) rising indices; all of them where there are no more.

    Of non-finite stretches the first and last point stay; of too many stretches the first and the
    last and some evenly between.
    """
    return thin_alike(steps, values[np.newaxis], n)[0]


def thin_alike(steps: Int64s, rows: Float64s, n: int) -> list[Int64s]:
    """The same for each row of values [series, points] that were logged at the same steps."""
    n, points = max(n, FEWEST), rows.shape[1]
    if points <= n:
        return [np.arange(points, dtype=np.int64)] * len(rows)
    finite = np.isfinite(rows)
    whole = np.logical_and.reduce(finite, axis=1)
    drawn = extremes(steps, rows if whole.all() else rows[whole], (n - 2) // 2)
    drawn[:, [0, -1]] = True
    unbroken = (row.nonzero()[0] for row in drawn)
    return [
        next(unbroken) if whole[row] else thin_broken(steps, rows[row], finite[row], n)
        for row in range(len(rows))
    ]


def thin_broken(steps: Int64s, values: Float64s, finite: npt.NDArray[np.bool_], n: int) -> Int64s:
    """At most `n` indices of values that are not all finite."""
    bad = merged(stretches(~finite).ravel())
    bad = bad[evenly(len(bad), n // NONFINITE_SHARE)]
    good = np.flatnonzero(finite)
    ends = np.array([0, len(values) - 1])
    if not len(good):
        return merged(ends, bad)
    (drawn,) = extremes(steps[good], values[good][np.newaxis], (n - 2 - len(bad)) // 2)
    return merged(ends, bad, good[drawn])


def between(values: Float64s, kept: Int64s) -> npt.NDArray[np.float32]:
    """The mean of the finite values from each kept point to before the next; NaN without any.

    The mean of kept points is one of extremes. In float32, as it is only drawn.
    """
    finite = np.isfinite(values)
    with np.errstate(all="ignore"):
        if finite.all():
            counts = np.concatenate((kept[1:], [len(values)])) - kept
        else:
            counts = np.add.reduceat(finite, kept, dtype=np.int64)
            values = np.where(finite, values, 0.0)
        means = np.add.reduceat(values, kept) / counts  # NaN of none
    found: npt.NDArray[np.float32] = np.clip(means, -LARGEST, LARGEST).astype(np.float32)
    return found


def extremes(steps: Int64s, rows: Float64s, n_buckets: int) -> npt.NDArray[np.bool_]:
    """Which points [series, points] are the first lowest or first highest of their bucket.

    There are at most `n_buckets`. Half of the borders are evenly spaced in steps, which is what
    the step axis shows, half in points: many writers log densely at first and seldom later, and a
    wall-time axis or a zoom shows the dense part too.
    """
    n, half = rows.shape[1], max(1, n_buckets // 2)
    grid = np.arange(half)
    by_step = np.searchsorted(steps, steps[0] + grid * ((float(steps[-1]) - steps[0]) / half))
    by_point = (2 * grid + 1) * n // (2 * half)  # in the middle between those of even steps
    starts = merged(by_step, by_point)
    sizes = np.diff(starts, append=n)
    begins = n * np.arange(len(rows))[:, np.newaxis] + starts  # of all rows in one line
    found = np.zeros(rows.shape, np.bool_)
    for extreme in (np.minimum, np.maximum):
        wanted = extreme.reduceat(rows, starts, axis=1)
        at = (rows == np.repeat(wanted, sizes, axis=1)).ravel().nonzero()[0]
        if len(at) > begins.size:  # values that are equal: the first counts
            at = at[np.searchsorted(at, begins.ravel())]
        found.ravel()[at] = True
    return found


def merged(*indices: Int64s) -> Int64s:
    """All of them, rising, each once; np.unique takes longer, and imports numpy.ma for it."""
    ordered = np.concatenate(indices)
    ordered.sort()
    first = np.ones(len(ordered), bool)
    np.not_equal(ordered[1:], ordered[:-1], out=first[1:])
    return ordered[first]


def evenly(n: int, most: int) -> Int64s:
    """At most `most` indices below n: the first, the last, and some evenly between."""
    return merged(np.linspace(0, n - 1, min(n, most)).round().astype(np.int64))


def thin_histograms(
    series: HistogramSeries, n_steps: int, n_buckets: int | None = None
) -> HistogramSeries:
    """At most `n_steps` histograms of at most `n_buckets` buckets each; None keeps all buckets.

    Neighboring buckets are merged and their counts added, so that no value gets lost.
    """
    chosen = evenly(len(series), n_steps)
    rows = [series.bucket(int(index)) for index in chosen]
    if n_buckets is not None:
        rows = [merge(edges, counts, n_buckets) for edges, counts in rows]
    sizes = [len(counts) for _, counts in rows]
    return HistogramSeries(
        run=series.run,
        tag=series.tag,
        source=series.source,
        steps=series.steps[chosen],
        wall_times=series.wall_times[chosen],
        offsets=np.concatenate(([0], np.cumsum(sizes, dtype=np.int64))),
        edges=np.concatenate([edges for edges, _ in rows] or [np.empty(0)]),
        counts=np.concatenate([counts for _, counts in rows] or [np.empty(0)]),
        min=series.min[chosen],
        max=series.max[chosen],
        num=series.num[chosen],
        sum=series.sum[chosen],
        sum_squares=series.sum_squares[chosen],
        original_steps=None if series.original_steps is None else series.original_steps[chosen],
    )


def merge(edges: Float64s, counts: Float64s, n_buckets: int) -> tuple[Float64s, Float64s]:
    """One histogram in at most `n_buckets` buckets."""
    if len(counts) <= n_buckets:
        return edges, counts
    borders = np.linspace(0, len(counts), n_buckets + 1).round().astype(np.int64)
    return edges[borders], np.add.reduceat(counts, borders[:-1])
