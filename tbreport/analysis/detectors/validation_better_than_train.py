"""TB305."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from tbreport.analysis.curves import median
from tbreport.analysis.detector import Observation, as_one, detector
from tbreport.analysis.subject import Match, RunSubject
from tbreport.model import Finding, Float64s
from tbreport.wording import number, percent

START = 0.1  # of the evaluations: the beginning
MOST_OF = 0.9  # of the last half: for so many evaluations validation must be better


@detector("TB305", needs=("validation pair",))
def validation_better_than_train(
    subject: RunSubject,
    earlier: Sequence[Finding],
    *,
    margin: float = 0.02,
    noise_factor: float = 3.0,
    min_evaluations: int = 10,
) -> Iterator[Observation]:
    """A validation loss that becomes better than the training loss, and stays so.

    What it looks for
        A validation loss below the training loss at nearly every evaluation of the last half, by
        more than noise, that was not below it at the start. Information.

    Why it matters
        Mostly it is harmless: dropout and augmentation make training harder than validation, and a
        training loss averaged over an epoch is older than the validation loss after it. Those show
        from the start. Where validation overtakes later, its samples may be among those trained on.

    What to do
        Look for samples that are in both splits, and for duplicates across them; measure the
        training loss once without dropout and augmentation.

    Options
        margin: the share of the training loss that validation must be better by.
        noise_factor: and times the noise of the running medians.
        min_evaluations: fewer points are too short to say.

    Known false positives
        Dropout or augmentation that is turned up during training, label noise in training alone,
        easy validation samples.

    Source
        UMLAUT's hint at leakage, made sustained.
    """
    told = []
    for match in subject.matches:
        if match.val not in subject.judged_losses or not match.train.is_positive:
            continue
        if match.is_comparable and len(match.val) >= min_evaluations:
            lead = leads(match)
            if not mostly(lead, margin):
                continue
            noise = float(np.hypot(match.train.level_noise, match.val.level_noise))
            needed = max(margin, noise_factor * noise)
            start = median(lead[: max(3, round(START * len(lead)))])
            if start <= needed / 2 and mostly(lead, needed):
                told.append(observe(match, lead, needed))
    yield from as_one(told, lambda one: one.evidence["lead_percent"])


def leads(match: Match) -> Float64s:
    """By what share of the training loss validation is better, at each evaluation."""
    lead: Float64s = 1 - match.val.smooth / np.interp(
        match.val_x, match.train_x, match.train.smooth
    )
    return lead


def mostly(lead: Float64s, needed: float) -> bool:
    """Whether validation is better by so much at nearly every evaluation of the last half."""
    later = lead[len(lead) // 2 :]
    return bool((later > needed).mean() >= MOST_OF)


def observe(match: Match, lead: Float64s, needed: float) -> Observation:
    """Tell of one pair."""
    train, val = match.train, match.val
    since = np.flatnonzero(lead <= needed)
    first = int(val.steps[min(len(val) - 1, int(since[-1]) + 1 if len(since) else 0)])
    level = median(lead[len(lead) // 2 :])
    return Observation(
        "info",
        f"{val.tag} ends at {number(val.tail)}, below {train.tag} at {number(train.tail)}: by "
        f"{percent(level)} over the last half, but not at the start",
        "Look for samples that are in both splits; dropout and augmentation explain it if they "
        "were turned up.",
        tags=(train.tag, val.tag),
        steps=(first, max(first, int(val.steps[-1]))),
        evidence={
            "train_tail": train.tail,
            "val_tail": val.tail,
            "lead_percent": 100 * level,
            "threshold_percent": 100 * needed,
            "lead_at_start_percent": 100 * float(lead[0]),
        },
    )
