"""One run's values of a kind → rows under the columns that its table has.

Columns and types follow from the kind: `docs/export.md` describes them, and is held to `columns`.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from tbreport.model import Blob, HistogramSeries, Run, Series
from tbreport.reader import kinds
from tbreport.reader.kinds import HISTOGRAMS, HPARAMS, KINDS, SCALARS
from tbreport.reader.scan import MOMENTS

Type = Literal["name", "int", "float", "text", "bytes", "ints", "floats"]
Fetch = Callable[[Blob], bytes]

POINT: Mapping[str, Type] = {"run": "name", "tag": "name", "step": "int", "wall_time": "float"}


@dataclass(frozen=True, slots=True)
class Ragged:
    """A list in each row: row i has `flat[offsets[i]:offsets[i + 1]]`."""

    flat: npt.NDArray[Any]
    offsets: npt.NDArray[np.int64]  # [rows + 1]

    def rows(self) -> list[list[Any]]:
        """The lists."""
        flat, ends = self.flat.tolist(), self.offsets.tolist()
        return [flat[start:stop] for start, stop in pairwise(ends)]


# One column of some rows: a string stands for all of them; None, or what is masked, is no value.
Cells = str | npt.NDArray[Any] | Ragged | Sequence[str | bytes | None]


@dataclass(frozen=True, slots=True)
class Rows:
    """Rows that belong together, such as the points of one series."""

    length: int
    columns: Mapping[str, Cells]


def columns(kind: str) -> dict[str, Type]:
    """The columns of a kind's table, in their order."""
    if kind == SCALARS:
        return {**POINT, "value": "float"}
    if kind == HISTOGRAMS:
        moments: dict[str, Type] = dict.fromkeys(MOMENTS, "float")
        return {**POINT, **moments, "edges": "floats", "counts": "floats"}
    if kind == HPARAMS:
        return {"run": "name", "name": "name", "value": "text", "number": "float"}
    decoder = KINDS[kind].decode
    if decoder is kinds.text:
        return {**POINT, "value": "text"}
    if decoder is kinds.tensor:
        return {**POINT, "shape": "ints", "values": "floats", "strings": "text"}
    return {**POINT, "index": "int", "content": "bytes"}


def rows(kind: str, run: Run, fetch: Fetch) -> Iterator[Rows]:
    """A run's values of a kind, sorted by tag, then step.

    Args:
        fetch: gives the bytes of a blob's record.

    Raises:
        OSError: a file that holds blobs is gone.
    """
    if kind == SCALARS:
        yield from (of_scalars(run.name, series) for series in run.scalars.values())
    elif kind == HISTOGRAMS:
        yield from (of_histograms(run.name, series) for series in run.histograms.values())
    elif kind == HPARAMS:
        yield from of_hparams(run)
    else:
        place = ("tag", "step", "wall_time")
        for blob in sorted(run.blobs, key=lambda blob: [getattr(blob, name) for name in place]):
            if blob.kind == kind:
                yield from of_blob(run.name, blob, fetch)


def of_scalars(run: str, series: Series) -> Rows:
    cells: dict[str, Cells] = {
        "run": run,
        "tag": series.tag,
        "step": series.steps,
        "wall_time": series.wall_times,
        "value": series.values,
    }
    return Rows(len(series), cells)


def of_histograms(run: str, series: HistogramSeries) -> Rows:
    cells: dict[str, Cells] = {
        "run": run,
        "tag": series.tag,
        "step": series.steps,
        "wall_time": series.wall_times,
        **{name: getattr(series, name) for name in MOMENTS},
        "edges": Ragged(series.edges, series.offsets + np.arange(len(series.offsets))),
        "counts": Ragged(series.counts, series.offsets),
    }
    return Rows(len(series), cells)


def of_hparams(run: Run) -> Iterator[Rows]:
    """Values as text, and as numbers where they are some."""
    for name, value in sorted(run.hparams.items()):
        text = value if isinstance(value, str) else json.dumps(value)
        number = np.ma.array([0.0 if isinstance(value, str) else float(value)])
        number.mask = isinstance(value, str)
        cells: dict[str, Cells] = {
            "run": run.name,
            "name": name,
            "value": [text],
            "number": number,
        }
        yield Rows(1, cells)


def of_blob(run: str, blob: Blob, fetch: Fetch) -> Iterator[Rows]:
    """A row for each text, tensor, image or clip; none where the file has changed meanwhile."""
    from tbreport.reader.payload import decode

    value = decode(blob, fetch(blob))
    types = columns(blob.kind)
    place: dict[str, Cells] = {
        "run": run,
        "tag": blob.tag,
        "step": np.array([blob.step]),
        "wall_time": np.array([blob.wall_time]),
    }
    if "shape" in types:
        yield Rows(1, place | of_tensor(value))
    elif "value" in types:
        if isinstance(value, str):
            yield Rows(1, {**place, "value": [value]})
    else:
        for index, content in enumerate(value if isinstance(value, list) else [value]):
            yield Rows(1, {**place, "index": np.array([index]), "content": [content]})


def of_tensor(value: Any) -> dict[str, Cells]:
    """Shape and numbers in C order; strings, and complex numbers as words, as a JSON list.

    Nothing of a tensor that could not be read.
    """
    shape: tuple[int, ...] = ()
    numbers, words = np.empty(0), None
    if isinstance(value, np.ndarray):
        shape, flat = value.shape, value.ravel()
        if np.iscomplexobj(flat):
            words = json.dumps([str(one).strip("()") for one in flat.tolist()])
        else:
            numbers = np.asarray(flat, np.float64)
    elif isinstance(value, list):
        shape = (len(value),)
        texts = [part.decode("utf-8", "replace") for part in value]
        words = json.dumps(texts, ensure_ascii=False)
    return {
        "shape": Ragged(np.array(shape, np.int64), np.array([0, len(shape)])),
        "values": Ragged(numbers, np.array([0, numbers.size])),
        "strings": [words],
    }
