"""Points in pixels → the path data of an SVG, in whole quarters of a pixel and relative moves."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from tbreport.analysis.curves import stretches
from tbreport.model import Float64s, Int64s

QUARTER = 4  # to be drawn under scale(.25)


def path(x: Float64s, y: Float64s) -> str:
    """A line with a gap where y is not finite; a dot where a point stands alone."""
    finite = np.isfinite(x) & np.isfinite(y)
    if len(finite) and finite.all():
        return line(x, y)
    return "".join(
        line(x[first : last + 1], y[first : last + 1]) for first, last in stretches(finite)
    )


def line(x: Float64s, y: Float64s) -> str:
    """One stroke through finite points."""
    corners = np.rint(np.array((x, y)) * QUARTER).astype(np.int64)
    corners = corners[:, turns(corners)]
    steps = (corners[:, 1:] - corners[:, :-1]).T.ravel().tolist()
    moves = " ".join(map(str, steps)).replace(" -", "-")  # a minus parts numbers too
    return f"M{corners[0, 0]} {corners[1, 0]}" + (f"l{moves}" if moves else "h0")


def turns(corners: Int64s) -> npt.NDArray[np.bool_]:
    """Which points [2, n] a stroke must name: not those on its way straight on."""
    (dx, dy), kept = corners[:, 1:] - corners[:, :-1], np.ones(corners.shape[1], bool)
    bends = dx[:-1] * dy[1:] - dx[1:] * dy[:-1]
    back = dx[:-1] * dx[1:] + dy[:-1] * dy[1:] < 0
    kept[1:-1] = (bends != 0) | back
    return kept
