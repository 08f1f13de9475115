"""TB402 oscillating-metric."""

from __future__ import annotations

import numpy as np

from tests.curves import flat, healthy, run, spiky
from tests.findings import findings

TURNS = np.where(np.arange(200) % 2, 1.0, -1.0)

CHANCE = np.random.default_rng(0)
OF_200 = CHANCE.binomial(200, 0.8, 100) / 200  # right answers

FIRES = {
    "an accuracy": run({"val/accuracy": 0.8 + 0.03 * TURNS, "loss": healthy()}),
    "an accuracy in percent": run({"val/accuracy": 80 + 3 * TURNS, "loss": healthy()}),
    "an accuracy of 200 samples, by more than chance": run(
        {"val/accuracy": CHANCE.binomial(200, 0.7 + 0.1 * TURNS) / 200, "loss": healthy()}
    ),
    "a loss": run({"loss": healthy() * (1 + 0.4 * TURNS)}),
}
QUIET = {
    "noise only": run({"loss": healthy(noise=0.4)}),
    "noise only, of fifty points": run({"loss": healthy(50, seed=14, noise=0.35)}),
    "noise only, of an accuracy": run({"val/accuracy": flat(level=0.8, noise=0.01)}),
    "near miss: swings of 0.02": run({"val/accuracy": 0.8 + 0.01 * TURNS}),
    "near miss: 20 % from side to side": run({"loss": healthy() * (1 + 0.2 * TURNS)}),
    "near miss: 40 % of a tenth of the start": run(
        {"loss": np.geomspace(1.0, 0.1, len(TURNS)) * (1 + 0.4 * TURNS)}
    ),
    "near miss: one spike": run({"loss": spiky(height=6.0)}),
    "near miss: an accuracy that settles": run(
        {"val/accuracy": 0.8 + np.where(np.arange(200) < 100, 0.03, 0.001) * TURNS}
    ),
    "near miss: an accuracy of batches": run(
        {"fast_rcnn/cls_accuracy": 0.8 + 0.05 * TURNS, "loss": healthy()}
    ),
    "near miss: an accuracy of 200 samples, by chance": run(
        {"val/accuracy": OF_200.astype(np.float32).astype(np.float64), "loss": healthy()}
    ),
    "near miss: nineteen points": run({"val/accuracy": 0.8 + 0.05 * TURNS[:19]}),
    "reinforcement learning": run(
        {"rollout/ep_rew_mean": flat(), "train/loss": healthy() * (1 + 0.4 * TURNS)}
    ),
}


def test_it_tells_how_often_an_accuracy_falls() -> None:
    (finding,) = findings("TB402", FIRES["an accuracy"])

    assert finding.severity == "warning"
    assert finding.evidence["swing_percent"] > 45
    assert finding.evidence["largest_swing"] > 0.059
