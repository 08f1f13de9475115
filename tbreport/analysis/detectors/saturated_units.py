"""TB407."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from tbreport.analysis.detector import Observation, detector
from tbreport.analysis.layers import Layer, lasting
from tbreport.analysis.roles import words
from tbreport.analysis.subject import RunSubject
from tbreport.model import Finding, Float64s
from tbreport.wording import listed, percent

OUTER = 0.05  # of the range: half of it at either end


@detector("TB407", after=("TB201", "TB202"), needs=("saturated shares",))
def saturated_units(
    subject: RunSubject, earlier: Sequence[Finding], *, share: float = 0.5, saves: int = 3
) -> Iterator[Observation]:
    """Units of a tanh or sigmoid that stand at the ends of their range.

    What it looks for
        More than half of a layer's activations within the outer 5 % of the range of a tanh or
        sigmoid, for the last three saves. The range is read from the values: from −1 to 1, or from
        0 to 1 with values at both ends. A scalar `saturated_share/<layer>` is believed first. In a
        run that broke (TB201, TB202) it is information: weights that grow saturate everything.

    Why it matters
        There the slope is next to zero: what is saturated gets no gradient.

    What to do
        Normalize the inputs, smaller initial weights, normalization layers, another activation.

    Options
        share: of the activations.
        saves: the last ones, all of which must be so.

    Known false positives
        Gates and probabilities that are meant to decide; outputs of a trained classifier.

    Source
        SageMaker Debugger's TanhSaturation, TheDeepChecker.
    """
    found = [
        (tag, steps, shares)
        for tag, steps, shares in subject.layer_shares("saturated share", saturation)
        if lasting(shares > share, saves, to_the_end=True) is not None
    ]
    if found:
        found.sort(key=lambda one: -float(one[2][-1]))
        tag, steps, shares = found[0]
        place = lasting(shares > share, saves, to_the_end=True) or 0
        others = [other for other, _, _ in found[1:]]
        broken = any(f.code in ("TB201", "TB202") and f.severity != "info" for f in earlier)
        yield Observation(
            "info" if broken else "warning",
            f"{percent(float(shares[-1]))} of {tag} are at the ends of the range"
            + (f", likewise {listed(others)}" if others else ""),
            "Normalize the inputs, begin with smaller weights, or take another activation.",
            tags=(tag, *others),
            steps=(int(steps[place]), int(steps[-1])),
            evidence={
                "saturated_percent": 100 * float(shares[-1]),
                "threshold": share,
                "layers": len(found),
            },
        )


def saturation(layer: Layer) -> Float64s:
    """The share at the ends of the range; NaN where it is neither a tanh's nor a sigmoid's."""
    low, high = layer.series.min, layer.series.max
    spoken = words(layer.tag)
    tanh = (low >= -1.0001) & (high <= 1.0001) & (low < -0.9) & (high > 0.9)
    sigmoid = (low >= -1e-9) & (high <= 1.0001) & (high > 0.9) & ("sigmoid" in spoken)
    at_tanh = layer.share_outside(-1 + OUTER, 1 - OUTER)
    at_sigmoid = layer.share_outside(OUTER / 2, 1 - OUTER / 2)
    return np.where(tanh, at_tanh, np.where(sigmoid, at_sigmoid, np.nan))
