"""TB402."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

import numpy as np

from tbreport.analysis.curve import Curve
from tbreport.analysis.curves import differences, median, sums_before
from tbreport.analysis.detector import Observation, as_one, detector
from tbreport.analysis.roles import HELD_OUT
from tbreport.analysis.subject import RunSubject
from tbreport.model import Finding, Float64s
from tbreport.wording import number, percent

WIDTH = 11  # points of the mean that a loss is held against: a short one follows the swings
OF_NOISE = -0.1  # the correlation that noise is left with by that mean
UNSURE = 2.0  # times 1/√n, the standard deviation of a correlation of n points
ROUNDING = 2e-6  # of an accuracy: more than a float32 loses
FIRST_VALUES = 8  # of an accuracy: of the numbers of samples, few fit all of them
MOST_VALUES = 200  # of an accuracy that are looked at for that
MOST_SAMPLES = 2_000  # that an accuracy is looked for to be a share of
DECIMALS = (10, 100, 1_000)  # samples: or digits that an accuracy was rounded to


@detector("TB402", after=("TB201", "TB202"), needs=("loss",))
def oscillating_metric(
    subject: RunSubject,
    earlier: Sequence[Finding],
    *,
    swing: float = 0.03,
    swing_share: float = 0.2,
    spread: float = 0.25,
    chance: float = 2.5,
    correlation: float = 0.3,
    fall_share: float = 0.07,
    min_points: int = 20,
) -> Iterator[Observation]:
    """An accuracy or a loss that swings to and fro instead of settling.

    What it looks for
        A validation accuracy that falls from a local highest point to the next lowest by 0.03 or
        more in a fifth of its evaluations, over the last half too, and by more than chance makes of
        so few samples where its values show how many there are; or a loss whose points lie
        far from the mean of those around and alternate from side to side: their correlation with
        the point before is clearly negative, as that of mere noise is not, nor by chance of so few
        points.

    Why it matters
        The steps are too large for the valley: the level at any one checkpoint is a matter of luck.

    What to do
        A smaller learning rate, a larger batch, shuffled data; look for batches of two kinds that
        take turns. Average the weights of the last checkpoints.

    Options
        swing: of an accuracy (0 to 1) from a local highest point to the next lowest.
        swing_share: of the evaluations that end such a swing.
        chance: times the standard deviation that an accuracy of so many samples has by chance.
        spread: of the points of a loss around the mean, over its level.
        correlation: of a point with the one before, below zero.
        fall_share: of what a loss has fallen; swings that are smaller are those of one near zero.
        min_points: fewer points are too short to say.

    Known false positives
        An accuracy on a few hundred samples moves by 0.03 by chance; their number does not show
        where it was rounded, or is a mean over unequal batches. A loss that is logged in turn for
        two data sets.

    Source
        AutoTrainer's rule for accuracy; of 100 simulated accuracies of 200 samples over 100
        evaluations it fires on none, and on 69 without the option on chance. Of 300 simulated
        losses of 50 points with 35 % of independent noise it fires on 1, and on 23 where the
        correlation need not be more than so few points have by chance. Measured on 821 AlgoPerf
        runs that reached their target with `python -m benchmarks.detectors`.
    """
    if any(
        finding.code in ("TB201", "TB202") and finding.severity != "info" for finding in earlier
    ):
        return
    swinging = []
    for curve in subject.of_metric("accuracy"):
        # without a split it is that of batches more often than not
        if len(curve) < min_points or curve.role.split not in HELD_OUT:
            continue
        values = curve.values / (100 if curve.highest > 1.5 else 1)
        drops = swings(values)
        if not swings_often(drops, swing, swing_share):
            continue
        least = max(swing, chance * by_chance(values))
        if swings_often(drops, least, swing_share):
            often = share_of(drops, least)
            swinging.append(of_accuracy(curve, often, swing, swing_share, float(drops.max())))
    yield from as_one(swinging, lambda one: one.evidence["swing_percent"])
    turning = []
    for curve in subject.judged_losses:
        if len(curve) >= min_points and curve.noise > spread / 2:
            share, lag, sure = alternation(curve)
            if (
                share > spread
                and lag < min(-correlation, sure)
                and share * abs(curve.tail) >= fall_share * (curve.head - curve.tail)
            ):
                turning.append(of_loss(curve, share, spread, lag))
    yield from as_one(turning, lambda one: one.evidence["spread_percent"])


def of_accuracy(
    curve: Curve, often: float, swing: float, swing_share: float, largest: float
) -> Observation:
    """Tell of one accuracy."""
    return Observation(
        "warning",
        f"{curve.tag} swings: {percent(often)} of its evaluations lie {number(swing)} or more "
        "below the local highest before",
        "Lower the learning rate, enlarge the batch, shuffle the data; average weights.",
        tags=(curve.tag,),
        steps=(int(curve.steps[0]), int(curve.steps[-1])),
        evidence={
            "swing_percent": 100 * often,
            "threshold_percent": 100 * swing_share,
            "largest_swing": largest,
            "level": curve.tail,
        },
    )


def of_loss(curve: Curve, share: float, spread: float, lag: float) -> Observation:
    """Tell of one loss."""
    return Observation(
        "warning",
        f"{curve.tag} swings around its level by {percent(share)} and changes sides from point to "
        f"point (correlation {number(lag)})",
        "Lower the learning rate, enlarge the batch, shuffle the data; look for batches of two "
        "kinds that take turns.",
        tags=(curve.tag,),
        steps=(int(curve.steps[0]), int(curve.steps[-1])),
        evidence={
            "spread_percent": 100 * share,
            "threshold_percent": 100 * spread,
            "correlation": lag,
        },
    )


def swings(values: Float64s) -> Float64s:
    """How far each point that is lower than both neighbors lies below the highest just before."""
    moves = differences(values)
    falls, rises = moves < 0, moves > 0
    found = np.zeros(len(values))
    low = (falls[:-1] & rises[1:]).nonzero()[0] + 1
    high = (rises[:-1] & ~rises[1:]).nonzero()[0] + 1
    before = np.searchsorted(high, low) - 1
    paired = before >= 0
    found[low[paired]] = values[high[before[paired]]] - values[low[paired]]
    return found


def swings_often(drops: Float64s, least: float, share: float) -> bool:
    """Whether so many of the points end a swing, and of those of the last half too."""
    return min(share_of(drops, least), share_of(drops[len(drops) // 2 :], least)) >= share


def share_of(drops: Float64s, least: float) -> float:
    """The share of the points that end a swing of at least so much."""
    return float(np.count_nonzero(drops >= least) / len(drops))


def by_chance(values: Float64s) -> float:
    """The standard deviation of an accuracy of as few samples as its values are shares of.

    Zero where they are shares of no number up to the most that is looked for, or of one that
    rounding explains as well.
    """
    sizes = np.arange(2, MOST_SAMPLES + 1)
    for some in (values[:FIRST_VALUES], values[:MOST_VALUES]):  # the first leave few numbers
        counts = some[:, np.newaxis] * sizes
        sizes = sizes[(np.abs(counts - np.rint(counts)) <= ROUNDING * sizes).all(axis=0)]
    if not len(sizes) or sizes[0] in DECIMALS:
        return 0.0
    share = min(1.0, max(0.0, median(values[len(values) // 2 :])))
    return math.sqrt(share * (1 - share) / int(sizes[0]))


def alternation(curve: Curve) -> tuple[float, float, float]:
    """The spread around the mean of neighbors over the level, and the lag-one correlation.

    And the one that independent noise of as many points hardly falls below.
    """
    sums = sums_before(curve.values)
    around = (sums[WIDTH:] - sums[:-WIDTH]) / WIDTH
    rest = curve.values[WIDTH // 2 : len(curve) - WIDTH // 2] / around - 1
    rest = rest[len(rest) // 2 :]  # the first half may still fall steeply
    power = float(rest @ rest)
    if len(rest) < 5 or power == 0:
        return 0.0, 0.0, -1.0
    sure = OF_NOISE - UNSURE / math.sqrt(len(rest))
    return float(np.sqrt(power / len(rest))), float(rest[1:] @ rest[:-1]) / power, sure
