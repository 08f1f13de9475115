"""TB603."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from tbreport.analysis.detector import Observation, detector
from tbreport.analysis.roles import is_loss
from tbreport.analysis.subject import RunSubject
from tbreport.model import Finding
from tbreport.wording import listed


@detector("TB603", needs=("scalars",))
def unknown_role(
    subject: RunSubject, earlier: Sequence[Finding], *, min_points: int = 10
) -> Iterator[Observation]:
    """Series that could not be judged: a name that says nothing, a pair on no common axis.

    What it looks for
        A run none of whose tags names a loss or anything else with a goal; and a validation loss
        that cannot be laid beside its training loss, by steps, wall times or an epoch tag.
        Information.

    Why it matters
        What is not known to be a loss is not judged as one, and a guess would be worse.

    What to do
        Say in `[roles]` of the settings what the tags mean. Log training and validation under the
        same steps, or an `epoch` tag beside them.

    Options
        min_points: tags with fewer are not listed.

    Known false positives
        Runs that log only the state of a machine.

    Source
        Own: detectors that could not look must not pass for detectors that found nothing.
    """
    curves = subject.curves.values()
    if not any(curve.role.goal is not None or is_loss(curve.role.metric) for curve in curves):
        tags = [c.tag for c in curves if not c.role.metric and len(c) >= min_points]
        if tags and not subject.is_game:
            yield Observation(
                "info",
                f"no tag names a loss or a metric: {listed(tags)} could not be judged",
                "Say what they mean in [roles] of the settings.",
                tags=tuple(tags),
                evidence={"scalar_tags": len(subject.curves), "unknown_tags": len(tags)},
            )
    for match in subject.matches:
        long = min(len(match.train), len(match.val)) >= 2
        if match.comparison.axis is None and long and match.val in subject.judged_losses:
            yield Observation(
                "info",
                f"{match.val.tag} cannot be compared with {match.train.tag}: "
                f"{match.comparison.reason}",
                "Log both under the same steps, or an epoch tag beside them.",
                tags=(match.train.tag, match.val.tag),
                evidence={
                    "train_last_step": int(match.train.steps[-1]),
                    "val_last_step": int(match.val.steps[-1]),
                },
            )
