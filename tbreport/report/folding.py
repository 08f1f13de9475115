"""Findings as a reader meets them: each cause, and folded below it what follows from it.

What many runs have alike is told of the first few of them; of the first, if it is information.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from tbreport import wording
from tbreport.model import Severity
from tbreport.report.document import FindingItem

# Stories that begin with the same finding, of more of which some are folded; and how many of them,
# the gravest, stand open.
MANY_ALIKE: Mapping[Severity, int] = {"error": 5, "warning": 5, "info": 2}
TOLD_ALIKE: Mapping[Severity, int] = {"error": 3, "warning": 3, "info": 1}
NAMED = 4  # runs of those that are folded


@dataclass(frozen=True, slots=True)
class Story:
    """A cause and what follows from it; of an accepted one, all of it is folded."""

    lead: FindingItem
    follows: tuple[FindingItem, ...] = ()

    @property
    def kind(self) -> tuple[str, bool]:
        """Its code, and whether it is information: of a detector that is both, each by itself."""
        return self.lead.finding.code, self.lead.finding.severity == "info"

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
    alike = Counter(story.kind for story in stories if not story.accepted)
    found: list[Chapter] = []
    places: dict[tuple[str, bool], int] = {}  # of the chapter in which a kind is folded
    seen: Counter[tuple[str, bool]] = Counter()
    for story in stories:
        kind, severity = story.kind, story.lead.finding.severity
        seen[kind] += not story.accepted
        is_open = alike[kind] <= MANY_ALIKE[severity] or seen[kind] <= TOLD_ALIKE[severity]
        if story.accepted or is_open:
            found.append(Chapter((story,)))
        elif kind in places:
            before = found[places[kind]].stories
            found[places[kind]] = Chapter((*before, story), is_folded=True)
        else:
            places[kind] = len(found)
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
