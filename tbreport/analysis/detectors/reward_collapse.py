"""TB414."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from tbreport.analysis import curves
from tbreport.analysis.curve import Curve
from tbreport.analysis.detector import Observation, as_one, detector
from tbreport.analysis.subject import RunSubject
from tbreport.model import Finding
from tbreport.wording import number, percent


@detector("TB414", needs=("reward",))
def reward_collapse(
    subject: RunSubject,
    earlier: Sequence[Finding],
    *,
    drop: float = 0.5,
    share: float = 0.1,
    noise_factor: float = 5.0,
    drift_factor: float = 6.0,
    min_points: int = 20,
) -> Iterator[Observation]:
    """A reward that loses half of what it had gained, and does not come back.

    What it looks for
        A reward or return whose running median falls from its best by half of the way from its
        start to that best, or more, and stays there to the end, for a tenth of the run at least.

    Why it matters
        The policy forgot what it could do; its last checkpoint is not the one to keep.

    What to do
        Resume from the best step with a smaller learning rate or clip range; more entropy, larger
        batches; evaluate and keep the best checkpoint.

    Options
        drop: of the gain.
        share: of the run, at its end.
        noise_factor: the gain must be so many times the noise of the running median.
        drift_factor: gain and loss must be so many times as large as that median's swings around
            one over a quarter of the points.
        min_points: fewer points are too short to say.

    Known false positives
        An environment that is made harder on purpose; a reward of a few dozen points that wanders
        without having learned.

    Source
        Own; on simulated curves. Of 100 rewards that only wander (AR(1), φ = 0.9) it fires on 4 at
        100 points and on none at 300 and 1,000; without the option on drift on 40, 42 and 49. Of
        100 that collapse under such noise of a tenth of their gain it finds 85 to 100.
    """
    told = []
    for curve in subject.of_metric("reward"):
        n = len(curve)
        if n < min_points:
            continue
        gain = curve.best - curve.head
        noise = curves.OF_MEDIAN * curves.noise(curve.values) / math.sqrt(curves.window(n))
        low = curves.stretches(curve.smooth <= curve.best - drop * gain)
        if gain <= noise_factor * noise or not len(low) or low[-1, 1] < n - 1:
            continue
        since = int(low[-1, 0])
        if since <= curve.turn_index or (n - since) / n < share:
            continue
        if min(gain, curve.best - curve.tail) >= drift_factor * curves.drift(curve.smooth):
            lost = min(1.0, (curve.best - curve.tail) / gain)
            told.append(observe(curve, lost, curve.best - drop * gain))
    yield from as_one(told, lambda one: one.evidence["lost_percent"])


def observe(curve: Curve, lost: float, threshold: float) -> Observation:
    """Tell of one reward."""
    return Observation(
        "warning",
        f"{curve.tag} fell from {number(curve.best)} around step {curve.best_step} to "
        f"{number(curve.tail)}: {percent(lost)} of its gain is lost",
        f"Resume from step {curve.best_step} with a smaller learning rate or clip range; keep the "
        "best checkpoint.",
        tags=(curve.tag,),
        steps=(curve.best_step, int(curve.steps[-1])),
        evidence={
            "best": curve.best,
            "best_step": curve.best_step,
            "tail": curve.tail,
            "first": curve.head,
            "lost_percent": 100 * lost,
            "threshold": threshold,
        },
    )
