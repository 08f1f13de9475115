"""What the settings say of findings themselves: known ones that are accepted, other severities.

``[[detectors.accepted]]`` names a detector, the runs by a pattern, a reason and the last day on
which it holds; the finding is then shown, folded, and counts no more. ``[detectors.severity]``
gives the findings of a detector another severity.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime

from tbreport.analysis.selection import means
from tbreport.dating import source_date
from tbreport.errors import BadSetting, UnknownSetting
from tbreport.model import SEVERITIES, Finding, Severity
from tbreport.settings import Table, nearest


@dataclass(frozen=True, slots=True)
class Acceptance:
    """A finding that is known."""

    finding: str  # a code, the beginning of one, or a detector's name
    run: re.Pattern[str]
    reason: str
    until: date  # the last day

    def speaks_of(self, found: Finding) -> bool:
        """Whether it was meant for a finding, expired or not."""
        return means(self.finding, found.code, found.name) and bool(self.run.search(found.run))


def read_acceptances(table: Table, detectors: Mapping[str, str]) -> tuple[Acceptance, ...]:
    """The list under `accepted`; the detectors are code → name.

    Raises:
        UnknownSetting, BadSetting: a key, a detector, a pattern or a date that is none.
    """
    entries = table.value("accepted", list, [])
    return tuple(read_acceptance(table, entry, detectors) for entry in entries)


def read_acceptance(table: Table, entry: object, detectors: Mapping[str, str]) -> Acceptance:
    """One entry."""
    if not isinstance(entry, dict):
        raise BadSetting(f"'accepted' in [{table.name}] of {table.path} should list tables")
    held = Table(f"{table.name}.accepted", table.path, entry)
    held.check_keys(("finding", "run", "reason", "until"))
    finding = held.value("finding", str, "")
    reason, until = held.value("reason", str, ""), entry.get("until")
    if not any(means(finding, code, name) for code, name in detectors.items()):
        raise UnknownSetting(
            f"{finding!r} in [{held.name}] of {table.path} is no detector",
            hint=nearest(finding, [*detectors.values(), *detectors], "tbreport explain"),
        )
    if not reason.strip():
        raise BadSetting(f"[{held.name}] of {table.path} accepts {finding!r} without a reason")
    if not isinstance(until, date) or isinstance(until, datetime):
        raise BadSetting(
            f"'until' in [{held.name}] of {table.path} is {until!r}, but should be a date "
            "such as 2027-01-31"
        )
    return Acceptance(finding, held.expression("run"), reason, until)


def read_severities(table: Table, names: Collection[str]) -> dict[str, Severity]:
    """Severities by detectors' names.

    Raises:
        UnknownSetting, BadSetting: a detector or a severity that is none.
    """
    held = table.sub("severity")
    held.check_keys(names)
    return {name: held.choice(name, SEVERITIES) for name in held.values}


def settled(
    findings: Iterable[Finding],
    acceptances: Collection[Acceptance],
    severities: Mapping[str, Severity],
) -> tuple[Finding, ...]:
    """The findings with the severities and acceptances of the settings.

    One whose acceptance has expired counts again, and says why it is back.
    """
    if not acceptances and not severities:
        return tuple(findings)
    today = this_day()
    told = []
    for one in findings:
        if one.name in severities:
            one = replace(one, severity=severities[one.name])
        known = [acceptance for acceptance in acceptances if acceptance.speaks_of(one)]
        if known:
            last = max(known, key=lambda acceptance: acceptance.until)
            if today <= last.until:
                one = replace(one, accepted=last.reason, accepted_until=str(last.until))
            else:
                told_then = f"It was accepted until {last.until} ({last.reason}): decide anew."
                one = replace(one, advice=f"{told_then} {one.advice}".strip())
        told.append(one)
    return tuple(told)


def this_day() -> date:
    """The day, in UTC; SOURCE_DATE_EPOCH where it is set, so that a report can be made again."""
    made = source_date()
    return (datetime.now(UTC) if made is None else datetime.fromtimestamp(made, UTC)).date()
