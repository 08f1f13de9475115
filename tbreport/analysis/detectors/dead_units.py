"""TB406."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from tbreport.analysis.detector import Observation, detector
from tbreport.analysis.layers import lasting
from tbreport.analysis.subject import RunSubject
from tbreport.model import Finding
from tbreport.wording import listed, percent


@detector("TB406", needs=("zero shares",))
def dead_units(
    subject: RunSubject,
    earlier: Sequence[Finding],
    *,
    zeros: float = 0.7,
    warning_zeros: float = 0.95,
    falling: float = 0.02,
    saves: int = 3,
) -> Iterator[Observation]:
    """Activations that are nearly all zero.

    What it looks for
        The share of zeros among a layer's activations, from histograms or from a scalar
        `zero_share/<layer>`: high for the last three saves and not falling. A warning where next
        to all are zero, else information: a sparse ReLU layer may be sound.

    Why it matters
        A ReLU that never fires gets no gradient and does not come back. Histograms show the share
        of a layer; which unit is dead they do not.

    What to do
        A leaky ReLU or GELU, a smaller learning rate, biases that begin at zero, normalized inputs.

    Options
        zeros: of the activations, from which on it is told.
        warning_zeros: and from which on it is a warning.
        falling: between the first and the last of those saves, which speaks for recovery.
        saves: the last ones, all of which must be so.

    Known false positives
        Outputs of dropout and masks; layers that are sparse by design. Buckets of equal width do
        not tell zeros from small values: what the first bucket holds more than the second counts.

    Source
        AutoTrainer's and DeepDiagnosis' 0.7, which sound layers reach; hence the two levels.
    """
    found = [
        (tag, steps, shares)
        for tag, steps, shares in subject.layer_shares("zero share", lambda one: one.zero_share)
        if lasting(shares >= zeros, saves, to_the_end=True) is not None
        and shares[-1] >= shares[-saves] - falling
    ]
    if not found:
        return
    found.sort(key=lambda one: -float(one[2][-1]))
    tag, steps, shares = found[0]
    place = lasting(shares >= zeros, saves, to_the_end=True) or 0
    others = [other for other, _, _ in found[1:]]
    yield Observation(
        "warning" if shares[-saves:].min() >= warning_zeros else "info",
        f"{percent(float(shares[-1]))} of {tag} are zero, and not falling"
        + (f", likewise {listed(others)}" if others else ""),
        "A leaky ReLU or GELU, a smaller learning rate, biases at zero, normalized inputs.",
        tags=(tag, *others),
        steps=(int(steps[place]), int(steps[-1])),
        evidence={
            "zeros_percent": 100 * float(shares[-1]),
            "threshold": zeros,
            "layers": len(found),
        },
    )
