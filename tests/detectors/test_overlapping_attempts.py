"""TB106 overlapping-attempts."""

from __future__ import annotations

import pytest

from tbreport.model import Run, SetAside, SetAsideReason
from tests.curves import healthy, run
from tests.findings import findings


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
