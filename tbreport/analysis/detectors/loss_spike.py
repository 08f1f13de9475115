"""TB203."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from tbreport.analysis.curve import Curve
from tbreport.analysis.curves import differences, median_of_windows, surprise, trailing
from tbreport.analysis.detector import Observation, detector
from tbreport.analysis.subject import RunSubject
from tbreport.model import Finding, Int64s
from tbreport.wording import count, number

LEVEL_POINTS = (20, 10, 50)  # a twentieth of the curve, at least 10, at most 50: the level before
SIGMA_POINTS = 128  # before a point, whose mean and standard deviation say how unusual it is
FIRST_INDEX = 20  # before it there are too few points to say
BACK = 3  # spreads above the level, or half the height that makes a spike: so far counts as back
MOST = 20  # spikes of one curve whose recovery is looked at: the highest


@detector("TB203", after=("TB202",), needs=("loss",))
def loss_spike(
    subject: RunSubject,
    earlier: Sequence[Finding],
    *,
    height: float = 1.3,
    spreads: float = 8.0,
    sigmas: float = 7.0,
    skip: float = 0.05,
    recovery: float = 0.1,
    min_points: int = 40,
) -> Iterator[Observation]:
    """A loss that jumps far above the level it had.

    What it looks for
        A point above the median of those before it (a twentieth of the curve, 10 to 50 points) both
        by a ratio and by many times their spread; which also lies many standard deviations above
        the mean of the 128 points before, or has come up by more than they ever moved from one to
        the next. All in the logarithm of a positive loss. It is a warning where the loss does not
        come back within a tenth of the run, unless validation stayed at its best, else information.
        All losses of a run are one finding, under the highest spike. A jump that begins a
        divergence (TB202) is not told again, nor is one where the learning rate was raised at once,
        or where a later attempt began anew.

    Why it matters
        A spike that heals costs some steps. Spikes announce instability, and the next one may not
        heal.

    What to do
        Look at the gradient norm and the learning rate there. Where it did not heal, go back about
        100 steps and skip the 200 to 500 batches around it, as PaLM's authors did; a lower second
        momentum (β₂ = 0.95), clipping, or a lower learning rate prevent the next.

    Options
        height: times the level before.
        spreads: robust standard deviations of the points before, above their median.
        sigmas: standard deviations of the 128 points, or of the 128 moves, before.
        skip: the share of the run at its start that is left out.
        recovery: the share of the run within which a spike must heal.
        min_points: fewer points are too short to say.

    Known false positives
        Losses of single batches with rare hard batches: a heavy tail is no instability, and nothing
        in the curve tells the two apart.

    Source
        OLMo-core's rule: 6 standard deviations of 128 points. Beside a curve that still falls no
        spike is that far out, so the moves from point to point count too: of simulated spikes of 3
        times the level, at 200 points and 3 % noise, that finds all, the rule alone none. Measured
        on 821 AlgoPerf runs that reached their target (`python -m benchmarks.detectors`): 29
        (3.5 %, 95 % Wilson interval 2.5 to 5.0 %), all visible jumps of the training loss. 1 of
        them is a warning, of a jump to 2.8 times the level; 3 more were before it was asked how
        validation went on.
    """
    diverges_from = min(
        (finding.steps[0] for finding in earlier if finding.code == "TB202" and finding.steps),
        default=math.inf,
    )
    spikes = [
        spike
        for curve in subject.judged_losses
        if len(curve) >= min_points
        for spike in spikes_of(curve, subject.cuts(curve), height, spreads, sigmas, skip, recovery)
        if spike.healed_after is not None or spike.step < diverges_from
    ]
    if spikes:
        yield observe(subject, spikes, height)


@dataclass(frozen=True, slots=True)
class Spike:
    """One jump, from its first high point."""

    curve: Curve
    index: int  # of its highest point
    ratio: float  # of that point to the level before
    healed_after: int | None  # points after the highest; None: not within the time given
    watched: int  # points after the highest that were looked at for that
    is_open: bool  # the run ended before the time was over

    @property
    def step(self) -> int:
        return int(self.curve.steps[self.index])


def spikes_of(
    curve: Curve,
    cuts: Int64s,
    height: float,
    spreads: float,
    sigmas: float,
    skip: float,
    recovery: float,
) -> Iterator[Spike]:
    """The spikes of one curve; hits closer than the level's points are one."""
    least = math.log(max(height, 1.0))
    first = max(FIRST_INDEX, math.ceil(skip * len(curve)))
    above = curve.logs - np.minimum.accumulate(curve.logs)
    at = (above[first:] > least).nonzero()[0] + first
    if not len(at):
        return  # no point is that far above any before it, as most curves never are
    moves = np.concatenate(([0.0], differences(curve.logs)))
    score = np.fmax(surprise(curve.logs, at, SIGMA_POINTS), surprise(moves, at, SIGMA_POINTS))
    at = at[score > sigmas]
    if not len(at):
        return
    part, fewest, most = LEVEL_POINTS
    width = min(most, max(fewest, len(curve) // part))
    rose = np.searchsorted(cuts, curve.steps[at], "right") > np.searchsorted(
        cuts, curve.steps[np.maximum(at - width, 0)], "right"
    )
    level, spread = trailing(curve.logs, at, width)
    risen = curve.logs[at] - level
    hits = np.flatnonzero((risen > spreads * spread) & (risen > least) & ~rose)
    groups = np.split(hits, np.flatnonzero(np.diff(at[hits]) > width) + 1)
    patience = max(1, round(recovery * len(curve)))
    for group in sorted(groups, key=lambda group: -risen[group].max(initial=0.0))[:MOST]:
        if len(group):
            top, last = group[np.argmax(risen[group])], int(at[group[-1]])
            back = level[group[0]] + max(BACK * spread[group[0]], least / 2)
            yield Spike(
                curve,
                int(at[top]),
                math.exp(risen[top]),
                healed(curve, last, back, patience),
                min(last + patience, len(curve) - 1) - int(at[top]),
                last + patience >= len(curve),
            )


def healed(curve: Curve, index: int, back: float, patience: int) -> int | None:
    """The points after an index until the median of three is at most `back`, a logarithm."""
    after = curve.logs[index + 1 : index + 1 + patience + 2]
    if len(after) < 3:
        return None
    is_back = median_of_windows(after, 3) <= back
    return int(np.argmax(is_back)) + 1 if is_back.any() else None


def observe(subject: RunSubject, spikes: Sequence[Spike], height: float) -> Observation:
    """Tell of the highest, or of the highest that did not heal; count all."""
    lasting = [
        spike
        for spike in spikes
        if spike.healed_after is None
        and not spike.is_open
        and not subject.validates_after(spike.curve.tag, spike.step)
    ]
    most = max(lasting or spikes, key=lambda spike: spike.ratio)
    curve = most.curve
    of_curve = sum(spike.curve is curve for spike in spikes)
    if most.healed_after is not None:
        course = f"is back after {count(most.healed_after, 'point')}"
    else:
        course = f"is not back after {count(most.watched, 'point')}"
        if most.is_open:
            course += ", when the run ends"
        elif not lasting:
            course += ", while validation stayed at its best"
    others = sorted({spike.curve.tag for spike in spikes} - {curve.tag})
    last = min(most.index + (most.healed_after or 0), len(curve) - 1)
    return Observation(
        "warning" if lasting else "info",
        f"{curve.tag} jumps to {number(curve.values[most.index])}, {number(most.ratio)} times its "
        f"level, at step {most.step} and {course}"
        + (f"; {of_curve} spikes in all" if of_curve > 1 else ""),
        f"Go back to a checkpoint before step {most.step} and skip the batches around it; lower "
        "the learning rate or β₂."
        if lasting
        else "Look at the gradient norm and the batch there; clip gradients if spikes come back.",
        tags=(curve.tag, *others),
        steps=(most.step, int(curve.steps[last])),
        evidence={
            "value": float(curve.values[most.index]),
            "height_ratio": most.ratio,
            "threshold": height * float(curve.values[most.index]) / most.ratio,
            "spikes": len(spikes),
        }
        | ({} if most.healed_after is None else {"healed_after_points": most.healed_after}),
    )
