"""TB502 seed-outlier."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tbreport.model import RunDigest
from tests.curves import healthy, run
from tests.findings import experiment, findings


def seeds(ends: Sequence[float], name: str = "a-seed{}", **hparams: Any) -> Sequence[RunDigest]:
    """Runs of several seeds that end at so many levels."""
    runs = {
        name.format(i): run({"val/loss": healthy(end=end, noise=0.001, seed=i)})
        for i, end in enumerate(ends)
    }
    given = {n: {"seed": float(i), **hparams} for i, n in enumerate(runs)} if hparams else {}
    return experiment(runs, given)


NORMAL = [0.300, 0.302, 0.298, 0.301, 0.299]
FIRES = {
    "by name": seeds([*NORMAL, 0.5]),
    "by hyper-parameters": seeds([*NORMAL, 0.5], name="trial_{}_of_many", lr=0.1),
}
QUIET = {
    "noise only": seeds(NORMAL),
    "near miss: within the spread": seeds([0.30, 0.32, 0.28, 0.31, 0.29, 0.36]),
    "near miss: ten times the spread of five": seeds([0.300, 0.302, 0.298, 0.301, 0.33]),
    "near miss: by less than 1 %": seeds([0.3] * 5 + [0.302]),
    "near miss: four runs": seeds([*NORMAL[:3], 0.5]),
    "runs of other settings": seeds([*NORMAL, 0.5], name="setting{}x"),
    "one run": seeds([0.3]),
}


def test_it_names_the_run_and_the_median() -> None:
    (finding,) = findings("TB502", FIRES["by name"])

    assert finding.severity == "info"
    assert finding.run == ""
    assert finding.message.startswith("a-seed5 reaches 0.5")
    assert finding.evidence["runs"] == 6
