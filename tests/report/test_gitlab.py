"""OpenMetrics, read back by the reference parser."""

from __future__ import annotations

import pytest

from tbreport.report.gitlab import render
from tests.report import documents, verdicts

parser = pytest.importorskip("prometheus_client.openmetrics.parser")


def samples(text: str) -> dict[tuple[str, tuple[tuple[str, str], ...]], float]:
    """Value by metric and labels."""
    return {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for family in parser.text_string_to_metric_families(text)
        for sample in family.samples
    }


def test_a_check_has_both_sides_and_the_change() -> None:
    found = samples(render(verdicts.report()))

    labels = (("job", "job val/loss"), ("stat", "final"), ("tag", "val/loss"))
    assert found["tbreport_candidate", labels] == 2.352
    assert found["tbreport_baseline", labels] == 2.31
    assert found["tbreport_worse_by", labels] == 0.018
    assert found["tbreport_checks", (("verdict", "fail"),)] == 1


def test_without_a_gate_there_are_last_and_best_values() -> None:
    report = documents.typical(n=40)

    found = samples(render(report))

    last = {dict(labels)["run"] for name, labels in found if name == "tbreport_last"}
    assert last == {digest.run for digest in report.runs}
    assert {name for name, _ in found} <= {"tbreport_last", "tbreport_best"}


def test_hostile_names_come_back_as_they_were() -> None:
    report = verdicts.hostile()
    assert report.verdict is not None

    found = samples(render(report))

    seen = {dict(labels).get("tag") for _, labels in found} - {None}
    assert seen == {name.replace("\r", "�") for name in verdicts.HOSTILE}
