"""Findings as a reader meets them: each cause, and folded below it what follows from it.

What many runs have alike is told of the first few of them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from tbreport import wording
from tbreport.report.document import FindingItem

MANY_ALIKE = 5  # stories that begin with the same finding; of more, some are folded
TOLD_ALIKE = 3  # of them that stand open, the gravest
NAMED = 4  # runs of those that are folded


@dataclass(frozen=True, slots=True)
class Story:
    """A cause and what follows from it; of an accepted one, all of it is folded."""

    lead: FindingItem
    follows: tuple[FindingItem, ...] = ()

    @property
    def accepted(self) -> bool:
        return all(item.finding.accepted for item in (self.lead, *self.follows))


@dataclass(frozen=True, slots=True)
class Chapter:
    """A story; or those that begin alike, beyond the first few."""

    stories: tuple[Story, ...]
    is_folded: bool = False

    @property
    def runs(self) -> str:
        """Whose stories these are, in a few words."""
        return wording.listed([story.lead.finding.run for story in self.stories], NAMED)


def chapters(items: Iterable[FindingItem]) -> list[Chapter]:
    """The stories in order; what many of them have alike folded behind the first few."""
    stories = told(items)
    alike = Counter(story.lead.finding.code for story in stories if not story.accepted)
    found: list[Chapter] = []
    places: dict[str, int] = {}  # of the chapter in which a code is folded
    seen: Counter[str] = Counter()
    for story in stories:
        code = story.lead.finding.code
        seen[code] += not story.accepted
        if story.accepted or alike[code] <= MANY_ALIKE or seen[code] <= TOLD_ALIKE:
            found.append(Chapter((story,)))
        elif code in places:
            before = found[places[code]].stories
            found[places[code]] = Chapter((*before, story), is_folded=True)
        else:
            places[code] = len(found)
            found.append(Chapter((story,), is_folded=True))
    return found


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
