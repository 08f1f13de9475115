"""TB107 step-reset."""

from __future__ import annotations

import numpy as np

from tbreport.model import Run, SetAside, SetAsideReason
from tests.curves import healthy, histograms, run, series
from tests.findings import findings


def aside(reason: SetAsideReason, points: int, tag: str = "loss", kept: str = "a") -> Run:
    """A loss of 100 points that lost some to another file or to itself."""
    return run({tag: healthy(100)}, superseded=[SetAside(tag, reason, points, 60, 99, "a", kept)])


WITHOUT_STEPS = run([series(tag, healthy(50), original_steps=[0] * 50) for tag in ("loss", "lr")])
BY_EPOCH = run([series("loss", healthy(50), original_steps=np.arange(50) % 10)])

FIRES = {
    "logged without steps": WITHOUT_STEPS,
    "a counter within the epoch": BY_EPOCH,
    "histograms without steps": run(
        histograms=[histograms("w", [[1.0]] * 3, original_steps=[0] * 3)]
    ),
    "a resume inside one file": aside("resumed", 40),
    "every batch under its epoch": aside("repeated", 900),
}
QUIET = {
    "noise only": run({"loss": healthy()}),
    "near miss: a resume in another file": aside("resumed", 40, kept="b"),
    "near miss: an epoch that is logged with training and evaluation": aside(
        "repeated", 12, tag="train/epoch"
    ),
}


def test_tags_without_steps_are_told_together() -> None:
    (finding,) = findings("TB107", WITHOUT_STEPS)

    assert finding.severity == "info"
    assert finding.message == (
        "loss and lr were logged without steps: all points stand on step 0, and were numbered in "
        "the order of writing"
    )
    assert finding.tags == ("loss", "lr")
    assert finding.steps == (0, 49)


def test_a_counter_within_the_epoch_is_told_with_its_restarts() -> None:
    (finding,) = findings("TB107", BY_EPOCH)

    assert finding.severity == "info"
    assert finding.evidence == {"restarts": 4, "tags": 1}
    assert "start over 4 times" in finding.message


def test_many_points_on_one_step_are_a_warning_and_a_few_information() -> None:
    (many,) = findings("TB107", aside("repeated", 900))
    (few,) = findings("TB107", aside("repeated", 3))

    assert (many.severity, few.severity) == ("warning", "info")
    assert many.message == "900 points of loss (90 %) gave way to a later one on the same step"
    assert many.evidence["largest_share_percent"] == 90
