"""Report → annotations of GitHub Actions, and what a later step of a workflow can read.

A line `::error file=…,line=…,title=…::…` on stdout becomes an annotation, beside the line where the
rule of the failed check stands. Of each level the runner shows ten a step, so no more are written.
Names are escaped as the runner unescapes them.
"""

from __future__ import annotations

from collections.abc import Iterator

from tbreport.gate.model import Check, Place, Verdict
from tbreport.report.document import Report
from tbreport.wording import plain

MOST = 10  # annotations of one level
LEVELS = {"fail": "error", "inconclusive": "warning", "warn": "warning"}
TITLES = {"fail": "failed", "inconclusive": "inconclusive", "warn": "warning"}
SEVERITIES = {"error": "error", "warning": "warning"}

Words = tuple[str, str, Place | None]  # title, message, where


def render(report: Report) -> str:
    """One line an annotation: the checks that did not pass, or the findings without a gate."""
    found = list(checks(report.verdict) if report.verdict else findings(report))
    lines = []
    for level in ("error", "warning"):
        of_level = [words for kind, words in found if kind == level]
        lines += [annotation(level, *words) for words in of_level[:MOST]]
        if len(of_level) > MOST:
            rest = f"{len(of_level) - MOST} more; see the whole report"
            lines.append(annotation("notice", report.headline.title, rest))
    return "".join(f"{line}\n" for line in lines)


def checks(verdict: Verdict) -> Iterator[tuple[str, Words]]:
    """The level of each check that did not pass, and its words."""
    for check in verdict.checks:
        if check.verdict in LEVELS:
            title = f"{subject(check)} {TITLES[check.verdict]}"
            message = f"{check.reason} (job {check.job})"
            yield LEVELS[check.verdict], (title, message, check.place)


def subject(check: Check) -> str:
    """What a check is about."""
    return f"{check.tag or check.job} ({check.stat})"


def findings(report: Report) -> Iterator[tuple[str, Words]]:
    """The level of each finding that is more than information, and its words; it has no place."""
    every = [*report.findings, *(finding for run in report.runs for finding in run.findings)]
    for finding in every:
        if finding.severity in SEVERITIES and not finding.accepted:
            title = f"{finding.code} {finding.name} {finding.run}".strip()
            yield SEVERITIES[finding.severity], (title, finding.message, None)


def annotation(level: str, title: str, message: str, place: Place | None = None) -> str:
    """One command to the runner."""
    where = f"file={in_property(plain(place.path))},line={place.line}," if place else ""
    return f"::{level} {where}title={in_property(plain(title))}::{in_message(plain(message))}"


def in_message(text: str) -> str:
    """Escaped as the runner's toolkit does."""
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def in_property(text: str) -> str:
    return in_message(text).replace(":", "%3A").replace(",", "%2C")


def step_outputs(report: Report, paths: dict[str, str]) -> dict[str, str]:
    """What a later step can read; `paths` are those of the formats that were written."""
    verdict = report.verdict
    found = {"report-path": paths.get("html", ""), "json-path": paths.get("json", "")}
    if verdict is not None:
        found |= {
            "verdict": verdict.outcome,
            "failed-count": str(len(verdict.of("fail"))),
            "needs-confirmation": str(verdict.needs_confirmation).lower(),
        }
    return found


def output_lines(outputs: dict[str, str], delimiter: str) -> str:
    """The lines of the file that GITHUB_OUTPUT names; no value can end early."""
    return "".join(
        f"{name}<<{delimiter}\n{plain(value)}\n{delimiter}\n" for name, value in outputs.items()
    )
