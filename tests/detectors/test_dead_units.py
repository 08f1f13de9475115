"""TB406 dead-units."""

from __future__ import annotations

import numpy as np
import pytest

from tbreport.model import Run
from tests.curves import layers, run
from tests.findings import findings

RNG = np.random.default_rng(0)


def relu(*shares: float, style: str = "v1", name: str = "activations/relu1") -> Run:
    """Activations of which so many are zero at each save."""
    saves = [np.where(RNG.random(4000) < s, 0.0, RNG.random(4000)) for s in shares]
    return run(histograms=list(layers({name: saves}, style=style).values()))


FIRES = {
    "nearly all": relu(0.97, 0.98, 0.99),
    "nearly all, equal buckets": relu(0.97, 0.98, 0.99, style="v2"),
    "three quarters": relu(0.5, 0.75, 0.75, 0.75),
    "a scalar": run({"zero_share/relu1": [0.99] * 4}),
}
QUIET = {
    "noise only": relu(0.5, 0.55, 0.5, 0.45),
    "near miss: two thirds": relu(0.66, 0.66, 0.66),
    "near miss: falling": relu(0.95, 0.9, 0.8, 0.75),
    "near miss: two saves": relu(0.99, 0.99),
    "near miss: not at the end": relu(0.99, 0.99, 0.99, 0.5),
    "gradients": relu(0.99, 0.99, 0.99, name="gradients/relu1"),
}


@pytest.mark.parametrize(
    ("name", "severity"), [("nearly all", "warning"), ("three quarters", "info")]
)
def test_nearly_all_is_a_warning_and_many_information(name: str, severity: str) -> None:
    (finding,) = findings("TB406", FIRES[name])

    assert finding.severity == severity


def test_a_scalar_is_believed_before_its_histogram() -> None:
    sparse = relu(0.99, 0.99, 0.99)
    both = run({"zero_share/relu1": [0.2] * 4}, histograms=list(sparse.histograms.values()))

    assert findings("TB406", both) == ()
