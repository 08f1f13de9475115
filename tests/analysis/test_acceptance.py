"""Findings that the settings accept, or give another severity."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from tbreport.analysis.detector import DetectorSettings
from tbreport.analysis.examination import detect
from tbreport.errors import BadSetting, UnknownSetting
from tbreport.settings import Table
from tests.curves import healthy, overfit, run

ILL = run({"train/loss": healthy(), "val/loss": overfit()})
ENTRY = {"finding": "overfitting", "reason": "known", "until": date(2999, 1, 1)}


def parse(**values: Any) -> DetectorSettings:
    return DetectorSettings.parse(Table("detectors", "tbreport.toml", values))


def accepted(**changes: Any) -> dict[str, tuple[str, str]]:
    found = detect(ILL, parse(accepted=[{**ENTRY, **changes}]))
    return {finding.code: (finding.accepted, finding.accepted_until) for finding in found}


def test_a_finding_is_accepted_with_its_reason_and_last_day() -> None:
    assert accepted()["TB301"] == ("known", "2999-01-01")
    assert accepted()["TB304"] == ("", "")


def test_one_that_has_expired_counts_again_and_says_why_it_is_back() -> None:
    expired = {**ENTRY, "until": date(2001, 1, 1)}

    (found,) = (one for one in detect(ILL, parse(accepted=[expired])) if one.code == "TB301")

    assert (found.accepted, found.accepted_until) == ("", "")
    assert found.advice.startswith("It was accepted until 2001-01-01 (known): decide anew. ")


def test_of_several_the_one_that_holds_longest_counts() -> None:
    expired = {**ENTRY, "reason": "once", "until": date(2001, 1, 1)}

    (found,) = (one for one in detect(ILL, parse(accepted=[expired, ENTRY])) if one.code == "TB301")

    assert (found.accepted, found.accepted_until) == ("known", "2999-01-01")


def test_a_pattern_says_in_which_runs() -> None:
    assert accepted(run="^other$")["TB301"] == ("", "")
    assert accepted(run="^run$")["TB301"] == ("known", "2999-01-01")


@pytest.mark.parametrize(
    "changes",
    [
        {"reason": " "},
        {"until": "2027-01-31"},
        {"run": "("},
    ],
)
def test_an_entry_that_cannot_be_used_is_an_error(changes: dict[str, Any]) -> None:
    with pytest.raises(BadSetting):
        accepted(**changes)


def test_a_detector_that_there_is_not_is_an_error_with_the_nearest() -> None:
    with pytest.raises(UnknownSetting) as caught:
        accepted(finding="overfiting")

    assert caught.value.hint == "did you mean 'overfitting'?"


def test_a_severity_is_set_by_name() -> None:
    found = detect(ILL, parse(severity={"overfitting": "info"}))

    assert {finding.severity for finding in found} == {"info"}


@pytest.mark.parametrize(
    ("severity", "error"),
    [({"overfitting": "bad"}, BadSetting), ({"overfiting": "info"}, UnknownSetting)],
)
def test_a_severity_that_is_none_is_an_error(
    severity: dict[str, str], error: type[Exception]
) -> None:
    with pytest.raises(error):
        parse(severity=severity)
