"""Annotations and outputs, read back as the runner reads them."""

from __future__ import annotations

import re
from dataclasses import replace

from tbreport.gate.model import Place, Verdict
from tbreport.model import Finding
from tbreport.report.github import output_lines, render, step_outputs
from tbreport.report.terminal import plain
from tests.report import documents, verdicts


def annotations(text: str) -> list[tuple[str, dict[str, str], str]]:
    """Level, properties and message of each command, unescaped as actions/runner does."""
    found = []
    for line in text.splitlines():
        command = re.fullmatch(r"::(\w+)(?: ([^:]*))?::(.*)", line)
        assert command, line
        properties = {}
        for pair in (command[2] or "").split(","):
            name, _, value = pair.partition("=")
            for code, char in (("%2C", ","), ("%3A", ":"), ("%0A", "\n"), ("%0D", "\r")):
                value = value.replace(code, char)
            properties[name] = value.replace("%25", "%")
        message = command[3].replace("%0A", "\n").replace("%0D", "\r").replace("%25", "%")
        found.append((command[1], properties, message))
    return found


def read_outputs(text: str) -> dict[str, str]:
    """The file that GITHUB_OUTPUT names, as the runner reads it."""
    found = {}
    lines = iter(text.splitlines())
    for line in lines:
        name, mark, delimiter = line.partition("<<")
        assert mark
        value = []
        for inner in lines:
            if inner == delimiter:
                break
            value.append(inner)
        found[name] = "\n".join(value)
    return found


def test_a_failure_is_an_error_and_what_is_open_a_warning() -> None:
    found = annotations(render(verdicts.report()))

    assert [(level, properties["title"]) for level, properties, _ in found] == [
        ("error", "val/loss (final) failed"),
        ("warning", "train/loss (final) inconclusive"),
        ("warning", "acc (final) warning"),
    ]
    assert found[0][2] == "8 % worse of val/loss; what is in doubt (job job val/loss)"


def test_no_more_than_ten_of_a_level_are_written() -> None:
    found = annotations(render(verdicts.report(verdicts.verdict(("a", "b", "c", "d") * 12))))

    levels = [level for level, _, _ in found]
    assert levels.count("error") == 10
    assert levels.count("warning") == 10
    assert levels.count("notice") == 2


def test_without_a_gate_grave_findings_are_annotated() -> None:
    report = documents.typical(n=40)
    grave = Finding("TB201", "nonfinite-value", "error", "a", ("x",), None, "x is NaN", {}, "")
    told = replace(report, findings=(grave, replace(grave, severity="info")))

    assert annotations(render(told)) == [
        ("error", {"title": "TB201 nonfinite-value a"}, "x is NaN")
    ]


def test_hostile_names_come_back_as_they_were() -> None:
    few = verdicts.verdict(tuple(name for name in verdicts.HOSTILE for _ in range(4)))
    for check in few.of("fail"):
        (found,) = annotations(render(verdicts.report(Verdict("fail", (check,)))))
        assert found == (
            "error",
            {"title": plain(f"{check.tag} (final) failed").strip()},
            plain(f"{check.reason} (job {check.job})"),
        )


def test_a_check_points_at_the_line_of_its_rule() -> None:
    usual = verdicts.verdict()
    path = "ml, really: 100%/::error::/tbreport.toml"
    checks = tuple(replace(check, place=Place(path, 12)) for check in usual.of("fail"))

    (found,) = annotations(render(verdicts.report(replace(usual, checks=checks))))

    assert found[1] == {"file": path, "line": "12", "title": "val/loss (final) failed"}


def test_outputs_come_back_whatever_the_paths_are() -> None:
    paths = {"html": "a=b\nverdict<<x\npass\nx", "json": "plain.json"}

    found = read_outputs(output_lines(step_outputs(verdicts.report(), paths), "end-1"))

    assert found == {
        "report-path": plain(paths["html"]),
        "json-path": "plain.json",
        "verdict": "fail",
        "failed-count": "1",
        "needs-confirmation": "true",
    }
