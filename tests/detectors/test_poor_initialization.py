"""TB410 poor-initialization."""

from __future__ import annotations

import numpy as np
import pytest

from tbreport.model import Run
from tests.curves import flat, healthy, layers, run
from tests.findings import findings

WEIGHTS = np.random.default_rng(0).normal(size=1000)


def begun(first: float, second: float, *, learns: bool = False, style: str = "v2") -> Run:
    made = {"weights/hidden1": [first * WEIGHTS] * 3, "weights/out": [second * WEIGHTS] * 3}
    loss = healthy() if learns else flat()
    return run({"loss": loss}, histograms=list(layers(made, style=style).values()))


FIRES = {
    "a layer that begins small": begun(0.001, 0.1),
    "a layer that begins large, exponential buckets": begun(10.0, 0.1, style="v1"),
}
QUIET = {
    "noise only": begun(0.1, 0.11),
    "near miss: nine times the variance": begun(0.1, 0.3 - 1e-3),
    "near miss: a run that learns": begun(0.001, 0.1, learns=True),
    "weights that begin at one value": run(
        {"loss": flat()}, histograms=list(layers({"weights/norm": [np.ones(9)]}).values())
    ),
}


def test_it_tells_the_ratio() -> None:
    (finding,) = findings("TB410", FIRES["a layer that begins small"])

    assert finding.severity == "warning"
    assert finding.tags == ("weights/hidden1", "weights/out")
    assert finding.evidence["variance_ratio"] == pytest.approx(1e4, rel=0.01)
