"""Static pictures: they must stand without style sheet, script or luck."""

from __future__ import annotations

import re
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pytest

from tbreport.report import charts, plots
from tbreport.report.document import Chart, Mark, Spark, Trace
from tbreport.report.scales import domain, tick_label, tick_labels, ticks
from tbreport.report.sparkline import sparkline
from tbreport.report.theme import DASHED
from tests.report.documents import HOSTILE, display

NAN, INF = float("nan"), float("inf")


def spark(*values: float, label: str = "loss") -> ElementTree.Element:
    return ElementTree.fromstring(sparkline(Spark(values, "run", label), 0))


def chart(
    *values: float, marks: tuple[Mark, ...] = (), choose: Any = plots.exact
) -> ElementTree.Element:
    trace = Trace("run", "loss", display(values))
    return ElementTree.fromstring(
        plots.curves(Chart("id", "loss", "", (trace,), marks), {}, plots.Look(344, 220, choose))
    )


@pytest.mark.parametrize(
    "values",
    [
        (),
        (1.0,),
        (NAN,),
        (INF, -INF),
        (2.0, 2.0, 2.0),
        (0.0, 1e308, -1e308),
        (5e-324, 0.0),
        (1.0, NAN, 2.0),
    ],
)
def test_any_series_gives_a_picture_with_finite_coordinates(values: tuple[float, ...]) -> None:
    for picture in (spark(*values), chart(*values), chart(*values, choose=plots.averaged)):
        text = ElementTree.tostring(picture, encoding="unicode")

        assert "nan" not in text.lower()
        assert not re.search(r"\binf", text)


def test_the_line_has_a_gap_where_the_series_is_not_finite() -> None:
    (line,) = spark(1.0, 2.0, NAN, 3.0, 4.0).findall("g/path")

    assert line.attrib["d"].count("M") == 2


def test_a_point_that_stands_alone_is_a_dot() -> None:
    line, dots = spark(1.0, 2.0, NAN, 2.0, NAN, 3.0).findall("g/path")

    assert dots.attrib["d"].count("h0") == 2
    assert float(dots.attrib["stroke-width"]) > 6
    assert line.attrib["d"].count("h0") == 2


def test_values_that_are_not_finite_leave_strokes_on_the_floor() -> None:
    rug = spark(1.0, NAN, INF).find("path[@class='rug']")

    assert rug is not None
    assert rug.attrib["d"].count("M") == 2


def test_the_last_finite_point_is_marked() -> None:
    picture = spark(3.0, 1.0, NAN)
    (mark,) = picture.findall("circle")

    assert float(mark.attrib["cx"]) < 90
    assert float(mark.attrib["cy"]) > 11


def test_the_text_alternative_is_escaped() -> None:
    picture = spark(1.0, label=HOSTILE[0])

    assert picture.attrib["aria-label"] == HOSTILE[0]


def test_colors_are_attributes_so_that_no_style_is_needed() -> None:
    (line,) = spark(1.0, 2.0).findall("g/path")

    assert line.attrib["stroke"] == "#0072b2"
    assert "style" not in line.attrib


def test_a_step_range_is_shaded_and_a_step_s_value_is_ringed() -> None:
    marks = (Mark((2, 3), "error", "worse"), Mark((1, 1), "plain", "best 1"))
    picture = chart(3.0, 1.0, 2.0, 4.0, marks=marks)

    assert len(picture.findall("rect")) == 1
    assert len(picture.findall("circle[@class='ring']")) == 1
    assert [text.text for text in picture.findall("text")] == ["worse", "best 1"]


def test_a_step_without_a_finite_value_is_a_line() -> None:
    picture = chart(3.0, NAN, 2.0, marks=(Mark((1, 1), "error", "NaN at 1"),))

    assert picture.findall("circle") == []
    assert len(picture.findall("path[@class='at error']")) == 1


def test_a_mark_beyond_the_points_stays_within_the_picture() -> None:
    picture = chart(1.0, 2.0, marks=(Mark((0, 10**9), "warning", "late"),))
    rect = picture.find("rect")

    assert rect is not None
    assert float(rect.attrib["x"]) + float(rect.attrib["width"]) <= 344


def test_a_long_series_is_thinned_and_its_spike_stays() -> None:
    values = np.zeros(100_000)
    values[50_001] = 1.0
    (line,) = chart(*values.tolist()).findall("g[@class='curves']/path")

    assert len(line.attrib["d"]) < 4000
    assert re.search(r"-6\d\d", line.attrib["d"])


def test_an_overview_shows_the_mean_of_the_noise_and_the_greatest_spike() -> None:
    values = np.tile([0.0, 2.0], 5000)
    values[5001] = 50.0
    steps, drawn = plots.averaged(display(values), 40)

    assert (steps[0], steps[-1], len(steps)) == (0, 9999, 40)
    assert drawn.max() == 50.0
    assert np.median(drawn) == pytest.approx(1.0, abs=0.01)


def test_an_overview_has_a_gap_where_a_stretch_is_lost() -> None:
    values = np.where(np.arange(1000) > 500, np.nan, 1.0)
    _, drawn = plots.averaged(display(values), 40)

    assert np.isnan(drawn[-15:]).all()
    assert np.isfinite(drawn[:15]).all()


def test_train_is_dashed_beside_validation() -> None:
    points = display([1.0, 2.0])
    traces = (Trace("run", "train", points, "train"), Trace("run", "val", points, "val"))
    picture = ElementTree.fromstring(
        plots.curves(Chart("id", "x", "", traces), {}, plots.Look(344, 220, plots.exact))
    )

    dashes = [line.get("stroke-dasharray") for line in picture.findall("g[@class='curves']/path")]

    assert dashes == ["20 12", None]


def test_a_restart_says_of_how_many_runs_it_is() -> None:
    resumed = [Trace(run, "loss", display([1.0, 2.0]), restarts=(1,)) for run in "ab"]
    whole = Trace("c", "loss", display([1.0, 2.0]))

    def said(*traces: Trace) -> list[str]:
        return [note.text for note in charts.notes(Chart("id", "x", "", traces))]

    assert said(resumed[0], whole) == ["restart at step 1"]
    assert said(*resumed, whole) == ["restart at step 1, 2 runs"]


def test_every_tag_of_a_run_has_a_dash_of_its_own() -> None:
    points = display([1.0, 2.0])
    splits = ("train", None, "val", "val")
    traces = tuple(Trace("run", str(n), points, split) for n, split in enumerate(splits))

    found = charts.dashes(Chart("id", "x", "", traces), {})

    assert (found[0], found[2]) == (DASHED, "")
    assert len(set(found)) == len(traces)


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [
        (0.0, 1.0, [0.0, 0.5, 1.0]),
        (0.0, 9.7, [0.0, 5.0]),
        (-3.0, 3.0, [-2.0, 0.0, 2.0]),
        (1.0, 1.0, []),
    ],
)
def test_ticks_are_round(low: float, high: float, expected: list[float]) -> None:
    assert ticks(low, high, 3) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (0.0, "0"),
        (0.05, "0.05"),
        (1500.0, "1500"),
        (20_000.0, "20k"),
        (12_500.0, "12.5k"),
        (11_694.0, "11,694"),
        (3e6, "3M"),
        (2e-5, "2e−5"),
        (1e18, "1e18"),
        (-0.25, "−0.25"),
    ],
)
def test_tick_labels_are_short(value: float, expected: str) -> None:
    assert tick_label(value) == expected


def test_the_labels_of_an_axis_are_told_apart() -> None:
    assert tick_labels([999999.9, 1e6, 1000000.1]) == ["999,999.9", "1M", "1.0000001M"]
    assert tick_labels([0.0, 0.5, 1.0]) == ["0", "0.5", "1"]


def test_a_range_is_never_empty() -> None:
    for values in ([], [0.0], [7.0, 7.0], [NAN], [1e300]):
        low, high = domain(np.array(values, np.float64))

        assert low < high
