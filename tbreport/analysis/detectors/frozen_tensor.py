"""TB409."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import numpy.typing as npt

from tbreport.analysis.detector import Observation, detector
from tbreport.analysis.layers import Layer, lasting
from tbreport.analysis.subject import RunSubject
from tbreport.model import Finding
from tbreport.wording import listed


@detector("TB409", needs=("weights",))
def frozen_tensor(
    subject: RunSubject, earlier: Sequence[Finding], *, tolerance: float = 1e-5, saves: int = 3
) -> Iterator[Observation]:
    """Weights that do not move while others do.

    What it looks for
        Layers whose histogram is the same for the last three saves or more, but for rounding,
        while that of another layer changes. Information.

    Why it matters
        A layer that was left out of the optimizer trains nothing; frozen on purpose it is fine.

    What to do
        Check `requires_grad`, the optimizer's parameter groups, and `detach()` or `no_grad()` on
        the way to the loss.

    Options
        tolerance: of extremes, mean and spread, relative to the largest weight.
        saves: the last ones that must be the same.

    Known false positives
        Fine-tuning with frozen layers; buffers and positional tables that are logged as weights.

    Source
        SageMaker Debugger's UnchangedTensor.
    """
    layers = subject.layers["weights"]
    since = {
        layer.tag: lasting(is_same(layer, tolerance), saves - 1, to_the_end=True)
        for layer in layers
    }
    frozen = [layer for layer in layers if since[layer.tag] is not None]
    moving = [layer for layer in layers if len(layer) >= saves and since[layer.tag] is None]
    if frozen and moving:
        first = frozen[0]
        place = since[first.tag] or 0
        yield Observation(
            "info",
            f"{listed([layer.tag for layer in frozen])} did not move from step "
            f"{first.series.steps[place]} on, while {listed([layer.tag for layer in moving])} did",
            "Check requires_grad and the optimizer's groups, unless frozen on purpose.",
            tags=tuple(layer.tag for layer in frozen),
            steps=(int(first.series.steps[place]), int(first.series.steps[-1])),
            evidence={"frozen_layers": len(frozen), "moving_layers": len(moving)},
        )


def is_same(layer: Layer, tolerance: float) -> npt.NDArray[np.bool_]:
    """Whether each save but the first is the same as the one before."""
    scale = np.maximum(layer.largest[:-1], 1e-300)
    measures = (layer.series.min, layer.series.max, layer.mean_abs, layer.sd)
    with np.errstate(all="ignore"):
        moved = [np.abs(np.diff(measure)) / scale for measure in measures]
    found: npt.NDArray[np.bool_] = np.max(moved, axis=0) <= tolerance
    return found
