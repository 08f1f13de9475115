"""The histograms of one series in numbers: what a digest keeps beside the drawn buckets."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Float64s = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Distribution:
    """Measures of k histograms; NaN where one is empty or does not say."""

    steps: npt.NDArray[np.int64]  # [k]
    wall_times: Float64s  # [k]
    percentiles: Float64s  # [k, 9], TensorBoard's: analysis.distributions.POINTS
    norms: Float64s  # [k], Euclidean
    spreads: Float64s  # [k], standard deviation
    zeros: Float64s  # [k], share of values that are zero
