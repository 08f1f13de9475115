"""TB401."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from tbreport.analysis.curve import Curve
from tbreport.analysis.curves import median
from tbreport.analysis.detector import Observation, detector
from tbreport.analysis.roles import HELD_OUT
from tbreport.analysis.subject import RunSubject
from tbreport.analysis.trend import trend
from tbreport.model import Finding
from tbreport.wording import count, number, percent

TOLD = frozenset({"TB201", "TB202", "TB204", "TB301", "TB302"})  # say more about the same end


@detector("TB401", after=tuple(sorted(TOLD)), needs=("loss", "learning rate"))
def plateau(
    subject: RunSubject,
    earlier: Sequence[Finding],
    *,
    share: float = 0.3,
    rate_share: float = 0.1,
    fall: float = 0.01,
    min_points: int = 30,
) -> Iterator[Observation]:
    """A loss that no longer falls under a learning rate that could still move it.

    What it looks for
        The last part of a training loss: its trend (Theil–Sen over at most thirty block medians of
        the logarithm) is less than a percent over that part, the interval from drawing the blocks
        again contains zero, and the learning rate is still above a tenth of its peak. A run whose
        end has another name (TB201, TB202, TB204, TB301, TB302) is not told again. Information.

    Why it matters
        At this learning rate more steps bring nothing: either decay it or stop.

    What to do
        Decay the learning rate; if the loss is too high, raise it, or the capacity of the model.

    Options
        share: of the run, at its end.
        rate_share: of the highest learning rate, which the last must exceed.
        fall: of the loss over that part; what falls by more is no plateau.
        min_points: fewer points are too short to say.

    Known false positives
        Noise that hides a slow fall: a loss of single batches.

    Source
        Theil and Sen's slope; the blocks take the place of scipy's moving-block bootstrap, which
        takes 852 ms for 300 points.
    """
    if any(finding.code in TOLD and finding.severity != "info" for finding in earlier):
        return
    if not rate_is_high(subject.learning_rates(), rate_share):
        return
    for curve in subject.judged_losses:
        if curve.role.split in HELD_OUT or len(curve) < min_points:
            continue
        last = curve.logs[int((1 - share) * len(curve)) :]
        half = len(last) // 2
        # the medians of the halves cost little, and most curves still fall
        if abs(median(last[half:]) - median(last[:half])) > 2 * fall:
            continue
        rise, low, high = trend(last)
        if low <= 0 <= high and abs(rise) <= (-math.log1p(-fall) if fall < 1 else math.inf):
            yield observe(curve, len(last), (rise, low, high), fall)
            return


def rate_is_high(rates: Sequence[Curve], rate_share: float) -> bool:
    """Whether the learning rate is still above a share of its peak."""
    return any(len(r) and r.values[-1] > rate_share * r.highest > 0 for r in rates)


def observe(
    curve: Curve, points: int, trend: tuple[float, float, float], fall: float
) -> Observation:
    """Tell of one loss."""
    rise, low, high = trend
    return Observation(
        "info",
        f"{curve.tag} stays at {number(curve.tail)} over its last {count(points, 'point')}: "
        f"its trend is {percent(rise)} (95 % interval {percent(low)} to {percent(high)})",
        "Decay the learning rate, or stop; if the loss is too high, raise the learning rate or "
        "the capacity.",
        tags=(curve.tag,),
        steps=(int(curve.steps[-points]), int(curve.steps[-1])),
        evidence={
            "level": curve.tail,
            "trend_percent": 100 * rise,
            "trend_low_percent": 100 * low,
            "trend_high_percent": 100 * high,
            "threshold_percent": 100 * fall,
        },
    )
