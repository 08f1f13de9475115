"""Where a later attempt took a run over and did not go on where it was.

A training resumed without its weights begins far above its level. Nothing is compared across such
a step; a resume that keeps the level is none, and what happens to the curve there is one story.
"""

from __future__ import annotations

import numpy as np

from tbreport.analysis import curves
from tbreport.analysis.curve import Curve
from tbreport.analysis.thin import merged
from tbreport.model import Int64s, Run

TAKEN_OVER = frozenset({"resumed", "purged"})
RISE = 1.5  # times the level before: more than a resume with its weights makes
BESIDE = 3  # points on either side, whose medians are the levels


def restarts(run: Run, curve: Curve) -> Int64s:
    """The steps at which a later attempt took over and a curve began anew, far above its level."""
    steps = [
        aside.first_step
        for aside in run.superseded
        if aside.tag == curve.tag and aside.reason in TAKEN_OVER
    ]
    if not steps:
        return np.empty(0, np.int64)
    places = merged(np.searchsorted(curve.steps, np.array(steps, np.int64)))
    anew: Int64s = curve.steps[[place for place in places if begins_anew(curve, int(place))]]
    return anew


def begins_anew(curve: Curve, place: int) -> bool:
    """Whether the points from a place on lie far above those before it."""
    after = curve.values[place : place + BESIDE]
    if place < BESIDE or not len(after):
        return False
    return curves.median(after) > RISE * level_before(curve, place)


def level_before(curve: Curve, place: int) -> float:
    """The level of the last points before one."""
    return curves.median(curve.values[max(0, place - BESIDE) : place])
