"""Writes event files byte by byte: the encoder that tbreport does not ship.

Frames are built here, payloads by TensorBoard's protos, so that a test can damage exactly the byte
that it means to.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import google_crc32c
import numpy as np
from tensorboard.compat.proto.event_pb2 import Event, SessionLog
from tensorboard.compat.proto.histogram_pb2 import HistogramProto
from tensorboard.compat.proto.summary_pb2 import Summary, SummaryMetadata
from tensorboard.compat.proto.tensor_pb2 import TensorProto

START = 1_700_000_000.0


def masked(data: bytes) -> int:
    """The checksum as TensorFlow stores it."""
    crc = google_crc32c.value(data)
    return (((crc >> 15) | (crc << 17)) + 0xA282EAD8) & 0xFFFFFFFF


def header(length: int) -> bytes:
    """A sound header that claims a length."""
    claim = struct.pack("<Q", length)
    return claim + struct.pack("<I", masked(claim))


def frame(payload: bytes) -> bytes:
    """One record."""
    return header(len(payload)) + payload + struct.pack("<I", masked(payload))


def version() -> Event:
    return Event(wall_time=START, file_version="brain.Event:2")


def scalar(tag: str, step: int, value: float, wall_time: float | None = None) -> Event:
    """A scalar as torch's SummaryWriter writes it."""
    summary = Summary(value=[Summary.Value(tag=tag, simple_value=value)])
    return Event(
        wall_time=START + step if wall_time is None else wall_time, step=step, summary=summary
    )


def tensor(tag: str, step: int, proto: TensorProto, plugin: str = "") -> Event:
    """A tensor with or without the name of a plugin."""
    value = Summary.Value(tag=tag, tensor=proto)
    if plugin:
        value.metadata.CopyFrom(
            SummaryMetadata(plugin_data=SummaryMetadata.PluginData(plugin_name=plugin))
        )
    return Event(wall_time=START + step, step=step, summary=Summary(value=[value]))


def text(tag: str, step: int, words: str) -> Event:
    """A text summary as torch writes it."""
    proto = TensorProto(dtype=7, string_val=[words.encode()])
    proto.tensor_shape.dim.add(size=1)
    return tensor(tag, step, proto, "text")


def histogram(
    tag: str,
    step: int,
    limits: Sequence[float],
    counts: Sequence[float],
    *,
    low: float,
    high: float,
) -> Event:
    """A histogram as torch and TF1 write it."""
    proto = HistogramProto(
        min=low,
        max=high,
        num=sum(counts),
        sum=1.0,
        sum_squares=2.0,
        bucket_limit=limits,
        bucket=counts,
    )
    summary = Summary(value=[Summary.Value(tag=tag, histo=proto)])
    return Event(wall_time=START + step, step=step, summary=summary)


def rows_histogram(tag: str, step: int, rows: Sequence[Sequence[float]], plugin: str) -> Event:
    """A histogram as TF2 writes it: [k, 3] of left, right, count."""
    proto = TensorProto(dtype=2, tensor_content=np.array(rows, "<f8").tobytes())
    proto.tensor_shape.dim.add(size=len(rows))
    proto.tensor_shape.dim.add(size=3)
    return tensor(tag, step, proto, plugin)


def restart(step: int, wall_time: float) -> Event:
    """A SessionLog START, as `SummaryWriter(purge_step=…)` writes it."""
    return Event(wall_time=wall_time, step=step, session_log=SessionLog(status=SessionLog.START))


def session(settings: Mapping[str, float | str]) -> Event:
    """The start of an hparams session, as `add_hparams` writes it."""
    from tensorboard.plugins.hparams.plugin_data_pb2 import HParamsPluginData

    start = HParamsPluginData()
    for name, value in settings.items():
        if isinstance(value, str):
            start.session_start_info.hparams[name].string_value = value
        else:
            start.session_start_info.hparams[name].number_value = value
    plugin = SummaryMetadata.PluginData(
        plugin_name="hparams", content=start.SerializeToString(deterministic=True)
    )
    value = Summary.Value(
        tag="_hparams_/session_start_info", metadata=SummaryMetadata(plugin_data=plugin)
    )
    return Event(wall_time=START, summary=Summary(value=[value]))


def content(events: Iterable[Event]) -> bytes:
    """A whole file: the version record, then the events."""
    return b"".join(frame(event.SerializeToString()) for event in (version(), *events))


def curve(
    tag: str, values: Iterable[float], *, first: int = 0, start: float = START
) -> list[Event]:
    """A scalar at every step, a second apart."""
    return [scalar(tag, first + place, value, start + place) for place, value in enumerate(values)]


def write(
    folder: Path,
    events: Iterable[Event],
    *,
    time: int = 1_700_000_000,
    ordinal: int = 0,
    host: str = "host",
) -> Path:
    """Write a file as SummaryWriter names it."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"events.out.tfevents.{time}.{host}.1.{ordinal}"
    path.write_bytes(content(events))
    return path
