"""TB506."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from tbreport.analysis.curves import median
from tbreport.analysis.detector import Observation, detector
from tbreport.analysis.ensemble import candidates, name_without_seed
from tbreport.model import Finding, HParam, RunDigest
from tbreport.wording import count, listed, natural, percent

# hyper-parameters that set how far a run goes, or what a step is
LENGTH = re.compile(r"epoch|step|iter|batch|budget|duration|accum|world_?size", re.IGNORECASE)


@detector("TB506", scope="experiment", needs=("several runs",))
def stopped_early(
    digests: Sequence[RunDigest],
    earlier: Sequence[Finding],
    *,
    share: float = 0.8,
    alike: float = 0.75,
    tolerance: float = 0.02,
    silent_s: float = 1800.0,
    intervals: float = 20.0,
    min_runs: int = 4,
) -> Iterator[Observation]:
    """A run that ends long before its siblings, which all go equally far.

    What it looks for
        Runs that differ in their seed alone, else those of one folder, with the same losses and
        metrics, and the same hyper-parameters as far as these name a length or a batch. Where
        nearly all of them end at the same step, those that end well before it. A run whose last
        point is among the newest of all may still be running, and is not told. Information.

    Why it matters
        A job that was preempted, ran out of memory or disk, or was killed leaves a curve that looks
        like any other; its last value is compared with those of runs that trained longer.

    What to do
        Look at the end of its log; resume it from its last checkpoint, or leave it out of
        comparisons.

    Options
        share: of the siblings' last step, before which a run must end.
        alike: the share of the runs that end at the same step.
        tolerance: the share of that step by which their ends may differ.
        silent_s: seconds for which other runs went on after it.
        intervals: and that many of its own intervals between two points.
        min_runs: fewer runs do not show what is usual.

    Known false positives
        A run that was stopped on purpose: pruned by a search, by early stopping that took no other,
        a short test beside the real runs.

    Source
        SageMaker Debugger's StalledTraining, with siblings in place of a timeout. In 10 of 204
        groups of trials of AlgoPerf submissions one ends so early: two after a hundred steps, the
        others most likely since they had reached their target.
    """
    newest = max((d.last_wall_time for d in digests if d.last_wall_time is not None), default=0.0)
    for ends in kin(digests, min_runs):
        usual = int(median(np.array([end.step for end in ends], np.float64)))
        same = [end for end in ends if abs(end.step - usual) <= tolerance * usual]
        short = [
            end
            for end in ends
            if end.step < share * usual
            and newest - end.wall_time > max(silent_s, intervals * end.interval_s)
        ]
        if short and len(same) >= alike * len(ends):
            yield observe(sorted(short, key=lambda end: end.step), usual, len(same), share)


@dataclass(frozen=True, slots=True)
class End:
    """The last point of a run, in the tags that its siblings have too."""

    run: str
    tag: str
    step: int
    wall_time: float
    interval_s: float  # between two points of the tag, on average


def kin(digests: Sequence[RunDigest], least: int) -> Iterator[list[End]]:
    """The ends of runs that are of one kind, at least so many."""
    ordered = sorted(digests, key=lambda digest: natural(digest.run))
    by_seed = grouped(ordered, name_without_seed)
    large = [members for members in by_seed if len(members) >= least]
    rest = [digest for members in by_seed if len(members) < least for digest in members]
    for members in [*large, *grouped(rest, lambda run: name_without_seed(run).rpartition("/")[0])]:
        tags = Counter(one.tag for digest in members for one in candidates(digest))
        usual = {tag for tag, runs in tags.items() if 2 * runs > len(members)}
        ends = [end for digest in members if (end := end_of(digest, usual)) is not None]
        if len(ends) >= least:
            yield ends


def grouped(digests: Sequence[RunDigest], named: Callable[[str], str]) -> Iterable[list[RunDigest]]:
    """Runs whose names are the same to a function, and hyper-parameters that say how far to go."""
    held: dict[tuple[str, tuple[tuple[str, HParam], ...]], list[RunDigest]] = {}
    for digest in digests:
        length = tuple((k, v) for k, v in sorted(digest.hparams.items()) if LENGTH.search(k))
        held.setdefault((named(digest.run), length), []).append(digest)
    return held.values()


def end_of(digest: RunDigest, tags: set[str]) -> End | None:
    """Where a run ends; None where it has none of the tags, or others besides."""
    held = list(candidates(digest))
    if not held or not {one.tag for one in held} <= tags:
        return None
    last = max(held, key=lambda one: (one.last_step or 0, one.points))
    first, ended = last.first_wall_time or 0.0, digest.last_wall_time or 0.0
    interval = max(0.0, (last.last_wall_time or 0.0) - first) / max(1, last.points - 1)
    return End(digest.run, last.tag, last.last_step or 0, ended, interval)


def observe(short: Sequence[End], usual: int, siblings: int, share: float) -> Observation:
    """Tell of one kind of runs, the one that ends first in numbers."""
    first, others = short[0], [end.run for end in short[1:]]
    return Observation(
        "info",
        f"{first.run} ends at step {first.step}, {percent(first.step / usual)} of the way that "
        f"{count(siblings, 'run')} like it went, to step {usual}"
        + (f"; likewise {listed(others)}" if others else ""),
        "Look at the end of its log; resume it, or leave it out of comparisons.",
        tags=(first.tag,),
        steps=(first.step, usual),
        evidence={
            "last_step": first.step,
            "usual_last_step": usual,
            "threshold_step": share * usual,
            "short_runs": len(short),
            "runs_alike": siblings,
        },
    )
