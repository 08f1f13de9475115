"""A run's blobs → the exhibits that its digest keeps: few steps of each tag, within a budget.

Which blobs are opened follows from their kinds, tags, steps and lengths alone: last steps first,
then first ones, then those between. What stays closed is counted by the statistics.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import groupby
from typing import Any

import numpy as np

from tbreport.analysis import clips, pictures, scopes
from tbreport.analysis.prcurves import average_precision, best_threshold
from tbreport.analysis.thin import evenly
from tbreport.exhibits import Clip, Content, Exhibit, Picture, PrCurve, Text
from tbreport.model import Blob, Float64s

Decode = Callable[[Blob], Any]  # raises ValueError with a clause for the reader
Shown = tuple[Content | None, str]  # and the flaw

MOST_STEPS: Mapping[str, int] = {  # of a tag, that are shown
    "images": 12,
    "audio": 6,
    "text": 12,
    "pr_curves": 12,
    "custom_scalars": 1,
    "graphs": 2,
}
MOST_TAGS = 60  # of a kind
MOST_ITEMS = 16  # images or clips that were logged together
GRAPH_SHARE = 20  # a graph's record counts for a twentieth
LONGEST_TEXT = 10_000  # characters
CURVE_POINTS = 101


def exhibits(blobs: Sequence[Blob], decode: Decode, budget: int) -> tuple[Exhibit, ...]:
    """What of a run's blobs is shown, by kind, tag and step.

    Args:
        budget: bytes of all records together; of a graph, whose tree is small, a share.
    """
    if budget <= 0:
        return ()
    wanted: list[tuple[int, Blob]] = []
    for kind in MOST_STEPS:
        of_kind = sorted((blob for blob in blobs if blob.kind == kind), key=by_tag)
        grouped = [list(group) for _, group in groupby(of_kind, key=lambda blob: blob.tag)]
        for group in grouped[:MOST_TAGS]:
            wanted += in_order(group, MOST_STEPS[kind])
    found = []
    for _, blob in sorted(wanted, key=lambda pair: pair[0]):
        cost = blob.length // GRAPH_SHARE if blob.kind == "graphs" else blob.length
        if cost <= budget:
            budget -= cost
            found.append(exhibit(blob, decode))
    return tuple(sorted(found, key=lambda one: (one.kind, one.tag, one.step)))


def by_tag(blob: Blob) -> tuple[str, int, float]:
    return blob.tag, blob.step, blob.wall_time


def in_order(blobs: Sequence[Blob], most: int) -> list[tuple[int, Blob]]:
    """At most so many steps of a tag, spread evenly, each with its place in the queue.

    Of several blobs at one step the latest counts; graphs, which have no steps, all count.
    """
    if blobs[0].kind != "graphs":
        blobs = list({blob.step: blob for blob in blobs}.values())
    places = evenly(len(blobs), most)
    order = [places[-1], *places[:-1]] if most > 1 else [places[-1]]
    return list(enumerate(blobs[place] for place in order))


def exhibit(blob: Blob, decode: Decode) -> Exhibit:
    """One blob, opened; with a flaw where it cannot be shown."""
    try:
        content, flaw = SHOWN[blob.kind](decode(blob))
    except ValueError as reason:
        content, flaw = None, str(reason)
    return Exhibit(blob.kind, blob.tag, blob.step, blob.wall_time, content, flaw)


def each(
    show: Callable[[bytes], Picture] | Callable[[bytes], Clip],
) -> Callable[[list[bytes]], Shown]:
    """Shows what was logged together; one that cannot be shown does not hide the others."""

    def show_all(encoded: list[bytes]) -> Shown:
        shown, flaws = [], []
        for one in encoded[:MOST_ITEMS]:
            try:
                shown.append(show(one))
            except ValueError as reason:
                flaws.append(str(reason))
        if encoded[MOST_ITEMS:]:
            flaws.append(f"{len(encoded) - MOST_ITEMS:,} more were logged at this step")
        if not encoded:
            flaws.append("nothing was logged at this step")
        return tuple(shown) or None, "; ".join(dict.fromkeys(flaws))  # type: ignore[return-value]

    return show_all


def whole(show: Callable[[Any], Content]) -> Callable[[Any], Shown]:
    """Shows content that is of one piece."""
    return lambda found: (show(found), "")


def text(words: str) -> Text:
    return Text(words[:LONGEST_TEXT], len(words))


def pr_curve(rows: Float64s) -> PrCurve:
    """Precision and recall of six rows, at most `CURVE_POINTS` thresholds.

    Raises:
        ValueError: there are fewer than two thresholds, or values that are no shares.
    """
    n = rows.shape[1]
    if n < 2:
        raise ValueError("it has fewer than two thresholds")
    precision, recall = rows[4], rows[5]
    if not (np.isfinite(precision).all() and np.isfinite(recall).all()):
        raise ValueError("precision or recall is not finite")
    if min(precision.min(), recall.min()) < -1e-6 or max(precision.max(), recall.max()) > 1 + 1e-6:
        raise ValueError("precision or recall is outside 0 … 1")
    # Writers put 0 where no prediction is positive, which would draw a line into the corner.
    empty = (rows[0] + rows[1] == 0) & (recall == 0)
    precision = np.where(empty & ~empty.all(), np.nan, np.clip(precision, 0.0, 1.0))
    recall = np.clip(recall, 0.0, 1.0)
    places = evenly(n, CURVE_POINTS)
    measured = average_precision(precision, recall), *best_threshold(precision, recall)
    return PrCurve(precision[places], recall[places], *measured)


SHOWN: Mapping[str, Callable[[Any], Shown]] = {
    "images": each(pictures.picture),
    "audio": each(clips.clip),
    "text": whole(text),
    "pr_curves": whole(pr_curve),
    "custom_scalars": whole(lambda found: found),
    "graphs": whole(scopes.tree),
}
