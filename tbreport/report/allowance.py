"""A report whose images, sounds and texts keep to a budget of bytes.

The last step of every run goes first, then first steps, then those between, so that a short budget
shows every run once before it shows one of them often.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from tbreport import wording
from tbreport.exhibits import Clip, Exhibit, Picture, Text
from tbreport.report.document import Block, Prose, Report, Section
from tbreport.report.showcase import Album, Reel

MARKUP = 200  # bytes of HTML around one


def within(report: Report, budget: int) -> Report:
    """The report as it is, or with fewer exhibits and a line that says so."""
    places = [
        (place, cost(item), (album.id, reel.run, item.step))
        for album in every_album(report)
        for reel in album.reels
        for place, item in queue(reel)
    ]
    if sum(size for _, size, _ in places) <= budget:
        return report
    kept = set()
    for _, size, key in sorted(places, key=lambda found: found[0]):
        if size <= budget:
            budget -= size
            kept.add(key)
    sections = tuple(replace(one, blocks=tuple(lighter(one, kept))) for one in report.sections)
    return replace(report, sections=sections)


def every_album(report: Report) -> Iterator[Album]:
    for section in report.sections:
        yield from (block for block in section.blocks if isinstance(block, Album))


def queue(reel: Reel) -> Iterator[tuple[int, Exhibit]]:
    """The items of a reel, each with its turn."""
    yield 0, reel.items[-1]
    yield from enumerate(reel.items[:-1], 1)


def cost(item: Exhibit) -> int:
    """The bytes that an exhibit takes in the page."""
    if isinstance(item.content, Text):
        return MARKUP + 2 * len(item.content.words.encode())
    if not isinstance(item.content, tuple):
        return MARKUP
    encoded = (one for one in item.content if isinstance(one, Picture | Clip))
    return sum(MARKUP + len(one.encoded) * 4 // 3 for one in encoded)


def lighter(section: Section, kept: set[tuple[str, str, int]]) -> Iterator[Block]:
    """A section's blocks without what is not kept, and a line on what is missing."""
    before = after = 0
    for block in section.blocks:
        if not isinstance(block, Album):
            yield block
            continue
        reels = []
        for reel in block.reels:
            items = tuple(item for item in reel.items if (block.id, reel.run, item.step) in kept)
            before, after = before + len(reel.items), after + len(items)
            if items:
                reels.append(replace(reel, items=items))
        if reels:
            missing = len(block.reels) - len(reels)
            yield replace(block, reels=tuple(reels), left_out=block.left_out + missing)
    if after < before:
        text = (
            f"{after:,} of {wording.count(before, 'step')} shown; the rest exceeds the page's size."
        )
        yield Prose(text, "muted")
