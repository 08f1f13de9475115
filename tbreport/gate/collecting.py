"""Digests → Baseline: the runs of a job on one grid of steps, and what is added to it later."""

from __future__ import annotations

import fnmatch
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from tbreport.analysis.roles import is_loss
from tbreport.analysis.thin import evenly
from tbreport.errors import BadBaseline
from tbreport.gate.aligning import FEWEST, MISSING, has_hole
from tbreport.gate.jobs import seed_of
from tbreport.gate.model import RING, Baseline, BaselineRun, Golden, Limit
from tbreport.model import Display, Float64s, Int64s, RunDigest

GRID = 200  # points at most; a golden job keeps every step


def build(
    job: str,
    key: Mapping[str, str],
    digests: Sequence[RunDigest],
    tags: Iterable[str],
    *,
    golden: Golden | None = None,
    commit: str | None = None,
    onto: Sequence[RunDigest] = (),
) -> Baseline:
    """The runs of one job as a baseline.

    Args:
        onto: runs that will be held against it: where they log fewer steps, the grid has no more.

    Raises:
        BadBaseline: a run is not finite, or the runs have no step of a tag in common.
    """
    if not (golden and golden.expect_nonfinite):
        for digest in digests:
            refuse_nonfinite(digest, tags)
    grids = {}
    for tag in tags:
        holders = [digest.display[tag] for digest in digests if holds(digest, tag)]
        if not holders:
            continue
        steps = holders[0].steps
        for other in holders[1:]:
            if not np.array_equal(steps, other.steps):  # as they mostly are: a tenth of the time
                steps = np.intersect1d(steps, other.steps, assume_unique=True)
        for digest in onto:
            if holds(digest, tag):
                steps = thinned_to(steps, digest.display[tag].steps)
        if not len(steps):
            raise BadBaseline(
                f"the {len(holders)} runs of job {job!r} have no step of {tag!r} in common",
                hint="log at the same steps in every run",
            )
        grids[tag] = steps if golden else thinned(steps)
    runs = tuple(entry(digest, grids, commit) for digest in digests)
    return Baseline(job, dict(key), grids, distinct(runs)[-RING:], golden)


def tags_to_keep(digests: Sequence[RunDigest], limits: Sequence[Limit]) -> list[str]:
    """The tags that a baseline stores: gated ones, losses, and what else has a goal.

    One of the last kind that is not finite somewhere is left out; for the others the runs are
    refused later.
    """
    kept: dict[str, bool] = {}
    for digest in digests:
        for found in digest.statistics:
            if found.kind == "scalars":
                gated = any(matches(limit.tag, found.tag) for limit in limits)
                must = gated or is_loss(found.role.metric)
                may = found.role.goal is not None and not found.nonfinite
                kept[found.tag] = must or (may and kept.get(found.tag, True))
    return sorted(tag for tag, wanted in kept.items() if wanted)


def matches(pattern: str, tag: str) -> bool:
    """Whether a limit's tag means this one: the very same, or by * and ?."""
    return pattern == tag or fnmatch.fnmatchcase(tag, pattern)


def holds(digest: RunDigest, tag: str) -> bool:
    """Whether a run has points of a tag."""
    return tag in digest.display and len(digest.display[tag].steps) > 0


def thinned(steps: Int64s) -> Int64s:
    """At most 200 steps, evenly spaced, both ends among them."""
    if len(steps) <= GRID:
        return steps
    return steps[evenly(len(steps), GRID)]


def thinned_to(steps: Int64s, logged: Int64s) -> Int64s:
    """The steps that were logged, and those past the last that was.

    All where these are few, or a part of the range was left out.
    """
    if np.array_equal(steps, logged) or has_hole(logged, steps):
        return steps
    is_logged = np.isin(steps, logged)
    if is_logged.sum() < min(FEWEST, len(logged)):
        return steps
    kept: Int64s = steps[is_logged | (steps > logged[-1])]
    return kept


def refuse_nonfinite(digest: RunDigest, tags: Iterable[str]) -> None:
    """Fail where a run has NaN or infinity in one of the tags.

    Raises:
        BadBaseline: with the tag and the first step.
    """
    wanted = set(tags)
    for found in digest.statistics:
        if found.kind == "scalars" and found.nonfinite and found.tag in wanted:
            raise BadBaseline(
                f"{found.tag!r} of run {digest.run!r} is not finite at step "
                f"{found.first_nonfinite_step}; {found.nonfinite} of {found.points} points are not",
                hint="leave the run out; a golden baseline may expect it: --expect-nonfinite",
            )


def entry(digest: RunDigest, grids: Mapping[str, Int64s], commit: str | None) -> BaselineRun:
    """One run on the grids; a tag that it does not have is left out."""
    curves = {
        tag: on_grid(digest.display[tag], grid)[0]
        for tag, grid in grids.items()
        if holds(digest, tag)
    }
    name = f"{digest.run}@{commit[:12]}" if commit else digest.run
    return BaselineRun(name, commit, seed_of(digest), {}, curves)


def on_grid(points: Display, grid: Int64s) -> tuple[Float64s, npt.NDArray[np.bool_]]:
    """The values at the grid's steps, NaN where there is none, and which are there."""
    places = np.minimum(points.steps.searchsorted(grid), len(points.steps) - 1)
    present = points.steps[places] == grid
    return np.where(present, points.values[places], np.nan), present


def extend(
    baseline: Baseline, digests: Sequence[RunDigest], tags: Iterable[str], commit: str | None = None
) -> Baseline:
    """The baseline with further runs, the oldest beyond twenty dropped.

    Tags that it does not have come in with the new runs. Where a new run lacks a step of a grid,
    the grid loses it.

    Raises:
        BadBaseline: a run is not finite, or lacks more than 5 % of a grid's steps.
    """
    fresh = [tag for tag in tags if tag not in baseline.grids]
    added = build(baseline.job, baseline.key, digests, fresh, golden=baseline.golden)
    grids = dict(baseline.grids)
    for digest in digests:
        refuse_nonfinite(digest, grids)
        for tag in grids:
            if holds(digest, tag):
                present = on_grid(digest.display[tag], grids[tag])[1]
                refuse_gaps(digest.run, tag, grids[tag], present)
                grids[tag] = grids[tag][present]
    kept = tuple(on_grids(run, baseline.grids, grids) for run in baseline.runs)
    grids |= added.grids
    runs = distinct((*kept, *(entry(digest, grids, commit) for digest in digests)))[-RING:]
    return replace(baseline, grids=grids, runs=runs).trimmed()


def refuse_gaps(run: str, tag: str, grid: Int64s, present: npt.NDArray[np.bool_]) -> None:
    """Fail where a run lacks too much of a grid.

    Raises:
        BadBaseline: with the counts.
    """
    missing = int((~present).sum())
    if missing > MISSING * len(grid):
        raise BadBaseline(
            f"run {run!r} lacks {missing} of the {len(grid)} steps of {tag!r} in the baseline",
            hint="where steps are logged differently on purpose: tbreport baseline update --reset",
        )


def on_grids(
    run: BaselineRun, before: Mapping[str, Int64s], after: Mapping[str, Int64s]
) -> BaselineRun:
    """A run with the curves on grids that lost steps."""
    curves = {tag: values[np.isin(before[tag], after[tag])] for tag, values in run.curves.items()}
    return replace(run, curves=curves)


def distinct(runs: Sequence[BaselineRun]) -> tuple[BaselineRun, ...]:
    """The runs with ids that differ: a second "a" is "a#2"."""
    seen: set[str] = set()
    found = []
    for run in runs:
        name, count = run.id, 1
        while name in seen:
            count += 1
            name = f"{run.id}#{count}"
        seen.add(name)
        found.append(replace(run, id=name))
    return tuple(found)
