"""Runs → jobs: runs that differ in seed alone are one job, by their names."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Mapping

from tbreport.analysis.ensemble import is_seed, name_without_seed
from tbreport.errors import BadSetting, NothingToCompare
from tbreport.model import RunDigest
from tbreport.wording import shortest


def job_of(run: str, group: str | None = None) -> str:
    """The name of a run without its seed; "." where nothing else is left.

    Args:
        group: a regular expression of what is left out; where it has a group, that group alone
            is the job.

    Raises:
        BadSetting: it is no regular expression.
    """
    if not group:
        return name_without_seed(run)
    try:
        pattern = re.compile(group)
    except re.error as error:
        raise BadSetting(f"{group!r} is no regular expression: {error}") from None
    if pattern.groups:
        found = pattern.search(run)
        return (found[1] or ".") if found else run
    return pattern.sub("", run).strip("-_./ ") or "."


def by_job(
    digests: Iterable[RunDigest], group: str | None = None
) -> dict[str, tuple[RunDigest, ...]]:
    """Jobs in order of their names, the runs of each by name."""
    found: dict[str, list[RunDigest]] = {}
    for digest in sorted(digests, key=lambda digest: digest.run):
        found.setdefault(job_of(digest.run, group), []).append(digest)
    return {job: tuple(found[job]) for job in sorted(found)}


def refuse_strangers(
    candidates: Iterable[str], baselines: Iterable[str], *, partial: bool = False
) -> None:
    """Fail where a job is on one side alone.

    Raises:
        NothingToCompare: with the jobs of both sides.
    """
    ours, theirs = set(candidates), set(baselines)
    alone = (ours - theirs) | (set() if partial else theirs - ours)
    if alone:
        nameless = "'.' is a folder that is a run itself; " if "." in alone else ""
        raise NothingToCompare(
            f"no counterpart for {named(alone)}: the candidate has {named(ours)}, "
            f"the baseline {named(theirs)}",
            hint=f"{nameless}name a side as in JOB=PATH, say what of a name is its seed with "
            "--group, or allow missing jobs with --partial",
        )


def named(jobs: Iterable[str]) -> str:
    """A few names, quoted."""
    names = sorted(jobs)
    more = f" and {len(names) - 5} more" if names[5:] else ""
    return ", ".join(repr(name) for name in names[:5]) + more if names else "no job"


def seed_of(digest: RunDigest) -> str | None:
    """The seed that the hyper-parameters name."""
    for name, value in sorted(digest.hparams.items()):
        if is_seed(name):
            return shortest(value) if isinstance(value, float) else str(value)
    return None


def commit_of(environment: Mapping[str, str] = os.environ) -> str | None:
    """The commit that a CI system says it is building."""
    for name in ("GITHUB_SHA", "CI_COMMIT_SHA"):
        if environment.get(name):
            return environment[name]
    return None
