"""TB107."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from tbreport.analysis.detector import Observation, detector
from tbreport.analysis.subject import RunSubject
from tbreport.model import Finding, HistogramSeries, Int64s, Series
from tbreport.wording import count, listed, percent, span

MANY = 5  # points on repeated steps: fewer are no loop that logs under the number of its epoch

CLOCKS = frozenset({"epoch", "counter", "time", "throughput", "system"})


@detector("TB107")
def step_reset(
    subject: RunSubject, earlier: Sequence[Finding], *, repeated_share: float = 0.1
) -> Iterator[Observation]:
    """Steps that start over, stand still or repeat within one event file.

    What it looks for
        Tags logged without steps (all points on one step), counters that start over again and
        again (a step within the epoch: three falls to nearly the same step, or two between equal
        stretches), steps that fell back otherwise (a resume), and points that share their step with
        a later one.

    Why it matters
        Without rising steps a curve cannot be drawn or compared. Tags without steps are numbered 0,
        1, 2, …; counters that start over are put end to end, and nothing is dropped. Of points on
        the same step the last counts: where a loop logs every batch under the number of its epoch,
        that leaves one batch an epoch.

    What to do
        Pass a counter that never starts over: `add_scalar(tag, value, global_step)`.

    Options
        repeated_share: the share of a tag's points on a step that repeats, from which on the loss
        of those points is a warning; below, it is information.

    Known false positives
        Values that are written twice on purpose, such as a final summary at the last step. Of a
        counter over two epochs the first is taken for an attempt that was begun anew; and folds of
        a cross-validation that share a writer for epochs.

    Source
        The commonest mistakes with SummaryWriter: a forgotten `global_step`, and `i` in place of
        `epoch * len(loader) + i`.
    """
    every: list[Series | HistogramSeries] = [
        *subject.run.scalars.values(),
        *subject.run.histograms.values(),
    ]
    renumbered = [series for series in every if series.original_steps is not None and len(series)]
    still = [series for series in renumbered if np.ptp(original(series)) == 0]
    falling = [series for series in renumbered if np.ptp(original(series)) > 0]
    if still:
        yield Observation(
            "info",
            f"{listed([s.tag for s in still])} {were(still)} logged without steps: all points "
            f"stand on step {original(still[0])[0]}, and were numbered in the order of writing",
            "Pass the step to the writer: `add_scalar(tag, value, global_step)`.",
            tags=tuple(series.tag for series in still),
            steps=covered(still),
            evidence={"points": sum(map(len, still)), "tags": len(still)},
        )
    if falling:
        most = max(falling, key=falls)
        yield Observation(
            "info",
            f"the steps of {listed([s.tag for s in falling])} start over {falls(most)} times, as a "
            f"counter within the epoch does; they were put end to end",
            "Log a counter over the whole training: `epoch * len(loader) + i`.",
            tags=tuple(series.tag for series in falling),
            steps=covered(falling),
            evidence={"restarts": falls(most), "tags": len(falling)},
        )
    inside = [a for a in subject.run.superseded if a.reason == "resumed" and a.path == a.kept]
    if inside:
        steps = min(a.first_step for a in inside), max(a.last_step for a in inside)
        points = sum(a.points for a in inside)
        yield Observation(
            "info",
            f"steps fall back inside {listed(sorted({a.path for a in inside}))}, as after a "
            f"resume: {count(points, 'point')} over {span(steps)} were replaced",
            "Nothing to do if the training was resumed; else log a counter that never falls.",
            tags=tuple(sorted({a.tag for a in inside})),
            steps=steps,
            evidence={"points_set_aside": points},
        )
    yield from repeats(subject, repeated_share)


def repeats(subject: RunSubject, repeated_share: float) -> Iterator[Observation]:
    """Points that gave way to a later one on their step; clocks may say the same thing twice."""
    dropped: dict[str, int] = {}
    for aside in subject.run.superseded:
        if aside.reason == "repeated" and subject.rules.role(aside.tag).metric not in CLOCKS:
            dropped[aside.tag] = dropped.get(aside.tag, 0) + aside.points
    shares = {
        tag: points / (points + len(subject.run.scalars.get(tag, ())))
        for tag, points in dropped.items()
    }
    heavy = sorted(t for t in dropped if shares[t] >= repeated_share and dropped[t] >= MANY)
    for severity, tags in (("warning", heavy), ("info", sorted(dropped.keys() - set(heavy)))):
        if tags:
            worst = max(tags, key=lambda tag: shares[tag])
            yield Observation(
                "warning" if severity == "warning" else "info",
                f"{count(dropped[worst], 'point')} of {worst} ({percent(shares[worst])}) gave way "
                "to a later one on the same step",
                "Log a step of its own for each point, or the mean once for each step.",
                tags=tuple(tags),
                evidence={
                    "points_set_aside": sum(dropped[tag] for tag in tags),
                    "largest_share_percent": 100 * shares[worst],
                },
            )


def original(series: Series | HistogramSeries) -> Int64s:
    """The steps as written."""
    return series.steps if series.original_steps is None else series.original_steps


def falls(series: Series | HistogramSeries) -> int:
    """How often the steps as written fall back."""
    return int((np.diff(original(series)) < 0).sum())


def covered(several: Sequence[Series | HistogramSeries]) -> tuple[int, int]:
    """The first and last step of several series, as renumbered."""
    return min(int(s.steps[0]) for s in several), max(int(s.steps[-1]) for s in several)


def were(several: Sequence[object]) -> str:
    """was, or were."""
    return "was" if len(several) == 1 else "were"
