"""Statistics on runs: tails, power, families of tests, and neighboring points."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from benchmarks.gate import PROMISED
from tbreport.gate.statistics import (
    change_point,
    compare,
    holm,
    power,
    seeds_needed,
    standard_error,
)


def test_one_run_is_held_against_the_prediction_interval() -> None:
    baseline = np.array([1.0, 1.2, 0.9, 1.1])
    error = baseline.std(ddof=1) * np.sqrt(1 + 1 / 4)

    found = compare(np.array([1.6]), baseline)

    assert found.p() == pytest.approx(stats.t.sf((1.6 - 1.05) / error, 3))


def test_what_lies_within_the_margin_is_no_evidence() -> None:
    baseline = np.array([1.0, 1.2, 0.9, 1.1])
    error = baseline.std(ddof=1) * np.sqrt(1 + 1 / 4)

    found = compare(np.array([1.6]), baseline)

    assert found.p(0.2) == pytest.approx(stats.t.sf((1.6 - 1.05 - 0.2) / error, 3))
    assert found.p(0.55) == pytest.approx(0.5)


def test_without_any_spread_a_worsening_beyond_the_margin_is_certain() -> None:
    found = compare(np.array([1.1]), np.ones(4))

    assert [found.p(0.05), found.p(0.15)] == [0, 1]


def test_several_runs_are_held_against_the_baseline_with_pooled_variance() -> None:
    a, b = np.array([1.3, 1.1, 1.25]), np.array([1.0, 1.2, 0.9, 1.1])

    expected = stats.ttest_ind(a, b, alternative="greater").pvalue
    assert compare(a, b).p() == pytest.approx(expected)


def test_a_candidate_that_scatters_more_is_held_by_welchs_test() -> None:
    a, b = np.array([1.0, 9.0, 5.0]), np.array([1.0, 1.2, 0.9, 1.1])

    expected = stats.ttest_ind(a, b, equal_var=False, alternative="greater").pvalue
    assert compare(a, b).p() == pytest.approx(expected)


def test_leading_axes_are_compared_one_by_one() -> None:
    rng = np.random.default_rng(0)
    a, b = rng.normal(size=(4, 2, 3)), rng.normal(size=(4, 2, 5))

    one_by_one = [[float(compare(a[i, j], b[i, j]).p()) for j in range(2)] for i in range(4)]
    np.testing.assert_allclose(compare(a, b).p(), one_by_one)


def test_without_any_spread_every_worsening_is_certain() -> None:
    same = np.ones(4)

    assert compare(np.array([1.1]), same).p() == 0
    assert compare(np.array([1.0]), same).p() == 1


@pytest.mark.parametrize("sides", PROMISED)
def test_the_power_is_what_was_promised(sides: tuple[int, int]) -> None:
    for alpha, promised in zip((0.01, 0.05), PROMISED[sides], strict=True):
        found = power(*sides, np.array([2.0, 3.0, 4.0, 5.0]), alpha)

        np.testing.assert_allclose(found, promised, atol=0.03)


def test_power_rises_with_either_side_and_with_the_effect() -> None:
    by_m = [float(power(1, m, 3.0, 0.05)) for m in range(3, 20)]
    by_n = [float(power(n, 5, 3.0, 0.05)) for n in range(1, 10)]
    by_effect = power(1, 5, np.linspace(0, 6, 20), 0.05)

    assert by_m == sorted(by_m)
    assert by_n == sorted(by_n)
    assert (np.diff(by_effect) > 0).all()


def test_seeds_needed_give_the_power_and_one_fewer_do_not() -> None:
    more = seeds_needed(1, 5, 2.5, 0.025)

    assert more is not None
    assert power(1 + more, 5, 2.5, 0.025) >= 0.8 > power(more, 5, 2.5, 0.025)


def test_where_no_number_of_seeds_helps_none_is_said() -> None:
    assert seeds_needed(1, 3, 0.3, 0.05) is None


def test_holm_is_the_textbooks() -> None:
    np.testing.assert_allclose(holm(np.array([0.01, 0.04, 0.03])), [0.03, 0.06, 0.06])
    assert holm(np.empty(0)).size == 0


def test_neighboring_points_that_agree_are_worth_fewer() -> None:
    rng = np.random.default_rng(0)
    white = rng.normal(size=400)
    smooth = np.convolve(white, np.ones(20) / np.sqrt(20), "valid")

    assert standard_error(white) == pytest.approx(1 / np.sqrt(400), rel=0.2)
    assert standard_error(smooth) > 3 * standard_error(white)
    assert standard_error(np.ones(50)) == 0


def test_a_step_in_a_sequence_is_found_and_noise_has_none() -> None:
    rng = np.random.default_rng(3)
    noise = rng.normal(size=(50, 20))

    assert change_point(np.concatenate([noise[0, :10], noise[1, :10] + 8])) == 10
    assert sum(change_point(row) is not None for row in noise) == 0
