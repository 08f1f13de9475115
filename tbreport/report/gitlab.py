"""Report → OpenMetrics text, which GitLab shows as a table of what changed in a merge request.

With a verdict each check gives what the candidate and the baseline have and how much worse that
is; without one each run and tag give the last and the best value.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

from tbreport.gate.model import Verdict
from tbreport.report.document import Report

Sample = tuple[str, dict[str, str], float]  # metric, labels, value
HELP = {
    "tbreport_candidate": "Mean of the candidate runs.",
    "tbreport_baseline": "Mean of the baseline runs.",
    "tbreport_worse_by": "Relative worsening; below zero is better.",
    "tbreport_checks": "Checks of the gate by verdict.",
    "tbreport_last": "Last value of a series.",
    "tbreport_best": "Best finite value of the series.",
}


def render(report: Report) -> str:
    """The metrics, each family in one piece, as the format demands."""
    samples = list(of_checks(report.verdict) if report.verdict else of_series(report))
    lines = []
    for metric, words in HELP.items():
        family = {
            labels_text(labels): value
            for name, labels, value in samples
            if name == metric and not math.isnan(value)
        }
        if family:
            lines += [f"# TYPE {metric} gauge", f"# HELP {metric} {words}"]
            lines += [f"{metric}{labels} {number(value)}" for labels, value in family.items()]
    return "\n".join([*lines, "# EOF", ""])


def of_checks(verdict: Verdict) -> Iterator[Sample]:
    for check in (*verdict.checks, *verdict.ungated):
        labels = {"job": check.job, "tag": check.tag, "stat": check.stat}
        for metric, value in (
            ("tbreport_candidate", check.candidate),
            ("tbreport_baseline", check.baseline),
            ("tbreport_worse_by", check.effect),
        ):
            if value is not None:
                yield metric, labels, value
    for outcome in ("fail", "inconclusive", "warn", "pass"):
        count = sum(check.verdict == outcome for check in verdict.checks)
        yield "tbreport_checks", {"verdict": outcome}, float(count)


def of_series(report: Report) -> Iterator[Sample]:
    for digest in report.runs:
        for found in digest.statistics:
            labels = {"run": digest.run, "tag": found.tag}
            if found.kind == "scalars" and found.last is not None:
                yield "tbreport_last", labels, found.last
            if found.best is not None:
                yield "tbreport_best", labels, found.best


def number(value: float) -> str:
    """Four significant digits, so that noise is no change."""
    return f"{value:.4g}".replace("inf", "Inf")


def labels_text(labels: dict[str, str]) -> str:
    """The labels in braces, escaped as the format has it."""
    return "{" + ",".join(f'{name}="{escaped(value)}"' for name, value in labels.items()) + "}"


def escaped(text: str) -> str:
    text = text.replace("\\", "\\\\").replace("\n", "\\n").replace('"', '\\"')
    # bytes that are no text would keep the file from being written
    return text.encode("utf-8", "replace").decode("utf-8").replace("\r", "�")
