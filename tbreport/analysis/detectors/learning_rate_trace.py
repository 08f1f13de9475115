"""TB411."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from tbreport.analysis.curve import LEARNING_RATE_RISE, Curve
from tbreport.analysis.curves import stretches
from tbreport.analysis.detector import Observation, as_one, detector
from tbreport.analysis.subject import RunSubject
from tbreport.model import Finding, Severity
from tbreport.wording import listed, number, percent

BREAKS = ("TB201", "TB202", "TB203")
SHORTEST = 10  # points before a rise, and after it: fewer show no level


@detector("TB411", after=(*BREAKS, "TB401"), needs=("learning rate",))
def learning_rate_trace(
    subject: RunSubject,
    earlier: Sequence[Finding],
    *,
    zero_share: float = 0.05,
    early: float = 0.15,
    constant_share: float = 0.9,
    lasting: float = 0.2,
    height: float = 1.5,
    min_points: int = 10,
) -> Iterator[Observation]:
    """A learning rate that is zero, negative or NaN, or that explains another finding.

    What it looks for
        A learning rate that is negative or NaN anywhere, or zero for a part of the run between
        its first and its last value; one without warm-up (the first value is its highest) where
        the loss spikes or turns early; one that is constant where the loss has reached a plateau.
        One that is raised at once, to more than it ever was, where the loss breaks soon after
        (TB201, TB202, TB203) or never comes back to what it was. Information; a warning where it
        explains one.

    Why it matters
        Steps at a learning rate of zero cost time and do nothing; the others are the usual cause.

    What to do
        Call `scheduler.step()` after `optimizer.step()`, and as often as the schedule counts.
        Warm up; decay.

    Options
        zero_share: the share of the points at zero.
        early: the share of the run within which a spike (TB203) or a divergence (TB202) calls for
            a warm-up, or follows from a raised rate.
        constant_share: of the points that equal the highest, beside a plateau (TB401).
        lasting: the share of the points of a loss, at its end, that a rate was raised before.
        height: times its best before, above which all of them lie.
        min_points: fewer points are too short to say.

    Known false positives
        A parameter group that is frozen on purpose by a learning rate of zero throughout is not
        told; one that is frozen for a part of the run is. A second stage of another loss, that
        begins with a larger learning rate.

    Source
        UMLAUT's checks of the learning rate, without its absolute range.
    """
    rates = subject.learning_rates()
    long = [curve for curve in rates if len(curve) >= min_points and curve.highest > 0]
    breaks = [f for f in earlier if f.code in BREAKS and f.steps is not None]
    for told in (
        [broken(curve) for curve in rates],
        [idle(curve, zero_share) for curve in long],
        [cold(curve, breaks, early) for curve in long],
        [
            raised(curve, breaks, early) or stays_high(curve, subject, lasting, height)
            for curve in long
        ],
        [constant(curve, constant_share) for curve in long]
        if any(f.code == "TB401" for f in earlier)
        else [],
    ):
        yield from as_one(filter(None, told), lambda one: 0.0)


def broken(curve: Curve) -> Observation | None:
    """A rate that is none."""
    if curve.is_whole and (not len(curve) or curve.lowest >= 0):
        return None
    bad = np.isnan(curve.series.values) | (curve.series.values < 0)
    if not bad.any():
        return None
    step = int(curve.series.steps[np.argmax(bad)])
    return tell(
        curve,
        f"{curve.tag} is NaN or negative at {percent(float(bad.mean()))} of its points, first at "
        f"step {step}",
        "Look at the scheduler: the optimizer climbs there, or does nothing.",
        (step, int(curve.series.steps[-1])),
        {"first_bad_step": step, "bad_percent": 100 * float(bad.mean())},
    )


def idle(curve: Curve, zero_share: float) -> Observation | None:
    """A rate of zero between the first and the last value."""
    if curve.lowest > 0:
        return None
    zeros = stretches(curve.values[:-1] == 0)
    zeros = zeros[zeros[:, 0] > 0]
    points = int((zeros[:, 1] - zeros[:, 0] + 1).sum())
    if points <= zero_share * len(curve):
        return None
    step = int(curve.steps[zeros[0, 0]])
    return tell(
        curve,
        f"{curve.tag} is 0 at {percent(points / len(curve))} of its points, from step {step}",
        "End the run there, or lengthen the schedule: these steps change nothing.",
        (step, int(curve.steps[-1])),
        {"zero_percent": 100 * points / len(curve), "first_zero_step": step},
    )


def cold(curve: Curve, breaks: Sequence[Finding], early: float) -> Observation | None:
    """A rate without warm-up, where the loss breaks out early."""
    first = int(curve.steps[0])
    end = first + early * (int(curve.steps[-1]) - first)
    turns = [began(f) for f in breaks if f.code != "TB201" and began(f) <= end]
    if not turns or curve.values[0] < 0.99 * curve.highest:
        return None
    return tell(
        curve,
        f"{curve.tag} begins at its highest, {number(curve.values[0])}, and the loss breaks out at "
        f"step {turns[0]}",
        "Warm the learning rate up over the first few percent of the run, or lower it.",
        (first, int(end)),
        {"first": float(curve.values[0])},
    )


def raised(curve: Curve, breaks: Sequence[Finding], early: float) -> Observation | None:
    """A rate that was raised at once to more than it ever was, soon before the loss broke."""
    soon = early * (int(curve.steps[-1]) - int(curve.steps[0]))
    for index in reversed(unheard_of(curve)):
        step = int(curve.steps[index])
        after = [f for f in breaks if step <= began(f) <= step + soon]
        if after:
            return of_rise(
                curve,
                index,
                f"the loss breaks out at step {min(map(began, after))}",
                "warning" if any(f.severity != "info" for f in after) else "info",
            )
    return None


def stays_high(
    curve: Curve, subject: RunSubject, lasting: float, height: float
) -> Observation | None:
    """A rate that was raised at once, since when a loss never came near its best before."""
    for index in unheard_of(curve):
        step = int(curve.steps[index])
        high = []
        for loss in subject.judged_losses:
            at = int(np.searchsorted(loss.steps, step))
            before, after = loss.smooth[:at], loss.smooth[at:]
            if len(before) < SHORTEST or len(after) < max(SHORTEST, lasting * len(loss)):
                continue
            if after.min() >= height * before.min():
                high.append(loss.tag)
        if high:
            outcome = f"{listed(high)} never came back to the level of before"
            return of_rise(curve, index, outcome, "info")
    return None


def constant(curve: Curve, constant_share: float) -> Observation | None:
    """A rate that stays at its highest, on a plateau."""
    highest = curve.highest
    same = float((curve.values == highest).mean())
    if same <= constant_share:
        return None
    return tell(
        curve,
        f"{curve.tag} is {number(highest)} at {percent(same)} of its points, and the loss has "
        "reached a plateau",
        "Decay the learning rate: a constant one keeps the loss at the level of its noise.",
        (int(curve.steps[0]), int(curve.steps[-1])),
        {"level": highest, "constant_percent": 100 * same},
    )


def began(finding: Finding) -> int:
    """The first step of a finding that has steps."""
    return finding.steps[0] if finding.steps else 0


def unheard_of(curve: Curve) -> list[int]:
    """Where the rate jumps above all that it was; a warm-up has passed by then."""
    at = curve.leaps
    if not len(at):
        return []
    highest = np.maximum.accumulate(curve.values)
    at = at[curve.values[at] > LEARNING_RATE_RISE * highest[at - 1]]
    return [int(index) for index in at if index >= max(SHORTEST, len(curve) // 20)]


def of_rise(curve: Curve, index: int, outcome: str, severity: Severity) -> Observation:
    """Tell of a rate that was raised, and what came of it."""
    before, after = float(curve.values[index - 1]), float(curve.values[index])
    step = int(curve.steps[index])
    return tell(
        curve,
        f"{curve.tag} was raised {number(after / before)} times, to {number(after)}, at step "
        f"{step}, and {outcome}",
        f"Resume before step {step} with the learning rate of before, or raise it slowly.",
        (step, step),
        {"rise_ratio": after / before, "before": before, "after": after},
        severity,
    )


def tell(
    curve: Curve,
    message: str,
    advice: str,
    steps: tuple[int, int],
    evidence: dict[str, float],
    severity: Severity = "info",
) -> Observation:
    """What there is to say about one learning rate."""
    return Observation(severity, message, advice, (curve.tag,), steps, evidence)
