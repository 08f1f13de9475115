"""The page of a gate: the candidate's lines, and the bands of what it is held against."""

from __future__ import annotations

import numpy as np
import pytest

from tbreport.gate.model import Check, Reference, Verdict
from tbreport.report.sections import compose
from tests.browser.conftest import Opener
from tests.report.documents import digest, display

pytestmark = pytest.mark.browser


def test_the_candidate_is_drawn_over_bands_of_the_baseline(open_page: Opener) -> None:
    steps = np.arange(0, 100, 10)
    curves = tuple(np.linspace(2, 1, 10) + place / 10 for place in range(5))
    verdict = Verdict(
        "fail",
        (Check(".", "loss", "final", "fail", "8 % worse"),),
        references=(Reference(".", "loss", steps, curves, ("a", "b")),),
    )
    lines = {"loss": display(list(np.geomspace(3, 2, 100)))}
    runs = [digest(run, lines) for run in ("a", "b")]

    report = compose(runs, title="Gate", version="1", verdict=verdict)
    opened = open_page(report, hash="#?smoothing=0")

    chart = opened.chart("gate-loss")
    *_, median = (trace for trace in opened.plotted("gate-loss") if len(trace["x"]) == len(steps))
    assert median["x"] == steps.tolist()
    assert median["y"] == pytest.approx(np.linspace(2, 1, 10) + 0.2)
    assert "nine tenths of the baseline's 5 runs" in chart.text_content()
    assert opened.complaints == []
