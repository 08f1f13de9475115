"""TB403."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

import numpy as np

from tbreport.analysis.curve import Curve
from tbreport.analysis.curves import TO_SIGMA, median, trailing, window
from tbreport.analysis.detector import Observation, as_one, detector
from tbreport.analysis.subject import RunSubject
from tbreport.model import Finding, Float64s, Int64s
from tbreport.wording import count, number

WIDTH = 50  # points before, whose median and spread a jump is held against
RATIOS = {"height_ratio", "growth_ratio"}  # of a jump, of a growth
NEAR = 3  # points between a jump of the norm and one of the loss that belong together


@detector("TB403", after=("TB201", "TB202", "TB203"), needs=("gradient norm",))
def exploding_gradient(
    subject: RunSubject,
    earlier: Sequence[Finding],
    *,
    ratio: float = 5.0,
    spreads: float = 8.0,
    times: int = 3,
    growth: float = 10.0,
    skip: float = 0.05,
    min_points: int = 40,
) -> Iterator[Observation]:
    """A gradient norm that jumps again and again, or keeps growing.

    What it looks for
        A norm of a multiple of the median of the 50 points before, and far outside their spread:
        at several places, or once beside a spike of the loss (TB203) or just before it broke
        (TB201, TB202). Or a norm that grew tenfold over the last half of the run. The first steps
        are left out. Where the norms of several layers are logged, those concerned are one finding,
        under the worst.

    Why it matters
        One such step can undo thousands. With clipping it costs little, but it says that the loss
        is steep there.

    What to do
        Clip the norm (1.0 is usual), warm the learning rate up, lower it; look at the
        initialization and at recurrent or very deep parts.

    Options
        ratio: times the median before.
        spreads: robust standard deviations of the logarithm, above that median.
        times: jumps that are needed where nothing else happened.
        growth: of the norm from the middle of the run to its end.
        skip: the share of the run at its start that is left out.
        min_points: fewer points are too short to say.

    Known false positives
        Norms of models with rare tokens or sparse labels have heavy tails. A norm that is logged
        after clipping cannot show the jump.

    Source
        AutoTrainer's fixed threshold, made relative. Measured on 821 AlgoPerf runs that reached
        their target with `python -m benchmarks.detectors`.
    """
    if subject.is_game:
        return
    broken = [
        f.steps for f in earlier if f.code in ("TB201", "TB202", "TB203") and f.steps is not None
    ]
    told = []
    for norm in subject.gradient_norms():
        curve = norm.above_zero  # a norm of zero is that of a step that was skipped
        if len(curve) < min_points:
            continue
        at = jumps(curve, subject.cuts(curve), ratio, spreads, skip)
        grown = curve.tail / max(median(middle_of(curve)), 1e-300)
        beside = [j for j in at if any(is_near(curve, int(j), steps) for steps in broken)]
        if len(at) >= times or beside:
            told.append(of_jumps(curve, at, beside, ratio))
        elif grown >= growth and curve.tail * ratio >= growth * curve.head:
            told.append(of_growth(curve, grown, growth))
    yield from as_one(
        told, lambda one: max(one.evidence[name] for name in RATIOS & {*one.evidence})
    )


def middle_of(curve: Curve) -> Float64s:
    """The points around the middle, as many as the tail has."""
    half, width = len(curve) // 2, max(3, len(curve) // 20)
    return curve.values[half - width // 2 : half + width // 2 + 1]


def jumps(curve: Curve, cuts: Int64s, ratio: float, spreads: float, skip: float) -> Int64s:
    """Indices of the first point of each jump; none just after a cut."""
    first = max(10, math.ceil(skip * len(curve)))
    # the trailing median of every point would cost more than all the rest: look near ones up first
    start = curve.smooth[:1].repeat(window(len(curve)))
    near = np.concatenate((start, curve.smooth))[: len(curve)]
    at = (curve.values[first:] >= ratio / 2 * near[first:]).nonzero()[0] + first
    if not len(at):
        return np.empty(0, np.int64)
    before, spread = trailing(curve.logs, at, WIDTH)
    risen = curve.logs[at] - before
    floor = np.maximum(spread, TO_SIGMA * 0.01)
    raised = np.searchsorted(cuts, curve.steps[at], "right") > np.searchsorted(
        cuts, curve.steps[np.maximum(at - WIDTH, 0)], "right"
    )
    hits = at[(risen >= math.log(max(ratio, 1.0))) & (risen > spreads * floor) & ~raised]
    apart = np.append(True, np.diff(hits) > NEAR)[: len(hits)]
    kept: Int64s = hits[apart].astype(np.int64)
    return kept


def is_near(curve: Curve, index: int, steps: tuple[int, int]) -> bool:
    """Whether a jump lies within three points of the beginning of another finding."""
    place = int(np.searchsorted(curve.steps, steps[0]))
    return abs(place - index) <= NEAR


def of_growth(curve: Curve, grown: float, growth: float) -> Observation:
    """Tell of a norm that keeps growing."""
    return Observation(
        "warning",
        f"{curve.tag} grew {number(grown)} times over the last half of the run, to "
        f"{number(curve.tail)}",
        "Clip the norm, lower the learning rate; resume before the growth.",
        tags=(curve.tag,),
        steps=(int(curve.steps[len(curve) // 2]), int(curve.steps[-1])),
        evidence={
            "growth_ratio": grown,
            "tail": curve.tail,
            "threshold": growth * curve.tail / grown,
        },
    )


def of_jumps(curve: Curve, at: Int64s, beside: Sequence[int], ratio: float) -> Observation:
    """Tell of the highest jump."""
    top = int(at[np.argmax(curve.values[at])])
    before, _ = trailing(curve.logs, np.array([top]), WIDTH)
    height = float(curve.values[top] / np.exp(before[0]))
    return Observation(
        "warning",
        f"{curve.tag} jumps to {number(curve.values[top])}, {number(height)} times its level, at "
        f"step {curve.steps[top]}"
        + (f"; {count(len(at), 'jump')} in all" if len(at) > 1 else "")
        + (", where the loss breaks out too" if beside else ""),
        "Clip the norm (1.0 is usual), warm the learning rate up or lower it; look at the "
        "initialization.",
        tags=(curve.tag,),
        steps=(int(curve.steps[at[0]]), int(curve.steps[at[-1]])),
        evidence={
            "value": float(curve.values[top]),
            "height_ratio": height,
            "threshold": ratio * float(curve.values[top]) / height,
            "jumps": len(at),
        },
    )
