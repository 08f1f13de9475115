"""TB415."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from tbreport.analysis.detector import Observation, detector
from tbreport.analysis.subject import RunSubject
from tbreport.model import Finding
from tbreport.wording import count, duration


@detector("TB415", needs=("long series",))
def logging_pause(
    subject: RunSubject,
    earlier: Sequence[Finding],
    *,
    shortest_s: float = 1800.0,
    intervals: float = 20.0,
    min_points: int = 10,
) -> Iterator[Observation]:
    """A long time without a point, after which the run went on.

    What it looks for
        A hole in the wall times of the series with the most points, of half an hour and of many
        times its usual interval, in which no other series has a point either. Information.
        A run that did not go on is told by TB506, where its siblings did.

    Why it matters
        The machine was paid for, or the job was away: preempted, waiting for a disk, hung.

    What to do
        Look at the scheduler's log for that time; a full disk or a hung loader leaves the same
        hole.

    Options
        shortest_s: seconds without a point.
        intervals: and times the median interval.
        min_points: fewer points are too short to say.

    Known false positives
        A run that was stopped on purpose and resumed the next day.

    Source
        SageMaker Debugger's StalledTraining.
    """
    curve = subject.longest
    if curve is None or len(curve) < min_points:
        return
    times = curve.wall_times
    taken = curve.seconds
    least = max(shortest_s, intervals * curve.usual_seconds)
    above = (taken > least).nonzero()[0]
    long = [i for i in above if is_silent(subject, times[i], times[i + 1])]
    if long:
        worst = max(long, key=lambda i: taken[i])
        total = float(taken[long].sum())
        yield Observation(
            "info",
            f"no point was logged for {duration(float(taken[worst]))} after step "
            f"{curve.steps[worst]}"
            + (f"; {count(len(long), 'pause')}, {duration(total)} in all" if long[1:] else ""),
            "Look for a preemption, a full disk or a hung loader at that time.",
            tags=(curve.tag,),
            steps=(int(curve.steps[worst]), int(curve.steps[worst + 1])),
            evidence={
                "longest_s": float(taken[worst]),
                "threshold_s": least,
                "total_s": total,
                "pauses": len(long),
                "usual_interval_s": curve.usual_seconds,
            },
        )


def is_silent(subject: RunSubject, begin: float, end: float) -> bool:
    """Whether no scalar series has a point within the middle of a stretch of time."""
    margin = 0.1 * (end - begin)
    return not any(
        ((c.wall_times > begin + margin) & (c.wall_times < end - margin)).any()
        for c in subject.curves.values()
    )
