"""TB305 validation-better-than-train."""

from __future__ import annotations

import numpy as np
import pytest

from tests.curves import healthy, run
from tests.findings import findings

OVERTAKES = healthy(seed=1) * np.where(np.arange(200) < 70, 1.2, 0.85)

FIRES = {"validation overtakes": run({"train/loss": healthy(), "val/loss": OVERTAKES})}
QUIET = {
    "noise only": run({"train/loss": healthy(noise=0.1), "val/loss": healthy(noise=0.1, seed=1)}),
    "near miss: better from the start, as under dropout": run(
        {"train/loss": healthy(), "val/loss": 0.8 * healthy(seed=1)}
    ),
    "near miss: for the last fifth only": run(
        {
            "train/loss": healthy(),
            "val/loss": healthy(seed=1) * np.where(np.arange(200) < 160, 1.1, 0.9),
        }
    ),
    "near miss: by 1 %": run(
        {
            "train/loss": healthy(noise=0.0),
            "val/loss": healthy(noise=0.0) * np.linspace(1.1, 0.99, 200),
        }
    ),
    "an accuracy": run({"train/accuracy": healthy(), "val/accuracy": OVERTAKES}),
}


def test_it_tells_from_when_on() -> None:
    (finding,) = findings("TB305", FIRES["validation overtakes"])

    assert finding.severity == "info"
    assert finding.steps is not None
    assert finding.steps[0] == pytest.approx(70, abs=2)
    assert finding.steps[1] == 199
