"""Summaries: one number a run, on the steps that all have."""

from __future__ import annotations

import numpy as np
import pytest

from tbreport.gate.summaries import STATS, Terms, default_target

STEPS = np.arange(100, dtype=np.int64)
RISE = np.arange(100.0)[None]
LOWER, HIGHER = Terms("lower"), Terms("higher")


def test_the_level_at_the_end_is_that_of_the_last_tenth_of_the_range() -> None:
    sparse = np.array([0, 10, 20, 95, 100])

    assert STATS["final"](STEPS, RISE, LOWER)[0] == np.mean(np.arange(90, 100))
    assert STATS["final"](sparse, np.array([[9.0, 9, 9, 1, 3]]), LOWER)[0] == 2


def test_a_robust_level_is_not_moved_by_one_point() -> None:
    values = np.ones((1, 100))
    values[0, 95] = 1e6

    assert STATS["final"](STEPS, values, Terms("lower", robust=True))[0] == 1


def test_the_whole_curve_counts_by_steps_and_not_by_points() -> None:
    # nine tenths of the points lie in the first tenth of the steps
    steps = np.concatenate([np.arange(90), [300, 600, 900]])
    values = np.where(steps < 100, 10.0, 1.0)[None]

    assert STATS["auc"](steps, values, LOWER)[0] < 7


def test_the_best_is_of_a_bin_and_knows_what_is_better() -> None:
    values = np.ones((1, 100))
    values[0, 50] = 0.0

    assert 0 < STATS["best"](STEPS, values, LOWER)[0] < 1
    assert STATS["best"](STEPS, values, HIGHER)[0] == 1


def test_the_time_to_target_is_infinite_where_it_is_not_reached() -> None:
    fall = -RISE
    terms = Terms("lower", target=-50.0)

    found = STATS["ttt"](STEPS, np.concatenate([fall, fall / 10]), terms)

    assert found[0] == pytest.approx(53, abs=3)
    assert found[1] == np.inf


def test_the_median_leaves_the_warm_up_out() -> None:
    values = np.where(STEPS < 9, 1.0, 100.0)[None]
    values[0, 10:50] += 1

    assert STATS["median"](STEPS, values, Terms("higher", skip=0.5))[0] == 100


def test_a_single_step_is_a_curve_as_well() -> None:
    steps = np.array([7], dtype=np.int64)

    for name in ("final", "auc", "best", "median"):
        assert STATS[name](steps, np.array([[2.5]]), LOWER)[0] == 2.5


def test_the_target_is_on_the_way_however_little_was_gained() -> None:
    far = 1 + 9 * np.exp(-STEPS / 10)[None]
    near = 1 + 0.04 * np.exp(-STEPS / 10)[None]

    assert default_target(STEPS, far, "lower") == pytest.approx(1.05, abs=0.01)
    assert 1 < default_target(STEPS, near, "lower") < near[0, 0]


def test_any_two_steps_have_a_way_between_them() -> None:
    ends = np.array([np.iinfo(np.int64).min, 0, np.iinfo(np.int64).max])

    found = {name: stat(ends, np.array([[3.0, 2, 1]]), LOWER)[0] for name, stat in STATS.items()}

    assert (found["final"], found["auc"], found["best"], found["median"]) == (1, 2, 1, 1.5)
