"""TB301 overfitting."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from tbreport.model import Finding, Run
from tests.curves import START, diverging, flat, healthy, lasting, overfit, run, series
from tests.findings import findings


def trained(val: np.ndarray, train: np.ndarray | None = None) -> Run:
    falling = healthy(len(val), seed=9) if train is None else train
    return run({"train/loss": falling, "val/loss": val})


def by_epoch(wall_times: Sequence[float] | None = None) -> Run:
    """Training by batch, validation by epoch, each by its own step."""
    times = START + np.arange(50, 1001, 50) if wall_times is None else wall_times
    return run(
        [
            series("Loss/train", healthy(1000)),
            series("Loss/val", overfit(20, noise=0.005), wall_times=times),
        ]
    )


FIRES = {
    "keras": run({"train/epoch_loss": healthy(), "validation/epoch_loss": overfit()}),
    "lightning": run({"train_loss_epoch": healthy(), "val_loss": overfit()}),
    "add_scalars": run({"Loss_train/Loss": healthy(), "Loss_val/Loss": overfit()}),
    "plain": run({"loss/train": healthy(), "loss/val": overfit()}),
    "hugging face": run({"train/loss": healthy(), "eval/loss": overfit()}),
    "a part without a total": run({"train/box_loss": healthy(), "val/box_loss": overfit()}),
    "nothing is called a loss": run({"RMSE/train": healthy(), "RMSE/test": overfit()}),
    "mild": trained(overfit(rise=0.12, noise=0.01)),
    "twelve evaluations": trained(overfit(12, noise=0.01)),
    "mild and noisy, but long": trained(overfit(1000, rise=0.1, noise=0.03)),
    "by wall time": by_epoch(),
    "under a training loss that has converged": trained(overfit(), flat(200, level=0.01)),
    "a training loss at zero": trained(overfit(), np.maximum(healthy() - 0.4, 0)),
    "a turn at the start": trained(overfit(turn=0.05)),
}
QUIET = {
    "noise only": trained(healthy(noise=0.1)),
    "noise only, of few points": trained(healthy(15, noise=0.1)),
    "near miss: 4 % above the best": trained(overfit(rise=0.03, noise=0.002)),
    "near miss: a rise within the noise": trained(overfit(rise=0.15, noise=0.1)),
    "near miss: noise that lasts from point to point": trained(lasting(noise=0.03)),
    "near miss: training rises too": trained(diverging(to=0.5), diverging(to=0.5, seed=1)),
    "near miss: nine evaluations": trained(overfit(9, noise=0.01)),
    "near miss: a gap that does not widen": trained(healthy() * 3),
    "near miss: twice a millionth of the start": trained(
        np.r_[np.geomspace(1.0, 1e-6, 100), 1e-6 * np.linspace(1.0, 2.0, 100)],
        np.geomspace(1.0, 1e-7, 200),
    ),
    "a validation loss alone": run({"val/loss": overfit(rise=0.3)}),
    "a pair that cannot be laid over each other": by_epoch([START + 9999.0] * 20),
    "a loss that crosses zero": trained(overfit() - 1),
    "an accuracy": run({"train/accuracy": healthy(), "val/accuracy": overfit()}),
    "reinforcement learning": run(
        {"rollout/ep_rew_mean": flat(), "train/loss": healthy(), "eval/loss": overfit()}
    ),
}


def found(looked_at: Run) -> Finding:
    (finding,) = findings("TB301", looked_at)
    return finding


def test_a_rise_of_a_fifth_is_an_error() -> None:
    assert found(trained(overfit(rise=0.25, noise=0.005))).severity == "error"
    assert found(trained(overfit(rise=0.15, noise=0.005))).severity == "warning"


def test_a_clock_that_was_set_back_makes_no_time_below_zero() -> None:
    back = START + np.arange(200)[::-1]
    train, val = (
        series("train/loss", healthy(seed=9)),
        series("val/loss", overfit(), wall_times=back),
    )

    assert found(run([train, val])).evidence["past_best_s"] == 0


def test_it_names_the_checkpoint_to_keep() -> None:
    finding = found(trained(overfit(turn=0.4, rise=0.5, noise=0.0), healthy(noise=0.0)))

    assert finding.tags == ("train/loss", "val/loss")
    assert finding.evidence["best_step"] == pytest.approx(80, abs=3)
    assert finding.message == (
        f"val/loss is {finding.evidence['rise_percent']:.0f} % above its best level of "
        f"{finding.evidence['best']:.4g} around step {finding.evidence['best_step']:.0f} "
        "while train/loss kept falling"
    )
    assert finding.advice.startswith(
        f"Keep the checkpoint of step {finding.evidence['best_step']:.0f};"
    )
    assert finding.evidence["past_best_s"] == finding.evidence["evaluations_past_best"]


def test_a_comparison_by_wall_time_says_so() -> None:
    assert found(by_epoch()).message.endswith("(compared by wall time)")


def test_a_turned_validation_loss_is_one_finding_and_not_a_divergence() -> None:
    turned = trained(overfit(rise=3.0))

    assert len(findings("TB301", turned)) == 1
    assert findings("TB202", turned) == ()


def test_parts_of_a_loss_are_one_finding_under_the_worst() -> None:
    parts = {"train/box_loss": healthy(), "val/box_loss": overfit()}
    parts |= {"train/cls_loss": healthy(), "val/cls_loss": overfit(seed=1)}

    (finding,) = findings("TB301", run(parts))

    assert set(finding.tags) == parts.keys()
    assert finding.message.endswith(f"; likewise {finding.tags[-1]}")
