"""TB105."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from tbreport.analysis.damage import damage
from tbreport.analysis.detector import Observation, detector
from tbreport.model import Finding, Problem
from tbreport.wording import count


@detector("TB105", scope="problem")
def bad_wall_time(problems: Sequence[Problem], earlier: Sequence[Finding]) -> Iterator[Observation]:
    """Events whose wall time is no time.

    What it looks for
        Events with a wall time that is NaN or infinite.

    Why it matters
        Such an event cannot be ordered against a restart, so it is left out, as TensorBoard's
        fast loader does.

    What to do
        Look at who passes `walltime=` to the writer, and what.

    Options
        None.

    Known false positives
        None known.

    Source
        TensorBoard's data server, which refuses the same events.
    """
    evidence = damage(problems)
    yield Observation(
        "warning",
        f"{problems[0].path} has {count(int(evidence['places']), 'event')} without a usable wall "
        f"time, the first at byte {problems[0].offset:,} ({problems[0].detail})",
        "Check what is passed as `walltime` to the writer; those events were left out.",
        evidence=evidence,
    )
