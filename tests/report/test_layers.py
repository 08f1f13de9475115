"""Many layers: all of them in a table, charts of those worth looking at, findings marked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

from tbreport.analysis.distributions import distribution
from tbreport.model import Finding, Role, RunDigest, Statistics
from tbreport.report import bands, layers
from tbreport.report.document import Gallery, HistogramChart, LayerMap, Prose, Table
from tbreport.report.plots import LOOKS
from tests.report.documents import digest, finding, histogram_series


def network(tags: Sequence[str], findings: tuple[Finding, ...] = (), run: str = "r") -> RunDigest:
    """A run with layers whose weights double in width at the second step."""
    edges = np.linspace(-1, 1, 11)
    series = {
        tag: histogram_series(run, tag, np.array([0, 10]), [edges, 2 * edges], [np.ones(10)] * 2)
        for tag in tags
    }
    return replace(
        digest(run, {}, findings),
        histograms=series,
        distributions={tag: distribution(held) for tag, held in series.items()},
        statistics=tuple(
            Statistics(tag, "histograms", Role("", None, None), 200, 0, 10, 0.0, 1.0)
            for tag in sorted(tags)
        ),
    )


def parts(*digests: RunDigest) -> tuple[Table, Gallery]:
    found, _ = layers.blocks(digests)
    return next(block for block in found if isinstance(block, Table)), next(
        block for block in found if isinstance(block, Gallery)
    )


def ill(tag: str) -> Finding:
    return replace(finding("TB405"), tags=(tag,), steps=(5, 10))


def test_layers_come_from_the_input_to_the_output() -> None:
    table, _ = parts(network(["w/block10", "w/block2", "w/head"]))

    assert [row[0].text for row in table.rows] == ["w/block2", "w/block10", "w/head"]


def test_a_row_says_where_the_norm_came_from_and_where_it_is() -> None:
    table, _ = parts(network(["w/a", "w/b"]))
    cells = dict(zip([column.title for column in table.columns], table.rows[0], strict=True))

    assert cells["norm"].value == pytest.approx(np.sqrt(10 * 4 / 3), rel=1e-6)
    assert cells["change"].text == "+100.0 %"
    assert cells["spread"].value == pytest.approx(np.sqrt(4 / 3), rel=1e-6)
    assert cells["norm"].spark is not None


def test_a_thousand_layers_fit_a_table_and_some_charts_and_the_page_says_so() -> None:
    tags = [f"weights/block{place}" for place in range(1_100)]
    found, count = layers.blocks([network(tags, (ill("weights/block7"),))])
    *maps, table, said, gallery = found

    assert count == 1_100
    assert [type(block) for block in maps] == [LayerMap]
    assert isinstance(table, Table)
    assert len(table.rows) == layers.MOST_ROWS
    assert all(cell.spark is None for row in table.rows for cell in row)
    assert isinstance(said, Prose)
    assert "1,000 of 1,100 rows. 120 of 1,100 charts" in said.text
    assert isinstance(gallery, Gallery)
    assert len(gallery.charts) == layers.MOST_CHARTS
    titles = [chart.title for chart in gallery.charts]
    assert "weights/block7" in titles
    assert {titles[0], titles[-1]} == {"weights/block0", "weights/block1099"}


def test_a_finding_marks_its_layer_in_the_table_and_in_the_chart() -> None:
    table, gallery = parts(network(["w/a", "w/b"], (ill("w/b"),)))

    assert [row[-1].tone for row in table.rows] == ["muted", "warning"]
    assert table.rows[1][-1].text.startswith("TB405")
    marked = [chart.marks for chart in gallery.charts if isinstance(chart, HistogramChart)]
    assert [len(marks) for marks in marked] == [0, 1]
    assert marked[1][0].steps == (5, 10)


def test_a_finding_in_histograms_alone_has_them_as_its_evidence() -> None:
    run = network(["w/a"], (ill("w/a"),))
    chart = layers.evidence(ill("w/a"), run, "tb405")

    assert isinstance(chart, HistogramChart)
    assert chart.id == "evidence-tb405"
    assert layers.evidence(replace(ill("w/a"), tags=("unknown",)), run, "x") is None


def test_without_histograms_there_is_no_section() -> None:
    assert layers.blocks([digest("r", {})]) == ((), None)


def test_the_static_bands_show_median_and_marks() -> None:
    run = network(["w/a"], (ill("w/a"),))
    chart = layers.evidence(ill("w/a"), run, "tb405")
    assert isinstance(chart, HistogramChart)

    picture = bands.drawing(chart, run.distributions["w/a"], 0, LOOKS["evidence"])

    assert picture.count('class="ridge-') == 4
    assert 'class="mark warning"' in picture


def test_bands_of_empty_histograms_are_an_empty_picture() -> None:
    series = histogram_series("r", "w", np.array([0]), [np.array([np.nan])], [np.empty(0)])
    chart = HistogramChart("h", "w", "w", "r", "w", series, 1)

    assert bands.drawing(chart, distribution(series), 0, LOOKS["evidence"]).startswith("<svg")
