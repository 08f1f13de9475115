"""The candidate's curves over those of its baseline."""

from __future__ import annotations

import numpy as np
import pytest

from tbreport.gate.model import Check, CheckVerdict, Reference, Verdict
from tbreport.model import Float64s, RunDigest
from tbreport.report import charts, references
from tests.report.documents import digest, display

STEPS = np.arange(0, 100, 10)


def candidate(*tags: str) -> list[RunDigest]:
    """Two runs that log these tags at 100 steps."""
    return [
        digest(run, {tag: display(list(np.geomspace(2, 1, 100))) for tag in tags}) for run in "ab"
    ]


def reference(tag: str, *curves: Float64s, job: str = ".") -> Reference:
    return Reference(job, tag, STEPS, curves, ("a", "b"))


def check(tag: str, verdict: CheckVerdict, job: str = ".") -> Check:
    return Check(job, tag, "final", verdict, "")


def test_the_bands_are_those_of_the_baseline_at_its_own_steps() -> None:
    curves = [np.linspace(2, 1, 10) + place for place in range(5)]
    verdict = Verdict("fail", (check("loss", "fail"),), references=(reference("loss", *curves),))

    (chart,) = references.charts(verdict, candidate("loss"))

    assert [trace.run for trace in chart.traces] == ["a", "b"]
    assert chart.crowd is not None
    assert chart.crowd.lead == 2
    assert chart.crowd.steps.tolist() == STEPS.tolist()
    assert chart.crowd.quantiles[2] == pytest.approx(np.linspace(2, 1, 10) + 2)
    assert charts.caption(chart) == "2 runs over the baseline's 5 runs"
    assert chart.description.endswith("bands of the baseline's 5 runs")


def test_what_failed_comes_first() -> None:
    tags = ("acc", "loss", "time")
    checks = (check("acc", "pass"), check("loss", "fail"), check("time", "inconclusive"))
    curves = tuple(reference(tag, np.ones(10)) for tag in tags)

    found = references.charts(Verdict("fail", checks, references=curves), candidate(*tags))

    assert [chart.title for chart in found] == ["loss", "time", "acc"]


def test_only_so_many_are_drawn() -> None:
    tags = [f"loss{number}" for number in range(references.MOST + 3)]
    verdict = Verdict("pass", (), references=tuple(reference(tag, np.ones(10)) for tag in tags))

    assert len(references.charts(verdict, candidate(*tags))) == references.MOST


def test_steps_without_a_value_have_no_band() -> None:
    curve = np.ones(10)
    curve[3:6] = np.nan
    verdict = Verdict("pass", (), references=(reference("loss", curve),))

    (chart,) = references.charts(verdict, candidate("loss"))

    assert chart.crowd is not None
    assert chart.crowd.steps.tolist() == [0, 10, 20, 60, 70, 80, 90]
    assert np.isfinite(chart.crowd.quantiles).all()


@pytest.mark.parametrize("baseline", [np.full(10, np.nan), np.full(10, np.inf)])
def test_a_baseline_without_a_finite_value_has_no_chart(baseline: Float64s) -> None:
    verdict = Verdict("pass", (), references=(reference("loss", baseline),))

    assert references.charts(verdict, candidate("loss")) == ()


def test_a_metric_that_no_candidate_has_has_no_chart() -> None:
    verdict = Verdict("fail", (), references=(reference("loss", np.ones(10)),))

    assert references.charts(verdict, candidate("other")) == ()


def test_metrics_of_two_jobs_have_ids_of_their_own() -> None:
    both = tuple(reference("loss", np.ones(10), job=job) for job in ("a b", "a-b"))

    first, second = references.charts(Verdict("pass", (), references=both), candidate("loss"))

    assert first.id != second.id


def test_a_broken_value_of_the_baseline_is_no_part_of_its_bands() -> None:
    broken = np.ones(10)
    broken[0] = np.inf
    verdict = Verdict("pass", (), references=(reference("loss", np.ones(10), broken),))

    (chart,) = references.charts(verdict, candidate("loss"))

    assert chart.crowd is not None
    assert chart.crowd.quantiles == pytest.approx(1)
