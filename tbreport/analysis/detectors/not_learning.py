"""TB204."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

import numpy as np

from tbreport.analysis.curve import Curve
from tbreport.analysis.curves import median
from tbreport.analysis.detector import Observation, detector
from tbreport.analysis.roles import is_loss
from tbreport.analysis.subject import RunSubject
from tbreport.model import Finding
from tbreport.wording import listed, number, percent

CLASSES = ("num_classes", "n_classes", "classes", "num_labels", "vocab_size")  # hyper-parameters
START = 3  # points at the start whose median is the first level
SOLVED = 0.999  # an accuracy that leaves nothing to learn; less may be the share of one class
LARGEST_ALLOWANCE = 0.05  # of the first level, for noise that makes the best look better


@detector("TB204", after=("TB201", "TB202"), needs=("loss",))
def not_learning(
    subject: RunSubject,
    earlier: Sequence[Finding],
    *,
    progress: float = 0.05,
    chance_share: float = 0.02,
    noise_factor: float = 3.0,
    min_points: int = 10,
) -> Iterator[Observation]:
    """A loss that never became noticeably better than at its start.

    What it looks for
        No loss of the run fell: neither the best of its running median, but for noise, nor the
        level of its second half lies noticeably below its first three points; and fewer than half
        of the other metrics rose, or are accuracies of 0.999 or more from the start. Or: the number
        of classes is among the hyper-parameters, and the loss stays at its logarithm, which is that
        of guessing. A run that broke (TB201, TB202) is not told again.

    Why it matters
        The run costs as much as one that learns, and no later step will change it.

    What to do
        Overfit a single batch first: if that fails, the fault is in the model or the loss. Check
        the labels and their order, the pair of activation and loss (no softmax before a cross
        entropy that applies its own), frozen layers, and a learning rate of ten times more or less.

    Options
        progress: the share of the first level that a loss must have gained.
        chance_share: how near to the logarithm of the number of classes is guessing.
        noise_factor: times the noise of the running median that the best may lie lower by chance,
            at most 5 % of the level.
        min_points: fewer points are too short to say.

    Known false positives
        A run that was resumed or fine-tuned from weights that had converged already. A loss whose
        falling part was not logged.

    Source
        AutoTrainer's "no better than at the start". Of 821 AlgoPerf runs that reached their target
        it fires on 1 (0.1 %, 95 % Wilson interval 0.0 to 0.7 %, `python -m benchmarks.detectors`).
    """
    if any(
        finding.code in ("TB201", "TB202") and finding.severity != "info" for finding in earlier
    ):
        return
    long = [curve for curve in subject.judged_losses if len(curve) >= min_points]
    chance = math.log(classes) if (classes := classes_of(subject)) else math.nan
    guessing = [c for c in long if abs(c.smooth.min() / chance - 1) <= chance_share]
    stuck = all(is_stuck(curve, progress, noise_factor) for curve in long)
    if (stuck or len(guessing) == len(long)) and not improved(subject, min_points):
        yield observe(long, chance if guessing else math.nan, progress)


def is_stuck(curve: Curve, progress: float, noise_factor: float) -> bool:
    """Whether neither the best nor the second half is better than the first points."""
    first = first_level(curve)
    if median(curve.values[len(curve) // 2 :]) < first * (1 - progress):
        return False
    allowance = min(LARGEST_ALLOWANCE, noise_factor * curve.level_noise)
    return bool(curve.smooth.min() >= first * (1 - progress - allowance))


def first_level(curve: Curve) -> float:
    """The level of the first points; of a long curve the head has learned already."""
    return max(curve.head, median(curve.values[:START]))


def improved(subject: RunSubject, min_points: int) -> bool:
    """Whether half of the metrics beside the losses or more rose; one alone may by chance.

    The area under a curve of ranks is such: it can rise while every output stays the same.
    """
    metrics = [
        curve
        for split in ("train", "val", "test")
        for curve in subject.measures(split)
        if not is_loss(curve.role.metric) and len(curve) >= min_points
    ]
    return len(metrics) > 0 and 2 * sum(map(is_good, metrics)) >= len(metrics)


def is_good(curve: Curve) -> bool:
    """Whether a metric rose, or was as good as perfect from the start."""
    is_solved = curve.role.metric == "accuracy" and SOLVED <= min(curve.head, curve.tail) <= 1
    return is_solved or rose(curve)


def rose(curve: Curve) -> bool:
    """Whether a metric became better, beyond noise and by 5 % of its first level."""
    sign = 1 if curve.goal == "max" else -1
    first = median(curve.values[:START])
    noise = curve.level_noise * (abs(first) if curve.is_positive else 1.0)
    gained = sign * (median(curve.values[len(curve) // 2 :]) - first)
    return gained > max(5 * noise, 0.05 * abs(first))


def classes_of(subject: RunSubject) -> int:
    """The number of classes that the hyper-parameters name; 0 where none does."""
    for name, value in subject.run.hparams.items():
        if name.rpartition("/")[2].rpartition(".")[2].lower() in CLASSES and type(value) is float:
            return int(value) if 2 <= value < 1e9 else 0
    return 0


def observe(stuck: Sequence[Curve], chance: float, progress: float) -> Observation:
    """Tell of all, with the numbers of the first."""
    curve = stuck[0]
    first, level = first_level(curve), median(curve.values[len(curve) // 2 :])
    best = float(curve.smooth.min())
    change = level / first - 1
    course = f"{percent(abs(change))} {'above' if change > 0 else 'below'} its start"
    also = [other.tag for other in stuck[1:]]
    return Observation(
        "warning",
        f"{curve.tag} stays at {number(level)}, {course} of {number(first)}"
        + (f", which is the loss of guessing ({number(chance)})" if np.isfinite(chance) else "")
        + (f", as does {listed(also)}" if also else ""),
        "Overfit one batch first; check labels, the pair of activation and loss, frozen layers, "
        "and a learning rate of ten times more or less.",
        tags=tuple(curve.tag for curve in stuck),
        steps=(int(curve.steps[0]), int(curve.steps[-1])),
        evidence={
            "first": first,
            "best": best,
            "second_half": level,
            "change_percent": 100 * change,
            "threshold": chance if np.isfinite(chance) else first * (1 - progress),
            "points": len(curve),
        }
        | ({"guessing": chance} if np.isfinite(chance) else {}),
    )
