"""TB203 loss-spike."""

from __future__ import annotations

import numpy as np
import pytest

from tests.curves import diverging, flat, healthy, run, spiky
from tests.findings import findings

STEP = np.where(np.arange(400) < 200, 1.0, 1.6) * healthy(400, noise=0.01)

FIRES = {
    "a spike that heals": run({"loss": spiky()}),
    "a spike in the noise of single batches": run({"loss": spiky(noise=0.05, height=4.0)}),
    "a level that stays": run({"loss": STEP}),
    "one point": run({"loss": spiky(healing=1)}),
    "sixty points": run({"loss": spiky(60, at=40)}),
    "a constant loss that jumps": run({"loss": np.where(np.arange(100) == 70, 2.0, 1.0)}),
}
QUIET = {
    "noise only": run({"loss": healthy(1000, noise=0.1)}),
    "noise only, at a constant level": run({"loss": flat(1000, noise=0.2)}),
    "near miss: 1.25 times the level": run({"loss": spiky(height=1.25, noise=0.002)}),
    "near miss: within the noise": run({"loss": spiky(height=1.5, noise=0.15)}),
    "near miss: in the first points": run({"loss": spiky(at=10)}),
    "near miss: 39 points": run({"loss": spiky(39, at=30)}),
    "a learning rate that was raised": run(
        {"loss": STEP, "lr": np.where(np.arange(400) < 200, 0.1, 1.0)}
    ),
    "a game": run({"loss_G": spiky(), "loss_D": flat(400)}),
    "reinforcement learning": run({"rollout/ep_rew_mean": flat(400), "train/value_loss": spiky()}),
    "a loss that crosses zero": run({"loss": spiky() - 1}),
    "the beginning of a divergence": run({"loss": np.append(healthy(300), flat(100, level=9.0))}),
}


def test_a_spike_that_heals_is_information_with_its_height_and_length() -> None:
    (finding,) = findings("TB203", run({"loss": spiky(noise=0.01, height=3.0, at=300, healing=5)}))

    assert finding.severity == "info"
    assert finding.steps is not None
    assert finding.steps[0] == 300
    assert finding.evidence["height_ratio"] == pytest.approx(3, rel=0.05)
    assert finding.evidence["healed_after_points"] == pytest.approx(4, abs=1)
    assert "times its level, at step 300 and is back after" in finding.message


def test_a_spike_that_does_not_heal_is_a_warning() -> None:
    (finding,) = findings("TB203", FIRES["a level that stays"])

    assert finding.severity == "warning"
    assert finding.message.endswith("is not back after 40 points")


def test_a_spike_that_does_not_heal_is_information_where_validation_stayed_at_its_best() -> None:
    (finding,) = findings("TB203", run({"train/loss": STEP, "val/loss_len5": healthy(400, seed=1)}))

    assert finding.severity == "info"
    assert finding.message.endswith("after 40 points, while validation stayed at its best")


def test_the_advice_holds_whatever_a_step_is() -> None:
    (finding,) = findings("TB203", FIRES["a level that stays"])

    assert finding.advice.startswith("Go back to a checkpoint before step")


def test_a_spike_at_the_end_has_had_no_time_to_heal() -> None:
    (finding,) = findings("TB203", run({"loss": spiky(at=395, healing=50, noise=0.001)}))

    assert finding.severity == "info"
    assert finding.message.endswith("is not back after 4 points, when the run ends")


def test_two_spikes_are_one_finding_under_the_higher() -> None:
    twice = spiky(height=3.0, at=150) * spiky(height=6.0, at=300) / healthy(400)

    (finding,) = findings("TB203", run({"loss": twice}))

    assert finding.evidence["spikes"] == 2
    assert "at step 300" in finding.message
    assert finding.message.endswith("; 2 spikes in all")


def test_a_spike_before_a_divergence_is_told_beside_it() -> None:
    both = diverging(400, turn=0.7, noise=0.02)
    both[150] *= 4

    assert len(findings("TB202", run({"loss": both}))) == 1
    assert len(findings("TB203", run({"loss": both}))) == 1


def test_a_spike_in_both_losses_is_one_finding() -> None:
    (finding,) = findings(
        "TB203", run({"train/loss": spiky(height=5.0), "val/loss": spiky(seed=1)})
    )

    assert finding.tags == ("train/loss", "val/loss")
