"""The self-test, and what it says of a defect that it misses."""

from __future__ import annotations

import re

import numpy as np
import pytest

from tbreport.errors import NothingToCompare
from tbreport.gate.advice import enough
from tbreport.gate.collecting import build
from tbreport.gate.model import Baseline, Limit, Policy
from tbreport.gate.selftest import Trial, self_test, told
from tbreport.gate.statistics import power
from tbreport.model import RunDigest
from tests.gate.runs import LOSS, baseline, candidate, digest_of


def trial_of(trials: tuple[Trial, ...], defect: str) -> Trial:
    (found,) = (trial for trial in trials if trial.defect == defect)
    return found


def tuned(seed: int) -> RunDigest:
    """A fine-tuning: it gains 3 % in all, and seeds differ by 0.4 %."""
    rng = np.random.default_rng(seed)
    curve = 2.5 * (1 + 0.03 * np.exp(-np.arange(60) / 12)) * (1 + rng.normal(0, 0.004))
    return digest_of(f"lm-seed{seed}", {LOSS: curve + rng.normal(0, 0.002, 60)})


def tried(m: int, policy: Policy) -> tuple[Trial, ...]:
    stored = build("lm", {}, [tuned(seed) for seed in range(m)], [LOSS])
    return self_test([tuned(100)], [stored], policy)


def test_every_defect_is_caught_where_seeds_hardly_differ() -> None:
    trials = self_test([candidate()], [baseline()], Policy((Limit(LOSS, "lower"),)))

    assert all(trial.is_caught for trial in trials)
    assert not any(trial.advice for trial in trials)


@pytest.mark.parametrize(
    ("policy", "baselines"),
    [
        (Policy((Limit(LOSS, "lower"),), key={"gpu": "h100"}), [baseline()]),
        (Policy(expressions=("last('val/loss') < 9",)), []),
    ],
)
def test_a_gate_that_compares_nothing_catches_nothing(
    policy: Policy, baselines: list[Baseline]
) -> None:
    with pytest.raises(NothingToCompare, match="no metric of job 'lm' is compared"):
        self_test([candidate()], baselines, policy)


def test_a_miss_that_seeds_hide_says_by_how_much_and_how_many_runs_would_do() -> None:
    missed = trial_of(tried(3, Policy((Limit(LOSS, "lower"),))), "slower")

    assert not missed.is_caught
    assert re.search(r"val/loss \((auc|final|ttt)\) [\d.]+ % worse, [\d.]+ seed sd", missed.advice)
    assert re.search(r"about \d+ v \d+ would find it", missed.advice)


def test_a_miss_that_no_number_of_runs_would_find_says_so() -> None:
    missed = trial_of(tried(5, Policy((Limit(LOSS, "lower"),))), "slower")

    assert "20 v 20 runs would not find it either" in missed.advice


@pytest.mark.parametrize("effect", [2.0, 3.5, 6.0])
def test_as_many_runs_as_are_advised_have_the_power_and_one_fewer_does_not(effect: float) -> None:
    sides = enough(1, 3, effect, 0.025)
    assert sides is not None
    n, m = sides
    fewer = (n, m - 1) if n == 1 else (n - 1, m)

    assert power(n, m, effect, 0.025) >= 0.8 > power(*fewer, effect, 0.025)


def test_a_miss_that_another_stat_would_catch_names_it() -> None:
    policy = Policy((Limit(LOSS, "lower", ("final",)),))

    missed = trial_of(self_test([candidate()], [baseline()], policy), "slower")

    assert not missed.is_caught
    assert re.search(r"which is not gated: add '(auc|ttt)' to stats", missed.advice)


def test_a_gate_with_nothing_left_to_compare_has_caught_the_missing_tag() -> None:
    policy = Policy((Limit(LOSS, "lower"),), on_missing="warn")

    found = trial_of(self_test([candidate()], [baseline()], policy), "missing-tag")

    assert found.is_caught
    assert "exit code 5" in found.by


def test_a_miss_by_a_rule_that_was_switched_off_says_so() -> None:
    policy = Policy((Limit(LOSS, "lower", ("best",)),), on_short="warn", tol=0.5)
    short = trial_of(self_test([candidate()], [baseline(2)], policy), "truncation")

    assert not short.is_caught
    assert "compared up to step" in short.advice


def test_the_advice_stands_below_the_miss() -> None:
    lines = told(tried(3, Policy((Limit(LOSS, "lower"),)))).splitlines()
    place = next(i for i, line in enumerate(lines) if line.startswith("MISSED"))

    assert lines[place + 1].startswith("        it makes val/loss")


def test_a_metric_that_is_better_higher_is_made_lower_whatever_its_stats_are() -> None:
    def accuracy(seed: int) -> RunDigest:
        rng = np.random.default_rng(seed)
        curve = 0.9 * (1 - np.exp(-np.arange(200) / 25)) * (1 + rng.normal(0, 0.002))
        return digest_of(f"lm-seed{seed}", {"val/acc": curve + rng.normal(0, 0.001, 200)})

    stored = build("lm", {}, [accuracy(seed) for seed in range(5)], ["val/acc"])
    policy = Policy((Limit("val/acc", "higher", ("final", "ttt")),))

    assert trial_of(self_test([accuracy(9)], [stored], policy), "shift").is_caught
