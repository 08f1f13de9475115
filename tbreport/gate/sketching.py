"""Run → the little of a RunDigest that judging needs: of 20 runs in a tenth of the time.

Nothing is smoothed, thinned or drawn, and of the detectors only that of diverging losses is asked,
by whose findings a gate fails. A report of it shows the verdict alone.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from tbreport.analysis.curve import Curve
from tbreport.analysis.detector import DetectorSettings, entered
from tbreport.analysis.detectors.diverging_loss import diverging_loss
from tbreport.analysis.digest import measure
from tbreport.analysis.examination import OnCrash, examine
from tbreport.analysis.overrides import Judgement
from tbreport.analysis.subject import RunSubject
from tbreport.gate.rules import DIVERGING
from tbreport.model import Display, Finding, Int64s, Run, RunDigest, Series, Statistics

DRAWN = 200  # points, for sparklines
CADENCES = 8  # ways to log that are remembered; a job has one or two


@dataclass(frozen=True, slots=True)
class Cadences:
    """Steps that were met before, so that equal ones of many tags and runs are one array.

    Judging looks at each of them a few times, and where they are one they are at hand still.
    """

    met: list[Int64s] = field(default_factory=list)

    def once(self, steps: Int64s) -> Int64s:
        """The steps as they were met first."""
        for known in self.met:
            if np.array_equal(known, steps):
                return known
        if len(self.met) < CADENCES:
            self.met.append(steps)
        return steps


def sketch(
    run: Run,
    keep: Sequence[str],
    by: Judgement,
    on_crash: OnCrash | None = None,
    cadences: Cadences | None = None,
) -> RunDigest:
    """What judging needs of a run.

    Args:
        keep: patterns of tags whose points all stay; of others the last one does.
        cadences: of the runs that were sketched before.
    """
    cadences = cadences or Cadences()
    subject = RunSubject(run, by.roles)
    statistics = [counted(curve) for curve in subject.curves.values()]
    ended = [s.last_wall_time for s in statistics if s.last_wall_time is not None]
    return RunDigest(
        run.name,
        run.folders,
        run.layout,
        run.files,
        run.problems,
        run.superseded,
        run.hparams,
        diverging(subject, by.detectors, on_crash),
        tuple(sorted(statistics, key=lambda found: found.tag)),
        {tag: kept(series, keep, cadences) for tag, series in run.scalars.items()},
        {},
        (),
        last_wall_time=max(ended, default=None),
    )


def counted(curve: Curve) -> Statistics:
    """How many points a curve has, and which of them are not finite."""
    series = curve.series
    nonfinite = len(series) - int(np.count_nonzero(curve.kept))
    return replace(
        measure(curve.tag, "scalars", series.steps, series.wall_times),
        role=curve.role,
        nonfinite=nonfinite,
        first_nonfinite_step=int(series.steps[np.argmin(curve.kept)]) if nonfinite else None,
    )


def kept(series: Series, keep: Sequence[str], cadences: Cadences) -> Display:
    """All points of a tag that is compared, the last one of any other.

    They are copied: a view keeps all columns of its run in memory.
    """
    if any(re.search(pattern, series.tag) for pattern in keep):
        steps = cadences.once(series.steps.copy())
        return Display(steps, series.wall_times.copy(), series.values.copy())
    last = slice(-1, None)
    return Display(
        series.steps[last].copy(), series.wall_times[last].copy(), series.values[last].copy()
    )


def diverging(
    subject: RunSubject, settings: DetectorSettings, on_crash: OnCrash | None
) -> tuple[Finding, ...]:
    """What the detector of diverging losses finds, if it is chosen.

    It compares the end with the best of the smoothed curve, which is no lower than the lowest
    point: most curves need no smoothing to be cleared.
    """
    detector = entered(diverging_loss)
    if not settings.chooses(detector):
        return ()
    options = settings.options_of(detector)
    suspects = any(
        len(curve) and curve.tail >= options["ratio"] * curve.values.min()
        for curve in subject.judged_losses
    )
    if not suspects:
        return ()
    return examine(subject, replace(settings, select=(DIVERGING,)), on_crash)[0]


def faint(digest: RunDigest) -> RunDigest:
    """The digest with no more than a verdict shows of it: a sparkline's points, no settings."""
    display = {}
    for tag, points in digest.display.items():
        every = slice(None, None, max(1, len(points.steps) // DRAWN))
        display[tag] = Display(points.steps[every], points.wall_times[every], points.values[every])
    return replace(digest, display=display, hparams={})
