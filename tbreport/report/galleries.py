"""Digests → chart blocks: which curves stand together, under which names, with which marks."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

import numpy as np

from tbreport import wording
from tbreport.model import Display, Finding, RunDigest, Statistics
from tbreport.report.document import Chart, Mark, Trace
from tbreport.wording import Natural, natural

UNGROUPED = "other"
CLOSE_UP = frozenset({"TB203"})  # what is a line of a pixel in the curve of a whole run
BESIDE = 50  # points on either side of it
USUAL, TALLEST = 0.95, 2.0  # a pause: so many times what so many of the steps take at most
MOST_CURVES = 3  # beside a finding


def slug(text: str) -> str:
    """An id that is safe in an address: letters, digits and single dashes."""
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-") or "x"


def group_of(tag: str) -> str:
    """The prefix before the first "/", as TensorBoard groups its cards."""
    return tag.split("/", 1)[0] if "/" in tag else UNGROUPED


def unique(ids: Iterable[str]) -> list[str]:
    """The same ids in order, told apart by a number where two are alike."""
    wanted = list(ids)
    taken = set(wanted)
    numbers: dict[str, int] = {}
    found = []
    for id in wanted:
        chosen = id
        while id in numbers and chosen in taken:
            numbers[id] += 1
            chosen = f"{id}-{numbers[id]}"
        numbers.setdefault(id, 1)
        taken.add(chosen)
        found.append(chosen)
    return found


def trace(digest: RunDigest, statistics: Statistics) -> Trace:
    """One series as a line."""
    tag = statistics.tag
    return Trace(
        digest.run,
        tag,
        digest.display[tag],
        statistics.role.split,
        statistics.renumbered,
        restarts(digest, tag) if digest.superseded else (),
    )


def restarts(digest: RunDigest, tag: str) -> tuple[int, ...]:
    """The steps at which a later attempt took a series over."""
    steps = {
        found.first_step
        for found in digest.superseded
        if found.tag == tag and found.reason in ("resumed", "abandoned")
    }
    return tuple(sorted(steps))


def scalar_statistics(digest: RunDigest) -> dict[str, Statistics]:
    """The statistics of the scalar series by tag."""
    return {found.tag: found for found in digest.statistics if found.kind == "scalars"}


def scalars(digests: Sequence[RunDigest]) -> tuple[Chart, ...]:
    """One chart a tag over all runs that have it, by group."""
    by_tag: dict[str, list[Trace]] = {}
    for digest in digests:
        for tag, statistics in scalar_statistics(digest).items():
            by_tag.setdefault(tag, []).append(trace(digest, statistics))
    tags = sorted(by_tag, key=tag_order)
    ids = unique(f"scalar-{slug(tag)}" for tag in tags)
    found = []
    for id, tag in zip(ids, tags, strict=True):
        traces = tuple(by_tag[tag])
        found.append(Chart(id, tag, group_of(tag), traces, (), description(tag, traces)))
    return tuple(found)


def tag_order(tag: str) -> tuple[bool, Natural, Natural]:
    """By group, those without one last."""
    group = group_of(tag)
    return group == UNGROUPED, natural(group), natural(tag)


def pairs(digests: Sequence[RunDigest]) -> tuple[Chart, ...]:
    """Training against validation, one chart a run and metric; losses first."""
    wanted = [
        (metric != "loss", metric, digest, train, val)
        for digest in digests
        for metric, train, val in digest.pairs
    ]
    wanted.sort(key=lambda found: (*found[:2], natural(found[2].run)))
    ids = unique(f"pair-{slug(metric)}-{slug(digest.run)}" for _, metric, digest, _, _ in wanted)
    found = []
    for id, (_, metric, digest, train, val) in zip(ids, wanted, strict=True):
        known = scalar_statistics(digest)
        traces = (trace(digest, known[train]), trace(digest, known[val]))
        marks = []
        statistics = known[val]
        if statistics.best_step is not None:
            step = statistics.best_step
            marks.append(Mark((step, step), "plain", f"best {step:,}"))
        title = digest.run if digest.run != "." else metric
        text = f"{metric} of {digest.run}: {description('', traces)}"
        found.append(Chart(id, title, metric, traces, tuple(marks), text))
    return tuple(found)


def evidence(finding: Finding, digest: RunDigest | None, anchor: str) -> Chart | None:
    """The curves that a finding speaks of, its steps shaded; None where there are none.

    Of more than a chart can hold, the losses: others share neither scale nor meaning.
    """
    if digest is None:
        return None
    statistics = scalar_statistics(digest)
    known = [statistics[tag] for tag in finding.tags if tag in statistics]
    losses = [found for found in known if found.role.metric == "loss"]
    chosen = losses if losses and len(known) > MOST_CURVES else known
    traces = tuple(trace(digest, found) for found in chosen[:MOST_CURVES])
    if not traces or finding.steps is None:
        return None
    if finding.code in CLOSE_UP:
        traces = tuple(replace(one, points=around(one.points, finding.steps)) for one in traces)
    if finding.code in OF_THE_CLOCK:
        title, measure = OF_THE_CLOCK[finding.code]
        traces = tuple(replace(one, tag=title, points=measure(one.points)) for one in traces)
    marks = [Mark(finding.steps, finding.severity, finding.name)]
    best = finding.evidence.get("best_step")
    if best is not None:
        marks.append(Mark((int(best), int(best)), "plain", f"best {int(best):,}"))
    tags = " and ".join(found.tag for found in traces)
    crossed = finding.evidence.get("threshold")
    text = description("", traces)
    text += "" if crossed is None else f"; threshold {wording.number(crossed)}"
    id = f"evidence-{anchor}"
    return Chart(id, tags, "", traces, tuple(marks), text, threshold=crossed)


def around(points: Display, steps: tuple[int, int]) -> Display:
    """The points between two steps, and some on either side."""
    first = int(np.searchsorted(points.steps, steps[0]))
    last = int(np.searchsorted(points.steps, steps[1], "right"))
    kept = slice(max(0, first - BESIDE), last + BESIDE)
    return Display(points.steps[kept], points.wall_times[kept], points.values[kept])


def paces(points: Display) -> Display:
    """The seconds that a step took, up to each point but the first; beside a pause, whole, a
    shift could not be seen.
    """
    seconds = np.diff(points.wall_times) / np.diff(points.steps)
    seconds = np.minimum(seconds, TALLEST * np.quantile(seconds, USUAL))
    return Display(points.steps[1:], points.wall_times[1:], seconds)


def elapsed(points: Display) -> Display:
    """The hours since the first point."""
    hours = (points.wall_times - points.wall_times[:1]) / 3600
    return Display(points.steps, points.wall_times, hours)


# Findings about times: what is drawn in place of the values, and its name.
OF_THE_CLOCK: dict[str, tuple[str, Callable[[Display], Display]]] = {
    "TB412": ("seconds a step, pauses cut", paces),
    "TB415": ("hours since the start", elapsed),
}


def description(tag: str, traces: Sequence[Trace]) -> str:
    """What a chart shows, in words, for those who cannot see it."""
    parts = [
        f"{line.run if tag else line.tag} {wording.number(last_value(line.points))}"
        for line in traces[:8]
    ]
    more = f" and {len(traces) - 8:,} more" if len(traces) > 8 else ""
    head = f"{tag}: {wording.count(len(traces), 'run')}, last values: " if tag else "last values: "
    return head + ", ".join(parts) + more


def last_value(points: Display) -> float:
    """The last finite value; NaN where there is none."""
    finite = points.values[np.isfinite(points.values)]
    return float(finite[-1]) if len(finite) else float("nan")
