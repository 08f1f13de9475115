"""Findings as a reader meets them: each cause, and folded below it what follows from it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from tbreport.report.document import FindingItem


@dataclass(frozen=True, slots=True)
class Story:
    """A cause and what follows from it; of an accepted one, all of it is folded."""

    lead: FindingItem
    follows: tuple[FindingItem, ...] = ()

    @property
    def accepted(self) -> bool:
        return all(item.finding.accepted for item in (self.lead, *self.follows))


def told(items: Iterable[FindingItem]) -> list[Story]:
    """Findings in the order of their stories → the stories.

    What follows from an accepted finding and is not accepted itself stands alone.
    """
    stories: list[Story] = []
    for item in items:
        last = stories[-1] if stories else None
        if last is not None and belongs(item, last.lead):
            stories[-1] = Story(last.lead, (*last.follows, item))
        else:
            stories.append(Story(item))
    return stories


def belongs(item: FindingItem, lead: FindingItem) -> bool:
    """Whether a finding is told, and folded, with the one before it."""
    ours, theirs = item.finding, lead.finding
    follows = bool(item.follows) and ours.run == theirs.run
    return follows and (bool(ours.accepted) or not theirs.accepted)
