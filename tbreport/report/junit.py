"""Report → JUnit XML: with a verdict its checks are the cases, without one the findings.

An inconclusive check is skipped, with its reason. Characters that XML has not are shown as a sign.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from xml.etree import ElementTree as Xml

from tbreport.gate.model import Check, Verdict
from tbreport.model import Finding, RunDigest
from tbreport.report.document import Report
from tbreport.report.machine import instant
from tbreport.report.runs import is_judged

# All that XML 1.0 allows but tab and line ends, which readers of attributes may normalize.
FORBIDDEN = re.compile("[^\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
ELEMENTS = {"fail": "failure", "inconclusive": "skipped"}


def render(report: Report) -> str:
    """The XML text."""
    cases = list(of_checks(report.verdict) if report.verdict else of_findings(report))
    counts = {
        "tests": str(len(cases)),
        "failures": str(sum(case.find("failure") is not None for case in cases)),
        "errors": "0",
        "skipped": str(sum(case.find("skipped") is not None for case in cases)),
    }
    root = Xml.Element("testsuites", {"name": legal(report.title), **counts})
    stamp = {"timestamp": instant(report.created_at) or "", "time": "0"}
    suite = Xml.SubElement(root, "testsuite", {"name": legal(report.title), **counts, **stamp})
    suite.extend(cases)
    Xml.indent(root, " ")
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{Xml.tostring(root, encoding="unicode")}\n'


def of_checks(verdict: Verdict) -> Iterator[Xml.Element]:
    """A case for each gated check."""
    for check in verdict.checks:
        case = empty(check.job, name_of(check))
        if check.verdict in ELEMENTS:
            say(case, ELEMENTS[check.verdict], check.reason)
        else:
            Xml.SubElement(case, "system-out").text = legal(check.reason)
        yield case


def name_of(check: Check) -> str:
    """Unique in its job: a rule speaks of each run by itself."""
    alone = check.p is None and len(check.runs) == 1
    return f"{check.tag} {check.stat}{f' of {check.runs[0]}' if alone else ''}".strip()


def of_findings(report: Report) -> Iterator[Xml.Element]:
    """A case for each finding, and one for each run without any or that was not judged."""
    for finding in report.findings:
        yield found(finding.run or "experiment", f"{finding.code} {finding.name}", level(finding),
                    finding.tags, finding.message)  # fmt: skip
    for digest in report.runs:
        for finding in digest.findings:
            yield found(digest.run, f"{finding.code} {finding.name}", level(finding),
                        finding.tags, finding.message)  # fmt: skip
        if not digest.findings or not is_judged(digest):
            yield unfound(digest)


def unfound(digest: RunDigest) -> Xml.Element:
    """The case of a run without findings, or that could not be judged: then it is skipped."""
    if is_judged(digest):
        return empty(digest.run, "no finding")
    case = empty(digest.run, "judged")
    Xml.SubElement(case, "skipped", {"message": "no detector of trainings had enough to look at"})
    return case


def level(finding: Finding) -> str:
    """The severity that counts: one that is accepted passes."""
    return "info" if finding.accepted else finding.severity


def found(run: str, name: str, severity: str, tags: tuple[str, ...], message: str) -> Xml.Element:
    """A finding's case; one for information passes."""
    case = empty(run, " ".join((name, *tags)))
    if severity == "info":
        Xml.SubElement(case, "system-out").text = legal(message)
    else:
        say(case, "failure", message)
    return case


def empty(classname: str, name: str) -> Xml.Element:
    return Xml.Element(
        "testcase", {"classname": legal(classname), "name": legal(name), "time": "0"}
    )


def say(case: Xml.Element, element: str, message: str) -> None:
    Xml.SubElement(case, element, {"message": legal(message)}).text = legal(message)


def legal(text: str) -> str:
    """Text that XML can hold."""
    return FORBIDDEN.sub("�", text)
