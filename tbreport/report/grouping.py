"""What a reader may take runs together by: their seed groups, and settings that differ."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from tbreport import wording
from tbreport.analysis.ensemble import but_for_seed, name_without_seed
from tbreport.model import HParam, RunDigest

MOST_SETTINGS = 30  # that a list can offer
LONGEST = 60  # characters of a value


def seed_groups(digests: Sequence[RunDigest]) -> dict[str, str]:
    """The name of each run's group: runs that differ in their seed alone share one."""
    taken: dict[str, int] = {}
    groups: dict[str, str] = {}
    for (name, _), members in but_for_seed(digests).items():
        name = name or name_without_seed(members[0].run)
        taken[name] = taken.get(name, 0) + 1
        label = name if taken[name] == 1 else f"{name} #{taken[name]}"
        groups |= {digest.run: label for digest in members}
    return groups


def settings(digests: Sequence[RunDigest]) -> dict[str, Mapping[str, HParam]]:
    """The hyper-parameters of each run that differ between runs and are no secret."""
    names = sorted({name for digest in digests for name in digest.hparams})
    differing = [
        name
        for name in names
        if len({str(digest.hparams.get(name)) for digest in digests}) > 1
        and not any(wording.masked(name, digest.hparams.get(name, "")) for digest in digests)
    ][:MOST_SETTINGS]
    return {
        digest.run: {
            name: written(digest.hparams[name]) for name in differing if name in digest.hparams
        }
        for digest in digests
    }


def written(value: HParam) -> HParam:
    """A value as it stands in a group's name: strict JSON, and not endless."""
    if isinstance(value, str):
        return value[:LONGEST]
    return value if isinstance(value, bool) else wording.number(value)
