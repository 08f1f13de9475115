"""Tensors as small histograms: values in, TensorBoard's summary of them out."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
from torch import Tensor
from torch.utils.tensorboard import summary
from torch.utils.tensorboard.summary import Summary

MOST_VALUES = 1 << 12
BUCKETS = 30


def histogram(tag: str, tensor: Tensor) -> Summary:
    """Finite values in buckets of equal width; zeros, where many, have one of their own.

    Nothing where no value is finite. Torch's default buckets, exponential between 1e-12 and the
    extremes, take 9 KB a histogram; its np.dot of many threads ten times as long as the rest.
    """
    values = some(tensor).double().cpu().numpy()
    values = values[np.isfinite(values)]
    if not len(values):
        return Summary()
    bounds = edges(values)
    counts, _ = np.histogram(values, bounds)
    return summary.histogram_raw(
        tag,
        float(values.min()),
        float(values.max()),
        len(values),
        float(values.sum()),
        float(np.square(values).sum()),
        bounds.tolist(),
        [0, *counts.tolist()],  # below the first bound there is nothing
    )


def edges(values: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Bounds of buckets from the smallest value to the largest, and around zero if that is in."""
    low, high = float(values.min()), float(values.max())
    if low == high:
        low, high = low - 1e-6 * max(1.0, abs(low)), high + 1e-6 * max(1.0, abs(high))
    bounds = np.linspace(low, high, BUCKETS + 1)
    if (values == 0).mean() > 0.01:
        tiny = 1e-6 * (high - low)
        bounds = np.union1d(bounds[np.abs(bounds) > tiny], (-tiny, tiny))
    return bounds


def some(tensor: Tensor) -> Tensor:
    """At most 4,096 of the values, evenly spaced, flat.

    The stride has no factor in common with any dimension: else it would meet the same few units, or
    the same edge of every picture, again and again.
    """
    flat = tensor.detach().flatten()
    stride = max(1, -(-len(flat) // MOST_VALUES))
    while math.gcd(stride, len(flat)) > 1:
        stride += 1
    return flat[::stride]
