"""Arrays into one blob: columns in blocks of one type, which the page's script takes apart.

A block stores its values byte by byte (all first bytes, then all second bytes, …), which gzip
packs to two thirds of the plain order. Values are float32, as TensorBoard writes them, and float64
where one does not fit. Steps and wall times are integers, kept as differences; so are the bits of
float32, read as integers, which takes another twentieth off. Equal columns are stored once.
`templates/js/decode.js` is the other side of this.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from tbreport.model import Float64s, Int64s

BLOCKS = {"f32": "<f4", "f64": "<f8", "i32": "<i4", "i64": "<i8"}  # in the blob's order

SINGLE, SHORT = np.finfo(np.float32), np.iinfo(np.int32)

KEPT_BITS = 7  # of a share's mantissa, which has 23; an eighth bit is implied

Entry = tuple[str, int, int, int | None]  # block, first place, length, first integer


@dataclass(slots=True)
class Columns:
    """Collects columns and gives each its number."""

    entries: list[Entry] = field(default_factory=list)
    parts: dict[str, list[npt.NDArray[Any]]] = field(
        default_factory=lambda: {block: [np.empty(0, BLOCKS[block])] for block in BLOCKS}
    )
    lengths: dict[str, int] = field(default_factory=lambda: dict.fromkeys(BLOCKS, 0))
    known: dict[tuple[str, int | None, bytes], int] = field(default_factory=dict)

    def floats(self, values: Float64s) -> int:
        """Add values; rounded to float32 if that neither overflows nor underflows."""
        sizes = np.abs(values[np.isfinite(values) & (values != 0)])
        fits = not len(sizes) or (sizes.max() <= SINGLE.max and sizes.min() >= SINGLE.tiny)
        return self.add("f32" if fits else "f64", values)

    def shares(self, values: Float64s) -> int:
        """Add shares that are only drawn: float32 of eight bits, an error below 0.8 %."""
        kept = np.uint32(0xFFFFFFFF << (23 - KEPT_BITS) & 0xFFFFFFFF)
        rounded = values.astype(np.float32).view(np.uint32) & kept
        return self.add("f32", rounded.view(np.float32))

    def integers(self, values: Int64s) -> int:
        """Add integers; the differences take four bytes each where they fit."""
        key = ("integers", None, values.tobytes())
        if key not in self.known:
            steps = values[1:] - values[:-1]
            fits = not len(steps) or (steps.max() <= SHORT.max and steps.min() >= SHORT.min)
            first = int(values[0]) if len(values) else None
            self.known[key] = self.add("i32" if fits else "i64", steps, first)
        return self.known[key]

    def times(self, wall_times: Float64s) -> int:
        """Add wall times (s), to the millisecond."""
        ms = wall_times * 1000
        if np.isfinite(ms).all() and (np.abs(ms) < 2**53).all():
            return self.integers(np.rint(ms).astype(np.int64))
        return self.add("f64", ms)

    def add(self, block: str, values: npt.NDArray[Any], first: int | None = None) -> int:
        """Add an array to a block, unless it is there already."""
        stored = values.astype(BLOCKS[block])
        key = (block, first, stored.tobytes())
        if key not in self.known:
            self.known[key] = len(self.entries)
            self.entries.append((block, self.lengths[block], len(stored), first))
            self.parts[block].append(stored)
            self.lengths[block] += len(stored)
        return self.known[key]

    def to_bytes(self) -> bytes:
        """All blocks, each with its bytes transposed."""
        whole = {block: np.concatenate(self.parts[block]) for block in BLOCKS}
        stored = (differences(whole["f32"]), *(whole[block] for block in BLOCKS if block != "f32"))
        return b"".join(
            block.view(np.uint8).reshape(-1, block.itemsize).T.tobytes() for block in stored
        )


def differences(values: npt.NDArray[np.float32]) -> npt.NDArray[np.uint32]:
    """The differences of float32 as integers, modulo 2³², the sign in the last bit.

    A sign in front would make the highest bytes of small differences 0 and 255 in turn.
    """
    bits = values.view(np.uint32)
    steps = bits.copy()
    steps[1:] -= bits[:-1]
    return (steps << np.uint32(1)) ^ -(steps >> np.uint32(31))
