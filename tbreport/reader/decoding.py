"""A blob's record → what its kind is drawn from: bytes, text, numbers, layout or operations.

Everything here comes from strangers: what is too large, damaged or of another shape than its kind
is a ValueError with one clause for the reader.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from google.protobuf.message import DecodeError
from tensorboard.compat.proto.event_pb2 import Event

from tbreport import wording
from tbreport.exhibits import Layout, LayoutChart, Op
from tbreport.model import Blob, Float64s
from tbreport.reader import graphs
from tbreport.reader.kinds import KINDS
from tbreport.reader.load import read_blob

LARGEST_RECORD = 32_000_000  # bytes that are opened for one exhibit
MOST_PATTERNS = 200  # of a layout

Decoded = list[bytes] | str | Float64s | Layout | list[Op]


def decoded(path: Path, blob: Blob) -> Decoded:
    """What a blob's record holds.

    Raises:
        ValueError: that cannot be told; the message says why.
    """
    if blob.length > LARGEST_RECORD:
        raise ValueError(f"a record of {wording.size(blob.length)} is not opened")
    try:
        event = Event.FromString(read_blob(path, blob))
    except (OSError, DecodeError):
        raise ValueError("the record can no longer be read") from None
    try:
        return DECODERS[blob.kind](event, blob)
    except (DecodeError, RecursionError):
        raise ValueError("its content is damaged") from None


def value_of(event: Any, blob: Blob) -> Any:
    """The summary value that a blob speaks of.

    Raises:
        ValueError: the record has none at that place.
    """
    if blob.index >= len(event.summary.value):
        raise ValueError("the record no longer holds it")
    return event.summary.value[blob.index]


def plain(event: Any, blob: Blob) -> Any:
    """What the kind's own decoder makes of the value."""
    decode = KINDS[blob.kind].decode
    assert decode is not None
    return decode(value_of(event, blob))


def pr_curve(event: Any, blob: Blob) -> Float64s:
    """Six rows over thresholds, as tensorboard/plugins/pr_curve/summary.py writes them."""
    found = plain(event, blob)
    is_real = isinstance(found, np.ndarray) and not np.iscomplexobj(found)
    if not is_real or found.ndim != 2 or found.shape[0] != 6:
        shape = " × ".join(map(str, getattr(found, "shape", ()))) or "no numbers"
        raise ValueError(f"its shape is {shape}, not 6 × thresholds")
    real: Float64s = found
    return real


def layout(event: Any, blob: Blob) -> Layout:
    """The charts that custom scalars ask for (tensorboard/plugins/custom_scalar/layout.proto)."""
    from tensorboard.plugins.custom_scalar.layout_pb2 import Layout as Proto

    found = Proto.FromString(plain(event, blob))
    return Layout(
        tuple(
            (
                category.title,
                tuple(
                    LayoutChart(
                        chart.title,
                        tuple(chart.multiline.tag[:MOST_PATTERNS]),
                        tuple(
                            (series.value, series.lower, series.upper)
                            for series in chart.margin.series[:MOST_PATTERNS]
                        ),
                    )
                    for chart in category.chart
                ),
            )
            for category in found.category
        )
    )


DECODERS: Mapping[str, Callable[[Any, Blob], Decoded]] = {
    "images": plain,
    "audio": plain,
    "text": plain,
    "pr_curves": pr_curve,
    "custom_scalars": layout,
    "graphs": graphs.operations,
}
