"""Histograms over steps as a static picture of bands between percentiles."""

from __future__ import annotations

import numpy as np

from tbreport.distribution import Distribution
from tbreport.report.document import HistogramChart
from tbreport.report.paths import path
from tbreport.report.scales import LARGEST, Frame, domain, padded
from tbreport.report.svg import axes, curve, picture, scaled_group, shading, words
from tbreport.report.theme import run_class, run_shade

NESTED = ((0, 8, 0), (1, 7, 1), (2, 6, 3), (3, 5, 5))  # lower, upper percentile, shade
MEDIAN = 4


def drawing(chart: HistogramChart, held: Distribution, color: int, width: int, height: int) -> str:
    """Four nested bands around the median, and the marks of the chart."""
    known = np.isfinite(held.percentiles).all(axis=1)
    levels = np.clip(held.percentiles[known], -LARGEST, LARGEST)
    steps = held.steps[known].astype(np.float64)
    frame = Frame(width, height, domain(steps), padded(domain(levels.ravel())))
    x = frame.across(steps)
    bands = []
    for low, high, level in NESTED:
        y = frame.down(np.concatenate((levels[:, low], levels[::-1, high])))
        outline = path(np.concatenate((x, x[::-1])), y) if len(x) else ""
        bands.append(
            f'<path class="ridge-{level}" fill="{run_shade(color, level)}" d="{outline}z"/>'
        )
    return picture(
        chart.description or chart.title,
        frame,
        "".join(shading(mark, frame) for mark in chart.marks),
        axes(frame),
        scaled_group(f"bands {run_class(color)}", 'stroke="none"', "".join(bands)),
        scaled_group(
            "curves",
            'fill="none" stroke-width="6" stroke-linecap="round"',
            curve(frame, steps, levels[:, MEDIAN], color) if len(x) else "",
        ),
        "".join(words(mark, None, frame) for mark in chart.marks),
    )
