"""Sparklines: a series of a table as a line of 92 × 22 pixels, its last finite point marked."""

from __future__ import annotations

from html import escape

import numpy as np

from tbreport.report.document import Spark
from tbreport.report.scales import LARGEST, Frame, domain
from tbreport.report.svg import curve, rug_strokes, scaled_group
from tbreport.report.theme import light, run_class, run_color

WIDTH, HEIGHT = 92, 22


def sparkline(spark: Spark, color: int) -> str:
    """Inline SVG in the color of its run; strokes on the floor where a value is not finite."""
    values = np.array(spark.values, np.float64)
    finite = np.isfinite(values)
    values = np.where(finite, np.clip(values, -LARGEST, LARGEST), np.nan)
    index = np.arange(len(values), dtype=np.float64)
    frame = Frame(WIDTH, HEIGHT, domain(index), domain(values), left=2, right=4, top=3, bottom=3)
    last = np.flatnonzero(finite)[-1:]
    end = "".join(
        f'<circle class="{run_class(color)}" fill="{run_color(color)}" r="1.8"'
        f' cx="{x:.1f}" cy="{y:.1f}"/>'
        for x, y in zip(frame.across(index[last]), frame.down(values[last]), strict=True)
    )
    strokes = rug_strokes(frame, index[~finite])
    return (
        f'<svg class="spark" viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" height="{HEIGHT}"'
        f' role="img" aria-label="{escape(spark.label)}">'
        + scaled_group(
            "curves",
            'fill="none" stroke-width="5" stroke-linecap="round"',
            curve(frame, index, values, color),
        )
        + (f'<path class="rug" stroke="{light("ink-error")}" d="{strokes}"/>' if strokes else "")
        + f"{end}</svg>"
    )
