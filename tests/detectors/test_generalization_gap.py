"""TB303 generalization-gap."""

from __future__ import annotations

from tests.curves import healthy, overfit, run
from tests.findings import findings

FIRES = {
    "twice the training loss": run({"train/loss": healthy(), "val/loss": healthy(end=0.8, seed=1)}),
}
QUIET = {
    "noise only": run({"train/loss": healthy(noise=0.2), "val/loss": healthy(noise=0.2, seed=1)}),
    "near miss: 1.8 times": run({"train/loss": healthy(), "val/loss": healthy(end=0.54, seed=1)}),
    "near miss: twice a loss near zero": run(
        {"train/loss": healthy(end=0.001), "val/loss": healthy(end=0.01, seed=1)}
    ),
    "overfitting": run({"train/loss": healthy(), "val/loss": overfit(rise=2.0)}),
    "no training loss": run({"val/loss": healthy()}),
}


def test_it_tells_both_levels() -> None:
    (finding,) = findings("TB303", FIRES["twice the training loss"])

    assert finding.severity == "info"
    assert 120 < finding.evidence["gap_percent"] < 180
    assert finding.tags == ("train/loss", "val/loss")
