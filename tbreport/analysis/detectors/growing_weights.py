"""TB408."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from tbreport.analysis.curves import stretches
from tbreport.analysis.detector import Observation, detector
from tbreport.analysis.layers import Layer
from tbreport.analysis.subject import RunSubject
from tbreport.model import Finding
from tbreport.wording import count, number


@detector("TB408", needs=("weights",))
def growing_weights(
    subject: RunSubject, earlier: Sequence[Finding], *, growth: float = 2.0, checks: int = 5
) -> Iterator[Observation]:
    """Weights that double from one save to the next, again and again.

    What it looks for
        A layer whose largest absolute weight, or whose standard deviation, at least doubles over
        each of five saves in a row.

    Why it matters
        Growth by a factor ends in infinity, mostly soon.

    What to do
        Weight decay, a smaller learning rate, normalization; look for a loss whose minimum lies at
        infinity (a separable problem without regularization).

    Options
        growth: from one save to the next.
        checks: such steps in a row.

    Known false positives
        Layers that begin at zero (the output of a residual branch, low-rank adapters) grow fast at
        first: a start below a thousandth of the largest is left out.

    Source
        TheDeepChecker's check of diverging parameters.
    """
    for layer in subject.layers["weights"]:
        for sizes, what in ((layer.largest, "largest weight"), (layer.sd, "standard deviation")):
            with np.errstate(all="ignore"):
                grows = (sizes[1:] >= growth * sizes[:-1]) & (
                    sizes[:-1] > 1e-3 * np.fmax.reduce(sizes)
                )
            long = [s for s in stretches(grows) if s[1] - s[0] + 1 >= checks]
            if long and np.isfinite(sizes).all():
                first, last = int(long[0][0]), int(long[0][1]) + 1
                yield observe(layer, what, float(sizes[first]), float(sizes[last]), first, last)
                break


def observe(
    layer: Layer, what: str, before: float, after: float, first: int, last: int
) -> Observation:
    """Tell of one layer."""
    steps = layer.series.steps
    return Observation(
        "warning",
        f"the {what} of {layer.tag} grew from {number(before)} to {number(after)} over "
        f"{count(last - first, 'save')} in a row",
        "Weight decay, a smaller learning rate, normalization.",
        tags=(layer.tag,),
        steps=(int(steps[first]), int(steps[last])),
        evidence={"before": before, "after": after, "saves": last - first},
    )
