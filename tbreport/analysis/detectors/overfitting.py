"""TB301."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

import numpy as np

from tbreport.analysis.curves import wander
from tbreport.analysis.detector import Observation, detector
from tbreport.analysis.subject import Curve, Match, RunSubject
from tbreport.model import Finding, Severity
from tbreport.wording import number, percent

MIN_WANDERING = 8  # points after the best: fewer do not show whether the curve wanders


@detector("TB301", needs=("validation pair",))
def overfitting(
    subject: RunSubject,
    earlier: Sequence[Finding],
    *,
    rise: float = 0.05,
    error_rise: float = 0.2,
    noise_factor: float = 5.0,
    min_evaluations: int = 10,
) -> Iterator[Observation]:
    """A validation loss that turned and rises while the training loss does not.

    What it looks for
        A validation loss whose level at the end (median of the last 5 %, at least three points) is
        above its best (of the running median) by a share that noise does not explain, while the
        training loss ended no higher than it was at that best. The two are compared by step where
        both cover the same steps, else by wall time, else by an epoch tag.

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
        noise_factor: the rise must also be so many times the noise of the running median, and so
            many times as large as the curve's wandering around a straight line after its best.
        min_evaluations: fewer validation points are too short to say.

    Known false positives
        Calibration: cross entropy can rise while accuracy still improves; of 33 real runs with a
        rise of 10 % or more 8 still reached the target of their metric. A validation loss that
        wanders slowly by more than 5 % can look the same.

    Source
        Definition fitted on simulated histories. Measured on 821 AlgoPerf runs that reached their
        target (`python -m benchmarks.detectors`): it fires on 14 (1.7 %, 95 % Wilson interval 1.0
        to 2.8 %), at the error level on 1 (0.1 %); all are graph runs whose validation loss does
        rise. The usual "(val − train) / train > 0.1" fires on 53 %. Those 14 stay the same for any
        noise factor from 0 to 7: it is there for small validation sets. Of 100 sound simulated runs
        of 200 evaluations with 6 % noise, 52 fire without it and none with it; 15 still do where
        the noise lasts from point to point (AR(1), φ = 0.7).
    """
    for match in subject.matches:
        val = match.val
        if val not in subject.judged_losses or len(val) < min_evaluations:
            continue
        risen = val.tail / val.best - 1
        is_noise = math.log1p(risen) < noise_factor * noise_of(val)
        if risen >= rise and not is_noise and match.train_went_on:
            yield observe(match, "error" if risen >= error_rise else "warning")


def noise_of(val: Curve) -> float:
    """By how much chance moves the smoothed curve: quick noise, or slow noise after its best.

    The first quarter after the best is left out of the latter, since the curve bends there.
    """
    since = np.log(val.smooth[val.best_index :])
    if len(since) < MIN_WANDERING:
        return val.level_noise
    return max(val.level_noise, wander(since[len(since) // 4 :]))


def observe(match: Match, severity: Severity) -> Observation:
    """Tell of one pair."""
    train, val, axis = match.train, match.val, match.comparison.axis
    risen = val.tail / val.best - 1
    course = "kept falling" if train.tail < match.train_at_best else "did not rise"
    return Observation(
        severity,
        f"{val.tag} is {percent(risen)} above its best of {number(val.best)} at step "
        f"{val.best_step} while {train.tag} {course}"
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
            "noise_percent": 100 * noise_of(val),
            "evaluations": len(val),
            "evaluations_past_best": len(val) - 1 - val.best_index,
            "past_best_s": float(val.wall_times[-1] - val.wall_times[val.best_index]),
            "train_at_best": match.train_at_best,
            "train_tail": train.tail,
        },
    )
