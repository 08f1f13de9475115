"""TB411 learning-rate-trace."""

from __future__ import annotations

import numpy as np
import pytest

from tests.curves import broken, flat, healthy, run, spiky
from tests.detectors.test_plateau import STILL
from tests.findings import findings

WARM = np.append(np.linspace(0, 1, 20), np.linspace(1, 0, 380))

FIRES = {
    "zero at the end": run({"lr": np.append(np.linspace(1, 0, 100), np.zeros(50))}),
    "negative": run({"lr": np.linspace(1, -0.1, 100)}),
    "NaN": run({"lr": broken(np.ones(100), 50)}),
    "no warm-up where the loss spikes": run({"lr": np.ones(400), "loss": spiky(at=40)}),
    "constant on a plateau": run({"lr": np.full(300, 0.1), "loss": STILL}),
}
RAISED = np.where(np.arange(400) < 200, 0.1, 1.0)
FIRES |= {
    "raised, and the loss diverges": run(
        {"lr": RAISED, "loss": np.append(healthy(200), np.geomspace(0.5, 20, 200))}
    ),
    "raised, and the loss stays high": run(
        {"lr": RAISED, "loss": np.append(healthy(200), flat(200, level=2.0))}
    ),
}
QUIET = {
    "noise only": run({"lr": flat(noise=0.01), "loss": healthy()}),
    "near miss: a cosine to zero": run({"lr": np.linspace(1, 0, 100)}),
    "near miss: zero at the first point": run({"lr": np.linspace(0, 1, 100)}),
    "near miss: warmed up, and a spike": run({"lr": WARM, "loss": spiky(at=40)}),
    "near miss: a late spike": run({"lr": np.ones(400), "loss": spiky(at=300)}),
    "near miss: raised, and the loss comes back": run(
        {"lr": RAISED, "loss": np.append(healthy(200), healthy(200, start=2.0, end=0.3))}
    ),
    "near miss: raised to what it was before": run(
        {
            "lr": np.append(np.full(100, 1.0), RAISED[100:]),
            "loss": np.append(healthy(200), flat(200, level=2.0)),
        }
    ),
    "a group that is frozen throughout": run({"lr/pg1": np.zeros(100)}),
    "constant, and still falling": run({"lr": np.ones(200), "loss": healthy()}),
}


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("zero at the end", "lr is 0 at 33 % of its points, from step 99"),
        ("NaN", "lr is NaN or negative at 1.0 % of its points, first at step 50"),
        ("no warm-up where the loss spikes", "begins at its highest, 1, and the loss breaks out"),
        ("constant on a plateau", "the loss has reached a plateau"),
        (
            "raised, and the loss stays high",
            "raised 10 times, to 1, at step 200, and loss never came back to the level of before",
        ),
    ],
)
def test_it_says_what_is_odd(name: str, said: str) -> None:
    (finding,) = findings("TB411", FIRES[name])

    assert finding.severity == "info"
    assert said in finding.message


def test_what_explains_a_warning_is_one() -> None:
    (finding,) = findings("TB411", FIRES["raised, and the loss diverges"])

    assert finding.severity == "warning"
    assert finding.steps == (200, 200)
    assert finding.evidence["rise_ratio"] == pytest.approx(10)


def test_rates_of_several_groups_are_one_finding() -> None:
    idle = np.append(np.linspace(1, 0, 100), np.zeros(50))

    (finding,) = findings("TB411", run({"lr/pg1": idle, "lr/pg2": idle}))

    assert finding.tags == ("lr/pg1", "lr/pg2")
