"""TB408."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from tbreport.analysis.curves import stretches
from tbreport.analysis.detector import Observation, detector
from tbreport.analysis.layers import Layer
from tbreport.analysis.subject import RunSubject
from tbreport.model import Finding
from tbreport.wording import count, listed, number


@detector("TB408", needs=("weights",))
def growing_weights(
    subject: RunSubject, earlier: Sequence[Finding], *, growth: float = 2.0, checks: int = 5
) -> Iterator[Observation]:
    """Weights that double from one save to the next, again and again.

    What it looks for
        A layer whose largest absolute weight, or whose standard deviation, at least doubles over
        each of five saves in a row. All such layers of a run are one finding, under the one that
        grows fastest.

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
    found = [
        growing
        for layer in subject.layers["weights"]
        if (growing := first_growth(layer, growth, checks)) is not None
    ]
    if not found:
        return
    found.sort(key=lambda one: one.factor, reverse=True)
    worst, others = found[0], [one.layer.tag for one in found[1:]]
    yield Observation(
        "warning",
        f"the {worst.what} of {worst.layer.tag} grew from {number(worst.before)} to "
        f"{number(worst.after)} over {count(worst.saves, 'save')} in a row"
        + (f", likewise {listed(others)}" if others else ""),
        "Weight decay, a smaller learning rate, normalization.",
        tags=(worst.layer.tag, *others),
        steps=(min(one.steps[0] for one in found), max(one.steps[1] for one in found)),
        evidence={
            "before": worst.before,
            "after": worst.after,
            "growth_ratio": worst.factor,
            "threshold_ratio": growth,
            "saves": worst.saves,
            "layers": len(found),
        },
    )


@dataclass(frozen=True, slots=True)
class Growth:
    """The first stretch over which one measure of a layer's weights grows."""

    layer: Layer
    what: str
    before: float
    after: float
    saves: int
    steps: tuple[int, int]

    @property
    def factor(self) -> float:
        """From one save to the next, on average."""
        return float((self.after / self.before) ** (1 / self.saves))


def first_growth(layer: Layer, growth: float, checks: int) -> Growth | None:
    """Where the largest weight, else the spread, first grows so often in a row."""
    for sizes, what in ((layer.largest, "largest weight"), (layer.sd, "standard deviation")):
        with np.errstate(all="ignore"):
            grows = (sizes[1:] >= growth * sizes[:-1]) & (sizes[:-1] > 1e-3 * np.fmax.reduce(sizes))
        long = [s for s in stretches(grows) if s[1] - s[0] + 1 >= checks]
        if long and np.isfinite(sizes).all():
            first, last = int(long[0][0]), int(long[0][1]) + 1
            steps = layer.series.steps
            return Growth(
                layer,
                what,
                float(sizes[first]),
                float(sizes[last]),
                last - first,
                (int(steps[first]), int(steps[last])),
            )
    return None
