"""TB303."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from tbreport.analysis.curve import Curve
from tbreport.analysis.detector import Observation, as_one, detector
from tbreport.analysis.subject import RunSubject
from tbreport.model import Finding
from tbreport.wording import number


@detector("TB303", after=("TB301", "TB302"), needs=("validation pair",))
def generalization_gap(
    subject: RunSubject,
    earlier: Sequence[Finding],
    *,
    gap: float = 1.0,
    of_start: float = 0.05,
    min_evaluations: int = 10,
) -> Iterator[Observation]:
    """A validation loss that ends far above the training loss without having turned.

    What it looks for
        A validation loss at least twice the training loss at the end, by a difference that counts
        beside the loss at the start, where overfitting (TB301, TB302) says nothing. Information.

    Why it matters
        The model knows its samples much better than anything new. As long as the validation loss
        still falls that is no harm; it shows where more data or regularization would pay.

    What to do
        More data, augmentation, weight decay, dropout. Nothing, if validation is good enough.

    Options
        gap: the difference over the training loss.
        of_start: and over the validation loss at the start.
        min_evaluations: fewer points are too short to say.

    Known false positives
        Training losses that are measured otherwise: without label smoothing or augmentation, or
        as a mean where validation is a sum.

    Source
        SageMaker Debugger's Overfit rule with ten times its threshold: (val − train) / train > 0.1
        fires on 53 % of 821 AlgoPerf runs that reached their target.
    """
    told = {t for f in earlier if f.code in ("TB301", "TB302") for t in f.tags}
    gaps = []
    for match in subject.matches:
        train, val = match.train, match.val
        if val not in subject.judged_losses or val.tag in told or not match.is_comparable:
            continue
        if len(val) < min_evaluations or not train.is_positive:
            continue
        distance = val.tail - train.tail
        if distance >= gap * train.tail and distance >= of_start * val.head:
            gaps.append(observe(train, val, gap))
    yield from as_one(gaps, lambda one: one.evidence["gap_percent"])


def observe(train: Curve, val: Curve, gap: float) -> Observation:
    """Tell of one pair."""
    return Observation(
        "info",
        f"{val.tag} ends at {number(val.tail)}, {number(val.tail / train.tail)} times "
        f"{train.tag} at {number(train.tail)}",
        "More data, augmentation or regularization would pay; nothing to do if validation is good "
        "enough.",
        tags=(train.tag, val.tag),
        steps=(int(val.steps[0]), int(val.steps[-1])),
        evidence={
            "train_tail": train.tail,
            "val_tail": val.tail,
            "gap_percent": 100 * (val.tail - train.tail) / train.tail,
            "threshold": (1 + gap) * train.tail,
        },
    )
