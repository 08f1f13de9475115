"""TB405."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from tbreport.analysis.curve import Curve
from tbreport.analysis.curves import median
from tbreport.analysis.detector import Observation, as_one, detector
from tbreport.analysis.subject import RunSubject
from tbreport.model import Finding
from tbreport.wording import number, percent


@detector("TB405", needs=("gradient norm",))
def clipping_always_on(
    subject: RunSubject,
    earlier: Sequence[Finding],
    *,
    tolerance: float = 0.01,
    share: float = 0.9,
    min_points: int = 20,
) -> Iterator[Observation]:
    """A gradient norm that stands at one value: clipping cuts nearly every step.

    What it looks for
        Nearly all points of the last half lie within a percent of one value, and none far above.
        Information.

    Why it matters
        Every step then has the same length, whatever the gradient says: clipping has become the
        learning rate, and the norm no longer shows trouble.

    What to do
        Raise the limit, or lower the learning rate until the norm falls below it; log the norm
        before clipping.

    Options
        tolerance: around the median of the last half.
        share: of its points.
        min_points: fewer points are too short to say.

    Known false positives
        Optimizers that normalize by design, and norms logged after such a normalization.

    Source
        Own.
    """
    told = []
    for curve in subject.gradient_norms():
        last = curve.values[len(curve) // 2 :]
        if len(curve) < min_points:
            continue
        level = median(last)
        inside = float((np.abs(last - level) <= tolerance * level).mean())
        if level > 0 and inside >= share and last.max() <= (1 + tolerance) * level:
            told.append(observe(curve, level, inside, share))
    yield from as_one(told, lambda one: one.evidence["share_percent"])


def observe(curve: Curve, level: float, inside: float, share: float) -> Observation:
    """Tell of one norm."""
    return Observation(
        "info",
        f"{curve.tag} is {number(level)} at {percent(inside)} of the last half: clipping cuts "
        "nearly every step",
        "Raise the limit, or lower the learning rate; log the norm before clipping.",
        tags=(curve.tag,),
        steps=(int(curve.steps[len(curve) // 2]), int(curve.steps[-1])),
        evidence={
            "level": level,
            "share_percent": 100 * inside,
            "threshold_percent": 100 * share,
        },
    )
