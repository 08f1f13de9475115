"""What was read of an event file ↔ Parquet, by the schema of `docs/remote.md`.

A row is a value: the scalars tag by tag, then the histograms, then references to all else, each in
file order. What is known of the file as a whole is JSON in the metadata.
"""

from __future__ import annotations

import io
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from tbreport.model import Blob, EventFile
from tbreport.reader import arrow
from tbreport.reader.cache import TAIL, last_bytes
from tbreport.reader.kinds import HISTOGRAMS, SCALARS
from tbreport.reader.scan import (
    MOMENTS,
    FileScan,
    HistogramColumns,
    Purge,
    ScalarColumns,
    float64s,
    int64s,
    rises,
)

SCHEMA = 1
KEY = b"tbreport.columns"
PLACE = ("offset", "length", "index")
FACTS = ("size", "records", "good_bytes", "first_wall_time", "last_wall_time", "file_version",
         "writer")  # fmt: skip


@dataclass(frozen=True, slots=True)
class Kept:
    """What was read of a file, up to its last good byte."""

    scan: FileScan
    changed: str  # as `FoundFile.changed`
    given: Mapping[str, str]  # tag → plugin, from the files of the folder before it
    tail: str  # a checksum of the 4 KB before the last good byte
    contents: Mapping[int, bytes]  # of a remote file: the records that blobs are in, by offset

    @property
    def good_bytes(self) -> int:
        return self.scan.file.good_bytes

    @property
    def tail_begin(self) -> int:
        """Where those 4 KB begin."""
        return max(0, self.good_bytes - TAIL)

    def fits(self, path: Path) -> bool:
        """Whether a file that is longer still holds what was read, by those 4 KB."""
        try:
            return last_bytes(path, self.good_bytes).hex() == self.tail
        except OSError:
            return False


def packed(kept: Kept) -> bytes:
    """A Parquet file.

    Raises:
        ValueError: there is a text that UTF-8 cannot hold.
    """
    import pyarrow
    from pyarrow import parquet

    found = kept.scan
    facts = {
        "schema": SCHEMA,
        "file": {name: getattr(found.file, name) for name in FACTS},
        "changed": kept.changed,
        "tail": kept.tail,
        "given": kept.given,
        "plugins": found.plugins,
        "hparams": found.hparams,
        "purges": [[purge.step, purge.wall_time] for purge in found.purges],
    }
    schema = table_schema(json.dumps(facts))
    parts = [
        part(schema, SCALARS, tag, one, value=arrow.numbers(one.values))
        for tag, one in found.scalars.items()
    ]
    for tag, rows in found.histograms.items():
        cells = {name: arrow.numbers(getattr(rows, name)) for name in MOMENTS}
        cells["edges"] = arrow.lists(rows.edges, rows.offsets + np.arange(len(rows.offsets)))
        cells["counts"] = arrow.lists(rows.counts, rows.offsets)
        parts.append(part(schema, HISTOGRAMS, tag, rows, **cells))
    parts.append(references(schema, found.blobs, kept.contents))
    sink = io.BytesIO()
    parquet.write_table(
        pyarrow.concat_tables(parts),
        sink,
        compression="zstd",
        use_dictionary=["kind", "tag"],
        write_statistics=False,
    )
    return sink.getvalue()


def table_schema(facts: str) -> Any:
    """The columns, in their order."""
    import pyarrow

    number, whole = pyarrow.float64(), pyarrow.int64()
    text = pyarrow.dictionary(pyarrow.int32(), pyarrow.string())
    types = {
        "kind": text,
        "tag": text,
        "step": whole,
        "wall_time": number,
        "value": number,
        **dict.fromkeys(MOMENTS, number),
        "edges": pyarrow.list_(number),
        "counts": pyarrow.list_(number),
        **dict.fromkeys(PLACE, whole),
        "content": pyarrow.binary(),
    }
    return pyarrow.schema(list(types.items()), metadata={KEY: facts})


def part(schema: Any, kind: str, tag: str, columns: Any, **made: Any) -> Any:
    """The rows of one tag."""
    length = len(columns.steps)
    made |= {"kind": arrow.named([kind], [length]), "tag": arrow.named([tag], [length])}
    made |= {"step": arrow.numbers(columns.steps)}
    made |= {"wall_time": arrow.numbers(columns.wall_times)}
    return filled(schema, length, made)


def references(schema: Any, blobs: Sequence[Blob], contents: Mapping[int, bytes]) -> Any:
    """The rows of what is no column."""
    once = [1] * len(blobs)
    made = {name: arrow.named([getattr(b, name) for b in blobs], once) for name in ("kind", "tag")}
    for name in ("step", *PLACE):
        made[name] = arrow.numbers(np.array([getattr(blob, name) for blob in blobs], np.int64))
    made["wall_time"] = arrow.numbers(np.array([blob.wall_time for blob in blobs], np.float64))
    made["content"] = arrow.contents([contents.get(blob.offset) for blob in blobs])
    return filled(schema, len(blobs), made)


def filled(schema: Any, length: int, made: Mapping[str, Any]) -> Any:
    """A table of so many rows; of a column that was not made they have no value."""
    import pyarrow

    cells = [
        made[field.name] if field.name in made else arrow.nothing(length, field.type)
        for field in schema
    ]
    return pyarrow.Table.from_arrays(cells, schema=schema)


def unpacked(content: bytes, shown: str, folder: str) -> Kept | None:
    """What was packed, under the names that the file has now; None where it is something else."""
    try:
        return parsed(content, shown, folder)
    except Exception:  # of whatever class: foreign bytes raise what they please
        return None


def parsed(content: bytes, shown: str, folder: str) -> Kept:
    """The same of sound bytes."""
    import pyarrow
    from pyarrow import parquet

    table = parquet.read_table(pyarrow.BufferReader(content)).combine_chunks()
    facts = json.loads(table.schema.metadata[KEY])
    if facts["schema"] != SCHEMA:
        raise ValueError(f"schema {facts['schema']}")
    points = table["offset"].null_count
    scalars: dict[str, ScalarColumns] = {}
    histograms: dict[str, HistogramColumns] = {}
    for one in by_tag(table.slice(0, points)):
        kind, tag = one["kind"][0].as_py(), one["tag"][0].as_py()
        if kind == SCALARS:
            scalars[tag] = scalar_columns(one)
        elif kind == HISTOGRAMS:
            histograms[tag] = histogram_columns(one)
        else:
            raise ValueError(f"{kind} without a place")
    references = table.slice(points).to_pylist()
    blobs = tuple(
        Blob(row["kind"], row["tag"], row["step"], row["wall_time"], shown,
             *(row[name] for name in PLACE))
        for row in references
    )  # fmt: skip
    contents = {row["offset"]: row["content"] for row in references if row["content"] is not None}
    scan = FileScan(
        EventFile(shown, folder, **facts["file"]),
        scalars,
        histograms,
        blobs,
        facts["hparams"],
        tuple(Purge(*purge) for purge in facts["purges"]),
        (),
        facts["plugins"],
    )
    return Kept(scan, facts["changed"], facts["given"], facts["tail"], contents)


def by_tag(table: Any) -> Iterator[Any]:
    """The rows of each tag, which stand together."""
    if not len(table):
        return
    turns = np.zeros(len(table) - 1, bool)
    for name in ("kind", "tag"):
        turns |= np.diff(np.asarray(table[name].combine_chunks().indices)) != 0
    starts = [0, *(np.flatnonzero(turns) + 1).tolist()]
    for start, stop in zip(starts, [*starts[1:], len(table)], strict=True):
        yield table.slice(start, stop - start)


def scalar_columns(part: Any) -> ScalarColumns:
    """The points of one tag."""
    steps = int64s(part["step"].to_numpy())
    times, values = (float64s(part[name].to_numpy()) for name in ("wall_time", "value"))
    return ScalarColumns(steps, times, values, rises(steps))


def histogram_columns(part: Any) -> HistogramColumns:
    """The histograms of one tag.

    Raises:
        ValueError: there is not one edge more than counts.
    """
    edges, counts = (part[name].combine_chunks() for name in ("edges", "counts"))
    ends = np.asarray(counts.offsets).astype(np.int64)
    offsets = int64s(ends - ends[0])
    if not np.array_equal(np.diff(np.asarray(edges.offsets)), np.diff(offsets) + 1):
        raise ValueError("edges do not fit counts")
    return HistogramColumns(
        int64s(part["step"].to_numpy()),
        float64s(part["wall_time"].to_numpy()),
        offsets,
        float64s(edges.flatten().to_numpy()),
        float64s(counts.flatten().to_numpy()),
        *(float64s(part[name].to_numpy()) for name in MOMENTS),
    )
