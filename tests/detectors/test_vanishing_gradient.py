"""TB404 vanishing-gradient."""

from __future__ import annotations

import numpy as np
import pytest

from tbreport.model import Run
from tests.curves import flat, healthy, layers, run
from tests.findings import findings

RNG = np.random.default_rng(0)


def trained(*sizes: float, style: str = "v2", saves: int = 5, **more: object) -> Run:
    """Gradients of so many layers, each of a mean absolute size."""
    made = {
        f"gradients/hidden{i}": [size * RNG.normal(size=2000) for _ in range(saves)]
        for i, size in enumerate(sizes)
    }
    return run(more or {"loss": flat()}, histograms=list(layers(made, style=style).values()))


FIRES = {
    "nothing reaches a layer": trained(1e-9, 1e-2),
    "nothing reaches a layer, exponential buckets": trained(1e-9, 1e-2, style="v1"),
    "zero throughout": trained(0.0, 0.0, style="v1"),
    "fades from layer to layer": trained(1e-5, 1e-3, 1e-1),
}
QUIET = {
    "noise only": trained(1e-3, 1e-3, 1e-3),
    "near miss: two saves": trained(1e-9, 1e-2, saves=2),
    "near miss: a hundredth of the last": trained(1e-5, 1e-3),
    "near miss: a thousandth, but not small": trained(1e-3, 10.0),
    "near miss: a loss that has been learned": trained(1e-9, 1e-9, loss=healthy(end=0.01)),
    "weights": run(histograms=list(layers({"weights/w": [np.zeros(9)] * 5}).values())),
}


def test_it_names_the_layers_and_since_when() -> None:
    (finding,) = findings("TB404", FIRES["nothing reaches a layer"])

    assert finding.severity == "warning"
    assert finding.tags == ("gradients/hidden0",)
    assert finding.steps == (0, 200)
    assert finding.evidence["mean_abs_gradient"] == pytest.approx(8e-10, rel=0.1)
