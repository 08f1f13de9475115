"""TB412."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from tbreport.analysis.curve import Curve
from tbreport.analysis.curves import median
from tbreport.analysis.detector import Observation, detector
from tbreport.analysis.subject import RunSubject
from tbreport.model import Finding, Float64s
from tbreport.wording import duration, number, percent

FASTEST = 0.1  # of the later times: what lies above it is among them
SHORTEST = 0.15  # of the points: either side of the shift
SIDES = 8  # parts that the medians are compared of, before a place is looked for


@detector("TB412", needs=("pace",))
def slow_step(
    subject: RunSubject,
    earlier: Sequence[Finding],
    *,
    shift: float = 0.25,
    warning_shift: float = 1.0,
    time_lost: float = 0.15,
    seconds_lost: float = 5.0,
    overlap: float = 0.15,
    min_points: int = 40,
) -> Iterator[Observation]:
    """Steps that take longer from some point on, and to the end.

    What it looks for
        The time per step between two points of the series with the most points: one place that
        parts it in two levels, of which the later is higher, hardly overlaps with the earlier
        and stays so to the end. A warning if the steps take twice as long or more and that
        cost a good part of the run, and seconds that somebody waits for, else information. Pauses
        do not count (TB415).

    Why it matters
        The same training costs more time and money, and nobody looks at the clock.

    What to do
        Look at what changed there: the data loader, another job on the machine, a slower disk, a
        larger batch or sequence, checkpoints that grow.

    Options
        shift: of the level, from which on it is told.
        warning_shift: and from which on it is a warning.
        time_lost: the share of the time of the run that the shift must cost for a warning.
        seconds_lost: and the seconds of it.
        overlap: the share of the earlier times that may exceed the fastest tenth of the later.
        min_points: fewer points are too short to say.

    Known false positives
        A curriculum whose later samples are larger; a machine that is shared.

    Source
        SageMaker Debugger's StalledTraining; one split by the medians' distance in place of
        PELT, which takes 148 ms for 1,000 points.
    """
    curve = subject.longest
    if curve is None or len(curve) < min_points or subject.run.superseded:
        return
    pace = paces(curve)
    if len(pace) < min_points or not parts_rise(pace, shift):
        return
    at = split(pace)
    before, after = pace[:at], pace[at:]
    level, later = median(before), median(after)
    among = float((before > np.quantile(after, FASTEST)).mean())
    half = len(after) // 2
    lasts = min(median(after[:half]), median(after[half:])) >= (1 + shift / 2) * level
    if later / level - 1 < shift or among > overlap or not lasts:
        return
    steps = np.diff(curve.steps)[at:]
    lost = float(((after - level) * steps[: len(after)]).clip(0).sum())
    share = lost / max(float(curve.wall_times[-1] - curve.wall_times[0]), 1e-9)
    step = int(curve.steps[at + 1])
    is_dear = share >= time_lost and lost >= seconds_lost
    yield Observation(
        "warning" if later / level - 1 >= warning_shift and is_dear else "info",
        f"from step {step} on a step takes {duration(later)} in place of {duration(level)}, "
        f"{number(later / level)} times as long; that cost {duration(lost)}, "
        f"{percent(share)} of the run",
        "Look at what changed there: the data loader, other jobs on the machine, the size of "
        "batches or checkpoints.",
        tags=(curve.tag,),
        steps=(step, int(curve.steps[-1])),
        evidence={
            "before_s": level,
            "after_s": later,
            "slowdown_ratio": later / level,
            "threshold_ratio": 1 + shift,
            "time_lost_s": lost,
            "lost_percent": 100 * share,
        },
    )


def paces(curve: Curve) -> Float64s:
    """Seconds a step between neighbors; empty where the clock stands still or runs back."""
    if len(curve) < 2 or curve.seconds.min() < 0 or curve.usual_seconds <= 0:
        return np.empty(0)
    pace: Float64s = curve.seconds / (curve.steps[1:] - curve.steps[:-1])
    return np.maximum(pace, 1e-3 * median(pace))


def parts_rise(pace: Float64s, shift: float) -> bool:
    """Whether the medians of an eighth at the start and at the end differ at all by the shift."""
    part = max(3, len(pace) // SIDES)
    return median(pace[-part:]) >= (1 + shift) * median(pace[part : 2 * part])


def split(pace: Float64s) -> int:
    """The index that parts the logarithms best into two levels, by the sum of squares.

    Single long steps are cut down first, so that a pause cannot pass for the place.
    """
    logs = np.log(pace)
    logs = np.minimum(logs, np.quantile(logs, 0.9))
    n = len(logs)
    k = np.arange(1, n)
    sums = np.cumsum(logs)
    gain = (sums[:-1] - k * sums[-1] / n) ** 2 / (k * (n - k) / n)
    margin = max(3, int(SHORTEST * n))
    return int(np.argmax(gain[margin - 1 : n - margin])) + margin
