"""Percentiles as TensorBoard's distributions show them; norm, spread and zeros."""

from __future__ import annotations

import numpy as np
import pytest

from tbreport.analysis.distributions import POINTS, distribution, percentiles
from tbreport.analysis.thin import thin_histograms
from tests.report.documents import histogram_series


def by_the_formula(edges: np.ndarray, counts: np.ndarray) -> list[float]:
    """What TensorBoard's compressor says in words: walk to the bucket in which the count passes a
    point, and go as far into it as the point lies between the counts before and after.
    """
    total, least, most = counts.sum(), edges[0], edges[-1]
    found = []
    for point in POINTS:
        before = 0.0
        for place, count in enumerate(np.cumsum(counts * 10_000 / total)):
            if count > point and count > before:
                left = edges[place] if before else least
                share = (point - before) / (count - before)
                found.append(left + share * (edges[place + 1] - left))
                break
            before = count
        else:
            found.append(most)
    return found


def test_percentiles_are_interpolated_within_their_bucket() -> None:
    found = percentiles(np.array([0.0, 1.0, 3.0]), np.array([1.0, 1.0]))

    assert found.tolist() == pytest.approx(
        [0.0, 0.1336, 0.3174, 0.617, 1.0, 1.766, 2.3652, 2.7328, 3.0]
    )


@pytest.mark.parametrize("seed", range(20))
def test_percentiles_equal_tensorboard_s_formula(seed: int) -> None:
    rng = np.random.default_rng(seed)
    edges = np.sort(rng.normal(0, 10.0 ** rng.integers(-6, 6), 41))
    counts = rng.poisson(rng.gamma(0.3, 50, 40)).astype(np.float64)
    counts[rng.random(40) < 0.3] = 0

    assert percentiles(edges, counts) == pytest.approx(by_the_formula(edges, counts), rel=1e-12)


def test_percentiles_equal_what_the_installed_tensorboard_computes() -> None:
    pytest.importorskip("tensorboard")
    from tensorboard.plugins.distribution.compressor import compress_histogram

    rng = np.random.default_rng(0)
    for n in (1, 2, 30, 400):
        edges = np.sort(rng.normal(0, 3, n + 1))
        counts = rng.integers(0, 5, n).astype(np.float64)
        counts[0] += 1
        buckets = np.stack((edges[:-1], edges[1:], counts), axis=1)
        expected = [value for _, value in compress_histogram(buckets.tolist())]

        assert percentiles(edges, counts).tolist() == expected


def test_an_empty_histogram_has_no_percentiles() -> None:
    assert np.isnan(percentiles(np.array([np.nan]), np.empty(0))).all()
    assert np.isnan(percentiles(np.array([0.0, 1.0]), np.zeros(1))).all()


def test_norm_and_spread_come_from_the_buckets_where_no_sums_were_kept() -> None:
    edges, counts = np.linspace(-1, 1, 201), np.full(200, 5.0)
    held = distribution(histogram_series("r", "w", np.array([0]), [edges], [counts]))

    assert held.spreads == pytest.approx([np.sqrt(1 / 3)])
    assert held.norms == pytest.approx([np.sqrt(1000 / 3)])


def test_zeros_are_counted_where_a_bucket_holds_nothing_else() -> None:
    edges = np.array([0.0, 1e-12, 1.0, 2.0])
    held = distribution(
        histogram_series("r", "w", np.array([0]), [edges], [np.array([6.0, 2.0, 2.0])])
    )

    assert held.zeros == pytest.approx([0.6])


def test_the_buckets_of_a_chosen_step_are_those_that_were_written() -> None:
    rows = [(np.linspace(0, n, n + 1), np.arange(1.0, n + 1)) for n in (3, 50, 8)]
    series = histogram_series("r", "w", np.arange(3), *map(list, zip(*rows, strict=True)))
    found = thin_histograms(series, 2)

    assert found.steps.tolist() == [0, 2]
    assert found.bucket(1)[1].tolist() == rows[2][1].tolist()


def test_a_series_without_steps_has_no_rows() -> None:
    series = histogram_series("r", "w", np.arange(1), [np.arange(3.0)], [np.ones(2)])

    assert distribution(thin_histograms(series, 0)).percentiles.shape == (0, 9)
