"""What a reader may take runs together by: their seed groups, and settings that differ."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

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
    write = {name: writer([digest.hparams.get(name) for digest in digests]) for name in differing}
    return {
        digest.run: {
            name: write[name](digest.hparams[name]) for name in differing if name in digest.hparams
        }
        for digest in digests
    }


def writer(values: Sequence[HParam | None]) -> Callable[[HParam], HParam]:
    """How values stand in a group's name: strict JSON, not endless, and no two of them alike."""
    texts = {value for value in values if isinstance(value, str)}
    number = wording.telling_apart(v for v in values if isinstance(v, float))
    is_told = len({text[:LONGEST] for text in texts}) == len(texts)

    def write(value: HParam) -> HParam:
        if isinstance(value, str):
            return value[:LONGEST] if is_told else value
        return value if isinstance(value, bool) else number(value)

    return write
