"""TFRecord framing: a file's bytes in, the payload of each record out.

A record is: length u64, masked CRC-32C of those eight bytes u32, payload, masked CRC-32C of the
payload u32; all little-endian (TensorFlow, lib/io/record_writer). Both are always checked. A wrong
payload checksum costs that record. Past a wrong length the next record is searched for, byte by
byte, by its checksums, and the bytes skipped are counted; no other reader goes on there.

Payloads are opaque here; `python_engine.py` gives them meaning.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import BinaryIO

import google_crc32c
import numpy as np
import numpy.typing as npt

HEADER = 12  # length u64, its checksum u32
FOOTER = 4  # the payload's checksum
CHUNK = 1 << 20

# A file of headers that each claim the rest of it would make the search quadratic: 10 MB hang a CI
# job. Sound files never spend any of this.
MAX_CANDIDATES = 64
MAX_HASHED = 4  # times the file's size


@dataclass(frozen=True, slots=True)
class Record:
    """A sound record."""

    offset: int  # of the payload, from the file's start
    payload: bytes


@dataclass(frozen=True, slots=True)
class Damage:
    """Bytes that hold no sound record."""

    code: str  # TB101 the file ends early, TB102 bad checksum, TB108 damaged length
    offset: int
    length: int
    detail: str


def masked_crc(data: bytes) -> int:
    """CRC-32C, rotated and offset as TensorFlow stores it (lib/hash/crc32c.h, Mask)."""
    crc: int = google_crc32c.value(data)
    return (((crc >> 15) | (crc << 17)) + 0xA282EAD8) & 0xFFFFFFFF


@dataclass(slots=True)
class Window:
    """The bytes of a file from any offset on, of which only a part is in memory.

    The size is taken once: what a writer appends meanwhile is left for the next reading, and a
    file that shrinks meanwhile simply ends earlier.
    """

    stream: BinaryIO
    size: int
    start: int = 0
    held: bytes = b""

    def read(self, offset: int, length: int) -> bytes:
        """The bytes at an offset; fewer where the file ends."""
        begin = offset - self.start
        if begin < 0 or begin + length > len(self.held):
            self.stream.seek(offset)
            wanted = min(max(length, CHUNK), self.size - offset)
            self.start, self.held, begin = offset, self.stream.read(max(wanted, 0)), 0
        return self.held[begin : begin + length]


@dataclass(slots=True)
class Budget:
    """How much more may be hashed in the search for sound records."""

    hashed: int  # bytes
    candidates: int = MAX_CANDIDATES
    spent: bool = field(default=False, init=False)

    def charge(self, length: int, candidates: int = 0) -> None:
        """Pay for a payload that turned out not to be sound."""
        self.hashed -= length
        self.candidates -= candidates
        self.spent = self.hashed < 0 or self.candidates < 0


def scan(stream: BinaryIO, size: int, start: int = 0) -> Iterator[Record | Damage]:
    """Yield what a file holds, in order; together the items cover every byte from `start` on.

    Never raises for what the bytes say; `OSError` passes through. A clean end is one where no
    byte of a next record is there, and yields nothing.
    """
    window = Window(stream, size, start)
    budget = Budget(hashed=MAX_HASHED * size)
    offset = start
    doubtful: Damage | None = None  # a record with a bad payload: its length is not proven yet
    while offset < size:
        length = payload_length(window.read(offset, HEADER))
        if length is None or length > size - offset - HEADER - FOOTER:
            # Where bytes are missing, a doubtful record has swallowed the sound ones behind it.
            begin = doubtful.offset if doubtful and not budget.spent else offset
            torn = offset if length is not None or size - offset < HEADER else None
            found = None if budget.spent else search(window, begin + 1, budget)
            yield from lost(begin, found, doubtful, torn, length, size, budget)
            doubtful = None
            offset = size if found is None else found
            continue
        if doubtful:
            yield doubtful
            doubtful = None
        payload = window.read(offset + HEADER, length)
        stored = int.from_bytes(window.read(offset + HEADER + length, FOOTER), "little")
        end = offset + HEADER + length + FOOTER
        if len(payload) == length and masked_crc(payload) == stored:
            yield Record(offset + HEADER, payload)
        else:
            budget.charge(length)
            detail = f"payload checksum is {masked_crc(payload):#010x}, stored {stored:#010x}"
            doubtful = Damage("TB102", offset, end - offset, detail)
        offset = end
    if doubtful:
        yield doubtful


def lost(
    begin: int,
    found: int | None,
    doubtful: Damage | None,
    torn: int | None,
    length: int | None,
    size: int,
    budget: Budget,
) -> Iterator[Damage]:
    """Name the bytes from `begin` to the record that was found, or to the end of the file.

    `torn` is the offset of a record whose header is sound or incomplete, and which the file's end
    cuts off.
    """
    if found is not None:
        if doubtful and found > doubtful.offset + doubtful.length:
            yield doubtful  # what was found lies behind it: its length was right
            begin = doubtful.offset + doubtful.length
        detail = "the length of a record is damaged, or bytes are missing"
        yield Damage("TB108", begin, found - begin, detail)
        return
    if budget.spent:
        if doubtful and doubtful.offset < begin:
            yield doubtful  # the budget was spent on it: nothing was searched for
        detail = "damaged; the search for the next sound record was given up"
        yield Damage("TB108", begin, size - begin, detail)
        return
    if doubtful:
        yield doubtful
        begin = doubtful.offset + doubtful.length
    if torn is None:
        detail = "the length of a record is damaged, and no sound record follows"
        yield Damage("TB108", begin, size - begin, detail)
    elif length is None:
        yield Damage("TB101", torn, size - torn, "the file ends inside a record's header")
    else:
        there = max(size - torn - HEADER, 0)
        detail = f"a record of {length:,} bytes begins, of which {min(there, length):,} are there"
        yield Damage("TB101", torn, size - torn, detail)


def payload_length(header: bytes) -> int | None:
    """The length that a header states; None where it is cut short or its checksum is wrong."""
    if len(header) < HEADER or masked_crc(header[:8]) != int.from_bytes(header[8:], "little"):
        return None
    return int.from_bytes(header[:8], "little")


def search(window: Window, begin: int, budget: Budget) -> int | None:
    """The offset of the first sound record at or after `begin`; None if there is none.

    Headers are looked at in growing blocks, so that a near record costs little and a far one is
    found at numpy's speed.
    """
    block = 1 << 12
    while begin + HEADER + FOOTER < window.size:
        view = window.read(begin, min(block + HEADER - 1, window.size - begin))
        for place in plausible(view, window.size - begin):
            offset = begin + int(place)
            if sound(window, offset, budget):
                return offset
            if budget.spent:
                return None
        if len(view) < HEADER:
            return None  # the file has shrunk meanwhile
        begin += len(view) - HEADER + 1
        block = min(block * 2, CHUNK)
    return None


def plausible(view: bytes, room: int) -> npt.NDArray[np.intp]:
    """Places in `view` where a header stands whose checksum fits.

    `room` is how many bytes the file has from the start of `view` on; a record that would not fit
    into it, or is empty, is passed over before its checksum is computed.
    """
    words = np.frombuffer(view, np.uint8)
    if len(words) < HEADER:
        return np.empty(0, np.intp)
    rows = np.lib.stride_tricks.sliding_window_view(words, HEADER)
    lengths = np.ndarray(len(rows), "<u8", view, strides=(1,))
    places = np.nonzero((lengths > 0) & (lengths <= max(room, 0)))[0]
    crc = np.full(len(places), 0xFFFFFFFF, np.uint32)
    for column in range(8):
        crc = TABLE[(crc ^ rows[places, column]) & 0xFF] ^ (crc >> np.uint32(8))
    crc = ~crc
    masked = ((crc >> np.uint32(15)) | (crc << np.uint32(17))) + np.uint32(0xA282EAD8)
    stored = np.ndarray(len(rows), "<u4", view, offset=8, strides=(1,))[places]
    fitting: npt.NDArray[np.intp] = places[masked == stored]
    return fitting


def sound(window: Window, offset: int, budget: Budget) -> bool:
    """Whether the record whose header stands at an offset has the payload that it promises."""
    length = int.from_bytes(window.read(offset, 8), "little")
    if offset + HEADER + length + FOOTER > window.size:
        return False
    payload = window.read(offset + HEADER, length + FOOTER)
    fits = masked_crc(payload[:length]) == int.from_bytes(payload[length:], "little")
    if not fits:
        budget.charge(length, candidates=1)
    return fits


def crc_table() -> npt.NDArray[np.uint32]:
    """The CRC of every byte, reflected polynomial 0x82F63B78 (RFC 3720, appendix B.4)."""
    crc = np.arange(256, dtype=np.uint32)
    for _ in range(8):
        crc = np.where(crc & 1, (crc >> np.uint32(1)) ^ np.uint32(0x82F63B78), crc >> np.uint32(1))
    return crc.astype(np.uint32)


TABLE = crc_table()
