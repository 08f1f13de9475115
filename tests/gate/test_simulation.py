"""The promise, in short: `python -m benchmarks.gate` measures all of it."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks.gate import Asked, confirmed, measured_power, tell_cadence
from benchmarks.gate_worlds import Gate, World, curves, failures, judged, limit
from tbreport.gate.collecting import build, thinned
from tbreport.gate.judge import judge
from tbreport.gate.model import Limit, Policy
from tests.gate.runs import LOSS, digest_of

TRIALS = 400


@pytest.mark.parametrize(("rho", "ratio"), [(0.0, 1.0), (0.9, 0.3), (0.99, 0.0)])
@pytest.mark.parametrize(("n", "m", "metrics"), [(1, 3, 1), (1, 5, 10), (3, 5, 1)])
def test_unchanged_jobs_fail_no_more_often_than_alpha(
    rho: float, ratio: float, n: int, m: int, metrics: int
) -> None:
    rng = np.random.default_rng([n, m, metrics, int(100 * rho)])

    rate = failures(World(rho=rho, ss=0.05 * ratio), Gate(n, m, metrics), TRIALS, rng)

    assert rate <= limit(0.05, TRIALS)


def test_regressions_are_caught_the_more_the_greater_they_are() -> None:
    rng = np.random.default_rng(0)
    rates = [
        failures(World(shift=shift), Gate(1, 10), TRIALS, rng) for shift in (0, 0.02, 0.05, 0.1)
    ]

    assert rates == sorted(rates)
    assert rates[2] > 0.8
    assert rates[3] == 1


def test_a_slower_convergence_is_caught_by_the_time_to_target() -> None:
    gate = Gate(1, 10, 1, ("final", "auc", "ttt"), min_effect=0.01)

    rate = failures(World(slow=1.3), gate, TRIALS, np.random.default_rng(0))

    assert rate > 0.9


@pytest.mark.parametrize(("n", "m", "effect", "promised"), [(1, 10, 4, 0.97), (3, 5, 3, 0.97)])
def test_power_is_kept_by_what_is_computed(n: int, m: int, effect: float, promised: float) -> None:
    found = measured_power(n, m, effect, 0.05, 20_000, np.random.default_rng(0))

    assert found == pytest.approx(promised, abs=0.03)


@pytest.mark.parametrize("kind", ["normal", "t3", "10 % stuck"])
def test_two_fresh_seeds_clear_nearly_all_false_failures(kind: str) -> None:
    _, both = confirmed(10, 0.0, kind, 20_000, np.random.default_rng(0))

    assert both <= 0.015


def test_another_cadence_makes_unchanged_jobs_fail_no_more_often() -> None:
    assert tell_cadence(Asked(trials=300, seed=1, rho=()))


def test_the_simulation_judges_as_the_gate_does() -> None:
    rng = np.random.default_rng(5)
    for shift in (0.0, 0.03, 0.1):
        theirs, ours = curves(World(), (6,), rng), curves(World(shift=shift), (2,), rng)
        steps = thinned(np.arange(1000))
        gate = Gate(2, 6, stats=("final", "auc", "ttt"))
        p = judged(steps, ours[None, :, steps], theirs[None, :, steps], gate)

        stored = build(
            "lm", {}, [digest_of(f"lm-seed{i}", {LOSS: c}) for i, c in enumerate(theirs)], [LOSS]
        )
        runs = [digest_of(f"lm-seed{i + 10}", {LOSS: c}) for i, c in enumerate(ours)]
        verdict = judge(runs, [stored], Policy((Limit(LOSS, "lower", gate.stats),)))

        by_stat = {check.stat: check for check in verdict.checks if check.p is not None}
        np.testing.assert_allclose([by_stat[stat].p for stat in gate.stats], p[0], rtol=1e-9)
