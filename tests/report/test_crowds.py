"""Charts of many runs: a few lines, and bands of quantiles over all."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from tbreport.model import Finding
from tbreport.report import crowds, html
from tbreport.report.document import Chart, FindingList, Gallery, Prose, Report, Table, Trace
from tbreport.report.sections import compose
from tests.report.documents import TAGS, crowded, display

MANY = crowds.MANY + 20


def charts(report: Report, id: str) -> tuple[Chart, ...]:
    (section,) = (section for section in report.sections if section.id == id)
    (gallery,) = (block for block in section.blocks if isinstance(block, Gallery))
    return tuple(chart for chart in gallery.charts if isinstance(chart, Chart))


def test_few_runs_are_all_lines() -> None:
    report = crowded(4, n=20)

    assert [chart.crowd for chart in charts(report, "scalars")] == [None] * len(TAGS)


def test_of_many_runs_the_ill_and_the_best_are_lines_and_come_first() -> None:
    chart = charts(crowded(MANY, n=20), "scalars")[0]

    assert chart.crowd is not None
    assert len(chart.traces) == MANY
    assert chart.crowd.of == f"all {MANY} runs"
    drawn = {trace.run for trace in chart.traces[: chart.crowd.lead]}
    assert {f"sweep/lr-0/run-{place:04}" for place in range(0, MANY, 20)} <= drawn
    assert len(drawn) <= 2 * crowds.LEAD


def test_bands_are_quantiles_over_the_runs_at_the_same_steps() -> None:
    traces = [Trace(f"r{place}", "x", display([float(place)] * 10)) for place in range(MANY + 1)]

    found = crowds.crowd(traces, ("r0",))

    assert found is not None
    np.testing.assert_allclose(found.quantiles[:, 0], np.array(crowds.QUANTILES) * MANY)


def test_a_run_that_ended_has_no_part_in_what_comes_later() -> None:
    short = [Trace(f"s{place}", "x", display([9.0] * 5)) for place in range(MANY)]
    long = Trace("long", "x", display([1.0] * 100))

    found = crowds.crowd([*short, long], ())

    assert found is not None
    assert found.quantiles[2, 0] == 9.0
    assert set(found.quantiles[:, -1]) == {1.0}


def test_steps_beyond_what_a_float_tells_apart_stay_in_their_run() -> None:
    late = 1_700_000_000_000_000_000  # ns since the epoch
    points = display([1.0] * 3 + [5.0])
    points = replace(points, steps=points.steps + late)
    found = crowds.crowd([Trace(f"r{place}", "x", points) for place in range(MANY)], ())

    assert found is not None
    assert found.quantiles.max() <= 5.0


def test_values_that_are_not_finite_have_no_part_either() -> None:
    traces = [Trace(f"r{place}", "x", display([1.0, np.nan, np.inf])) for place in range(MANY)]

    found = crowds.crowd(traces, ())

    assert found is not None
    assert found.quantiles.shape[1] == 1


def test_the_page_says_what_it_draws_of_many_runs() -> None:
    page = html.render(crowded(MANY, n=20))

    assert f"16 of {MANY:,} runs, bands over all" in page
    assert page.count('class="median"') == len(TAGS)


def test_pairs_of_the_leading_runs_alone_are_drawn_and_that_is_said() -> None:
    report = crowded(MANY, n=20)
    lead = crowds.leading(report.runs)
    paired = [replace(run, pairs=(("loss", TAGS[0], TAGS[1]),)) for run in report.runs]

    (said,) = crowds.remark(lead, len(paired))

    assert isinstance(said, Prose)
    assert said.text.startswith(f"Drawn here: {len(lead)} runs of {MANY},")
    assert len(crowds.of_leading(paired, lead)) == len(lead)


def test_many_charts_of_train_and_validation_are_those_of_the_leading_runs() -> None:
    few, many = (crowds.MANY_PAIRS // 2, crowds.MANY_PAIRS // 2 + 1)
    drawn = []
    for n_runs in (few, many):
        digests = crowded(n_runs, n=20).runs
        pairs = (("loss", *TAGS[:2]), ("accuracy", *TAGS[:2]))
        paired = [replace(digest, pairs=pairs) for digest in digests]
        report = compose(paired, title="t", version="v", created_at=0.0)
        drawn.append(len(charts(report, "pairs")))

    assert drawn[0] == 2 * few
    assert 0 < drawn[1] <= 4 * crowds.LEAD


def test_of_many_findings_the_gravest_are_drawn_and_the_page_says_so() -> None:
    (run, *_) = crowded(4, n=20).runs
    grave = Finding("TB202", "diverging-loss", "error", "", (TAGS[0],), (3, 9), "it is", {}, "Do.")
    runs = [
        replace(run, run=f"r{place}", findings=(replace(grave, run=f"r{place}"),))
        for place in range(crowds.MANY_FINDINGS + 20)
    ]

    report = compose(runs, title="t", version="v", created_at=0.0)

    (section,) = (section for section in report.sections if section.id == "findings")
    found, said = section.blocks
    assert isinstance(found, FindingList)
    assert sum(item.chart is not None for item in found.items) == crowds.MANY_FINDINGS
    assert said == Prose("On the page the 100 gravest of 120 findings are drawn.", "muted")


def test_of_thousands_of_runs_the_ill_and_the_best_have_rows_and_lines() -> None:
    n_runs = crowds.MANY_ROWS + 200
    report = crowded(n_runs, n=4)

    (runs,) = (section for section in report.sections if section.id == "runs")
    said, table = runs.blocks
    (chart, *_) = charts(report, "scalars")

    assert isinstance(said, Prose)
    assert said.text.startswith(f"{crowds.MANY_ROWS:,} of {n_runs:,} rows: ")
    assert isinstance(table, Table)
    assert len(table.rows) == len(table.runs) == crowds.MANY_ROWS
    ill = {digest.run for digest in report.runs if digest.worst}
    assert ill <= set(table.runs)
    assert {trace.run for trace in chart.traces} == set(table.runs) == set(report.colors)
    assert chart.crowd is not None
    assert len(report.runs) == n_runs
    assert chart.crowd.of == f"all {n_runs:,} runs"
