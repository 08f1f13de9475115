"""TB602 too-short."""

from __future__ import annotations

from tests.curves import flat, healthy, run
from tests.findings import findings

FIRES = {
    "nine evaluations": run({"train/loss": healthy(), "val/loss": healthy(9)}),
    "a short training": run({"loss": healthy(5)}),
}
QUIET = {
    "noise only": run({"train/loss": healthy(noise=0.3), "val/loss": healthy(20, noise=0.3)}),
    "near miss: ten evaluations": run({"train/loss": healthy(), "val/loss": healthy(10)}),
    "near miss: ten points of training": run({"loss": healthy(10)}),
    "a reward": run({"rollout/ep_rew_mean": flat(5)}),
}


def test_it_counts_the_points() -> None:
    (finding,) = findings("TB602", FIRES["nine evaluations"])

    assert finding.severity == "info"
    assert finding.message.startswith("val/loss has 9 points: too few")
    assert finding.tags == ("val/loss",)
