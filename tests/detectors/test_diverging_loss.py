"""TB202 diverging-loss."""

from __future__ import annotations

import numpy as np

from tbreport.analysis.detector import DetectorSettings
from tests.curves import diverging, flat, healthy, lasting, overfit, run, series, spiky
from tests.findings import findings

RESTARTS = np.concatenate([healthy(60, seed=i, start=1.0, noise=0.01) for i in range(4)])

FIRES = {
    "climbs past its start": run({"train/loss": diverging(to=4.0)}),
    "loses half": run({"train/loss": diverging(to=1.2)}),
    "train and validation together": run(
        {"train/loss": diverging(seed=1), "val/loss": diverging(seed=2)}
    ),
    "only the validation loss is logged": run({"val/loss": diverging(40)}),
    "a huge first value": run({"loss": np.append([1e6], diverging(to=3.0))}),
    "diverges before a restart and stays so": run(
        {
            "loss": np.append(diverging(100, to=4.0, turn=0.3), flat(100, level=4.0)),
            "lr": np.repeat([1.0, 2.0], 100),
        }
    ),
    "after the last evaluations": run(
        {
            "train/loss": diverging(to=4.0, turn=0.75),
            "val/loss": np.append(healthy(140), [np.nan] * 60),
        }
    ),
    "rises from the start": run({"loss": np.linspace(1, 5, 50)}),
    "back to guessing, at 1.3 times its best": run(
        {"loss": np.append(np.linspace(2.3, 1.77, 100), np.linspace(1.77, 2.33, 100))}
    ),
    "with one of two validation losses": run(
        {
            "train/loss": diverging(to=1.2),
            "val/clean_loss": healthy(seed=2),
            "val/noisy_loss": diverging(seed=3),
        }
    ),
}
CYCLES = np.where(np.arange(400) % 6 < 3, 1.0, 0.1)  # shorter than the running median
FIRES["under a rate that cycles fast"] = run({"loss": diverging(400), "lr": CYCLES})
LEVEL = healthy(noise=0)
QUIET = {
    "noise only, that lasts": run({"loss": lasting(seed=3, noise=0.3, correlation=0.8) / LEVEL}),
    "noise only, little of it": run({"loss": lasting(seed=4, noise=0.08, correlation=0.8) / LEVEL}),
    "noise only": run({"loss": healthy(noise=0.3)}),
    "noise only, of few points": run({"loss": healthy(12, noise=0.4)}),
    "near miss: ends at 1.4 times its best": run({"loss": diverging(to=0.5, noise=0.01)}),
    "near miss: a validation loss that turns while training goes on": run(
        {"train/loss": healthy(), "val/loss": overfit(rise=2.0)}
    ),
    "near miss: a spike that heals": run({"loss": spiky(height=10.0)}),
    "near miss: an accuracy": run({"train/accuracy": diverging()}),
    "near miss: nine points": run({"loss": np.linspace(1, 5, 9)}),
    "near miss: diverges before a restart, and comes back": run(
        {
            "loss": np.append(diverging(100, to=4.0, turn=0.3), healthy(100, start=4.0)),
            "lr": np.repeat([1.0, 2.0], 100),
        }
    ),
    "a warm restart just before the end": run(
        {
            "loss": np.append(RESTARTS, healthy(10, start=1.0, end=0.9, noise=0.01)),
            "lr": np.append(np.tile(np.linspace(1, 0.1, 60), 4), np.ones(10)),
        }
    ),
    "a loss that swings with a rate that cycles fast": run(
        {"loss": healthy(400) * (1 + CYCLES), "lr": CYCLES}
    ),
    "near miss: harder samples, while validation goes on falling": run(
        {"train/loss": diverging(to=0.6), "val/loss": healthy(seed=2)}
    ),
    "near miss: batches of harder samples, while the validation of epochs goes on falling": run(
        [
            series("train_loss_step", diverging(to=1.2), steps=np.arange(9, 2000, 10)),
            series("train_loss_epoch", healthy(20, seed=1), steps=np.arange(99, 2000, 100)),
            series("val_loss", healthy(20, seed=2), steps=np.arange(99, 2000, 100)),
        ]
    ),
    "near miss: longer sequences, while the loss of the longest goes on falling": run(
        {"train/loss": diverging(to=1.2), "val/loss_len5": healthy(seed=2)}
    ),
    "near miss: overfitting, under the second name that Keras gives it": run(
        [
            series("train/epoch_loss", healthy(40)),
            series("validation/epoch_loss", overfit(40, rise=2.0)),
            series(
                "validation/evaluation_loss_vs_iterations",
                overfit(40, rise=2.0),
                steps=np.arange(17, 680, 17),
            ),
        ]
    ),
    "near miss: two lucky batches just before the end": run(
        {"loss": np.append(healthy(97, noise=0.05, end=0.3), [0.14, 0.15, 0.3])}
    ),
    "a game": run({"loss_G": diverging(), "loss_D": flat()}),
    "reinforcement learning": run({"rollout/ep_rew_mean": flat(), "train/value_loss": diverging()}),
    "a loss that crosses zero": run({"loss": diverging() - 1}),
    "a small rise at convergence": run({"loss": 1e-4 + diverging(to=0.01, noise=0.01)**8}),
}  # fmt: skip


def test_a_loss_past_its_start_is_an_error_else_a_warning() -> None:
    assert [f.severity for f in findings("TB202", FIRES["climbs past its start"])] == ["error"]
    assert [f.severity for f in findings("TB202", FIRES["loses half"])] == ["warning"]


def test_it_names_the_best_step_and_what_was_lost() -> None:
    (finding,) = findings("TB202", run({"loss": diverging(noise=0.0, to=4.0)}))

    best_step = int(finding.evidence["best_step"])
    assert 90 <= best_step <= 105
    assert finding.message == (
        f"loss ends at 4, {4 / finding.evidence['best']:.4g} times its best level of "
        f"{finding.evidence['best']:.4g} around step {best_step}; 100 % of its progress is lost"
    )
    assert finding.steps == (best_step, 199)
    assert f"resume from step {best_step}" in finding.advice


def test_losses_that_diverge_together_are_one_finding() -> None:
    (finding,) = findings("TB202", FIRES["train and validation together"])

    assert finding.code == "TB202"
    assert set(finding.tags) == {"train/loss", "val/loss"}


def test_a_turned_validation_loss_is_no_divergence_even_if_overfitting_is_ignored() -> None:
    turned = run({"train/loss": healthy(), "val/loss": overfit(rise=2.0)})

    assert findings("TB202", turned) == ()
    assert len(findings("TB301", turned)) == 1
    assert findings("TB202", turned, DetectorSettings(ignore=("TB301",))) == ()


def test_a_loss_that_only_rises_made_no_progress() -> None:
    (finding,) = findings("TB202", FIRES["rises from the start"])

    assert finding.severity == "error"
    assert finding.message.endswith("; it made no progress")
    assert finding.advice.startswith("Start again")


def test_a_loss_that_is_best_at_its_first_point_is_not_resumed_from_there() -> None:
    values = np.append([1.0, 1e3, 1e4], np.full(40, 1e9))

    (finding,) = findings("TB202", run({"loss": values}))

    assert finding.message.endswith("; it made no progress")
    assert finding.advice.startswith("Start again")
