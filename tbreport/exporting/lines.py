"""Rows → CSV or JSON lines, one line a row, written as they come.

Numbers are Python's shortest that reads back as the same float64. What is no finite number is
`nan`, `inf`, `-inf` in CSV, and "NaN", "Infinity", "-Infinity" in JSON; a missing value is an
empty cell, or a key that is left out. Bytes are base 64, lists in CSV are JSON.
"""

from __future__ import annotations

import base64
import csv
import json
import math
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, TextIO

from tbreport.exporting.tables import Cells, Ragged, Rows, Type

NOT_FINITE = {"nan": '"NaN"', "inf": '"Infinity"', "-inf": '"-Infinity"'}
LINES = 1 << 14  # written at once
STDOUT = Path("-")


class LineWriter:
    """Writes one table to a file."""

    def __init__(self, path: Path, kind: str, types: Mapping[str, Type]) -> None:
        self._types = types
        self._stream: TextIO = (
            sys.stdout
            if path == STDOUT
            else path.open("w", encoding="utf-8", errors="replace", newline="")
        )
        self.begin()

    def begin(self) -> None:
        """Write what stands before the rows."""

    def write(self, rows: Rows) -> None:
        """Write rows."""
        raise NotImplementedError

    def close(self) -> None:
        """Complete the file."""
        if self._stream is sys.stdout:
            self._stream.flush()
        else:
            self._stream.close()

    abandon = close


class CsvWriter(LineWriter):
    """Comma-separated, with a head line; RFC 4180 but for lines that end as on Unix."""

    def begin(self) -> None:
        self._writer = csv.writer(self._stream, lineterminator="\n")
        # a carriage return is quoted for certain only where lines end in one
        self._quoting = csv.writer(UnixLines(self._stream), lineterminator=UnixLines.END)
        self._writer_of(self._types).writerow(self._types)

    def write(self, rows: Rows) -> None:
        columns = {name: cells_of(rows, name, csv_cell) for name in self._types}
        # a name is the same in all rows, and numbers are no text
        texts = (
            columns[n] if type == "text" else columns[n][:1] for n, type in self._types.items()
        )
        writer = self._writer_of(cell for cells in texts for cell in cells)
        writer.writerows(zip(*columns.values(), strict=True))

    def _writer_of(self, cells: Iterable[Any]) -> Any:
        """Who can write these cells: one that goes line by line if one has a carriage return."""
        is_returning = any(isinstance(cell, str) and "\r" in cell for cell in cells)
        return self._quoting if is_returning else self._writer


@dataclass(frozen=True, slots=True)
class UnixLines:
    """A stream for a writer whose lines end as on Windows: here they end as on Unix."""

    END: ClassVar = "\r\n"
    stream: TextIO

    def write(self, line: str) -> None:
        """Write one line."""
        self.stream.write(f"{line.removesuffix(self.END)}\n")


class JsonWriter(LineWriter):
    """One JSON object a line."""

    def write(self, rows: Rows) -> None:
        columns = [
            keyed(name, cells_of(rows, name, json_cell), type) for name, type in self._types.items()
        ]
        lines = []
        for cells in zip(*columns, strict=True):
            lines.append("{" + ", ".join(filter(None, cells)) + "}\n")
            if len(lines) >= LINES:
                self._stream.write("".join(lines))
                lines.clear()
        self._stream.write("".join(lines))


def cells_of(rows: Rows, name: str, cell: Callable[[Any], Any]) -> list[Any]:
    """The cells of a column, as many as there are rows."""
    cells = rows.columns[name]
    if isinstance(cells, str):
        return [cell(cells)] * rows.length
    return [cell(value) for value in values(cells)]


def values(cells: Cells) -> Iterator[Any]:
    """What stands in a column; None where nothing does."""
    if isinstance(cells, Ragged):
        yield from cells.rows()
    elif isinstance(cells, list):
        yield from cells
    else:
        yield from cells.tolist()  # type: ignore[union-attr]


def csv_cell(value: Any) -> Any:
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    return f"[{', '.join(map(number, value))}]" if isinstance(value, list) else value


def json_cell(value: Any) -> str | None:
    if value is None:
        return None
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, bytes):
        return f'"{base64.b64encode(value).decode()}"'
    return f"[{', '.join(map(number, value))}]" if isinstance(value, list) else number(value)


def number(value: int | float) -> str:
    """A number as JSON has it."""
    text = repr(value)
    return text if math.isfinite(value) else NOT_FINITE[text]


def keyed(name: str, cells: list[str | None], type: Type) -> list[str]:
    """Cells with their key; "" where there is no value."""
    key = json.dumps(name, ensure_ascii=False)
    if type == "name":
        return [f"{key}: {cells[0]}"] * len(cells) if cells else []
    return ["" if cell is None else f"{key}: {cell}" for cell in cells]
