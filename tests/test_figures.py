"""Plotly figures of an experiment, and a report that a notebook displays."""

from __future__ import annotations

from dataclasses import replace
from html import unescape
from pathlib import Path

import numpy as np
import pytest

import tbreport
from tbreport import figures
from tbreport.errors import NothingToCompare
from tbreport.experiment import Experiment
from tbreport.model import Run, Series, Source
from tests.report.documents import START, typical

SAMPLES = Path(__file__).parents[1] / "sample_runs"
RUN = "overfitting-seed0"


def experiment(**values: list[float]) -> Experiment:
    """A run a keyword, with its values under the tag `loss`."""
    runs = []
    for name, written in values.items():
        n = len(written)
        steps, times = np.arange(n, dtype=np.int64) * 10, START + np.arange(n) * 60.0
        series = Series(name, "loss", Source(name, "loss"), steps, times, np.array(written))
        runs.append(Run(name, (name,), (), {"loss": series}, {}))
    return Experiment("made", runs, {})


def test_a_tag_is_a_line_for_each_run() -> None:
    figure = figures.scalars(experiment(a=[3.0, 2.0], b=[1.0, 1.5]), "loss")

    assert [trace.name for trace in figure.data] == ["a", "b"]
    assert [list(trace.y) for trace in figure.data] == [[3.0, 2.0], [1.0, 1.5]]
    assert [list(trace.x) for trace in figure.data] == [[0, 10], [0, 10]]


def test_runs_are_chosen_by_an_expression_and_keep_their_colors() -> None:
    loaded = experiment(a=[3.0], b=[1.0])

    alone = figures.scalars(loaded, "loss", runs="^b")

    assert [trace.name for trace in alone.data] == ["b"]
    assert alone.data[0].line.color == figures.scalars(loaded, "loss").data[1].line.color


def test_smoothing_is_tensorboard_s_over_a_faint_raw_line() -> None:
    loaded = experiment(a=[1.0, 2.0, np.nan, 4.0])

    raw, smoothed = figures.scalars(loaded, "loss", smoothing=0.5).data

    assert raw.opacity == figures.RAW_OPACITY
    np.testing.assert_allclose(
        smoothed.y, [1.0, (0.5 * 0.5 + 1.0) / 0.75, np.nan, (0.5 * 1.25 + 2.0) / 0.875]
    )


@pytest.mark.parametrize(("axis", "second"), [("step", 10), ("relative", 1 / 60)])
def test_the_x_axis_is_steps_or_hours(axis: figures.Axis, second: float) -> None:
    figure = figures.scalars(experiment(a=[3.0, 2.0]), "loss", axis=axis)

    assert figure.data[0].x[1] == pytest.approx(second)


def test_a_wall_time_that_no_calendar_has_is_no_date() -> None:
    made = experiment(a=[3.0, 2.0, 1.0])
    series = made.runs["a"].scalars["loss"]
    odd = replace(series, wall_times=np.array([np.nan, START, 1e300]))
    shown = Experiment("made", [replace(made.runs["a"], scalars={"loss": odd})], {})

    figure = figures.scalars(shown, "loss", axis="wall")

    assert np.isnat(figure.data[0].x).tolist() == [True, False, True]


def test_a_tag_of_other_runs_alone_is_told() -> None:
    with pytest.raises(NothingToCompare, match="matches 'b' has the tag 'loss'"):
        figures.scalars(experiment(a=[3.0]), "loss", runs="b")


def test_a_name_is_shown_as_it_is() -> None:
    figure = figures.scalars(experiment(**{"<b>x</b>": [1.0]}), "loss")

    assert figure.data[0].name == "&lt;b&gt;x&lt;/b&gt;"


def test_a_tag_that_no_run_has_is_an_error_that_knows_better() -> None:
    with pytest.raises(NothingToCompare, match="'los'") as raised:
        figures.scalars(experiment(a=[1.0]), "los")

    assert "loss" in raised.value.hint


def test_a_run_that_is_not_there_is_an_error_that_knows_better() -> None:
    made = experiment(baseline=[1.0])

    for draw in (lambda: figures.pair(made, "baselin"), lambda: figures.histograms(made, "b", "w")):
        with pytest.raises(NothingToCompare, match="there is no run 'b") as raised:
            draw()
        assert "baseline" in raised.value.hint


def test_training_is_dashed_beside_validation() -> None:
    loaded = tbreport.load(SAMPLES / RUN)
    (name,) = loaded.runs

    train, val = figures.pair(loaded, name).data

    assert (train.line.dash, val.line.dash) == ("5px,3px", "solid")
    assert "train" in train.name
    assert "val" in val.name


def test_histograms_are_ridges_a_step_each() -> None:
    loaded = tbreport.load(SAMPLES / RUN)
    (run,) = loaded.runs.values()
    tag, series = next(iter(run.histograms.items()))

    figure = figures.histograms(loaded, run.name, tag, dark=True)

    assert len(figure.data) == len(series)
    assert figure.layout.yaxis.range[0] == len(series) - 1


def test_a_report_displays_itself_in_a_frame_that_may_only_run_scripts() -> None:
    shown = typical(n=20)._repr_html_()

    assert shown.startswith('<iframe sandbox="allow-scripts allow-downloads" ')
    page = unescape(shown.split('srcdoc="', 1)[1].split('"', 1)[0])
    assert page.startswith("<!doctype html>")
    assert page.rstrip().endswith("</html>")
