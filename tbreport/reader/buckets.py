"""Histogram payloads → edges and counts, from both encodings.

Contiguous edges [k + 1] and counts [k], as `model.HistogramSeries` holds them: edges that a writer
lets run backwards are held at the highest one before. No bucket at all is the single edge NaN.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from tbreport.model import Float64s
from tbreport.reader import tensors
from tbreport.reader.scan import HistogramColumns, float64s, int64s

NO_EDGE = np.array([math.nan])


@dataclass(slots=True)
class Builder:
    """One tag's histograms while an engine collects them."""

    steps: list[int] = field(default_factory=list)
    wall_times: list[float] = field(default_factory=list)
    offsets: list[int] = field(default_factory=lambda: [0])
    edges: list[Any] = field(default_factory=list)
    counts: list[Any] = field(default_factory=list)
    moments: list[tuple[float, ...]] = field(default_factory=list)  # min max num sum sum_squares

    def add(self, step: int, wall_time: float, edges: Any, counts: Any, moments: Any) -> None:
        self.steps.append(step)
        self.wall_times.append(wall_time)
        self.offsets.append(self.offsets[-1] + len(counts))
        self.edges.append(edges)
        self.counts.append(counts)
        self.moments.append(moments)

    def finish(self) -> HistogramColumns:
        return HistogramColumns(
            int64s(self.steps),
            float64s(self.wall_times),
            int64s(self.offsets),
            float64s(np.concatenate(self.edges)),
            float64s(np.concatenate(self.counts)),
            *(float64s(column) for column in zip(*self.moments, strict=True)),
        )


def legacy(histo: Any) -> tuple[Float64s, Float64s]:
    """Edges [k + 1] and counts [k] of a HistogramProto, or of what has its fields.

    Its outer limits are ±DBL_MAX. Like TensorBoard (data_compat.py), empty buckets are dropped at
    both ends and the outermost edges become min and max; an inner edge beyond those would run
    backwards, so edges are held between them. Where min or max is not a number, the limits stay.
    """
    counts = np.array(histo.bucket, np.float64)
    limits = np.array(histo.bucket_limit, np.float64)
    filled = np.nonzero(counts > 0)[0]
    if not len(filled) or len(limits) < len(counts):
        return NO_EDGE, counts[:0]
    first, last = filled[0], filled[-1]
    low, high = float(histo.min), float(histo.max)
    if not math.isfinite(low):
        low = float(limits[max(first - 1, 0)])
    if not math.isfinite(high):
        high = float(limits[last])
    inner = np.clip(limits[first:last], low, high)
    return held(np.concatenate([[low], inner, [high]])), counts[first : last + 1]


def held(edges: Float64s) -> Float64s:
    """Edges that never fall: each is at least the highest one before.

    Of 0.0 and -0.0 numpy takes either, by their place in the array: adding zero leaves one zero.
    """
    with np.errstate(invalid="ignore"):  # a signaling NaN
        highest: Float64s = np.fmax.accumulate(edges + 0.0)
    return highest


def rows(tensor: Any) -> Float64s | None:
    """The [k, 3] rows (left, right, count) of a histogram tensor; None where it is none."""
    dims = tensors.shape(tensor)
    found = tensors.numbers(tensor)
    if found is None or len(dims) != 2 or dims[1] != 3 or found.size != dims[0] * 3:
        return None
    return found.reshape(-1, 3)


def of_rows(rows: Float64s) -> tuple[Float64s, Float64s, tuple[float, ...]]:
    """Edges, counts and moments of [k, 3] rows; a gap between rows becomes an empty bucket."""
    if not len(rows):
        return NO_EDGE, rows[:, 2], (math.nan, math.nan, 0.0, math.nan, math.nan)
    lefts, rights, counts = rows.T
    gaps = np.nonzero(lefts[1:] != rights[:-1])[0] + 1
    edges = np.concatenate([np.insert(lefts, gaps, rights[gaps - 1]), rights[-1:]])
    filled = np.nonzero(counts > 0)[0]
    low, high = (lefts[filled[0]], rights[filled[-1]]) if len(filled) else (lefts[0], rights[-1])
    with np.errstate(all="ignore"):  # absurd counts add up to an infinity or a NaN
        num = float(counts.sum())
    moments = (float(low), float(high), num, math.nan, math.nan)
    return held(edges), np.insert(counts, gaps, 0.0), moments
