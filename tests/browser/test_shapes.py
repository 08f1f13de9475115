"""Histograms as ridgelines, overlaid and as bands; runs taken together by their seeds."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tbreport.analysis.distributions import distribution
from tbreport.report.document import Gallery, HistogramChart, LayerMap, Mark, Report, Section
from tests.browser.conftest import PATIENCE, Opened, Opener
from tests.report.documents import histogram_series, typical

pytestmark = pytest.mark.browser

RUNS = ("mlp-seed0", "mlp-seed1", "mlp-seed2", "wide-seed0")
N = 60  # points a series


def marked(report: Report) -> Report:
    """The report with a finding marked in its first histogram chart."""

    def with_mark(chart: Any) -> Any:
        if isinstance(chart, HistogramChart) and chart.id == "histogram-0":
            return replace(chart, marks=(Mark((100, 300), "warning", "TB405 dead-units"),))
        return chart

    return replace(
        report,
        sections=tuple(
            replace(
                section,
                blocks=tuple(
                    replace(block, charts=tuple(map(with_mark, block.charts)))
                    if isinstance(block, Gallery)
                    else block
                    for block in section.blocks
                ),
            )
            for section in report.sections
        ),
    )


@pytest.fixture(scope="module")
def page_of_all(browser: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Opened]:
    opener = Opener(browser, tmp_path_factory.mktemp("shapes"))
    yield opener(marked(typical(runs=RUNS, n=N)))
    for context in opener.contexts:
        context.close()


@pytest.fixture
def opened(page_of_all: Opened) -> Opened:
    page_of_all.page.evaluate("location.hash = '#?'")
    return page_of_all


def reshape(opened: Opened, shape: str) -> None:
    opened.chart("histogram-0")
    opened.page.locator(f"input[name=shape][value={shape}]").check(force=True)
    opened.settle("histogram-0", f"target.layout.uirevision.startsWith('{shape}')")


def test_overlaid_histograms_stand_on_one_line(opened: Opened) -> None:
    reshape(opened, "overlay")

    traces = opened.plotted("histogram-0")
    assert len(traces) == 24
    assert {trace["y"][0] for trace in traces} == {0}
    assert "later steps darker" in opened.page.locator("#histogram-0 figcaption").text_content()
    assert opened.address().endswith("shape=overlay")


def test_bands_are_nine_percentiles_over_steps(opened: Opened) -> None:
    reshape(opened, "bands")

    traces = opened.plotted("histogram-0")
    assert len(traces) == 9
    assert traces[0]["x"] == [25 * row for row in range(24)]
    columns = zip(*(trace["y"] for trace in traces), strict=True)
    assert all(list(column) == sorted(column) for column in columns)


def test_bands_follow_the_x_axis(opened: Opened) -> None:
    opened.chart("histogram-0")
    opened.page.evaluate("location.hash = '#?shape=bands&axis=relative'")
    opened.settle("histogram-0", "target.layout.uirevision === 'bands relative'")

    assert opened.plotted("histogram-0")[0]["x"][1] == pytest.approx(40 / 60, rel=0.01)


def test_a_finding_is_marked_in_words_and_in_the_chart(opened: Opened) -> None:
    figure = opened.chart("histogram-0")
    assert "TB405 dead-units, steps 100 to 300" in figure.locator("figcaption").text_content()

    reshape(opened, "bands")
    shapes = opened.page.evaluate("document.querySelector('#histogram-0 .live').layout.shapes")
    assert [(shape["x0"], shape["x1"]) for shape in shapes] == [(100, 300)]


def test_percentiles_are_saved_with_a_row_a_step(opened: Opened) -> None:
    reshape(opened, "bands")
    figure = opened.chart("histogram-0")
    figure.locator(".tools summary").click()
    with opened.page.expect_download(timeout=PATIENCE) as waiting:
        figure.get_by_role("button", name="CSV", exact=True).click()
    rows = Path(waiting.value.path()).read_text().splitlines()

    assert rows[0].startswith("run,tag,step,p0,p6.68,")
    assert len(rows) == 1 + 24


def test_runs_are_taken_together_by_seeds_with_a_band(opened: Opened) -> None:
    opened.chart("scalar-5")
    opened.page.select_option("#group", "seeds")
    opened.settle("scalar-5", "target.data.some((trace) => trace.fill === 'toself')")

    names = {trace["name"] for trace in opened.plotted("scalar-5")}
    assert names == {"mlp (3)", "wide (1)"}
    caption = opened.page.locator("#scalar-5 figcaption").text_content()
    assert "mean, min to max, of 3 smoothed runs a step" in caption
    groups = opened.page.locator("#groups li").all_text_contents()
    assert groups == ["mlp3", "wide1"]
    assert opened.address().endswith("group=seeds")


def test_a_group_is_saved_as_it_was_measured_beside_as_it_was_smoothed(opened: Opened) -> None:
    opened.page.evaluate("location.hash = '#?group=seeds'")
    figure = opened.chart("scalar-0")
    opened.settle("scalar-0", "target.data.some((trace) => trace.fill === 'toself')")
    figure.locator(".tools summary").click()
    with opened.page.expect_download(timeout=PATIENCE) as waiting:
        figure.get_by_role("button", name="CSV", exact=True).click()
    head, *rows = Path(waiting.value.path()).read_text().splitlines()
    cells = [dict(zip(head.split(","), row.split(","), strict=True)) for row in rows]
    series = typical(runs=RUNS, n=N).runs
    measured = [
        np.mean([run.display["loss/train"].values[at] for run in series[:3]]) for at in (0, 5)
    ]

    assert head.endswith(",value,smoothed,smoothed_low,smoothed_high,runs")
    assert [float(cells[at]["value"]) for at in (0, 5)] == pytest.approx(measured, rel=1e-6)
    assert float(cells[5]["smoothed"]) != pytest.approx(measured[1], rel=1e-3)


def test_the_band_of_a_group_is_what_was_chosen(opened: Opened) -> None:
    opened.chart("scalar-5")
    opened.page.evaluate("location.hash = '#?group=seeds&band=ci&center=median&smoothing=0'")
    opened.settle("scalar-5", "figure.innerText.includes('bootstrap')")

    caption = opened.page.locator("#scalar-5 figcaption").text_content()
    assert "median, 95 % bootstrap, of 3 runs a step" in caption


def test_runs_are_taken_together_by_a_part_of_their_name(opened: Opened) -> None:
    opened.chart("scalar-5")
    opened.page.select_option("#group", "pattern")
    opened.page.locator("#pattern").fill(r"seed\d")
    opened.settle("scalar-5", "target.data.some((trace) => trace.name === 'seed0 (2)')")

    opened.page.locator("#pattern").fill("seed(")
    expect = re.compile("Unterminated")
    assert expect.search(opened.page.locator("#pattern-error").text_content())


def test_groups_leave_the_evidence_alone(opened: Opened) -> None:
    opened.page.evaluate("location.hash = '#?group=seeds'")
    opened.chart("evidence-tb301")

    names = {trace["name"] for trace in opened.plotted("evidence-tb301") if trace["name"]}
    assert names == {"mlp-seed2"}


def test_the_page_complained_of_nothing(opened: Opened) -> None:
    assert opened.complaints == []


def test_maps_of_layers_are_as_wide_as_their_pictures(open_page: Opener) -> None:
    edges, counts = [np.linspace(-1, 1, 3)] * 3, [np.ones(2)] * 3
    held = distribution(histogram_series("r", "w", np.arange(3), edges, counts))
    names = ("w", "a name that is longer than the picture is wide, of a group of layers")
    blocks = tuple(LayerMap("r", name, tuple("abcdefgh"), (held,) * 8) for name in names)
    opened = open_page(replace(typical(n=60), sections=(Section("maps", "Maps", blocks),)))

    widths = opened.page.locator(".map").evaluate_all(
        "found => found.map((map) => map.getBoundingClientRect().width)"
    )
    assert widths[0] == widths[1]
