"""What the settings say of some runs alone, laid over what they say of all.

``[overrides."PATTERN".detectors]`` and ``[overrides."PATTERN".roles]`` have the keys of
``[detectors]`` and ``[roles]`` and hold for the runs in whose name the pattern is found; where
several are, the last one in the file has the last word. `ignore` and `accepted` are added to, all
else is replaced.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from tbreport.analysis.detector import DetectorSettings
from tbreport.analysis.roles import RoleRules
from tbreport.settings import Settings, Table

ADDED_TO = frozenset({"ignore", "accepted"})


@dataclass(frozen=True, slots=True)
class Judgement:
    """By what a run is judged: the detectors with their options, and what tags mean."""

    detectors: DetectorSettings
    roles: RoleRules


@dataclass(frozen=True, slots=True)
class RunSettings:
    """What holds for all runs, and for those whose name a pattern is found in."""

    of_all: Judgement
    entries: tuple[re.Pattern[str], ...] = ()
    # by which of the entries hold: every combination that a run can meet is made when it is met
    combined: dict[tuple[int, ...], Judgement] = field(default_factory=dict, compare=False)
    settings: Settings = field(default_factory=Settings)

    @classmethod
    def parse(cls, settings: Settings) -> RunSettings:
        """Read ``[detectors]``, ``[roles]`` and ``[overrides]``, the latter whether met or not.

        Raises:
            UnknownSetting, BadSetting: a key, a value or a regular expression that is none.
        """
        of_all = judgement(settings.table("detectors"), settings.table("roles"))
        overrides = settings.table("overrides")
        for pattern in overrides.values:
            entry = overrides.sub(pattern)
            entry.check_keys(("detectors", "roles"))
            judgement(entry.sub("detectors"), entry.sub("roles"))
        patterns = tuple(overrides.pattern(pattern) for pattern in overrides.values)
        return cls(of_all, patterns, {}, settings)

    def of(self, run: str) -> Judgement:
        """What holds for a run."""
        met = tuple(i for i, pattern in enumerate(self.entries) if pattern.search(run))
        if not met:
            return self.of_all
        if met not in self.combined:
            self.combined[met] = self.combine([self.entries[i].pattern for i in met])
        return self.combined[met]

    def combine(self, patterns: Iterable[str]) -> Judgement:
        """What holds where several overrides do."""
        overrides = self.settings.table("overrides")
        detectors, roles = self.settings.table("detectors"), self.settings.table("roles")
        for pattern in patterns:
            entry = overrides.sub(pattern)
            detectors = replace(
                detectors, values=merged(detectors.values, entry.sub("detectors").values)
            )
            # the first pattern that is found in a tag decides, so the override's go first
            own = entry.sub("roles").values
            rest = {tags: role for tags, role in roles.values.items() if tags not in own}
            roles = replace(roles, values={**own, **rest})
        return judgement(detectors, roles)


def judgement(detectors: Table, roles: Table) -> Judgement:
    """Read both tables."""
    return Judgement(DetectorSettings.parse(detectors), RoleRules.parse(roles))


def merged(below: Mapping[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    """Both in one, at every depth; where both have a key, the value above."""
    found = dict(below)
    for key, value in above.items():
        if isinstance(value, Mapping) and isinstance(below.get(key), Mapping):
            found[key] = merged(below[key], value)
        elif key in ADDED_TO:
            found[key] = [*below.get(key, []), *value]
        else:
            found[key] = value
    return found
