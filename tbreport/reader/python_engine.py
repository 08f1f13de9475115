"""The `python` engine: `records.py` for the frames, TensorBoard's own protos for what is in them.

It needs no compiler, and it is the reference: what it yields is what every engine must yield.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from google.protobuf.message import DecodeError
from tensorboard.compat.proto.event_pb2 import Event, SessionLog

from tbreport.model import Blob, EventFile, HParam
from tbreport.reader import buckets, kinds, records, tensors
from tbreport.reader.scan import (
    FileScan,
    ProblemLog,
    Purge,
    ScalarColumns,
    float64s,
    int64s,
    rises,
)

LFS = b"version https://git-lfs"


def scan(
    path: Path, shown: str, folder: str, plugins: Mapping[str, str], offset: int = 0
) -> FileScan:
    """Read one file.

    Args:
        path: where the file lies.
        shown: its path relative to the logdir.
        folder: the folder it belongs to, as TensorBoard names it.
        plugins: tag → plugin name, from the files of the folder that were read before.
        offset: where to begin: the good bytes of an earlier scan, whose plugins are handed in.
            Only what follows is counted, and the file as a whole is not judged.
    """
    collector = Collector(shown, folder, dict(plugins), good_bytes=offset)
    try:
        with path.open("rb") as stream:
            collector.size = stream.seek(0, 2)
            for item in records.scan(stream, collector.size, offset):
                if isinstance(item, records.Record):
                    collector.record(item)
                else:
                    collector.problems.add(item.code, item.offset, item.length, item.detail)
            if not offset:
                stream.seek(0)
                collector.judge_file(stream.read(len(LFS)))
    except OSError as error:
        collector.problems.add("TB109", collector.good_bytes, 0, error.strerror or str(error))
    return collector.finish()


@dataclass(slots=True)
class Points:
    """One tag's scalars while they are collected."""

    steps: list[int] = field(default_factory=list)
    wall_times: list[float] = field(default_factory=list)
    values: list[float] = field(default_factory=list)

    def finish(self) -> ScalarColumns:
        steps = int64s(self.steps)
        return ScalarColumns(steps, float64s(self.wall_times), float64s(self.values), rises(steps))


@dataclass(slots=True)
class Collector:
    """One file's content while it is read."""

    shown: str
    folder: str
    plugins: dict[str, str]
    size: int = 0
    sound: int = 0
    undecoded: int = 0
    good_bytes: int = 0
    first_wall_time: float | None = None
    last_wall_time: float | None = None
    file_version: str = ""
    writer: str = ""
    scalars: dict[str, Points] = field(default_factory=dict)
    histograms: dict[str, buckets.Builder] = field(default_factory=dict)
    blobs: list[Blob] = field(default_factory=list)
    hparams: dict[str, HParam] = field(default_factory=dict)
    purges: list[Purge] = field(default_factory=list)
    problems: ProblemLog = field(init=False)

    def __post_init__(self) -> None:
        self.problems = ProblemLog(self.shown)

    def record(self, record: records.Record) -> None:
        """Take one sound record."""
        self.sound += 1
        payload = record.payload
        self.good_bytes = record.offset + len(payload) + records.FOOTER
        try:
            event = Event.FromString(payload)
        except DecodeError:
            self.undecoded += 1
            detail = "the record is sound, but what it holds is not an event"
            self.problems.add("TB103", record.offset, len(payload), detail)
            return
        if not math.isfinite(event.wall_time):
            detail = f"an event of step {event.step} has the wall time {event.wall_time}"
            self.problems.add("TB105", record.offset, len(payload), detail)
            return
        if self.first_wall_time is None:
            self.first_wall_time = event.wall_time
        self.last_wall_time = event.wall_time
        what = event.WhichOneof("what")
        if what == "summary":
            for index, value in enumerate(event.summary.value):
                if not self.column(event, value):
                    kind = self.blob_kind(value)
                    self.blobs.append(self.blob(record, event, kind, value.tag, index))
        elif what == "file_version":
            self.file_version = self.file_version or event.file_version
            self.writer = self.writer or event.source_metadata.writer
        elif what == "session_log" and event.session_log.status == SessionLog.START:
            self.purges.append(Purge(event.step, event.wall_time))
        elif what in kinds.BY_FIELD:
            tag = event.tagged_run_metadata.tag  # "" for the graphs
            self.blobs.append(self.blob(record, event, kinds.BY_FIELD[what], tag, 0))

    def column(self, event: Any, value: Any) -> bool:
        """Take a value that belongs into a column; False where it is of another kind."""
        tag = value.tag
        if value.HasField("metadata") and (plugin := value.metadata.plugin_data.plugin_name):
            self.plugins.setdefault(tag, plugin)
        filled = value.WhichOneof("value")
        if filled == "simple_value":
            self.scalar(tag, event, value.simple_value)
            return True
        if filled == "histo":
            histo = value.histo
            moments = (histo.min, histo.max, histo.num, histo.sum, histo.sum_squares)
            self.histogram(tag, event, *buckets.legacy(histo), moments)
            return True
        if filled != "tensor":
            return False
        kind = kinds.kind_of(self.plugins.get(tag, ""), filled)
        tensor = value.tensor
        if kind == kinds.SCALARS or (kind == kinds.TENSORS and not tensors.shape(tensor)):
            number = tensors.number(tensor)
            if number is not None:
                self.scalar(tag, event, number)
                return True
        if kind == kinds.HISTOGRAMS:
            rows = buckets.rows(tensor)
            if rows is not None:
                self.histogram(tag, event, *buckets.of_rows(rows))
                return True
        return False

    def blob_kind(self, value: Any) -> str:
        """The kind of a value that is no column; a session's hparams are decoded in passing."""
        kind = kinds.kind_of(self.plugins.get(value.tag, ""), value.WhichOneof("value"))
        if kind == kinds.HPARAMS:
            self.hparams.update(session_hparams(value.metadata.plugin_data.content))
        # Not what its plugin promises: listed as a tensor, so that it is not lost.
        return kinds.TENSORS if kind in (kinds.SCALARS, kinds.HISTOGRAMS) else kind

    def blob(self, record: records.Record, event: Any, kind: str, tag: str, index: int) -> Blob:
        """A reference to one value of a record."""
        place = (self.shown, record.offset, len(record.payload), index)
        return Blob(kind, tag, event.step, event.wall_time, *place)

    def scalar(self, tag: str, event: Any, number: float) -> None:
        points = self.scalars.get(tag)
        if points is None:
            points = self.scalars[tag] = Points()
        points.steps.append(event.step)
        points.wall_times.append(event.wall_time)
        points.values.append(number)

    def histogram(self, tag: str, event: Any, edges: Any, counts: Any, moments: Any) -> None:
        self.histograms.setdefault(tag, buckets.Builder()).add(
            event.step, event.wall_time, edges, counts, moments
        )

    def judge_file(self, head: bytes) -> None:
        """Name what is wrong with the file as a whole, once all of it was seen."""
        if not self.size:
            self.problems.add("TB103", 0, 0, "the file is empty")
        elif head == LFS:
            self.whole("it is a Git LFS pointer; fetch the file itself with: git lfs pull")
        elif not self.sound and any(p.code == "TB108" for p in self.problems.problems):
            self.whole("it is not an event file: it holds no sound record")
        elif self.sound and self.undecoded == self.sound:
            self.whole("it is not an event file: its records hold something else")
        elif self.sound and not self.problems.problems and not self.has_values():
            self.problems.add("TB104", 0, self.size, "no value was written after the header")

    def has_values(self) -> bool:
        return bool(self.scalars or self.histograms or self.blobs or self.hparams)

    def whole(self, detail: str) -> None:
        """Replace what was noted by one problem of the whole file."""
        self.problems = ProblemLog(self.shown)
        self.problems.add("TB103", 0, self.size, detail)

    def finish(self) -> FileScan:
        return FileScan(
            EventFile(
                self.shown,
                self.folder,
                self.size,
                self.sound,
                self.good_bytes,
                self.first_wall_time,
                self.last_wall_time,
                self.file_version,
                self.writer,
            ),
            {tag: points.finish() for tag, points in self.scalars.items()},
            {tag: found.finish() for tag, found in self.histograms.items()},
            tuple(self.blobs),
            self.hparams,
            tuple(self.purges),
            tuple(self.problems.problems),
            self.plugins,
        )


def session_hparams(content: bytes) -> dict[str, HParam]:
    """The hyper-parameters of a session, from the hparams plugin's metadata.

    Null values and what cannot be decoded are left out.
    """
    from tensorboard.plugins.hparams.plugin_data_pb2 import HParamsPluginData

    try:
        values = HParamsPluginData.FromString(content).session_start_info.hparams
    except DecodeError:
        return {}
    return {
        name: getattr(values[name], filled)
        for name in sorted(values)
        if (filled := values[name].WhichOneof("kind"))
        in ("bool_value", "number_value", "string_value")
    }
