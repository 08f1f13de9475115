"""Digests → the sections of images, texts, PR curves, sounds, layouts and graphs.

Each function answers with blocks, none where nothing of its kind was logged. SECTIONS is in reading
order.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from tbreport import wording
from tbreport.exhibits import Exhibit, Scope, Text
from tbreport.model import RunDigest
from tbreport.report import custom, prcurves
from tbreport.report.document import Block, Facts, Gallery, Prose
from tbreport.report.galleries import slug, tag_order, unique
from tbreport.report.logged import DRAWN, called
from tbreport.report.showcase import Album, GraphTree, Reel
from tbreport.report.texts import without_secrets

MOST_ALBUMS = 80  # of a kind
MOST_GRAPHS = 8
SUFFIXES = ("/text_summary", "/pr_curves", "/audio_summary", "/image_summary")  # of older writers

Blocks = tuple[Block, ...]
Build = Callable[[Sequence[RunDigest]], Blocks]


def counted(blocks: Blocks) -> tuple[Blocks, int | None]:
    """The blocks, and how many things they show; None where there is none."""
    n = sum(
        len(block.charts) if isinstance(block, Gallery) else not isinstance(block, Prose)
        for block in blocks
    )
    return blocks, n or None


def shown_tag(tag: str) -> str:
    """A tag without the suffix that some writers put behind it."""
    return next((tag.removesuffix(end) for end in SUFFIXES if tag.endswith(end)), tag)


def of_kind(digest: RunDigest, kind: str) -> Iterator[Exhibit]:
    return (one for one in digest.exhibits if one.kind == kind)


def albums(digests: Sequence[RunDigest], kind: str) -> Blocks:
    """One album a tag, the runs beside each other."""
    totals = {
        (digest.run, one.tag): one.points
        for digest in digests
        for one in digest.statistics
        if one.kind == kind
    }
    tags = sorted({one.tag for d in digests for one in of_kind(d, kind)}, key=tag_order)
    ids = unique(f"{kind}-{slug(tag)}" for tag in tags)
    found: list[Block] = []
    for id, tag in list(zip(ids, tags, strict=True))[:MOST_ALBUMS]:
        reels = []
        for digest in digests:
            items = tuple(safe(one) for one in of_kind(digest, kind) if one.tag == tag)
            if items:
                reels.append(Reel(digest.run, items, totals.get((digest.run, tag), len(items))))
        without = sum(tag == of and run not in {r.run for r in reels} for run, of in totals)
        found.append(Album(id, kind, shown_tag(tag), tuple(reels), without))
    if tags[MOST_ALBUMS:]:
        count = wording.count(len(tags) - MOST_ALBUMS, "further tag")
        found.append(Prose(f"{count} of {kind.replace('_', ' ')} not shown.", "muted"))
    return tuple(found)


def safe(one: Exhibit) -> Exhibit:
    """An exhibit whose text, if it is one, tells no secret."""
    if not isinstance(one.content, Text):
        return one
    words = without_secrets(one.tag, one.content.words)
    return replace(one, content=replace(one.content, words=words))


def images(digests: Sequence[RunDigest]) -> Blocks:
    return albums(digests, "images")


def text(digests: Sequence[RunDigest]) -> Blocks:
    return albums(digests, "text")


def audio(digests: Sequence[RunDigest]) -> Blocks:
    return albums(digests, "audio")


def pr_curves(digests: Sequence[RunDigest]) -> Blocks:
    """One chart a tag, and a table of what the curves come to."""
    found: list[Block] = []
    tags = sorted({one.tag for d in digests for one in of_kind(d, "pr_curves")}, key=tag_order)
    ids = unique(f"pr-{slug(shown_tag(tag))}" for tag in tags)
    for id, tag in zip(ids, tags, strict=True):
        curves = {
            digest.run: [one for one in of_kind(digest, "pr_curves") if one.tag == tag]
            for digest in digests
        }
        found += prcurves.blocks(id, shown_tag(tag), curves)
    return tuple(found)


def layouts(digests: Sequence[RunDigest]) -> Blocks:
    """The charts that the writers of the logs asked for."""
    charts, notes = custom.charts(digests)
    found: list[Block] = [Gallery(charts)] if charts else []
    return (*found, *(Prose(note, "muted") for note in notes))


def graphs(digests: Sequence[RunDigest]) -> Blocks:
    """Each graph once, with the runs that logged it."""
    holders: dict[Scope, list[str]] = {}
    for digest in digests:
        for one in of_kind(digest, "graphs"):
            if isinstance(one.content, Scope):
                runs = holders.setdefault(one.content, [])
                runs += [digest.run] if digest.run not in runs else []
    ids = unique(f"graph-{slug(runs[0])}" for runs in holders.values())
    found: list[Block] = [
        GraphTree(id, tuple(runs), root)
        for id, (root, runs) in list(zip(ids, holders.items(), strict=True))[:MOST_GRAPHS]
    ]
    if len(holders) > MOST_GRAPHS:
        count = wording.count(len(holders) - MOST_GRAPHS, "further graph")
        found.append(Prose(f"{count} not drawn.", "muted"))
    return tuple(found)


def undrawn(digests: Sequence[RunDigest], beside: Sequence[str]) -> Blocks:
    """What was found and is not drawn: by kind, by flaw, and beside the event files."""
    kinds: Counter[str] = Counter()
    runs: dict[str, set[str]] = {}
    flaws: Counter[tuple[str, str]] = Counter()
    for digest in digests:
        opened = {one.kind for one in digest.exhibits}
        for one in digest.statistics:
            if one.kind not in DRAWN | opened:
                kinds[one.kind] += one.points
                runs.setdefault(one.kind, set()).add(digest.run)
        for exhibit in digest.exhibits:
            if exhibit.content is None:
                flaws[exhibit.kind, exhibit.flaw] += 1
    told = [
        (called(kind, n), f"in {wording.count(len(runs[kind]), 'run')}")
        for kind, n in sorted(kinds.items())
    ]
    told += [(called(kind, n), flaw) for (kind, flaw), n in sorted(flaws.items())]
    told += [(found, "beside the event files, for TensorBoard") for found in beside]
    return (Facts(tuple(told)),) if told else ()


SECTIONS: tuple[tuple[str, str, Build], ...] = (  # id, title, function
    ("images", "Images", images),
    ("text", "Text", text),
    ("pr-curves", "PR curves", pr_curves),
    ("audio", "Audio", audio),
    ("layouts", "Custom layouts", layouts),
    ("graphs", "Model graphs", graphs),
)
