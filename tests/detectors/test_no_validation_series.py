"""TB601 no-validation-series."""

from __future__ import annotations

from tests.curves import flat, healthy, run
from tests.findings import findings

FIRES = {
    "a training loss alone": run({"train/loss": healthy(), "lr": flat()}),
    "validation under names that say nothing": run(
        {"loss/total": healthy(), "val/recon": healthy(), "val/total": healthy()}
    ),
}
QUIET = {
    "noise only": run({"train/loss": healthy(noise=0.3), "val/loss": healthy(noise=0.3)}),
    "near miss: a validation accuracy": run({"train/loss": healthy(), "val/accuracy": flat()}),
    "near miss: a test loss": run({"train/loss": healthy(), "test/loss": healthy()}),
    "near miss: nine points": run({"train/loss": healthy(9)}),
    "reinforcement learning": run({"rollout/ep_rew_mean": flat(), "train/loss": healthy()}),
    "no loss": run({"lr": flat()}),
}


def test_it_says_what_is_missing() -> None:
    (finding,) = findings("TB601", FIRES["a training loss alone"])

    assert finding.severity == "info"
    assert finding.tags == ("train/loss",)
    assert finding.message.startswith("there is train/loss, but no validation series")


def test_it_does_not_deny_validation_series_whose_names_say_nothing() -> None:
    (finding,) = findings("TB601", FIRES["validation under names that say nothing"])

    assert finding.message == (
        "there is loss/total, but no validation series whose name says what it measures "
        "(not val/recon and val/total): overfitting cannot be told"
    )
