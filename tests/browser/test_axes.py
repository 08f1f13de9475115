"""The axes of charts: labels that can be read whole, points at their ends."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from tbreport.report.document import Chart, Gallery, Section, Trace
from tests.browser.conftest import Opened, Opener
from tests.report.documents import RUNS, display, typical

pytestmark = pytest.mark.browser

SERIES = {
    "near": 1e6 + 0.125 * np.sin(np.arange(100) / 8),
    "large": np.linspace(0, 22249, 100),
    "huge": 1e36 * np.arange(1, 101),
    "lost": np.full(100, np.nan),
    "first": np.array([3.0] + [np.nan] * 99),
}

LEFT_ENDS = """id => {
  const target = document.querySelector(`#${id} .live`);
  const left = target.getBoundingClientRect().left;
  return [...target.querySelectorAll(".ytick text")].map(
    (label) => label.getBoundingClientRect().left - left);
}"""


@pytest.fixture
def opened(open_page: Opener) -> Opened:
    """A page with a chart for each series."""
    charts = tuple(
        Chart(tag, tag, "", (Trace(RUNS[0], tag, display(values)),))
        for tag, values in SERIES.items()
    )
    section = Section("scalars", "Scalars", (Gallery(charts),))
    return open_page(replace(typical(n=60, n_histograms=0), sections=(section,)))


@pytest.mark.parametrize("tag", ["near", "huge"])
def test_labels_that_are_wider_than_the_margin_are_not_cut(opened: Opened, tag: str) -> None:
    opened.chart(tag)
    ends = opened.page.evaluate(LEFT_ENDS, tag)

    assert len(ends) > 1
    assert min(ends) >= 0


def test_large_values_are_labeled_as_large_steps_are(opened: Opened) -> None:
    opened.chart("large")
    labels = opened.page.locator("#large .live .ytick text").all_text_contents()

    assert "20k" in labels
    assert not any("e" in label for label in labels)


def test_the_day_below_the_times_of_a_wall_axis_is_not_cut(open_page: Opener) -> None:
    opened = open_page(typical(n=60), hash="#?axis=wall")
    opened.chart("scalar-0")
    room = opened.page.evaluate(
        """() => {
          const target = document.querySelector("#scalar-0 .live");
          const bottom = target.getBoundingClientRect().bottom;
          return [...target.querySelectorAll(".xtick text")].map(
            (label) => bottom - label.getBoundingClientRect().bottom);
        }"""
    )

    assert "2025" in opened.page.locator("#scalar-0 .live .xtick").first.text_content()
    assert min(room) >= 0


def test_labels_of_a_zoomed_chart_are_not_cut(open_page: Opener) -> None:
    opened = open_page(typical(n=60))
    opened.chart("scalar-0")
    opened.page.evaluate(
        """() => window.Plotly.relayout(
          document.querySelector("#scalar-0 .live"), {"yaxis.range": [0.50001, 0.50002]})"""
    )
    opened.settle("scalar-0", "target._fullLayout.yaxis.automargin === 'left'")
    ends = opened.page.evaluate(LEFT_ENDS, "scalar-0")

    assert len(ends) > 1
    assert min(ends) >= 0


def test_a_chart_without_a_value_has_no_labels_beside_it(opened: Opened) -> None:
    opened.chart("lost")

    assert opened.page.locator("#lost .live .ytick text").count() == 0
    assert opened.page.locator("#lost .live .xtick text").count() > 1


def test_a_lone_first_point_is_a_whole_dot(opened: Opened) -> None:
    opened.chart("first")
    point = opened.page.locator("#first .live .scatterlayer .point").first
    clipped = point.evaluate("point => point.closest('[clip-path]') !== null")

    assert not clipped
