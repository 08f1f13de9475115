"""Histograms of layers: which tags are weights, gradients and activations, and their measures.

Buckets differ with the writer: v1 summaries have exponential ones, so that zero has a narrow bucket
of its own; v2 and many loggers have some thirty of equal width, and the one around zero holds
everything small. Within a bucket values count as spread evenly; where the writer kept the sum of
squares, that bounds the estimate.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from tbreport.analysis.curves import stretches
from tbreport.analysis.roles import words
from tbreport.model import Float64s, HistogramSeries, Int64s

# Searched in the words of a tag; the first that matches decides.
SUBJECTS: tuple[tuple[str, str], ...] = (
    (r"\b(grads?|gradients?)\b", "gradients"),
    (r"\b(activations?|acts?|outputs?|features?|hidden states?)\b", "activations"),
    (r"\b(weights?|kernels?|params?|parameters?|biases|bias)\b", "weights"),
)
BIAS = re.compile(r"\bbias(es)?\b")
# Layers behind all others, whatever their place in the alphabet.
LAST = re.compile(r"\b(out|output|head|classifier|logits|fc|lm head|softmax)\b")

NARROW = 1e-3  # of the range: a bucket around zero no wider holds zeros alone


@dataclass(frozen=True, eq=False)  # no slots: cached_property needs a __dict__
class Layer:
    """The histograms of one tag, measured a row each; NaN for rows without values."""

    series: HistogramSeries

    @property
    def tag(self) -> str:
        return self.series.tag

    @cached_property
    def row(self) -> Int64s:
        """Which histogram each bucket belongs to."""
        return np.repeat(np.arange(len(self.series)), np.diff(self.series.offsets))

    @cached_property
    def left(self) -> Float64s:
        edges: Float64s = self.series.edges[np.arange(len(self.row)) + self.row]
        return edges

    @cached_property
    def right(self) -> Float64s:
        edges: Float64s = self.series.edges[np.arange(len(self.row)) + self.row + 1]
        return edges

    def mean(self, of_bucket: Float64s) -> Float64s:
        """The mean of a measure that is known for each bucket, a row each."""
        n = len(self.series)
        counts = self.series.counts
        with np.errstate(all="ignore"):
            total = np.bincount(self.row, counts, minlength=n)
            found: Float64s = np.bincount(self.row, counts * of_bucket, minlength=n) / total
        return found

    @cached_property
    def mean_abs(self) -> Float64s:
        """The mean absolute value: of a bucket around zero by its two sides."""
        with np.errstate(all="ignore"):
            around = (self.left < 0) & (self.right > 0)
            middle = np.abs(self.left + self.right) / 2
            width = np.where(around, self.right - self.left, 1.0)
            sides = (self.left**2 + self.right**2) / (2 * width)
            estimate = self.mean(np.where(around, sides, middle))
        return np.fmin(estimate, self.exact_rms)

    @cached_property
    def exact_rms(self) -> Float64s:
        """The root mean square where the writer kept its sum; NaN elsewhere."""
        with np.errstate(all="ignore"):
            return np.sqrt(self.series.sum_squares / self.series.num)

    @cached_property
    def sd(self) -> Float64s:
        """The standard deviation around the mean."""
        with np.errstate(all="ignore"):
            squares = (self.left**2 + self.left * self.right + self.right**2) / 3
            exact = self.series.sum_squares / self.series.num
            level = np.where(np.isfinite(exact), exact, self.mean(squares))
            center = self.mean((self.left + self.right) / 2)
            return np.sqrt(np.maximum(level - center**2, 0))

    @cached_property
    def largest(self) -> Float64s:
        """The largest absolute value."""
        return np.maximum(np.abs(self.series.min), np.abs(self.series.max))

    @cached_property
    def zero_share(self) -> Float64s:
        """The share of zeros.

        Of a narrow bucket around zero all; of a wide first bucket that begins there, as after a
        ReLU, what it holds more than the next one; NaN where the buckets do not say.
        """
        n = len(self.series)
        found = np.full(n, np.nan)
        for i in range(n):
            edges, counts = self.series.bucket(i)
            if not len(counts) or not counts.sum() > 0:
                continue
            scale = float(edges[-1] - edges[0])
            at_zero = np.flatnonzero((edges[:-1] <= 0) & (edges[1:] >= 0) & (counts > 0))
            narrow = at_zero[edges[at_zero + 1] - edges[at_zero] <= NARROW * scale]
            if scale == 0 or not len(at_zero):
                found[i] = float(edges[0] == 0 == scale)
            elif len(narrow) or edges[0] < 0:
                found[i] = counts[narrow].sum() / counts.sum() if len(narrow) else np.nan
            else:
                after = counts[at_zero[0] + 1] if len(counts) > at_zero[0] + 1 else 0.0
                found[i] = max(0.0, counts[at_zero[0]] - after) / counts.sum()
        return found

    def share_outside(self, low: float, high: float) -> Float64s:
        """The share of values below `low` or above `high`."""
        with np.errstate(all="ignore"):
            width = self.right - self.left
            inside = np.minimum(self.right, high) - np.maximum(self.left, low)
            part = np.where(width > 0, np.clip(inside, 0, None) / width, 0.0)
            point = (width == 0) & (self.left >= low) & (self.left <= high)
            return 1 - self.mean(np.where(point, 1.0, part))

    def __len__(self) -> int:
        return len(self.series)


def lasting(flags: npt.NDArray[np.bool_], saves: int, *, to_the_end: bool = False) -> int | None:
    """Where the last stretch of so many true flags in a row begins; None if there is none."""
    long = [stretch for stretch in stretches(flags) if stretch[1] - stretch[0] + 1 >= saves]
    if not long or (to_the_end and long[-1][1] < len(flags) - 1):
        return None
    return int(long[-1][0])


def layers_of(histograms: Mapping[str, HistogramSeries], what: str) -> tuple[Layer, ...]:
    """The layers of "gradients", "activations" or "weights", from the input to the output.

    By name, its numbers as numbers; biases are left out where there is anything else.
    """
    tags = [tag for tag, series in histograms.items() if len(series) and subject_of(tag) == what]
    tags = [tag for tag in tags if not BIAS.search(words(tag))] or tags
    return tuple(Layer(histograms[tag]) for tag in sorted(tags, key=depth))


def subject_of(tag: str) -> str:
    """What a histogram's tag says it is of; "" where it says nothing."""
    spoken = words(tag)
    return next((name for pattern, name in SUBJECTS if re.search(pattern, spoken)), "")


def depth(tag: str) -> tuple[bool, list[tuple[int, str]]]:
    """Orders layers: "block2" before "block10", the head behind all."""
    rest = re.sub("|".join(pattern for pattern, _ in SUBJECTS), " ", words(tag))
    parts = re.findall(r"\d+|[^\d\s]+", rest)
    return bool(LAST.search(rest)), [(int(p), "") if p.isdigit() else (-1, p) for p in parts]
