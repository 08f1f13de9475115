"""Rows → Parquet, a group of rows at a time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from tbreport import __version__
from tbreport.errors import MissingExtra
from tbreport.exporting.tables import Cells, Ragged, Rows, Type
from tbreport.reader import arrow

GROUP = 1 << 19  # rows that are written together
GROUP_CELLS = 1 << 22  # or numbers in their lists and bytes of their contents


class ParquetWriter:
    """Writes one table; `close` completes the file.

    Raises:
        MissingExtra: pyarrow is not installed.
    """

    def __init__(self, path: Path, kind: str, types: Mapping[str, Type]) -> None:
        try:
            import pyarrow
            from pyarrow import parquet
        except ImportError as error:
            raise MissingExtra(
                f"Parquet needs pyarrow: {error}",
                hint="pip install 'tbreport[export]', or --format csv",
            ) from None
        kinds: Mapping[Type, Any] = {
            "name": pyarrow.dictionary(pyarrow.int32(), pyarrow.string()),
            "int": pyarrow.int64(),
            "float": pyarrow.float64(),
            "text": pyarrow.string(),
            "bytes": pyarrow.binary(),
            "ints": pyarrow.list_(pyarrow.int64()),
            "floats": pyarrow.list_(pyarrow.float64()),
        }
        fields = [pyarrow.field(name, kinds[type]) for name, type in types.items()]
        facts = {"tbreport": __version__, "tbreport.kind": kind, "tbreport.schema": "1"}
        self._types = types
        self._schema = pyarrow.schema(fields, metadata=facts)
        self._writer = parquet.ParquetWriter(
            path,
            self._schema,
            compression="zstd",
            use_dictionary=[name for name, type in types.items() if type in ("name", "text")],
            # Most doubles were float32: split, their bytes of zeros take no time to compress.
            use_byte_stream_split=[name for name, type in types.items() if type == "float"],
        )
        self._waiting: list[Rows] = []
        self._held = 0

    def write(self, rows: Rows) -> None:
        """Take rows; they are written when there are enough of them."""
        self._waiting.append(rows)
        self._held += max(rows.length, weight(rows) * GROUP // GROUP_CELLS)
        if self._held >= GROUP:
            self._flush()

    def close(self) -> None:
        """Write what is left, and the file's end."""
        self._flush()
        self._writer.close()

    def abandon(self) -> None:
        """Let go of a file that will not be completed."""
        self._waiting = []
        self._writer.close()

    def _flush(self) -> None:
        import pyarrow

        if self._waiting:
            arrays = [self._array(name, type) for name, type in self._types.items()]
            self._writer.write_table(pyarrow.Table.from_arrays(arrays, schema=self._schema))
        self._waiting, self._held = [], 0

    def _array(self, name: str, type: Type) -> Any:
        """One column of all rows that wait."""
        parts: list[Any] = [rows.columns[name] for rows in self._waiting]
        if type == "name":
            return arrow.named(list(map(str, parts)), [rows.length for rows in self._waiting])
        if type in ("ints", "floats"):
            return ragged(parts)
        if type in ("text", "bytes"):
            cells = [cell for part in parts for cell in part]
            return arrow.texts(cells) if type == "text" else arrow.contents(cells)
        if not any(hasattr(part, "mask") for part in parts):
            return arrow.numbers(np.concatenate(parts))
        missing = np.concatenate([np.ma.getmaskarray(part) for part in parts])
        return arrow.numbers(np.concatenate([np.ma.getdata(part) for part in parts]), missing)


def ragged(parts: Sequence[Cells]) -> Any:
    """Lists end to end."""
    found = [part for part in parts if isinstance(part, Ragged)]
    ends = [np.zeros(1, np.int64)]
    for part in found:
        ends.append(part.offsets[1:] - part.offsets[0] + ends[-1][-1])
    flat = np.concatenate([part.flat[part.offsets[0] : part.offsets[-1]] for part in found])
    return arrow.lists(flat, np.concatenate(ends))


def weight(rows: Rows) -> int:
    """Numbers in lists and bytes in contents, where rows have some."""
    found = 0
    for cells in rows.columns.values():
        if isinstance(cells, Ragged):
            found += len(cells.flat)
        elif isinstance(cells, list):
            found += sum(len(cell) for cell in cells if cell)
    return found
