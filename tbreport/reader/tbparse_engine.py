"""The `tbparse` engine: the same columns by an independent reader, for a second opinion.

tbparse reads through TensorBoard's accumulator, which stops at the first damaged record without a
word, and drops without a count what a SessionLog START takes back. It hands out neither offsets nor
metadata: no blob and no hparam comes from here, and TF2's scalars are read from its tensors.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np

from tbreport.model import EventFile
from tbreport.reader import buckets
from tbreport.reader.scan import (
    FileScan,
    HistogramColumns,
    ProblemLog,
    ScalarColumns,
    float64s,
    int64s,
)

COLUMNS = {"wall_time", "min", "max", "num", "sum", "sum_squares"}
TYPES = {"scalars", "tensors", "histograms"}


def scan(path: Path, shown: str, folder: str, plugins: Mapping[str, str]) -> FileScan:
    """Read one file whole; the arguments are those of every engine."""
    from tbparse import SummaryReader

    numbers: list[Any] = []
    histograms: list[Any] = []
    problems = ProblemLog(shown)
    size = 0
    try:
        size = path.stat().st_size
        reader = SummaryReader(str(path), extra_columns=COLUMNS, event_types=TYPES)
        numbers = [*reader.scalars.itertuples(), *lone_numbers(reader.tensors)]
        histograms = list(reader.histograms.itertuples())
    except OSError as error:
        problems.add("TB109", 0, 0, error.strerror or str(error))
    except Exception as error:  # of whatever class: tbparse is made for sound files
        problems.add("TB103", 0, size, f"tbparse cannot read it: {error}")
    scalars = {tag: scalar_columns(rows) for tag, rows in by_tag(numbers).items()}
    times = [time for found in scalars.values() for time in found.wall_times[[0, -1]].tolist()]
    return FileScan(
        EventFile(
            shown, folder, size, 0, size, min(times, default=None), max(times, default=None), "", ""
        ),
        scalars,
        {tag: histogram_columns(rows) for tag, rows in by_tag(histograms).items()},
        (),
        {},
        (),
        tuple(problems.problems),
        dict(plugins),
    )


def lone_numbers(tensors: Any) -> Iterator[Any]:
    """The rows of a frame of tensors whose value is a single number."""
    for row in tensors.itertuples():
        if np.ndim(row.value) == 0 and np.asarray(row.value).dtype.kind in "biuf":
            yield row


def by_tag(rows: list[Any]) -> dict[str, list[Any]]:
    """Rows by tag in the order of their wall times: tbparse sorts them by step."""
    found: dict[str, list[Any]] = {}
    timed = [row for row in rows if math.isfinite(row.wall_time)]
    for row in sorted(timed, key=lambda row: row.wall_time):
        found.setdefault(row.tag, []).append(row)
    return found


def scalar_columns(rows: list[Any]) -> ScalarColumns:
    return ScalarColumns(
        int64s([row.step for row in rows]),
        float64s([row.wall_time for row in rows]),
        float64s([float(row.value) for row in rows]),
    )


def histogram_columns(rows: list[Any]) -> HistogramColumns:
    """tbparse hands out limits and counts as they stand in the HistogramProto."""
    found = buckets.Builder()
    for row in rows:
        moments = (row.min, row.max, row.num, row.sum, row.sum_squares)
        proto = SimpleNamespace(
            bucket=row.counts, bucket_limit=row.limits, min=row.min, max=row.max
        )
        found.add(row.step, row.wall_time, *buckets.legacy(proto), moments)
    return found.finish()
