"""Fewer points for drawing."""

from __future__ import annotations

import time

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from tbreport.analysis.thin import between, merge, thin, thin_histograms
from tests.curves import broken, flat, histograms


def steps_of(values: np.ndarray) -> np.ndarray:
    return np.arange(len(values), dtype=np.int64)


@given(
    arrays(np.float64, st.integers(0, 300), elements=st.floats(width=16)),
    st.integers(1, 100),
)
def test_indices_rise_stay_within_the_limit_and_keep_ends_and_extremes(
    values: np.ndarray, n: int
) -> None:
    kept = thin(steps_of(values), values, n)

    assert kept.dtype == np.int64
    assert (np.diff(kept) > 0).all()
    assert len(kept) <= max(n, 8)
    if len(values):
        assert {0, len(values) - 1} <= set(kept.tolist())
    finite = values[np.isfinite(values)]
    if len(finite):
        assert finite.min() in values[kept]
        assert finite.max() in values[kept]


def test_few_points_are_all_kept() -> None:
    assert thin(np.arange(5), np.ones(5), 8).tolist() == [0, 1, 2, 3, 4]


def test_a_single_spike_survives() -> None:
    values = flat(100_000)
    values[77_777] = 9.0

    assert 77_777 in thin(steps_of(values), values, 100)


def test_the_limit_is_used() -> None:
    values = flat(100_000)

    assert len(thin(steps_of(values), values, 1000)) > 900


def test_stretches_that_are_not_finite_keep_their_ends() -> None:
    values = broken(flat(10_000), slice(2000, 3000), 5000, slice(9990, None))
    values[2000] = np.inf

    kept = set(thin(steps_of(values), values, 100).tolist())

    assert {2000, 2999, 5000, 9990, 9999} <= kept
    assert not kept & set(range(2001, 2999))


def test_many_stretches_that_are_not_finite_leave_room_for_the_rest() -> None:
    values = flat(10_000)
    values[::2] = np.nan

    kept = thin(steps_of(values), values, 100)

    assert np.isnan(values[kept]).sum() <= 27  # a quarter, and the ends
    assert len(kept) > 80


def test_dense_logging_at_the_start_does_not_starve_the_rest() -> None:
    steps = np.concatenate((np.arange(100_000), 100_000 + 10_000 * np.arange(1, 101)))
    kept = steps[thin(steps, flat(len(steps)), 200)]

    assert (kept > 100_000).sum() >= 80
    assert (kept < 100_000).sum() >= 80


def test_a_million_points_are_thinned_within_a_second() -> None:
    values = flat(1_000_000)
    begin = time.process_time()
    thin(steps_of(values), values, 1000)

    assert time.process_time() - begin < 1


def test_histograms_keep_the_first_and_the_last_and_some_evenly_between() -> None:
    thinned = thin_histograms(histograms("w", [[1.0, 2.0]] * 101), 5, 30)

    assert thinned.steps.tolist() == [0, 25, 50, 75, 100]
    assert thinned.num.tolist() == [3.0] * 5


def test_merged_buckets_conserve_counts_and_ends() -> None:
    counts = np.arange(100, dtype=np.float64)
    edges, merged = merge(np.arange(101, dtype=np.float64), counts, 30)

    assert len(merged) == 30
    assert merged.sum() == counts.sum()
    assert (edges[0], edges[-1]) == (0.0, 100.0)
    assert merged[0] == counts[: int(edges[1])].sum()


def test_ragged_histograms_stay_apart() -> None:
    series = histograms("w", [[1.0] * 10, [], [2.0, 3.0]])

    thinned = thin_histograms(series, 10, 4)

    assert [len(thinned.bucket(i)[1]) for i in range(3)] == [4, 0, 2]
    assert [thinned.bucket(i)[1].sum() for i in range(3)] == [10.0, 0.0, 5.0]
    assert thinned.bucket(2)[0].tolist() == [0.0, 1.0, 2.0]


@pytest.mark.parametrize("n_steps", [1, 4])
def test_no_histograms_stay_none(n_steps: int) -> None:
    assert len(thin_histograms(histograms("w", []), n_steps, 4)) == 0


def test_a_renumbered_series_stays_one() -> None:
    thinned = thin_histograms(histograms("w", [[1.0]] * 4, original_steps=[7] * 4), 2, 4)

    assert thinned.original_steps is not None
    assert thinned.original_steps.tolist() == [7, 7]


def test_what_lies_between_drawn_points_is_measured() -> None:
    values = np.array([1.0, 3.0, np.nan, 7.0, np.inf, np.nan, 2.0])

    means = between(values, np.array([0, 3, 4, 6]))

    assert np.array_equal(means, [2.0, 7.0, np.nan, 2.0], equal_nan=True)
