"""JUnit, read back by an XML parser."""

from __future__ import annotations

from dataclasses import replace
from xml.etree import ElementTree as Xml

from tbreport.report.junit import FORBIDDEN, render
from tests.report import documents, verdicts


def cases(text: str) -> list[Xml.Element]:
    return list(Xml.fromstring(text).iter("testcase"))


def test_the_checks_are_the_cases() -> None:
    found = {case.get("name"): [child.tag for child in case] for case in cases(
        render(verdicts.report())
    )}  # fmt: skip

    assert found == {
        "val/loss final": ["failure"],
        "train/loss final": ["skipped"],
        "acc final": ["system-out"],
        "tokens final": ["system-out"],
    }


def test_the_counts_are_those_of_the_cases() -> None:
    root = Xml.fromstring(render(verdicts.report()))

    counts = {name: root.get(name) for name in ("tests", "failures", "errors", "skipped")}
    assert counts == {"tests": "4", "failures": "1", "errors": "0", "skipped": "1"}


def test_without_a_gate_the_findings_are_the_cases() -> None:
    report = documents.typical(n=40)

    found = cases(render(report))

    assert {case.get("classname") for case in found} >= {run.run for run in report.runs}


def test_hostile_names_come_back_as_they_were() -> None:
    report = verdicts.hostile()
    assert report.verdict is not None

    for case, check in zip(cases(render(report)), report.verdict.checks, strict=True):
        expected = FORBIDDEN.sub("�", check.reason)
        (child,) = case
        assert case.get("classname") == FORBIDDEN.sub("�", check.job)
        assert case.get("name") == FORBIDDEN.sub("�", f"{check.tag} final")
        assert child.text == expected


def test_a_run_that_could_not_be_judged_is_skipped() -> None:
    report = documents.typical(n=10)
    blind = replace(report.runs[0], run="blind", findings=(), coverage={"TB106": ""})

    case = cases(render(replace(report, runs=(blind,))))[-1]

    assert (case.get("classname"), case.get("name")) == ("blind", "judged")
    assert case.find("skipped") is not None
