"""Runs → baselines: made, grown by further runs, and put to the test."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from tbreport.errors import NothingToCompare
from tbreport.gate.baseline import read
from tbreport.gate.collecting import build, extend, tags_to_keep
from tbreport.gate.jobs import by_job, commit_of, job_of
from tbreport.gate.model import Baseline, Golden, Policy
from tbreport.gate.selftest import Trial, self_test
from tbreport.gating import Reading, both_sides, digests_of
from tbreport.model import RunDigest
from tbreport.wording import listed


def made_of(
    paths: Sequence[str | Path], policy: Policy, reading_of: Reading, golden: Golden | None = None
) -> list[Baseline]:
    """The runs under the paths as baselines, one a job.

    Raises:
        BadBaseline: a run is not finite, or they have no step in common.
    """
    digests, _, _ = digests_of(paths, reading_of, detect=False, closely=False)
    commit = commit_of()
    return [
        build(
            job,
            policy.key,
            runs,
            stored_tags(runs, policy, reading_of),
            golden=golden,
            commit=commit,
        )
        for job, runs in by_job(digests, policy.group).items()
    ]


def stored_tags(digests: Sequence[RunDigest], policy: Policy, reading_of: Reading) -> list[str]:
    """What a baseline stores: the tags that were asked for, else those that can be judged.

    Raises:
        NothingToCompare: there is none.
    """
    if reading_of.options.selection.tags is not None:
        tags = sorted({tag for digest in digests for tag in digest.display})
    else:
        tags = tags_to_keep(digests, policy.limits)
    if not tags:
        raise NothingToCompare(
            f"job {job_of(digests[0].run, policy.group)!r} has no metric that can be judged",
            hint="choose tags with --tags, or name metrics in [[gate.metric]]",
        )
    return tags


def grown_by(
    path: Path,
    paths: Sequence[str | Path],
    policy: Policy,
    reading_of: Reading,
    *,
    reset: bool = False,
) -> list[Baseline]:
    """The baselines of a file with the runs under the paths; jobs that they lack stay as they are.

    Args:
        reset: the runs take the place of those that their jobs had.

    Raises:
        NothingToCompare: a run has no name, while the file has jobs of names.
    """
    stored = list(read(path))
    digests, _, _ = digests_of(paths, reading_of, detect=False, closely=False)
    commit = commit_of()
    for job, runs in by_job(digests, policy.group).items():
        tags = stored_tags(runs, policy, reading_of)
        places = [i for i, b in enumerate(stored) if b.job == job and b.key == policy.key]
        if not places:
            refuse_nameless(job, stored)
            stored.append(build(job, policy.key, runs, tags, commit=commit))
            continue
        old = stored[places[0]]
        if reset or old.golden:
            fresh = build(job, old.key, runs, tags, golden=old.golden, commit=commit)
            stored[places[0]] = fresh
        else:
            stored[places[0]] = extend(old, runs, tags, commit)
    return stored


def refuse_nameless(job: str, stored: Sequence[Baseline]) -> None:
    """Fail where the run of a folder by itself would become a job beside that it belongs to."""
    names = sorted({baseline.job for baseline in stored})
    if job == "." and names and "." not in names:
        raise NothingToCompare(
            f"there is no job '.' in the baseline, which has {listed(names)}",
            hint=f"'.' is a folder that is a run itself; name its job: {names[0]}=PATH",
        )


def try_out(*paths: str | Path, policy: Policy, reading_of: Reading) -> tuple[Trial, ...]:
    """Inject defects into the runs under the paths, and see whether the gate catches them.

    Raises:
        TbreportError: as `gate`.
    """
    digests, baselines, _, _ = both_sides(paths, policy, reading_of, closely=False)
    return self_test(digests, baselines, policy)
