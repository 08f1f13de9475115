"""TensorProto → numbers, in every dtype and both encodings (tensorflow, framework/tensor.proto).

Strings and complex numbers are no `numbers`: the answer is None, and the caller keeps the value as
a blob. `elements` gives a frame the complex and the quantized ones too.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from tbreport.model import Float64s

# types.proto: enum → (numpy dtype, the repeated field that holds the values)
DTYPES: dict[int, tuple[str, str]] = {
    1: ("<f4", "float_val"),
    2: ("<f8", "double_val"),
    3: ("<i4", "int_val"),
    4: ("<u1", "int_val"),
    5: ("<i2", "int_val"),
    6: ("<i1", "int_val"),
    9: ("<i8", "int64_val"),
    10: ("?", "bool_val"),
    14: ("bfloat16", "half_val"),
    17: ("<u2", "int_val"),
    19: ("<f2", "half_val"),
    22: ("<u4", "uint32_val"),
    23: ("<u8", "uint64_val"),
}

# What is no scalar: complex numbers, and quantized ones as the integers that are stored.
RARE_DTYPES: dict[int, tuple[str, str]] = {
    8: ("<c8", "scomplex_val"),
    11: ("<i1", "int_val"),
    12: ("<u1", "int_val"),
    13: ("<i4", "int_val"),
    15: ("<i2", "int_val"),
    16: ("<u2", "int_val"),
    18: ("<c16", "dcomplex_val"),
}
STRING = 7

# A shape may claim more elements than the typed field has: the last one is repeated. A claim beyond
# this is not followed.
MAX_REPEATED = 1 << 20


def shape(tensor: Any) -> tuple[int, ...]:
    """The dimensions that a TensorProto states."""
    return tuple(dim.size for dim in tensor.tensor_shape.dim)


def numbers(tensor: Any) -> Float64s | None:
    """All elements of a TensorProto, flat; None where they are not real numbers.

    The result may be shorter than the shape says when bytes are missing.
    """
    if tensor.dtype not in DTYPES:
        return None
    dtype, name = DTYPES[tensor.dtype]
    content: bytes = tensor.tensor_content
    if dtype == "bfloat16":
        bits = (
            unpacked(content, "<u2").astype("<u4")
            if content
            else np.array(tensor.half_val, np.int64).astype("<u4")
        )
        # torch (2.13) writes the whole float32 where its upper half belongs.
        found = np.where(bits > 0xFFFF, bits, bits << np.uint32(16)).view("<f4")
    elif content:
        found = unpacked(content, dtype)
    elif dtype == "<f2":
        found = np.array(tensor.half_val, np.int64).astype("<u2").view(dtype)
    else:
        found = np.array(getattr(tensor, name))
    claimed = 1
    for size in shape(tensor):
        claimed *= max(size, 0)
    if not content and 0 < len(found) < claimed <= MAX_REPEATED:
        found = np.concatenate([found, np.repeat(found[-1:], claimed - len(found))])
    with np.errstate(invalid="ignore"):  # a signaling NaN is one after the cast as well
        return found.astype(np.float64)


def elements(tensor: Any) -> npt.NDArray[Any] | None:
    """All elements, flat, float64 or complex128; None where the dtype has no numbers here."""
    if tensor.dtype not in RARE_DTYPES:
        return numbers(tensor)
    dtype, name = RARE_DTYPES[tensor.dtype]
    if tensor.tensor_content:
        found = unpacked(tensor.tensor_content, dtype)
    else:
        found = np.array(getattr(tensor, name))
        if "c" in dtype:  # real and imaginary parts by turns
            found = found[: len(found) // 2 * 2].astype(np.float64).view(np.complex128)
    return found.astype(np.complex128 if "c" in dtype else np.float64)


def unpacked(content: bytes, dtype: str) -> npt.NDArray[Any]:
    """The whole elements that lie behind each other; bytes may be missing at the end."""
    width = np.dtype(dtype).itemsize
    return np.frombuffer(content[: len(content) // width * width], dtype)


def number(tensor: Any) -> float | None:
    """The value of a tensor of one element, whatever its rank; None for any other."""
    if any(size != 1 for size in shape(tensor)):
        return None
    found = numbers(tensor)
    return float(found[0]) if found is not None and len(found) == 1 else None
