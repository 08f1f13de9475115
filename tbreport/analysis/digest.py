"""What is kept of a run once it was analysed: a Run in, a small RunDigest out.

Findings and statistics come from all points; what is kept for drawing is thinned by the plan. All
other arrays die with the run.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import TYPE_CHECKING

import numpy as np

from tbreport.analysis.curve import Curve
from tbreport.analysis.curves import extreme
from tbreport.analysis.detector import DetectorSettings
from tbreport.analysis.distributions import distribution
from tbreport.analysis.examination import OnCrash, examine
from tbreport.analysis.roles import UNKNOWN, RoleRules
from tbreport.analysis.subject import RunSubject
from tbreport.analysis.thin import between, thin_alike, thin_histograms
from tbreport.distribution import Distribution
from tbreport.model import (
    Blob,
    Checkpoint,
    Display,
    Float64s,
    Foregone,
    Int64s,
    Run,
    RunDigest,
    Series,
    Statistics,
)

if TYPE_CHECKING:
    from tbreport.analysis.exhibits import Decode

# The whole experiment may keep so many points a tag, and so many histograms; a single run no more
# than the most, which a chart of 1,000 pixels cannot show better, and no fewer than the fewest.
POINTS = (50_000, 100, 1_000)  # in all, fewest, most
HISTOGRAMS = (600, 4, 30)
EXHIBIT_BYTES = (3_000_000, 50_000, 1_500_000)
CHECKPOINT_POINTS = 3  # of a validation series: fewer have no smoothed best
BUCKETS = 30  # as tensor summaries have by default
TOGETHER = 1 << 18  # points: so many are thinned at a time, of as many series as have them

Ends = tuple[int | None, int | None, float | None, float | None]


@dataclass(frozen=True, slots=True)
class Plan:
    """How much of a run stays for drawing; decided before the first run is read."""

    points_per_series: int
    histogram_steps: int
    histogram_buckets: int
    keep: tuple[str, ...] = ()  # patterns of tags whose points all stay
    exhibit_bytes: int = 0  # of the records that are opened; 0 opens no blob at all


def plan_for(n_runs: int, keep: tuple[str, ...] = (), *, show: bool = False) -> Plan:
    """What each of so many runs may keep: 1,000 points a tag up to 50 runs, 100 from 500 on.

    Args:
        show: open images, sounds, texts, curves, layouts and graphs for a report.
    """
    opened = share(n_runs, *EXHIBIT_BYTES) if show else 0
    return Plan(share(n_runs, *POINTS), share(n_runs, *HISTOGRAMS), BUCKETS, keep, opened)


def share(n_runs: int, in_all: int, fewest: int, most: int) -> int:
    """One run's part of what all may have."""
    return min(most, max(fewest, in_all // max(1, n_runs)))


def digest(
    run: Run,
    plan: Plan,
    decode: Decode,
    detectors: DetectorSettings,
    roles: RoleRules,
    on_crash: OnCrash | None = None,
) -> RunDigest:
    """Look at a run with every detector, and keep what a report needs.

    Args:
        decode: what a blob holds; a ValueError says why that cannot be told.
        on_crash: told of a detector that raised; without it the exception ends the digest.
    """
    from tbreport.analysis.exhibits import exhibits  # judging alone does without

    subject = RunSubject(run, roles)
    statistics = sorted(statistics_of(subject), key=lambda found: (found.kind, found.tag))
    began = [s.first_wall_time for s in statistics if s.first_wall_time is not None]
    ended = [s.last_wall_time for s in statistics if s.last_wall_time is not None]
    findings, covered = examine(subject, detectors, on_crash)
    return RunDigest(
        run=run.name,
        folders=run.folders,
        layout=run.layout,
        files=run.files,
        problems=run.problems,
        superseded=run.superseded,
        hparams=run.hparams,
        findings=findings,
        statistics=tuple(statistics),
        display=displays(run.scalars, plan),
        histograms={
            tag: thin_histograms(series, plan.histogram_steps, plan.histogram_buckets)
            for tag, series in run.histograms.items()
        },
        pairs=tuple((pair.metric, pair.train.tag, pair.val.tag) for pair in subject.pairs),
        first_wall_time=min(began, default=None),
        last_wall_time=max(ended, default=None),
        coverage=covered,
        checkpoint=checkpoint(subject),
        distributions=distributions(run, plan),
        exhibits=exhibits(run.blobs, decode, plan.exhibit_bytes),
    )


def distributions(run: Run, plan: Plan) -> dict[str, Distribution]:
    """The histograms that are drawn, measured by all of their buckets; none where none is shown."""
    if not plan.exhibit_bytes:
        return {}
    return {
        tag: distribution(thin_histograms(series, plan.histogram_steps))
        for tag, series in run.histograms.items()
    }


def checkpoint(subject: RunSubject) -> Checkpoint | None:
    """The checkpoint to keep, where a validation series has enough points to say."""
    chosen = subject.chosen
    if chosen is None or len(chosen) < CHECKPOINT_POINTS:
        return None
    return Checkpoint(
        chosen.tag,
        chosen.best_step,
        chosen.best_value,
        int(chosen.steps[-1]),
        chosen.tail,
        max(0.0, float(chosen.wall_times[-1] - chosen.wall_times[chosen.best_index])),
        tuple(
            Foregone(
                other.tag,
                float(np.interp(chosen.best_step, other.steps, other.smooth)),
                other.best,
            )
            for other in sorted(subject.held_out, key=lambda curve: curve.tag)
            if other is not chosen and len(other) >= CHECKPOINT_POINTS and covers(other, chosen)
        ),
    )


def covers(other: Curve, chosen: Curve) -> bool:
    """Whether a series was logged beside the chosen one, on the same steps."""
    return bool(other.steps[0] <= chosen.best_step <= other.steps[-1])


def displays(scalars: Mapping[str, Series], plan: Plan) -> dict[str, Display]:
    """The points to draw by tag: thinned, or all where the plan keeps the tag.

    Most tags of a run are logged together, and are thinned together.
    """
    chosen: dict[str, Int64s | slice] = {}
    alike: dict[bytes, list[Series]] = {}
    for tag, series in scalars.items():
        if any(re.search(pattern, tag) for pattern in plan.keep):
            chosen[tag] = slice(None)
        else:
            alike.setdefault(series.steps.tobytes(), []).append(series)
    for members in alike.values():
        for group in batched(members, max(1, TOGETHER // max(1, len(members[0])))):
            rows = np.array([series.values for series in group])
            kept = thin_alike(group[0].steps, rows, plan.points_per_series)
            chosen |= {series.tag: at for series, at in zip(group, kept, strict=True)}
    return {tag: shown(series, chosen[tag]) for tag, series in scalars.items()}


def batched(members: Sequence[Series], size: int) -> Iterator[Sequence[Series]]:
    """So many at a time."""
    for start in range(0, len(members), size):
        yield members[start : start + size]


def shown(series: Series | Display, kept: Int64s | slice) -> Display:
    """Some points of a series, and what lies between them."""
    points = Display(series.steps[kept], series.wall_times[kept], series.values[kept])
    if isinstance(kept, slice) or len(kept) == len(series.steps):
        return points
    return replace(points, means=between(series.values, kept))


def statistics_of(subject: RunSubject) -> Iterator[Statistics]:
    """One entry for each tag of each kind."""
    for curve in subject.curves.values():
        yield of_scalars(curve)
    for tag, series in subject.run.histograms.items():
        extent = measure(tag, "histograms", series.steps, series.wall_times)
        yield replace(extent, renumbered=series.original_steps is not None)
    blobs = sorted(subject.run.blobs, key=kind_and_tag)
    for (kind, tag), group in groupby(blobs, key=kind_and_tag):
        written = [(blob.step, blob.wall_time) for blob in group]
        steps, wall_times = map(np.sort, zip(*written, strict=True))
        yield measure(tag, kind, steps, wall_times)


def kind_and_tag(blob: Blob) -> tuple[str, str]:
    """What blobs are counted by."""
    return blob.kind, blob.tag


def measure(tag: str, kind: str, steps: Int64s, wall_times: Float64s) -> Statistics:
    """How many points there are, from where to where."""
    return Statistics(tag, kind, UNKNOWN, len(steps), *ends(steps, wall_times))


def ends(steps: Int64s, wall_times: Float64s) -> Ends:
    """The first and last step, and the first and last wall time; None of no points."""
    if not len(steps):
        return None, None, None, None
    return int(steps[0]), int(steps[-1]), float(wall_times[0]), float(wall_times[-1])


def of_scalars(curve: Curve) -> Statistics:
    """The numbers of one scalar series: first and last as written, the rest of finite values."""
    series = curve.series
    finite = len(curve) > 0
    best = extreme(curve.values, curve.goal) if finite and curve.role.goal is not None else None
    return Statistics(
        curve.tag,
        "scalars",
        curve.role,
        len(series),
        *ends(series.steps, series.wall_times),
        first=float(series.values[0]) if len(series) else None,
        last=float(series.values[-1]) if len(series) else None,
        min=curve.lowest if finite else None,
        max=curve.highest if finite else None,
        best=None if best is None else float(curve.values[best]),
        best_step=None if best is None else int(curve.steps[best]),
        nonfinite=len(series) - len(curve),
        first_nonfinite_step=None if curve.is_whole else int(series.steps[np.argmin(curve.kept)]),
        renumbered=series.original_steps is not None,
    )
