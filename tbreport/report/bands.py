"""Histograms over steps as a static picture of bands between percentiles."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tbreport.distribution import Distribution
from tbreport.model import Float64s
from tbreport.report.document import HistogramChart
from tbreport.report.labelling import Spot, spots
from tbreport.report.paths import path
from tbreport.report.plots import Look
from tbreport.report.scales import LARGEST, Frame, domain, padded
from tbreport.report.svg import axes, curve, picture, scaled_group, shading, words
from tbreport.report.theme import run_class, run_shade

NESTED = ((0, 8, 0), (1, 7, 1), (2, 6, 3), (3, 5, 5))  # lower, upper percentile, shade
MEDIAN = 4


@dataclass(frozen=True, slots=True)
class Levels:
    """The percentiles that can be drawn, and where."""

    steps: Float64s
    values: Float64s  # [step, percentile]
    frame: Frame


def levels(held: Distribution, look: Look) -> Levels:
    """The percentiles of a distribution that are known, laid out for a picture."""
    known = np.isfinite(held.percentiles).all(axis=1)
    values = np.clip(held.percentiles[known], -LARGEST, LARGEST)
    steps = held.steps[known].astype(np.float64)
    frame = Frame(look.width, look.height, domain(steps), padded(domain(values.ravel())))
    return Levels(steps, values, frame)


def mark_spots(chart: HistogramChart, drawn: Levels) -> list[Spot]:
    """Where the words of a chart's marks stand: off the lines between its bands."""
    lines = [(drawn.steps, row) for row in drawn.values.T]
    return spots(chart.marks, [None] * len(chart.marks), drawn.frame, lines)


def drawing(chart: HistogramChart, held: Distribution, color: int, look: Look) -> str:
    """Four nested bands around the median, and the marks of the chart."""
    drawn = levels(held, look)
    frame, x = drawn.frame, drawn.frame.across(drawn.steps)
    bands = []
    for low, high, level in NESTED:
        y = frame.down(np.concatenate((drawn.values[:, low], drawn.values[::-1, high])))
        outline = path(np.concatenate((x, x[::-1])), y) if len(x) else ""
        bands.append(
            f'<path class="ridge-{level}" fill="{run_shade(color, level)}" d="{outline}z"/>'
        )
    median = curve(frame, drawn.steps, drawn.values[:, MEDIAN], color) if len(x) else ""
    spotted = zip(chart.marks, mark_spots(chart, drawn), strict=True)
    return picture(
        chart.description or chart.title,
        frame,
        "".join(shading(mark, frame) for mark in chart.marks),
        axes(frame),
        scaled_group(f"bands {run_class(color)}", 'stroke="none"', "".join(bands)),
        scaled_group("curves", 'fill="none" stroke-width="6" stroke-linecap="round"', median),
        "".join(words(mark, spot) for mark, spot in spotted),
    )
