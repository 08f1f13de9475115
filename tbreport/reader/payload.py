"""The bytes of a blob's record → what a frame's cell or a report holds."""

from __future__ import annotations

from typing import Any

from google.protobuf.message import DecodeError
from tensorboard.compat.proto.event_pb2 import Event

from tbreport.model import Blob
from tbreport.reader.kinds import KINDS


def decode(blob: Blob, payload: bytes) -> Any:
    """What a blob holds, as its kind decodes it.

    Graphs come back as their own bytes, and the whole record where it no longer holds the value,
    because the file has changed.
    """
    try:
        event = Event.FromString(payload)
    except DecodeError:
        return payload
    what = event.WhichOneof("what")
    if what != "summary":
        graphs = {
            "graph_def": event.graph_def,
            "meta_graph_def": event.meta_graph_def,
            "tagged_run_metadata": event.tagged_run_metadata.run_metadata,
        }
        return graphs.get(what or "", payload)
    if blob.index >= len(event.summary.value):
        return payload
    value = event.summary.value[blob.index]
    decoder = KINDS[blob.kind].decode
    return decoder(value) if decoder else payload
