"""Runs that log at other steps than their baseline."""

from __future__ import annotations

import numpy as np
import pytest

from tbreport.gate.aligning import alignment, values_at
from tbreport.gate.collecting import build, on_grid
from tbreport.gate.judge import judge
from tbreport.gate.model import Baseline, Policy
from tbreport.model import Display, Float64s, Int64s, RunDigest
from tests.gate.runs import LIMIT, LOSS, check_of, digest_of, falling, outcomes

N = 1000
POLICY = Policy((LIMIT,))
BOTH = {(LOSS, "final"): "pass", (LOSS, "auc"): "pass"}


def logged(seed: int, every: int, offset: int = 0, shift: float = 0.0) -> RunDigest:
    """A run of 1,000 steps that logs some of them."""
    steps = np.arange(N)[offset::every]
    return digest_of(f"lm-seed{seed}", {LOSS: falling(seed, shift=shift, n=N)[steps]}, steps)


def stored(every: int = 1) -> Baseline:
    return build("lm", {}, [logged(seed, every) for seed in range(6)], [LOSS])


@pytest.mark.parametrize(
    ("every", "offset", "how"), [(7, 0, "common"), (7, 3, "common"), (40, 3, "nearest")]
)
def test_another_cadence_is_compared_where_both_sides_have_points(
    every: int, offset: int, how: str
) -> None:
    usual = judge([logged(100, every, offset)], [stored()], POLICY)
    worse = judge([logged(100, every, offset, 0.1)], [stored()], POLICY)

    words = {"common": "steps that both have", "nearest": "steps that lie closest"}
    assert outcomes(usual) == {(LOSS, "cadence"): "warn", **BOTH}
    assert words[how] in check_of(usual, "cadence").reason
    assert worse.outcome == "fail"


@pytest.mark.parametrize(("every", "offset"), [(1, 0), (7, 3), (45, 20)])
def test_a_baseline_that_logs_less_is_met_as_well(every: int, offset: int) -> None:
    assert judge([logged(100, every, offset)], [stored(40)], POLICY).outcome == "pass"
    assert judge([logged(100, every, offset, 0.1)], [stored(40)], POLICY).outcome == "fail"


def test_steps_that_are_counted_from_one_change_nothing() -> None:
    values = falling(100, n=N)[::5]
    baseline = stored(5)

    usual = judge([digest_of("lm-seed1", {LOSS: values}, np.arange(0, N, 5))], [baseline], POLICY)
    later = judge([digest_of("lm-seed1", {LOSS: values}, np.arange(1, N, 5))], [baseline], POLICY)

    for stat in ("final", "auc"):
        before, after = check_of(usual, stat).effect, check_of(later, stat).effect
        assert before is not None
        assert after == pytest.approx(before, abs=0.01)
    assert later.outcome == usual.outcome


def test_a_curve_is_moved_along_the_baselines_slope() -> None:
    grid = np.arange(0, 400, 10)
    level = 100.0 - grid
    steps = grid + 3
    points = Display(steps, steps.astype(np.float64), 100.0 - steps)

    found = alignment([steps], grid)

    assert found.how == "nearest"
    np.testing.assert_allclose(values_at(points, grid, found, level), level[found.kept])


def test_common_steps_are_taken_as_they_are() -> None:
    grid: Int64s = np.arange(0, 1000, 10)
    steps: Int64s = np.arange(0, 1000, 20)
    values: Float64s = np.sin(steps / 100)
    points = Display(steps, steps.astype(np.float64), values)

    found = alignment([steps], grid)

    assert found.how == "common"
    np.testing.assert_array_equal(values_at(points, grid, found, 0 * grid), values)
    np.testing.assert_array_equal(found.kept, on_grid(points, grid)[1])


def test_too_few_points_are_not_compared() -> None:
    verdict = judge([logged(100, 60, 7)], [stored()], POLICY)

    assert outcomes(verdict) == {(LOSS, "cadence"): "inconclusive"}


HOLES = {
    "in its middle": np.concatenate([np.arange(0, 300), np.arange(500, N)]),
    "at its start": np.arange(500, N),
    "before a point far behind": np.append(np.arange(0, 200), 5 * N),
}


@pytest.mark.parametrize("steps", HOLES.values(), ids=HOLES)
def test_a_hole_is_no_cadence(steps: Int64s) -> None:
    holed = digest_of("lm-seed100", {LOSS: falling(100, n=5 * N + 1)[steps]}, steps)
    runs = build("lm", {}, [logged(seed, 1) for seed in range(6)], [LOSS], onto=[holed])

    for theirs in (stored(), runs):
        assert outcomes(judge([holed], [theirs], POLICY)) == {(LOSS, "cadence"): "inconclusive"}


def test_a_baseline_of_runs_keeps_its_steps_where_few_are_common() -> None:
    sparse = logged(100, 40, 3)
    onto = build("lm", {}, [logged(seed, 7) for seed in range(6)], [LOSS], onto=[sparse])

    assert judge([sparse], [onto], POLICY).outcome == "pass"
