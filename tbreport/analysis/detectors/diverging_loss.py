"""TB202."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

import numpy as np

from tbreport.analysis import curves
from tbreport.analysis.curve import Curve
from tbreport.analysis.detector import Observation, detector
from tbreport.analysis.subject import RunSubject
from tbreport.model import Finding
from tbreport.wording import listed, number, percent


@detector("TB202", needs=("loss",))
def diverging_loss(
    subject: RunSubject,
    earlier: Sequence[Finding],
    *,
    ratio: float = 1.5,
    ratio_at_start: float = 1.1,
    progress_lost: float = 0.02,
    noise_factor: float = 5.0,
    min_points: int = 10,
) -> Iterator[Observation]:
    """A loss that ends far above its own best.

    What it looks for
        A positive loss whose level at the end (median of the last 5 %, at least three points) is a
        A positive loss whose level at the end (median of the last 5 %, at least three points) is a
        multiple of its best (of the running median), where that is more than noise and a noticeable
        part of the progress is gone; a smaller one is enough where all of it is gone, as the loss
        of guessing may be no more than 1.3 times what was learned. It is an error if the end is no
        better than the start. All losses of a run that diverge are one finding, under the worst of
        them. Each part between the steps at which the learning rate was raised, or a later attempt
        began anew, is looked at by itself, as a restart raises the loss; an earlier one counts
        where no later one came back. Cycles shorter than the running median are not told apart. A
        validation loss whose training loss went on falling is overfitting (TB301), and not told
        here; nor is a training loss that rose while its validation loss, or every one that was
        logged along it, stayed at its best: then the samples became harder, not the model worse.

    Why it matters
        The run threw away what it had learned, and rarely finds back.

    What to do
        Stop it. Resume from the best step with a third to a half of the learning rate; look at the
        gradient norm before the turn, and at the order of the data.

    Options
        ratio: the end is at least so many times the best.
        ratio_at_start: or so many, where it is no better than the start.
        progress_lost: and at least this share of the way from start to best is gone.
        noise_factor: and the logarithm of the ratio is so many times the noise of the running
            median, or its wandering around a wider one.
        min_points: fewer points are too short to say.

    Known false positives
        Losses whose scale is changed on purpose: a weight that is ramped up (KL annealing), a
        curriculum, a fine-tuning stage that goes on in the same run.

    Source
        TheDeepChecker's "twice the running minimum at a point", made sustained; that fires on 22 %
        of 821 AlgoPerf runs that reached their target, this on none (95 % Wilson: at most 0.5 %,
        `python -m benchmarks.detectors`). Without the noise gate it fired on 6 of them, all noisy
        losses of single batches whose last three points lay high. Of 100 simulated losses of 200
        points that only wander (AR(1), φ = 0.8, 20 % of fresh noise) it fires on 5, and on 73 where
        the noise is taken for independent.
    """

    def least_of(part: Curve) -> float:
        return min(ratio, ratio_at_start) if came_back(part) else ratio

    def diverges(part: Curve) -> bool:
        if len(part) < min_points:
            return False
        least = least_of(part) * part.best
        return (
            part.tail >= least
            and tail_since(part) >= least
            and math.log(part.tail / part.best) >= noise_factor * level_noise(part)
            and lost(part) >= progress_lost
        )

    diverging = []
    for curve in subject.judged_losses:
        later = math.inf  # the best that came after
        for part in reversed(subject.segments(curve)):
            if later >= ratio * part.best and diverges(part):
                if not is_overfitted(subject, curve) and not is_harder(
                    subject, part, least_of(part)
                ):
                    diverging.append(part)
                break
            later = min(later, part.best if len(part) else math.inf)
    if diverging:
        diverging.sort(key=lambda curve: curve.tail / curve.best, reverse=True)
        worst, *others = diverging
        yield observe(worst, [curve.tag for curve in others], least_of(worst))


def came_back(part: Curve) -> bool:
    """Whether the end is no better than the start, and a quarter of the points were far below it.

    Noise that lasts from point to point has a start, a best and an end as well.
    """
    if part.tail < part.head:
        return False
    return float(np.quantile(part.values, 0.25)) <= (part.head + part.best) / 2


def level_noise(part: Curve) -> float:
    """Robust sd of a level: under noise from point to point, or under lasting noise if larger."""
    return max(part.level_noise, curves.drift(np.log(part.smooth)))


def tail_since(part: Curve) -> float:
    """The level at the end, of points after the best alone; 0 of fewer than three."""
    since = part.values[part.turn_index + 1 :]
    return curves.tail(since) if len(since) >= curves.SMALLEST else 0.0


def is_overfitted(subject: RunSubject, loss: Curve) -> bool:
    """Whether this is a validation loss, or a copy of one, whose training loss went on falling."""
    return any(
        match.train_went_on and np.array_equal(match.val.series.values, loss.series.values)
        for match in subject.matches
    )


def is_harder(subject: RunSubject, part: Curve, ratio: float) -> bool:
    """Whether validation stayed at its best long after this training loss had risen so far."""
    risen = np.flatnonzero(part.smooth[part.turn_index :] >= ratio * part.best)
    if not len(risen):
        return False
    return subject.validates_after(part.tag, int(part.steps[part.turn_index + int(risen[0])]))


def lost(curve: Curve) -> float:
    """The share of the progress from the first level to the best that is gone at the end."""
    gained = curve.head - curve.best
    return (curve.tail - curve.best) / gained if gained > 0 else math.inf


def observe(worst: Curve, others: Sequence[str], ratio: float) -> Observation:
    """Tell of the worst, name all."""
    share = min(lost(worst), 1.0)
    learned = worst.best < worst.head and worst.best_index > 0
    outcome = f"{percent(share)} of its progress is lost" if learned else "it made no progress"
    return Observation(
        "error" if worst.tail >= worst.head else "warning",
        f"{worst.tag} ends at {number(worst.tail)}, {number(worst.tail / worst.best)} times its "
        f"best level of {number(worst.best)} around step {worst.best_step}; {outcome}"
        + (f", as with {listed(others)}" if others else ""),
        (f"Stop and resume from step {worst.best_step}" if learned else "Start again")
        + " with a third to a half of the learning rate; check the order of the data.",
        tags=(worst.tag, *others),
        steps=(worst.best_step, int(worst.steps[-1])),
        evidence={
            "first": worst.head,
            "best": worst.best,
            "best_step": worst.best_step,
            "tail": worst.tail,
            "tail_to_best_ratio": worst.tail / worst.best,
            "threshold": ratio * worst.best,
            "progress_lost_percent": 100 * share,
            "noise_percent": 100 * worst.noise,
        },
    )
