"""TB410."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from tbreport.analysis.detector import Observation, detector
from tbreport.analysis.subject import RunSubject
from tbreport.model import Finding
from tbreport.wording import number


@detector("TB410", after=("TB204", "TB404"), needs=("weights",))
def poor_initialization(
    subject: RunSubject, earlier: Sequence[Finding], *, ratio: float = 10.0
) -> Iterator[Observation]:
    """First weights whose spread differs wildly between layers, in a run that does not learn.

    What it looks for
        The first histograms of the weights: the largest variance of a layer is many times the
        smallest, and the run does not learn (TB204) or its gradients vanish (TB404). Alone, the
        variances say little: they follow the sizes of the layers.

    Why it matters
        A layer that begins too small passes neither signal nor gradient on.

    What to do
        The initialization of He (ReLU) or Xavier (tanh, sigmoid) for every layer.

    Options
        ratio: of the largest to the smallest variance.

    Known false positives
        Embeddings beside wide layers, in a run that fails for another reason.

    Source
        SageMaker Debugger's PoorWeightInitialization, gated.
    """
    causes = [f for f in earlier if f.code in ("TB204", "TB404")]
    layers = [
        layer for layer in subject.layers["weights"] if np.isfinite(layer.sd[0]) and layer.sd[0] > 0
    ]
    if not causes or len(layers) < 2:
        return
    low = min(layers, key=lambda layer: float(layer.sd[0]))
    high = max(layers, key=lambda layer: float(layer.sd[0]))
    found = float(high.sd[0] / low.sd[0]) ** 2
    outcome = "does not learn" if causes[0].code == "TB204" else "loses its gradients"
    if found > ratio:
        yield Observation(
            "warning",
            f"the first weights of {high.tag} have {number(found)} times the variance of "
            f"{low.tag}, and the run {outcome}",
            "Initialize every layer by He (ReLU) or Xavier (tanh, sigmoid).",
            tags=(low.tag, high.tag),
            steps=(int(low.series.steps[0]), int(low.series.steps[0])),
            evidence={
                "variance_ratio": found,
                "threshold_ratio": ratio,
                "smallest_sd": float(low.sd[0]),
                "largest_sd": float(high.sd[0]),
            },
        )
