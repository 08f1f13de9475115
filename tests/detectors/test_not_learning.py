"""TB204 not-learning."""

from __future__ import annotations

import numpy as np
import pytest

from tests.curves import broken, flat, healthy, run
from tests.findings import findings

CHANCE = float(np.log(10))
FIRES = {
    "stuck at chance": run({"train/loss": flat(level=CHANCE), "val/loss": flat(level=CHANCE)}),
    "noisy, at chance": run({"loss": flat(level=CHANCE, noise=0.02)}),
    "ten points": run({"loss": flat(10, level=0.7, noise=0.001)}),
    "a hundredth of the way": run({"loss": healthy(start=2.3, end=2.28, noise=0.001)}),
    "one metric of three rose by chance": run(
        {
            "loss": flat(level=CHANCE),
            "val/accuracy": flat(level=0.1),
            "val/f1": flat(level=0.02),
            "val/roc_auc": np.linspace(0.5, 0.7, 200),
        }
    ),
    "an accuracy that is the share of one class": run(
        {"loss": flat(level=0.15), "val/accuracy": np.full(200, 0.97)}
    ),
    "known chance level": run(
        {"loss": healthy(start=4.0, end=CHANCE, noise=0.001)}, hparams={"num_classes": 10.0}
    ),
}
QUIET = {
    "noise only": run({"loss": healthy(noise=0.1)}),
    "near miss: a tenth of the way": run({"loss": healthy(start=2.3, end=2.07)}),
    "near miss: nine points": run({"loss": flat(9, level=CHANCE)}),
    "near miss: one of two losses falls": run({"train/loss": healthy(), "val/loss": flat()}),
    "near miss: learned within the first percent": run(
        {"loss": np.append(np.linspace(2.3, 0.5, 8), flat(1000, level=0.5))}
    ),
    "an accuracy that rises": run({"loss": flat(), "val/accuracy": 1 - healthy(start=0.9)}),
    "solved from the start": run({"loss": flat(level=3e-5), "val/accuracy": np.ones(200)}),
    "a loss that broke": run({"loss": broken(flat(), slice(100, None))}),
    "a game": run({"loss_G": flat(), "loss_D": flat()}),
    "reinforcement learning": run({"rollout/ep_rew_mean": flat(), "train/value_loss": flat()}),
    "a loss that crosses zero": run({"loss": flat() - 1}),
}


def test_it_tells_the_level_and_the_start() -> None:
    (finding,) = findings("TB204", run({"loss": flat(level=2.0, noise=0.0)}))

    assert finding.severity == "warning"
    assert finding.message == "loss stays at 2, 0.0 % below its start of 2"
    assert finding.steps == (0, 199)


def test_the_loss_of_guessing_is_named_where_the_classes_are_known() -> None:
    (finding,) = findings("TB204", FIRES["known chance level"])

    assert finding.evidence["guessing"] == pytest.approx(CHANCE)
    assert "the loss of guessing (2.303)" in finding.message


def test_both_losses_are_one_finding() -> None:
    (finding,) = findings("TB204", FIRES["stuck at chance"])

    assert finding.tags == ("train/loss", "val/loss")
