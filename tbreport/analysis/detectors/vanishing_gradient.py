"""TB404."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from tbreport.analysis.detector import Observation, detector
from tbreport.analysis.layers import Layer, lasting
from tbreport.analysis.roles import HELD_OUT
from tbreport.analysis.subject import RunSubject
from tbreport.model import Finding
from tbreport.wording import listed, number

LEARNED = 0.05  # of the first loss: below, small gradients are what success looks like


@detector("TB404", needs=("gradients",))
def vanishing_gradient(
    subject: RunSubject,
    earlier: Sequence[Finding],
    *,
    smallest: float = 1e-7,
    ratio: float = 1e-3,
    first_below: float = 1e-4,
    saves: int = 3,
) -> Iterator[Observation]:
    """Gradients that do not reach a layer.

    What it looks for
        Histograms of gradients whose mean absolute value is next to nothing for three saves in a
        row; or first layers whose gradients are a thousandth of the last's, and small, for as many
        saves. A run whose loss fell to a twentieth is left out: its gradients may be small.

    Why it matters
        What gets no gradient does not learn, however long the run.

    What to do
        Residual connections, normalization, ReLU-like activations in place of sigmoid and tanh,
        the initialization of He or Xavier; look for dead units (TB406).

    Options
        smallest: mean absolute gradient of any layer.
        ratio: of the first layer's to the last's.
        first_below: and the first layer's mean absolute gradient.
        saves: histograms in a row.

    Known false positives
        Layers that are frozen by a mask; embeddings whose rows are rarely used; gradients logged
        under a loss scale are as many times too large and hide it.

    Source
        SageMaker Debugger's VanishingGradient (1e-7) and AutoTrainer's ratio of first to last.
    """
    if subject.is_game or has_learned(subject):
        return
    layers = subject.layers["gradients"]
    since = {layer.tag: lasting(layer.mean_abs < smallest, saves) for layer in layers}
    gone = [layer for layer in layers if since[layer.tag] is not None]
    if gone:
        lead = gone[0]
        yield observe(lead, since[lead.tag] or 0, gone, len(layers), smallest)
        return
    if len(layers) < 2 or len(layers[0]) != len(layers[-1]):
        return
    first, last = layers[0], layers[-1]
    with np.errstate(all="ignore"):
        fades = (first.mean_abs / last.mean_abs < ratio) & (first.mean_abs < first_below)
    place = lasting(fades, saves)
    if place is not None:
        yield observe(first, place, [first], len(layers), first_below, last)


def has_learned(subject: RunSubject) -> bool:
    """Whether a training loss fell so far that little is left to learn."""
    return any(
        curve.role.split not in HELD_OUT and len(curve) >= 10 and curve.tail <= LEARNED * curve.head
        for curve in subject.judged_losses
    )


def observe(
    lead: Layer,
    place: int,
    gone: Sequence[Layer],
    total: int,
    threshold: float,
    last: Layer | None = None,
) -> Observation:
    """Tell of the first layer concerned."""
    steps = lead.series.steps
    size = float(np.nanmedian(lead.mean_abs[place:]))
    beside = ""
    if last is not None:
        beside = f", that of {last.tag} {number(float(np.nanmedian(last.mean_abs[place:])))}"
    return Observation(
        "warning",
        f"the mean absolute gradient of {listed([layer.tag for layer in gone])} is "
        f"{number(size)} from step {steps[place]} on{beside}",
        "Residual connections, normalization, ReLU-like activations, He or Xavier initialization.",
        tags=tuple(layer.tag for layer in gone) + ((last.tag,) if last else ()),
        steps=(int(steps[place]), int(steps[-1])),
        evidence={
            "mean_abs_gradient": size,
            "threshold": threshold,
            "layers": len(gone),
            "layers_in_all": total,
        },
    )
