"""TB101."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from tbreport.analysis.damage import damage
from tbreport.analysis.detector import Observation, detector
from tbreport.model import Finding, Problem
from tbreport.wording import count


@detector("TB101", scope="problem")
def truncated_file(
    problems: Sequence[Problem], earlier: Sequence[Finding]
) -> Iterator[Observation]:
    """An event file that ends in the middle of a record.

    What it looks for
        Bytes after the last whole record that are too few for the record they begin.

    Why it matters
        The event of that record is lost, and so is whatever should have followed. Everything
        before it was read.

    What to do
        If the training still runs, nothing: the rest will be there next time. If it is over, it was
        killed while it wrote, or the file was copied while it grew: copy it again. Call the
        writer's `flush()` where a run must survive being killed.

    Options
        None.

    Known false positives
        A training that still writes.

    Source
        The framing of TFRecord files; torn tails of real preempted trainings.
    """
    evidence = damage(problems)
    yield Observation(
        "warning",
        f"{problems[0].path} ends inside a record: its last "
        f"{count(int(evidence['lost_bytes']), 'byte')} could not be used ({problems[0].detail})",
        "If the training is over, copy the file again from where it was written; "
        "all events before the torn one were read.",
        evidence=evidence,
    )
