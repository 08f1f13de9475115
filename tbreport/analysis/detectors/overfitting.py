"""TB301."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

import numpy as np

from tbreport.analysis.curve import Curve
from tbreport.analysis.curves import OF_MEDIAN, median_of_windows, wander, window
from tbreport.analysis.detector import Observation, as_one, detector
from tbreport.analysis.subject import Match, RunSubject
from tbreport.model import Finding, Severity
from tbreport.wording import number, percent

WIDE = 4  # a running median over so many parts of the curve sees a rise under much noise
MIN_WANDERING = 8  # points after the best: fewer do not show whether the curve wanders


@detector("TB301", needs=("validation pair",))
def overfitting(
    subject: RunSubject,
    earlier: Sequence[Finding],
    *,
    rise: float = 0.05,
    error_rise: float = 0.2,
    noise_factor: float = 2.5,
    wander_factor: float = 5.0,
    of_gain: float = 0.001,
    min_evaluations: int = 10,
) -> Iterator[Observation]:
    """A validation loss that turned and rises while the training loss does not.

    What it looks for
        A validation loss whose level at the end (median of the last 5 %, at least three points) is
        above its best (of the running median) by a share that noise does not explain, while the
        training loss ended no higher than it was at that best. The two are compared by step where
        both cover the same steps, else by wall time, else by an epoch tag. Where only the parts of
        a loss are logged, those that turned are one finding, under the one that rose most.

    Why it matters
        From the best step on the model learns the training set by heart. What was trained after it
        costs compute and makes the model worse on anything new.

    What to do
        Keep the checkpoint of the best step. Then early stopping, more or augmented data, weight
        decay, dropout, or a smaller model. If the metric that counts still improves, choose the
        checkpoint by that metric.

    Options
        rise: the share above the best from which on it is told.
        error_rise: the share from which on it is an error.
        noise_factor: the rise must also be so many times the noise of the running median above what
            the lowest of all its points lies below by chance; of a running median over a quarter of
            the points if not of the usual one.
        wander_factor: and so many times as large as the curve's wandering around a straight line
            after its best.
        of_gain: and at least such a share of what the curve had gained from its start to its best:
            a loss that fell to a millionth may well double there.
        min_evaluations: fewer validation points are too short to say.

    Known false positives
        Calibration: cross entropy can rise while accuracy still improves; of 33 real runs with a
        rise of 10 % or more 8 still reached the target of their metric. A validation loss that
        wanders slowly by more than 5 % can look the same.

    Source
        Definition fitted on simulated histories. Measured on 821 AlgoPerf runs that reached their
        target (`python -m benchmarks.detectors`): it fires on 14 (1.7 %, 95 % Wilson interval 1.0
        to 2.8 %), all graph runs whose validation loss does rise; TB302 takes the place of 13 of
        them. Of 500 that missed it 37 are told (7.4 %). The usual "(val − train) / train > 0.1"
        fires on 53 %. Those 14 stay the same without the options on noise: they are there for small
        validation sets. Of 100 sound simulated runs of 200 evaluations with 6 % noise, 52 fire
        without them and none with them; 13 still do where the noise lasts from point to point
        (AR(1), φ = 0.7). How well it agrees with the test loss of real small trainings:
        `python -m benchmarks.overfitting`, docs/detectors.md.
    """
    told = []
    for match in subject.matches:
        val = match.val
        if val not in subject.judged_losses or len(val) < min_evaluations:
            continue
        risen = val.tail / val.best - 1
        if risen < rise or val.tail - val.best < of_gain * (val.head - val.best):
            continue
        if not match.train_went_on:
            continue
        if math.log1p(risen) >= wander_factor * wander_of(val) and (
            stands_out(val, window(len(val)), rise, noise_factor)
            or stands_out(val, len(val) // WIDE | 1, rise, noise_factor)
        ):
            is_error = risen >= error_rise
            told.append(observe(match, "error" if is_error else "warning", rise))
    yield from as_one(told, lambda one: one.evidence["rise_percent"])


def wander_of(val: Curve) -> float:
    """How far slow noise takes the curve from a straight line after its best; 0 of few points.

    The first quarter is left out, since the curve bends there.
    """
    since = np.log(val.smooth[val.turn_index :])
    return wander(since[len(since) // 4 :]) if len(since) >= MIN_WANDERING else 0.0


def stands_out(val: Curve, width: int, rise: float, noise_factor: float) -> bool:
    """Whether the rise at the end of a running median is one that quick noise does not explain.

    The lowest of k normal values lies about √(2 ln k) standard deviations below their mean.
    """
    levels = median_of_windows(val.logs, width)
    noise = OF_MEDIAN * val.noise / math.sqrt(width)
    by_chance = math.sqrt(2 * math.log(max(2.0, len(val) / width)))
    risen = float(levels[-1] - levels.min())
    return risen >= max(math.log1p(rise), (noise_factor + by_chance) * noise)


def observe(match: Match, severity: Severity, rise: float) -> Observation:
    """Tell of one pair."""
    train, val, axis = match.train, match.val, match.comparison.axis
    risen = val.tail / val.best - 1
    course = "kept falling" if train.tail < match.train_at_best else "did not rise"
    return Observation(
        severity,
        f"{val.tag} is {percent(risen)} above its best level of {number(val.best)} around "
        f"step {val.best_step} while {train.tag} {course}"
        + ("" if axis == "steps" else f" (compared by {axis})"),
        f"Keep the checkpoint of step {val.best_step}; then early stopping, augmentation, weight "
        "decay, dropout or a smaller model.",
        tags=(train.tag, val.tag),
        steps=(val.best_step, int(val.steps[-1])),
        evidence={
            "best": val.best,
            "best_step": val.best_step,
            "tail": val.tail,
            "rise_percent": 100 * risen,
            "threshold": val.best * (1 + rise),
            "noise_percent": 100 * val.level_noise,
            "evaluations": len(val),
            "evaluations_past_best": len(val) - 1 - val.best_index,
            "past_best_s": max(0.0, float(val.wall_times[-1] - val.wall_times[val.best_index])),
            "train_at_best": match.train_at_best,
            "train_tail": train.tail,
        },
    )
