"""Curves of a finding: what stands beside them, in the page's data and in the static picture."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from tbreport.model import RunDigest
from tbreport.report import charts, galleries, plots
from tbreport.report.document import Chart
from tests.curves import START, healthy, overfit, run, series, spiky
from tests.findings import experiment
from tests.report.documents import digest, display, finding

POINTS = display([3.0, 2.0, 1.0])


def evidence_of(digest: RunDigest, code: str) -> Chart:
    (finding,) = (one for one in digest.findings if one.code == code)
    chart = galleries.evidence(finding, digest, "x")
    assert chart is not None
    return chart


@pytest.fixture(scope="module")
def overfitted() -> RunDigest:
    val = overfit(noise=0.0, turn=0.5)
    (digest,) = experiment({"a": run({"train/loss": np.geomspace(2, 0.1, 200), "val/loss": val})})
    return digest


def test_evidence_knows_the_threshold_that_was_crossed(overfitted: RunDigest) -> None:
    chart = evidence_of(overfitted, "TB301")

    best = overfitted.findings[0].evidence["best"]
    assert chart.threshold == pytest.approx(1.05 * best)
    assert [key.name for key in charts.keys(chart, {"a": 0})][-1] == "threshold"
    assert "threshold" in chart.description


def test_the_threshold_is_a_line_across_the_picture(overfitted: RunDigest) -> None:
    chart = evidence_of(overfitted, "TB301")
    look = plots.LOOKS["evidence"]
    shown = plots.excerpt(chart, look.choose)
    frame = plots.framed(shown, look)
    assert chart.threshold is not None

    picture = plots.curves(chart, {"a": 0}, look)

    across = f"{frame.down(chart.threshold):.1f}H{frame.width - frame.right}"
    assert f'stroke-dasharray="2 3" d="M{frame.left} {across}"' in picture


def test_no_words_stand_on_the_threshold(overfitted: RunDigest) -> None:
    chart = evidence_of(overfitted, "TB301")
    look = plots.LOOKS["evidence"]
    shown = plots.excerpt(chart, look.choose)
    frame = plots.framed(shown, look)
    free = plots.mark_spots(replace(chart, threshold=None), shown, frame)

    for word in free:
        share = (frame.floor - word.middle) / (frame.floor - frame.top)
        through = replace(chart, threshold=frame.y[0] + share * (frame.y[1] - frame.y[0]))
        for spot in plots.mark_spots(through, shown, frame):
            assert abs(spot.middle - word.middle) > 4  # px


def test_a_finding_without_a_threshold_in_its_curves_has_no_line(overfitted: RunDigest) -> None:
    chart = evidence_of(overfitted, "TB304")

    assert chart.threshold is None
    assert charts.keys(chart, {"a": 0}) == []


def test_slow_steps_are_shown_by_their_times() -> None:
    taken = np.where(np.arange(200) < 120, 0.5, 2.0)
    taken[60] = 3600
    slow = series(
        "loss", healthy(200), steps=10 * np.arange(200), wall_times=START + taken.cumsum()
    )
    (digest,) = experiment({"a": run([slow])})

    chart = evidence_of(digest, "TB412")

    (trace,) = chart.traces
    assert chart.title == trace.tag == "seconds a step, pauses cut"
    assert set(trace.points.values.round(6)) == {0.05, 0.2, 0.4}


def test_a_pause_is_shown_in_hours() -> None:
    times = START + np.arange(100.0) + np.where(np.arange(100) < 50, 0, 7200)
    (digest,) = experiment({"a": run([series("loss", healthy(100), wall_times=times)])})

    (trace,) = evidence_of(digest, "TB415").traces

    assert trace.points.values[[0, -1]] == pytest.approx([0, (99 + 7200) / 3600])


def test_a_spike_is_shown_close_up() -> None:
    (digest,) = experiment({"a": run({"loss": spiky(1000, at=600, height=4.0, noise=0.01)})})

    (trace,) = evidence_of(digest, "TB203").traces

    assert trace.points.steps[0] == 550
    assert 650 <= trace.points.steps[-1] <= 660


def test_beside_a_threshold_a_single_curve_has_its_name() -> None:
    (digest,) = experiment({"a": run({"loss": spiky(1000, at=600, height=4.0, noise=0.01)})})

    names = [key.name for key in charts.keys(evidence_of(digest, "TB203"), {"a": 0})]

    assert names == ["loss", "threshold"]


def drawn(*tags: str) -> list[str]:
    found = digest("r", dict.fromkeys(tags, POINTS))
    chart = galleries.evidence(replace(finding("TB106"), tags=tags), found, "x")
    return [trace.tag for trace in chart.traces] if chart else []


def test_a_finding_of_few_curves_has_them_all() -> None:
    assert drawn("grad_norm", "loss/train", "lr") == ["grad_norm", "loss/train", "lr"]


def test_a_finding_of_more_curves_than_a_chart_holds_has_the_losses() -> None:
    tags = ("accuracy/val", "clock", "epoch", "loss/train", "loss/val")

    assert drawn(*tags) == ["loss/train", "loss/val"]


def test_many_curves_without_a_loss_are_the_first() -> None:
    assert drawn("a", "b", "c", "d") == ["a", "b", "c"]
