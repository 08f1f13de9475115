"""Pure maths on one curve."""

from __future__ import annotations

import time

import numpy as np
import pytest

from tbreport.analysis import curves
from tests.curves import flat, healthy


@pytest.mark.parametrize("n", [1, 2, 3, 4, 99, 1000])
def test_the_median_is_numpys(n: int) -> None:
    values = flat(n, noise=1.0)

    assert curves.median(values) == np.median(values)


def test_an_empty_curve_has_no_level() -> None:
    empty = np.empty(0)

    assert np.isnan(curves.median(empty))
    assert np.isnan(curves.tail(empty))
    assert np.isnan(curves.noise(empty))
    assert curves.smooth(empty).tolist() == []
    assert curves.best(empty, empty, "min")[1] == -1


def test_smoothing_three_points_wide_takes_the_middle_one() -> None:
    values = np.array([5.0, 1.0, 3.0, 9.0, 2.0])

    # ends take the last whole window
    assert curves.smooth(values).tolist() == [3.0, 3.0, 3.0, 3.0, 3.0]


def test_smoothing_ignores_a_wild_point() -> None:
    values = np.linspace(3, 1, 100)
    wild = values.copy()
    wild[50] = 1e9

    assert np.abs(curves.smooth(wild) - values).max() < 0.1


def test_a_wide_running_median_is_exact_at_its_knots() -> None:
    values = flat(5000, noise=0.5)
    smooth = curves.smooth(values)
    knots = range(50, 4900, 101 // 8)  # 2 % of the points, made odd, is 101

    assert [smooth[i] for i in knots] == [np.median(values[i - 50 : i + 51]) for i in knots]


def test_a_million_points_are_smoothed_within_a_second() -> None:
    values = flat(1_000_000)
    begin = time.process_time()
    curves.smooth(values)

    assert time.process_time() - begin < 1


@pytest.mark.parametrize(("n", "used"), [(2, 2), (10, 3), (100, 5), (1000, 50)])
def test_tail_and_head_are_medians_of_five_percent_and_at_least_three_points(
    n: int, used: int
) -> None:
    values = np.arange(n, dtype=np.float64)

    assert curves.tail(values) == np.median(values[-used:])
    assert curves.head(values) == np.median(values[:used])


def test_best_goes_by_the_goal_and_takes_the_first() -> None:
    values = np.array([2.0, 1.0, 3.0, 1.0, 3.0])

    assert curves.best(values, values, "min") == (1.0, 1)
    assert curves.best(values, values, "max") == (3.0, 2)


def test_best_stands_where_the_curve_itself_is_near_it() -> None:
    values = np.array([0.379, 0.1333, 0.1299, 0.1371, 0.1380])

    assert curves.best(values, curves.smooth(values), "min") == (0.1333, 1)


def test_the_best_point_is_the_best_of_those_around_the_best_median() -> None:
    values = np.array([0.379, 0.1333, 0.1299, 0.1371, 0.1380])

    assert curves.best_point(values, 1, "min") == 2


def test_the_best_point_of_a_curve_that_still_falls_is_its_last() -> None:
    values = np.geomspace(2.0, 0.5, 40)
    _, turn = curves.best(values, curves.smooth(values), "min")

    assert curves.best_point(values, turn, "min") == 39
    assert curves.best_point(-values, turn, "max") == 39


def test_the_best_point_is_no_lucky_one_far_from_all_others() -> None:
    values = np.array([0.9, 0.8, 0.7, 0.1, 0.7, 0.6, 0.5, 0.4, 0.5, 0.6])
    _, turn = curves.best(values, curves.smooth(values), "min")

    assert curves.best_point(values, turn, "min") == 7


def test_noise_is_the_share_of_the_level_in_logarithms() -> None:
    values = healthy(2000, noise=0.05)

    assert curves.noise(np.log(values)) == pytest.approx(0.05, rel=0.1)


def test_noise_is_blind_to_the_trend_and_to_one_wild_point() -> None:
    falling = np.linspace(100, 0, 500)
    falling[200] = 1e6

    assert curves.noise(falling) == pytest.approx(0, abs=1e-9)


def test_the_spread_of_normal_noise_is_its_standard_deviation() -> None:
    values = np.random.default_rng(0).normal(5, 2, 10_000)

    assert curves.spread(values) == pytest.approx(2, rel=0.05)


def test_wandering_is_measured_from_a_straight_line() -> None:
    line = np.linspace(1, 5, 300)
    swing = np.sin(np.linspace(0, 60, 300))

    assert curves.wander(line) == pytest.approx(0, abs=1e-9)
    assert curves.wander(line + swing) == pytest.approx(curves.wander(swing), rel=0.1)
    assert np.isnan(curves.wander(np.empty(0)))


@pytest.mark.parametrize(("n", "width"), [(0, 3), (100, 3), (200, 5), (1000, 21)])
def test_the_running_median_is_odd_and_two_percent_wide(n: int, width: int) -> None:
    assert curves.window(n) == width


def test_surprise_is_how_far_above_the_points_before() -> None:
    values = np.array([1.0, 3.0, 1.0, 3.0, 6.0])

    # before the last: mean 2, standard deviation 1
    assert curves.surprise(values, np.array([4]), 4) == pytest.approx(4)


def test_surprise_looks_back_no_further_than_its_width() -> None:
    values = np.concatenate((np.full(100, 1e6), [1.0, 3.0, 1.0, 3.0, 6.0]))

    assert curves.surprise(values, np.array([104]), 4) == pytest.approx(4)


def test_anything_above_equal_points_is_infinitely_surprising() -> None:
    values = np.array([2.0, 2.0, 2.0, 2.0, 2.5, 2.0])

    equal, above = curves.surprise(values, np.array([3, 4]), 4)

    assert np.isnan(equal)
    assert above == np.inf


def test_trailing_levels_use_what_is_there() -> None:
    values = np.array([1.0, 2.0, 30.0, 4.0])

    level, spread = curves.trailing(values, np.array([1, 3]), 3)

    assert level.tolist() == [1.0, 2.0]
    assert spread.tolist() == [0.0, curves.TO_SIGMA * 1.0]


def test_a_jump_needs_something_above_zero_to_jump_from() -> None:
    assert curves.jumps_up(np.array([0.0, 1.0, 1.4, 2.8, 1.0, 1.6]), 1.5).tolist() == [3, 5]


def test_stretches_are_first_and_last_of_each() -> None:
    flags = np.array([True, False, True, True, False, True])

    assert curves.stretches(flags).tolist() == [[0, 0], [2, 3], [5, 5]]
    assert curves.stretches(np.zeros(3, bool)).tolist() == []
