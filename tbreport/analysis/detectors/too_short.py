"""TB602."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from tbreport.analysis.detector import Observation, detector
from tbreport.analysis.roles import HELD_OUT
from tbreport.analysis.subject import RunSubject
from tbreport.model import Finding
from tbreport.wording import count


@detector("TB602", needs=("scalars",))
def too_short(
    subject: RunSubject,
    earlier: Sequence[Finding],
    *,
    min_evaluations: int = 10,
) -> Iterator[Observation]:
    """Losses with too few points to judge their course.

    What it looks for
        A validation loss with fewer points than a judgement of overfitting needs, and a training
        none of whose losses has as many. Information, with the counts. What single detectors need
        besides, the report's coverage tells.

    Why it matters
        Of so few points no detector can tell a turn from noise: that nothing was found says
        little.

    What to do
        Log more often, or train longer.

    Options
        min_evaluations: of a validation loss, and of the longest training loss.

    Known false positives
        A short test of the code.

    Source
        Own: the least that the other detectors were measured with.
    """
    losses = subject.judged_losses
    training = [curve for curve in losses if curve.role.split not in HELD_OUT]
    short = [c for c in losses if c.role.split == "val" and 0 < len(c) < min_evaluations]
    longest = max(training, key=len, default=None)
    if longest is not None and 0 < len(longest) < min_evaluations:
        short.append(longest)
    if short:
        told = ", ".join(f"{c.tag} has {count(len(c), 'point')}" for c in short[:3])
        yield Observation(
            "info",
            f"{told}: too few to judge its course, which takes {min_evaluations}",
            "Log more often, or train longer.",
            tags=tuple(curve.tag for curve in short),
            evidence={"fewest_points": min(len(curve) for curve in short)},
        )
