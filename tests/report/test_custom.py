"""Layouts of custom scalars: honoured, and never a way to stop the report."""

from __future__ import annotations

import time
from dataclasses import replace

import numpy as np
import pytest

from tbreport.exhibits import Exhibit, Layout, LayoutChart
from tbreport.model import RunDigest
from tbreport.report import custom
from tests.report.documents import digest, display


def laid_out(*charts: LayoutChart, run: str = "a", category: str = "mine") -> RunDigest:
    """A run with three series, and a layout."""
    made = digest(run, {tag: display([2.0, 1.0]) for tag in ("loss/train", "loss/val", "lr")})
    layout = Layout(((category, charts),))
    return replace(made, exhibits=(Exhibit("custom_scalars", "c", 0, 0.0, layout),))


def test_expressions_name_tags_from_their_start_as_in_tensorboard() -> None:
    charts, notes = custom.charts([laid_out(LayoutChart("losses", ("loss/.*",)))])

    assert [(chart.title, chart.group) for chart in charts] == [("losses", "mine")]
    assert [trace.tag for trace in charts[0].traces] == ["loss/train", "loss/val"]
    assert notes == ()


def test_a_margin_draws_its_value_and_its_bounds() -> None:
    margin = LayoutChart("band", (), (("lr", "loss/train", "loss/val"),))
    ((chart,), _) = custom.charts([laid_out(margin)])

    assert {trace.tag for trace in chart.traces} == {"lr", "loss/train", "loss/val"}


def test_layouts_of_several_runs_are_joined_by_title() -> None:
    charts, _ = custom.charts(
        [laid_out(LayoutChart("x", ("lr",))), laid_out(LayoutChart("x", ("loss/val",)), run="b")]
    )

    assert [(t.run, t.tag) for t in charts[0].traces] == [
        ("a", "loss/val"), ("a", "lr"), ("b", "loss/val"), ("b", "lr"),
    ]  # fmt: skip


def test_a_chart_that_names_no_tag_is_told() -> None:
    charts, notes = custom.charts([laid_out(LayoutChart("x", ("nothing",)))])

    assert charts == ()
    assert notes == ("mine, x: no tag of any run is named.",)


@pytest.mark.parametrize(
    "source",
    ["(a+)+$", "(a|aa)*", r"(a)\1", "(?=a)a", "(?!a)", "(a){2,}", ".*.*.*.*", "a" * 201, "(", "[",
     "a{99999999999}", "(?P=x)"],
)  # fmt: skip
def test_an_expression_that_may_take_long_or_is_none_is_refused(source: str) -> None:
    assert custom.refusal(source) != ""


@pytest.mark.parametrize("source", ["loss.*", "loss/(train|val)", r"acc\d+", "^lr$", "(?:a|b)c"])
def test_usual_expressions_are_used(source: str) -> None:
    assert custom.refusal(source) == ""


def test_the_slowest_expression_that_is_used_is_fast_enough() -> None:
    tag = "a" * 5_000
    made = digest("a", {tag: display(np.ones(3).tolist())})
    layout = Layout((("mine", (LayoutChart("x", ("a*a*a*b",)),)),))
    begun = time.process_time()
    custom.charts([replace(made, exhibits=(Exhibit("custom_scalars", "c", 0, 0.0, layout),))])

    assert time.process_time() - begun < 5
