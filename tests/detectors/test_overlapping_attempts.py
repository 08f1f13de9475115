"""TB106 overlapping-attempts."""

from __future__ import annotations

import numpy as np
import pytest

from tbreport.model import Run, SetAside, SetAsideReason
from tests.curves import healthy, run
from tests.findings import findings, told


def attempts(*reasons: SetAsideReason, kept: str = "b") -> Run:
    """A run of which file "a" lost 40 points of two tags for each reason."""
    return run(
        {"loss": healthy(), "lr": healthy()},
        superseded=[
            SetAside(tag, reason, 40, 60, 99, "a", kept)
            for reason in reasons
            for tag in ("lr", "loss")
        ],
    )


FIRES = {
    "two ranks": attempts("concurrent"),
    "begun anew": attempts("abandoned"),
    "resumed": attempts("resumed"),
    "taken back": attempts("purged", kept="a"),
}
QUIET = {
    "noise only": run({"loss": healthy()}),
    "near miss: a resume inside one file": attempts("resumed", kept="a"),
    "near miss: repeated steps": attempts("repeated", kept="a"),
}


@pytest.mark.parametrize(
    ("reason", "severity"),
    [("concurrent", "warning"), ("abandoned", "warning"), ("resumed", "info"), ("purged", "info")],
)
def test_only_a_guess_is_a_warning(reason: SetAsideReason, severity: str) -> None:
    (finding,) = findings("TB106", attempts(reason, kept="a" if reason == "purged" else "b"))

    assert finding.severity == severity


def test_it_says_which_file_counts_and_what_was_set_aside() -> None:
    (finding,) = findings("TB106", attempts("abandoned"))

    assert finding.message == (
        "80 points over steps 60 to 99 were set aside: b covers the steps of the earlier a"
    )
    assert finding.tags == ("loss", "lr")
    assert finding.steps == (60, 99)
    assert finding.evidence == {"points_set_aside": 80, "files_set_aside": 1}


def test_each_reason_is_told_once() -> None:
    found = findings("TB106", attempts("resumed", "concurrent", "resumed"))

    assert [finding.severity for finding in found] == ["warning", "info"]


def resumed(values: np.ndarray) -> Run:
    """A run whose second half another attempt wrote."""
    aside = SetAside("loss", "resumed", 10, len(values) // 2, len(values) // 2 + 9, "a", "b")
    return run({"loss": values}, superseded=[aside])


FALL = 0.2 + 2 * np.exp(-np.arange(100) / 12)


def test_a_resume_without_the_weights_is_no_divergence_and_no_spike() -> None:
    anew = resumed(np.concatenate((FALL, FALL)))

    assert {finding.code for finding in told(anew)} == {"TB106", "TB601"}


def test_a_resume_without_the_weights_says_so_and_is_a_warning_if_the_loss_stays_high() -> None:
    (back,) = findings("TB106", resumed(np.concatenate((FALL, FALL))))
    (lost,) = findings("TB106", resumed(np.concatenate((FALL, FALL + 0.4))))

    assert back.message.endswith("; loss goes on at 2.2 there, after 0.2006")
    assert "checkpoint was loaded" in back.advice
    assert (back.severity, lost.severity) == ("info", "warning")


def test_a_divergence_over_a_resume_that_kept_the_weights_is_one() -> None:
    rising = np.concatenate((FALL, FALL[-1] * np.geomspace(1, 20, 100)))

    assert "TB202" in {finding.code for finding in told(resumed(rising))}
