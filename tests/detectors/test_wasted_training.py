"""TB304 wasted-training."""

from __future__ import annotations

import numpy as np
import pytest

from tests.curves import START, flat, healthy, overfit, run, series
from tests.findings import findings

X = np.linspace(0.3, 0.98, 100)
FIRES = {
    "a loss that turned": run({"train/loss": healthy(), "val/loss": overfit(noise=0.005)}),
    "an accuracy that fell": run({"val/accuracy": 1 / (1 + overfit(noise=0.001))}),
}
QUIET = {
    "noise only": run({"val/loss": healthy(noise=0.001)}),
    "near miss: the best after 75 %": run({"val/loss": overfit(turn=0.75, noise=0.001)}),
    "near miss: nineteen evaluations": run({"val/loss": overfit(19, noise=0.001)}),
    "near miss: the metric goes on": run(
        {"val/loss": overfit(noise=0.001), "val/accuracy": 1 - healthy(noise=0.001) / 3}
    ),
    "near miss: flat since the half": run({"val/accuracy": np.r_[X, np.full(100, 0.98)]}),
    "near miss: wandering by noise at the end": run(
        {"val/accuracy": 0.95 - np.r_[0.6 * X[::-1], np.zeros(100)] + 0.01 * (flat(noise=0.2) - 1)}
    ),
    "near miss: a metric that TB302 calls as good as its best": run(
        {
            "train/loss": healthy(),
            "val/loss": overfit(noise=0.005),
            "val/accuracy": np.interp(np.arange(200), (0, 60, 199), (0.94, 0.987, 0.9854)),
        }
    ),
    "reinforcement learning": run({"rollout/ep_rew_mean": flat(), "eval/mean_reward": overfit()}),
}


def test_it_counts_the_hours_after_the_best() -> None:
    times = START + 3600.0 * np.arange(40)
    looked_at = run([series("val/loss", overfit(40, noise=0.0, turn=0.5), wall_times=times)])

    (finding,) = findings("TB304", looked_at)

    assert finding.severity == "info"
    assert finding.evidence["best_step"] == pytest.approx(20, abs=1)
    assert finding.evidence["time_after_best_s"] == pytest.approx(19 * 3600, abs=3600)
    assert " h of training came after" in finding.message
