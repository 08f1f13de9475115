"""One folder's scans → the series, histograms and blobs that count.

A tag may go on in the next file. The attempts are resolved tag by tag; a tag that stands as it was
written, which is the rule, is handed on without a look at its points.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from operator import itemgetter
from typing import Any, TypeVar

import numpy as np

from tbreport.model import (
    Blob,
    EventFile,
    HistogramSeries,
    HParam,
    Problem,
    Series,
    SetAside,
    Source,
)
from tbreport.reader.attempts import Indices, Part, Resolution, resolve
from tbreport.reader.kinds import HPARAMS
from tbreport.reader.scan import (
    MOMENTS,
    FileScan,
    HistogramColumns,
    Purge,
    ScalarColumns,
    rises,
)

Columns = TypeVar("Columns", ScalarColumns, HistogramColumns)


@dataclass(frozen=True, slots=True)
class Folder:
    """One folder, read and resolved, before it is given its place in a run."""

    name: str
    files: tuple[EventFile, ...]
    scalars: Mapping[str, Series]
    histograms: Mapping[str, HistogramSeries]
    blobs: tuple[Blob, ...]
    hparams: Mapping[str, HParam]
    problems: tuple[Problem, ...]
    superseded: tuple[SetAside, ...]

    def contents(self) -> tuple[frozenset[str], bool]:
        """Its tags, and whether an hparams session starts in it."""
        blobs = {blob.tag for blob in self.blobs if blob.kind != HPARAMS}
        return frozenset(blobs | self.scalars.keys() | self.histograms.keys()), bool(self.hparams)


def resolved(name: str, scans: Sequence[FileScan]) -> Folder:
    """Decide which points of a folder count, from the scans of its files in name order."""
    purges = [purge for found in scans for purge in found.purges]
    blobs: dict[tuple[str, str], list[list[Blob]]] = {}
    for number, found in enumerate(scans):
        for blob in found.blobs:
            rows = blobs.setdefault((blob.kind, blob.tag), [[] for _ in scans])
            rows[number].append(blob)
    resolver = Resolver(scans, purges)
    scalars = {
        tag: resolver.scalars(name, tag, columns)
        for tag, columns in by_tag(found.scalars for found in scans)
    }
    histograms = {
        tag: resolver.histograms(name, tag, columns)
        for tag, columns in by_tag(found.histograms for found in scans)
    }
    kept = [blob for key in sorted(blobs) for blob in resolver.blobs(key[1], blobs[key])]
    hparams: dict[str, HParam] = {}
    for found in scans:
        hparams.update(found.hparams)
    return Folder(
        name,
        tuple(found.file for found in scans),
        scalars,
        histograms,
        tuple(kept),
        hparams,
        tuple(problem for found in scans for problem in found.problems),
        tuple(resolver.superseded),
    )


class Resolver:
    """Resolves one folder's tags, and keeps the account of what was set aside."""

    def __init__(self, scans: Sequence[FileScan], purges: Sequence[Purge]) -> None:
        self.scans = scans
        self.purges = purges
        self.superseded: list[SetAside] = []

    @cached_property
    def spans(self) -> list[tuple[float, float]]:
        """First and last wall time of each file."""
        return [span(found) for found in self.scans]

    @cached_property
    def weights(self) -> list[int]:
        """Points of each file."""
        return [sum(len(found.steps) for found in columns_of(s)) for s in self.scans]

    def resolve(self, tag: str, columns: Mapping[int, Any]) -> Resolution:
        """Resolve the points of a tag; `columns` are those of the scans that have it."""
        parts = [
            Part(
                self.scans[number].file.path,
                found.steps,
                found.wall_times,
                self.spans[number],
                self.weights[number],
            )
            for number, found in columns.items()
        ]
        resolution = resolve(tag, parts, self.purges)
        self.superseded += resolution.set_aside
        read = sum(len(part.steps) for part in parts)
        assert read == len(resolution.order) + sum(s.points for s in resolution.set_aside)
        return resolution

    def scalars(self, folder: str, tag: str, columns: Mapping[int, ScalarColumns]) -> Series:
        source = Source(folder, tag)
        if len(columns) == 1 and not self.purges:
            (whole,) = columns.values()
            if whole.rising or rises(whole.steps):
                return Series(folder, tag, source, whole.steps, whole.wall_times, whole.values)
        resolution = self.resolve(tag, columns)
        steps, original = numbering(resolution, columns)
        return Series(
            folder,
            tag,
            source,
            steps,
            taken(columns, "wall_times", resolution.order),
            taken(columns, "values", resolution.order),
            original,
        )

    def histograms(
        self, folder: str, tag: str, columns: Mapping[int, HistogramColumns]
    ) -> HistogramSeries:
        source = Source(folder, tag)
        if len(columns) == 1 and not self.purges:
            (whole,) = columns.values()
            if rises(whole.steps):
                arrays = (getattr(whole, field) for field in HistogramColumns.__slots__)
                return HistogramSeries(folder, tag, source, *arrays)
        resolution = self.resolve(tag, columns)
        steps, original = numbering(resolution, columns)
        order = resolution.order
        offsets, edges, counts = ragged(list(columns.values()), order)
        moments = {name: taken(columns, name, order) for name in MOMENTS}
        return HistogramSeries(
            folder,
            tag,
            source,
            steps,
            taken(columns, "wall_times", order),
            offsets,
            edges,
            counts,
            **moments,
            original_steps=original,
        )

    def blobs(self, tag: str, rows: Sequence[Sequence[Blob]]) -> list[Blob]:
        """The blobs of one kind and tag that count; renumbered steps stay as written."""
        flat = [blob for row in rows for blob in row]
        # A summary may hold several values of a kind without a tag of their own (run metadata).
        if not tag:
            return flat
        columns = {
            number: ScalarColumns(
                np.array([blob.step for blob in row], np.int64),
                np.array([blob.wall_time for blob in row]),
                np.empty(0),
            )
            for number, row in enumerate(rows)
            if row
        }
        return [flat[index] for index in self.resolve(tag, columns).order]


def by_tag(files: Iterable[Mapping[str, Columns]]) -> list[tuple[str, dict[int, Columns]]]:
    """Each tag with the columns that files have of it, by the file's number; sorted by tag."""
    found: dict[str, dict[int, Columns]] = {}
    for number, columns in enumerate(files):
        for tag, one in columns.items():
            found.setdefault(tag, {})[number] = one
    return sorted(found.items(), key=itemgetter(0))


def columns_of(found: FileScan) -> list[ScalarColumns | HistogramColumns]:
    """Every column of a file."""
    return [*found.scalars.values(), *found.histograms.values()]


def span(found: FileScan) -> tuple[float, float]:
    """First and last wall time of a file's points, of its blobs where it has none.

    Its version event does not count: TensorFlow cuts that one's time to whole seconds, by which a
    file would begin before the last point of the one that it resumes.
    """
    times = [columns.wall_times for columns in columns_of(found) if len(columns.wall_times)]
    if not times:
        times = [np.array([blob.wall_time for blob in found.blobs])]
    if not len(times[0]):
        return 0.0, 0.0
    return float(min(t.min() for t in times)), float(max(t.max() for t in times))


def taken(columns: Mapping[int, Any], name: str, order: Indices) -> Any:
    """One column over all parts in the order that was resolved, read-only."""
    whole = [getattr(found, name) for found in columns.values()]
    if len(whole) == 1 and len(order) == len(whole[0]) and (np.diff(order) == 1).all():
        return whole[0]
    array = np.concatenate(whole)[order]
    array.setflags(write=False)
    return array


def numbering(resolution: Resolution, columns: Mapping[int, Any]) -> tuple[Any, Any]:
    """Steps, and the steps as written where they were renumbered."""
    steps = resolution.steps
    steps.setflags(write=False)
    return steps, taken(columns, "steps", resolution.order) if resolution.renumbered else None


def ragged(parts: Sequence[HistogramColumns], order: Indices) -> tuple[Any, Any, Any]:
    """Offsets, edges and counts of the histograms in the order that was resolved."""
    if len(parts) == 1 and len(order) == len(parts[0].steps) and (np.diff(order) == 1).all():
        return parts[0].offsets, parts[0].edges, parts[0].counts
    edges, counts = [], []
    for part in parts:
        stops = part.offsets[1:]
        counts += np.split(part.counts, stops[:-1])
        edges += np.split(part.edges, (stops + np.arange(1, len(stops) + 1))[:-1])
    chosen = [counts[index] for index in order]
    offsets = np.concatenate([[0], np.cumsum([len(found) for found in chosen])]).astype(np.int64)
    arrays = (
        offsets,
        np.concatenate([edges[index] for index in order] or [np.empty(0)]),
        np.concatenate(chosen or [np.empty(0)]),
    )
    for array in arrays:
        array.setflags(write=False)
    return arrays
