"""TB302."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from tbreport.analysis.curve import Curve
from tbreport.analysis.detector import Observation, detector
from tbreport.analysis.roles import is_loss
from tbreport.analysis.subject import RunSubject
from tbreport.model import Finding
from tbreport.wording import number, percent

QUANTUM = 0.002  # of the best: a metric that is read to three digits differs by that


@detector("TB302", replaces=("TB301",), needs=("validation pair", "validation measure"))
def loss_up_metric_up(
    subject: RunSubject,
    earlier: Sequence[Finding],
    *,
    noise_factor: float = 1.0,
    fall: float = 0.05,
    min_evaluations: int = 10,
) -> Iterator[Observation]:
    """A validation loss that rises while the validation metric stays at its best.

    What it looks for
        Overfitting by the loss (TB301), of a run whose validation accuracy, mAP or other metric
        ends within its noise of its own best, while no other metric fell noticeably. It takes the
        place of TB301, as information.

    Why it matters
        The loss says how sure the model is, the metric whether it is right. A model that grows
        sure of its few mistakes loses little of what is wanted, but its probabilities are no
        longer to be trusted.

    What to do
        Choose the checkpoint by the metric. If probabilities matter: label smoothing, or a
        temperature fitted on held-out data.

    Options
        noise_factor: times the noise of one evaluation that the metric may end below its best.
        fall: the share of its best by which no metric may end below it, beyond noise.
        min_evaluations: fewer points of the metric are too short to say.

    Known false positives
        A metric that cannot show the damage: accuracy on few samples, or near 100 %.

    Source
        8 of 33 AlgoPerf runs with a rise of the validation loss of 10 % or more reached the target
        of their metric. Beside an accuracy that stays, the mean average precision of the runs that
        reached it had fallen by 0 to 7 %, of those that missed it by up to 19 %.
    """
    overfitted = [finding for finding in earlier if finding.code == "TB301"]
    if not overfitted:
        return
    metrics = [
        curve
        for curve in subject.held_out
        if not is_loss(curve.role.metric) and len(curve) >= min_evaluations
    ]
    staying = [curve for curve in metrics if stays(curve, noise_factor)]
    falling = [curve for curve in metrics if curve not in staying and lost(curve) >= fall]
    if falling or not staying:
        return
    best = max(staying, key=len)
    for finding in overfitted:
        rise = finding.evidence["rise_percent"]
        yield Observation(
            "info",
            f"{finding.tags[1]} is {percent(rise / 100)} above its best, while {best.tag} "
            f"ends at {number(best.tail)}, as good as its best level of {number(best.best)}",
            f"Choose the checkpoint by {best.tag}: step {best.best_step}; if probabilities "
            "matter, label smoothing or a fitted temperature.",
            tags=(*finding.tags, best.tag),
            steps=finding.steps,
            evidence={
                "rise_percent": rise,
                "metric_best": best.best,
                "metric_tail": best.tail,
                "metric_noise_percent": 100 * best.noise,
                "metric_best_step": best.best_step,
            },
        )


def lost(curve: Curve) -> float:
    """By how much a metric ends worse than its best, as a share of it."""
    return abs(curve.best - curve.tail) / max(abs(curve.best), 1e-30)


def stays(curve: Curve, noise_factor: float) -> bool:
    """Whether a metric ends as good as its best, but for noise."""
    scale = abs(curve.best) if curve.is_positive else 1.0
    slack = max(noise_factor * curve.noise * scale, QUANTUM * abs(curve.best))
    return abs(curve.best - curve.tail) <= slack
