"""TB505 hparam-effect."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from scipy import stats

from tbreport.analysis.ensemble import benjamini_hochberg, rank_correlation, ranks
from tbreport.model import RunDigest
from tests.curves import healthy, run
from tests.findings import experiment, findings

RNG = np.random.default_rng(0)


def trials(ends: np.ndarray, values: np.ndarray, name: str = "lr") -> Sequence[RunDigest]:
    """Runs with a hyper-parameter each, that end at some levels."""
    runs = {f"trial {i}x": run({"val/loss": healthy(end=end)}) for i, end in enumerate(ends)}
    hparams = {
        n: {name: float(v), "other": float(i % 3), "optimizer": "adam"}
        for i, (n, v) in enumerate(zip(runs, values, strict=True))
    }
    return experiment(runs, hparams)


RISING = np.linspace(0.2, 0.5, 12)
MIXED = RNG.permutation(RISING)
FIRES = {
    "the loss rises with it": trials(RISING, np.geomspace(1e-4, 1e-1, 12)),
    "eight runs": trials(RISING[:8], np.arange(8)),
}
QUIET = {
    "noise only": trials(MIXED, np.arange(12)),
    "near miss: seven runs": trials(RISING[:7], np.arange(7)),
    "near miss: a seed": trials(RISING, np.arange(12), name="seed"),
    "near miss: the same everywhere": trials(RISING, np.ones(12)),
}


def test_it_says_which_way_is_better() -> None:
    (finding,) = findings("TB505", FIRES["the loss rises with it"])

    assert finding.severity == "info"
    assert finding.message.startswith("runs with a smaller lr reach better values of val/loss")
    assert finding.evidence["p_adjusted"] < 0.01


def test_ranks_of_equal_values_are_averaged() -> None:
    assert list(ranks(np.array([3.0, 1.0, 3.0, 2.0]))) == [3.5, 1.0, 3.5, 2.0]


def test_permutations_of_noise_are_significant_as_often_as_they_say() -> None:
    x = np.arange(12.0)
    p = [rank_correlation(x, RNG.normal(size=12), 199, seed)[1] for seed in range(200)]

    assert np.mean(np.array(p) <= 0.05) == pytest.approx(0.05, abs=0.04)


def test_benjamini_hochberg_is_scipys() -> None:
    p = np.random.default_rng(0).random(30)

    np.testing.assert_allclose(benjamini_hochberg(p), stats.false_discovery_control(p))
    assert benjamini_hochberg(np.empty(0)).size == 0


def test_adjusted_p_values_are_those_of_benjamini_and_hochberg() -> None:
    found = benjamini_hochberg(np.array([0.01, 0.04, 0.03, 0.5]))

    assert list(found) == pytest.approx([0.04, 0.16 / 3, 0.16 / 3, 0.5])
