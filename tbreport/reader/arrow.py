"""Arrow arrays out of numpy's memory.

pyarrow's own constructors import pandas before they look at what they are given: half of the time
that a small table takes.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt


def numbers(values: npt.NDArray[Any], missing: npt.NDArray[np.bool_] | None = None) -> Any:
    """int64 or float64.

    Args:
        missing: where there is no value.
    """
    import pyarrow

    whole = np.issubdtype(values.dtype, np.integer)
    held = np.ascontiguousarray(values, np.int64 if whole else np.float64)
    type = pyarrow.int64() if whole else pyarrow.float64()
    buffers = [validity(missing), pyarrow.py_buffer(held)]
    return pyarrow.Array.from_buffers(type, len(held), buffers)


def texts(cells: Sequence[str | None]) -> Any:
    """Strings; what UTF-8 cannot hold is a question mark."""
    import pyarrow

    coded = [None if cell is None else cell.encode("utf-8", "replace") for cell in cells]
    return strings(coded, pyarrow.string())


def contents(cells: Sequence[bytes | None]) -> Any:
    """Bytes."""
    import pyarrow

    return strings(cells, pyarrow.binary())


def strings(cells: Sequence[bytes | None], type: Any) -> Any:
    """Cells end to end; of 2 GB at most."""
    import pyarrow

    missing = np.array([cell is None for cell in cells], bool)
    ends = np.cumsum([0, *(len(cell or b"") for cell in cells)]).astype(np.int32)
    flat = b"".join(cell or b"" for cell in cells)
    buffers = [validity(missing), pyarrow.py_buffer(ends), pyarrow.py_buffer(flat)]
    return pyarrow.Array.from_buffers(type, len(cells), buffers)


def named(names: Sequence[str], lengths: Sequence[int]) -> Any:
    """Names, each of so many rows, as codes into a dictionary."""
    import pyarrow

    known = {name: code for code, name in enumerate(dict.fromkeys(names))}
    codes = np.repeat(np.array([known[name] for name in names], np.int32), lengths)
    type = pyarrow.dictionary(pyarrow.int32(), pyarrow.string())
    buffers = [None, pyarrow.py_buffer(codes)]
    return pyarrow.DictionaryArray.from_buffers(type, len(codes), buffers, texts(list(known)))


def lists(flat: npt.NDArray[Any], offsets: npt.NDArray[np.int64]) -> Any:
    """Row i holds `flat[offsets[i]:offsets[i + 1]]`."""
    import pyarrow

    held = numbers(flat)
    buffers = [None, pyarrow.py_buffer(offsets.astype(np.int32))]
    return pyarrow.ListArray.from_buffers(
        pyarrow.list_(held.type), len(offsets) - 1, buffers, children=[held]
    )


def nothing(length: int, type: Any) -> Any:
    """Rows without a value."""
    import pyarrow

    empty = pyarrow.py_buffer(bytes(8 * (length + 1)))
    missing = validity(np.ones(length, bool))
    if pyarrow.types.is_list(type):
        child = numbers(np.empty(0))
        return pyarrow.ListArray.from_buffers(type, length, [missing, empty], children=[child])
    texts = pyarrow.types.is_string(type) or pyarrow.types.is_binary(type)
    buffers = [missing, empty, pyarrow.py_buffer(b"")] if texts else [missing, empty]
    return pyarrow.Array.from_buffers(type, length, buffers)


def validity(missing: npt.NDArray[np.bool_] | None) -> Any:
    """A bit for each row that has a value; None where all have."""
    import pyarrow

    if missing is None or not missing.any():
        return None
    return pyarrow.py_buffer(np.packbits(~missing, bitorder="little"))
