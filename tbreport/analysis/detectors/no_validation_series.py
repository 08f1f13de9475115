"""TB601."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from tbreport.analysis.detector import Observation, detector
from tbreport.analysis.roles import HELD_OUT
from tbreport.analysis.subject import RunSubject
from tbreport.model import Finding
from tbreport.wording import listed


@detector("TB601", needs=("loss",))
def no_validation_series(
    subject: RunSubject, earlier: Sequence[Finding], *, min_points: int = 10
) -> Iterator[Observation]:
    """A training whose success on held-out samples was not logged.

    What it looks for
        A training loss that can be judged, and no series of a validation or test split that
        measures anything. Information.

    Why it matters
        Whether the model overfits cannot be told, nor which checkpoint to keep: that nothing was
        found is no acquittal.

    What to do
        Log a validation loss beside the training loss, under the same name and steps. If it is
        logged under another name, say so in `[roles]` of the settings.

    Options
        min_points: of the training loss; fewer are too short to say.

    Known false positives
        Pretraining on a stream that is seen once: the training loss is a held-out loss there.

    Source
        Own: detectors that could not look must not pass for detectors that found nothing.
    """
    held_out = [curve for curve in subject.curves.values() if curve.role.split in HELD_OUT]
    if any(curve.role.goal is not None for curve in held_out):
        return
    losses = [curve.tag for curve in subject.judged_losses if len(curve) >= min_points]
    nameless = [curve.tag for curve in held_out if not curve.role.metric]
    known = f" whose name says what it measures (not {listed(nameless)})" if nameless else ""
    yield Observation(
        "info",
        f"there is {listed(losses)}, but no validation series{known}: overfitting cannot be told",
        "Log a validation loss, or name it in [roles] of the settings.",
        tags=tuple(losses),
        evidence={"scalar_tags": len(subject.curves)},
    )
