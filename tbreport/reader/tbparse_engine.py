"""The `tbparse` engine: the same columns by an independent reader, for a second opinion.

tbparse reads through TensorBoard's loader, which stops at the first damaged record without a word,
and hands out neither offsets nor metadata: no blob, no hparam and no problem comes from here, and
TF2's scalars are read from its tensors.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np

from tbreport.model import EventFile
from tbreport.reader import buckets
from tbreport.reader.scan import FileScan, HistogramColumns, ScalarColumns, float64s, int64s

COLUMNS = {"wall_time", "min", "max", "num", "sum", "sum_squares"}
TYPES = {"scalars", "tensors", "histograms"}


def scan(path: Path, shown: str, folder: str, plugins: Mapping[str, str]) -> FileScan:
    """Read one file whole; the arguments are those of every engine."""
    from tbparse import SummaryReader

    reader = SummaryReader(str(path), extra_columns=COLUMNS, event_types=TYPES)
    scalars = {tag: columns(rows) for tag, rows in by_tag(reader.scalars)}
    for tag, rows in by_tag(reader.tensors):
        numbers = [np.asarray(value) for value in rows["value"]]
        if all(value.ndim == 0 and value.dtype.kind in "biuf" for value in numbers):
            scalars[tag] = columns(rows.assign(value=[float(value) for value in numbers]))
    times = [t for found in scalars.values() for t in (found.wall_times[0], found.wall_times[-1])]
    size = path.stat().st_size
    return FileScan(
        EventFile(
            shown, folder, size, 0, size, min(times, default=None), max(times, default=None), "", ""
        ),
        scalars,
        {tag: histograms(rows) for tag, rows in by_tag(reader.histograms)},
        (),
        {},
        (),
        (),
        dict(plugins),
    )


def by_tag(frame: Any) -> list[tuple[str, Any]]:
    """A frame's rows by tag, in file order."""
    return list(frame.groupby("tag", sort=False)) if len(frame) else []


def columns(rows: Any) -> ScalarColumns:
    return ScalarColumns(
        int64s(rows["step"]),
        float64s(rows["wall_time"]),
        float64s(rows["value"]),
    )


def histograms(rows: Any) -> HistogramColumns:
    """tbparse hands out limits and counts as they stand in the HistogramProto."""
    found = buckets.Builder()
    for row in rows.itertuples():
        moments = (row.min, row.max, row.num, row.sum, row.sum_squares)
        proto = SimpleNamespace(
            bucket=row.counts, bucket_limit=row.limits, min=row.min, max=row.max
        )
        found.add(row.step, row.wall_time, *buckets.legacy(proto), moments)
    return found.finish()
