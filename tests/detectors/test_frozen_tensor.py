"""TB409 frozen-tensor."""

from __future__ import annotations

import numpy as np

from tbreport.model import Run
from tests.curves import layers, run
from tests.findings import findings

WEIGHTS = np.random.default_rng(0).normal(size=1000)


def trained(first: list[float], second: list[float], style: str = "v2") -> Run:
    """Two layers whose weights are scaled at each save."""
    made = {
        "weights/hidden1": [WEIGHTS * f for f in first],
        "weights/out": [WEIGHTS * f for f in second],
    }
    return run(histograms=list(layers(made, style=style).values()))


MOVING = [1.0, 1.01, 1.03, 1.06]
FIRES = {
    "one of two": trained([1.0] * 4, MOVING),
    "one of two, exponential buckets": trained([1.0] * 4, MOVING, style="v1"),
    "from the middle on": trained([0.9, 1.0, 1.0, 1.0], MOVING),
}
QUIET = {
    "noise only": trained(MOVING, [1.0, 0.99, 1.01, 1.0]),
    "near miss: all stand still": trained([1.0] * 4, [1.0] * 4),
    "near miss: two saves": trained([0.9, 0.95, 1.0, 1.0], MOVING),
    "near miss: a ten-thousandth": trained([1.0, 1.0001, 1.0002, 1.0003], MOVING),
}


def test_it_names_the_layer() -> None:
    (finding,) = findings("TB409", FIRES["from the middle on"])

    assert finding.severity == "info"
    assert finding.tags == ("weights/hidden1",)
    assert finding.steps == (50, 150)
