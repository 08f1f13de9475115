"""TB411."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from tbreport.analysis.curves import stretches
from tbreport.analysis.detector import Observation, detector
from tbreport.analysis.subject import Curve, RunSubject
from tbreport.model import Finding
from tbreport.wording import number, percent


@detector("TB411", after=("TB202", "TB203", "TB401"), needs=("learning rate",))
def learning_rate_trace(
    subject: RunSubject,
    earlier: Sequence[Finding],
    *,
    zero_share: float = 0.05,
    early: float = 0.15,
    constant_share: float = 0.9,
    min_points: int = 10,
) -> Iterator[Observation]:
    """A learning rate that is zero, negative or NaN, or that explains another finding.

    What it looks for
        A learning rate that is negative or NaN anywhere, or zero for a part of the run between
        its first and its last value; one without warm-up (the first value is its highest) where
        the loss spikes or turns early; one that is constant where the loss has reached a plateau.
        Information.

    Why it matters
        Steps at a learning rate of zero cost time and do nothing; the others are the usual cause.

    What to do
        Call `scheduler.step()` after `optimizer.step()`, and as often as the schedule counts.
        Warm up; decay.

    Options
        zero_share: the share of the points at zero.
        early: the share of the run within which a spike (TB203) or a divergence (TB202) calls for
            a warm-up.
        constant_share: of the points that equal the highest, beside a plateau (TB401).
        min_points: fewer points are too short to say.

    Known false positives
        A parameter group that is frozen on purpose by a learning rate of zero throughout is not
        told; one that is frozen for a part of the run is.

    Source
        UMLAUT's checks of the learning rate, without its absolute range.
    """
    for curve in subject.learning_rates():
        broken = np.isnan(curve.series.values) | (curve.series.values < 0)
        if broken.any():
            step = int(curve.series.steps[np.argmax(broken)])
            yield tell(
                curve,
                f"{curve.tag} is NaN or negative at {percent(float(broken.mean()))} of its points, "
                f"first at step {step}",
                "Look at the scheduler: the optimizer climbs there, or does nothing.",
                (step, int(curve.series.steps[-1])),
                {"first_bad_step": step, "bad_percent": 100 * float(broken.mean())},
            )
        if len(curve) < min_points or not curve.values.max() > 0:
            continue
        zeros = stretches(curve.values[:-1] == 0)
        zeros = zeros[zeros[:, 0] > 0] if len(zeros) else zeros
        idle = int((zeros[:, 1] - zeros[:, 0] + 1).sum()) if len(zeros) else 0
        if idle > zero_share * len(curve):
            step = int(curve.steps[zeros[0, 0]])
            yield tell(
                curve,
                f"{curve.tag} is 0 at {percent(idle / len(curve))} of its points, from step {step}",
                "End the run there, or lengthen the schedule: these steps change nothing.",
                (step, int(curve.steps[-1])),
                {"zero_percent": 100 * idle / len(curve), "first_zero_step": step},
            )
        yield from of_others(curve, earlier, early, constant_share)


def of_others(
    curve: Curve, earlier: Sequence[Finding], early: float, constant_share: float
) -> Iterator[Observation]:
    """What the learning rate says to other findings."""
    first, last = int(curve.steps[0]), int(curve.steps[-1])
    end = first + early * (last - first)
    turns = [f for f in earlier if f.code in ("TB202", "TB203") and f.steps and f.steps[0] <= end]
    if turns and curve.values[0] >= 0.99 * curve.values.max():
        yield tell(
            curve,
            f"{curve.tag} begins at its highest, {number(curve.values[0])}, and the loss breaks "
            f"out at step {turns[0].steps[0] if turns[0].steps else first}",
            "Warm the learning rate up over the first few percent of the run, or lower it.",
            (first, int(end)),
            {"first": float(curve.values[0])},
        )
    same = float((curve.values == curve.values.max()).mean())
    if same > constant_share and any(f.code == "TB401" for f in earlier):
        yield tell(
            curve,
            f"{curve.tag} is {number(curve.values.max())} at {percent(same)} of its points, and "
            "the loss has reached a plateau",
            "Decay the learning rate: a constant one keeps the loss at the level of its noise.",
            (first, last),
            {"level": float(curve.values.max()), "constant_percent": 100 * same},
        )


def tell(
    curve: Curve, message: str, advice: str, steps: tuple[int, int], evidence: dict[str, float]
) -> Observation:
    """Information about one learning rate."""
    return Observation("info", message, advice, (curve.tag,), steps, evidence)
