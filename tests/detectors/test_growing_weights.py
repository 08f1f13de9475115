"""TB408 growing-weights."""

from __future__ import annotations

import numpy as np

from tbreport.model import HistogramSeries, Run
from tests.curves import layers, run
from tests.findings import findings

WEIGHTS = np.random.default_rng(0).normal(size=1000)


def grown(*factors: float, name: str = "weights/w", style: str = "v2") -> Run:
    sizes = np.cumprod(factors)
    made = layers({name: [size * WEIGHTS for size in sizes]}, style=style)
    return run(histograms=list(made.values()))


FIRES = {
    "doubling": grown(1, 1, 2.1, 2.1, 2.1, 2.1, 2.1, 1),
    "doubling, exponential buckets": grown(*[2.5] * 8, style="v1"),
}
QUIET = {
    "noise only": grown(1, 1.1, 0.9, 1.1, 0.95, 1.05, 1.0),
    "near miss: by 1.9": grown(*[1.9] * 8),
    "near miss: four times": grown(1, 2.1, 2.1, 2.1, 2.1, 1),
    "near miss: from next to nothing": grown(1e-9, 30, 30, 30, 30, 30, 30, 1),
    "gradients": grown(*[2.5] * 8, name="gradients/w"),
}


def test_it_tells_from_where_to_where() -> None:
    (finding,) = findings("TB408", FIRES["doubling"])

    assert finding.severity == "warning"
    assert finding.steps == (50, 300)
    assert finding.evidence["saves"] == 5


def test_layers_that_grow_together_are_one_finding_under_the_fastest() -> None:
    slow, fast = (grown(*[by] * 8, name=f"weights/{by}") for by in (2.1, 2.5))
    (finding,) = findings("TB408", run(histograms=[*held(slow), *held(fast)]))

    assert finding.tags == ("weights/2.5", "weights/2.1")
    assert finding.message.endswith("over 7 saves in a row, likewise weights/2.1")
    assert finding.evidence["layers"] == 2


def held(made: Run) -> list[HistogramSeries]:
    """The histograms of a run."""
    return list(made.histograms.values())
