"""TB413."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from tbreport.analysis.curve import Curve
from tbreport.analysis.curves import median, stretches
from tbreport.analysis.detector import Observation, as_one, detector
from tbreport.analysis.subject import RunSubject
from tbreport.model import Finding
from tbreport.wording import number, percent

START = 3  # points, beside the head: a discriminator may win within a few


@detector("TB413", needs=("game",))
def one_sided_game(
    subject: RunSubject,
    earlier: Sequence[Finding],
    *,
    level: float = 0.01,
    share: float = 0.2,
    min_points: int = 20,
) -> Iterator[Observation]:
    """One of two networks that play against each other has won.

    What it looks for
        A loss of a generator or discriminator that is below a hundredth of its start for a fifth
        of the run, to the end.

    Why it matters
        The loser has nothing left to learn from: its gradient vanishes, and samples get no better.

    What to do
        Balance the updates: lower the winner's learning rate, or update it less often; label
        smoothing, noise on its inputs, a Wasserstein loss with a gradient penalty.

    Options
        level: of the loss at its start.
        share: of the run, at its end, that the loss stays below.
        min_points: fewer points are too short to say.

    Known false positives
        Losses that cross zero (Wasserstein) are left out. A generator's loss that falls because
        the task is easy.

    Source
        Own; on generated runs.
    """
    told = []
    for curve in subject.players:
        if len(curve) < min_points or curve.lowest < 0:
            continue
        start = max(curve.head, median(curve.values[:START]))
        low = stretches(curve.smooth < level * start)
        if not len(low) or low[-1, 1] < len(curve) - 1:
            continue
        since = int(low[-1, 0])
        if len(curve) - since >= share * len(curve):
            told.append(observe(curve, start, level * start, since))
    yield from as_one(told, lambda one: one.evidence["share_percent"])


def observe(curve: Curve, start: float, threshold: float, since: int) -> Observation:
    """Tell of one side."""
    lasting = (len(curve) - since) / len(curve)
    winner = "The discriminator" if curve.role.metric.startswith("disc") else "One side"
    winner = "The generator" if curve.role.metric.startswith("gen") else winner
    reached = float(np.median(curve.values[since:]))
    return Observation(
        "warning",
        f"{curve.tag} fell from {number(start)} to {number(reached)} and stays there for "
        f"{percent(lasting)} of the run: {winner[0].lower()}{winner[1:]} has won",
        f"{winner} learns too fast: lower its learning rate or update it less often.",
        tags=(curve.tag,),
        steps=(int(curve.steps[since]), int(curve.steps[-1])),
        evidence={
            "first": start,
            "level": reached,
            "share_percent": 100 * lasting,
            "threshold": threshold,
        },
    )
