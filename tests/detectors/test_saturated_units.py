"""TB407 saturated-units."""

from __future__ import annotations

import numpy as np

from tbreport.model import Run
from tests.curves import layers, run
from tests.findings import findings

RNG = np.random.default_rng(0)
UNIFORM = RNG.uniform(-1, 1, 4000)


def tanh(gain: float, saves: int = 3, name: str = "activations/tanh1", style: str = "v2") -> Run:
    """A tanh of normal inputs that are multiplied by a gain."""
    values = [np.tanh(gain * RNG.normal(size=4000)) for _ in range(saves)]
    return run(histograms=list(layers({name: values}, style=style).values()))


def sigmoid(gain: float) -> Run:
    values = [1 / (1 + np.exp(-gain * RNG.normal(size=4000))) for _ in range(3)]
    return run(histograms=list(layers({"activations/sigmoid1": values}).values()))


FIRES = {
    "a tanh": tanh(8.0),
    "a tanh, exponential buckets": tanh(8.0, style="v1"),
    "a sigmoid": sigmoid(16.0),
    "a scalar": run({"saturated_share/tanh1": [0.8] * 4}),
}
QUIET = {
    "noise only": tanh(1.0),
    "near miss: two fifths": tanh(2.0),
    "near miss: two saves": tanh(8.0, saves=2),
    "near miss: a ReLU": run(
        histograms=list(layers({"activations/relu": [np.maximum(UNIFORM, 0)] * 3}).values())
    ),
    "near miss: weights": tanh(8.0, name="weights/w"),
    "a sigmoid that does not decide": sigmoid(1.0),
}


def test_it_tells_the_share() -> None:
    (finding,) = findings("TB407", FIRES["a tanh"])

    assert finding.severity == "warning"
    # 82 % of the values; the last of thirty equal buckets begins a little below the outer 5 %
    assert 60 < finding.evidence["saturated_percent"] < 83
