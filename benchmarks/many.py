"""Many unlike runs, quickly: ``python -m benchmarks.many FOLDER [RUNS]``, resumed where it stopped.

One run is encoded; the others are its bytes with every 21st value another, and the checksums that
go with them: 10 tags × 1,000 points each.
"""

from __future__ import annotations

import struct
import sys
from pathlib import Path

import numpy as np

from benchmarks.corpora import START, VERSION, Corpus, events, frame, simple_value

HEADER, FOOTER = 12, 4
EVERY = 21  # no multiple of the tags: all of them are met
TEMPLATE = Corpus("one of many", 1, 10, 1_000, simple_value)


def table() -> np.ndarray:
    """CRC-32C of every byte."""
    crc = np.arange(256, dtype=np.uint32)
    for _ in range(8):
        crc = np.where(crc & 1, (crc >> 1) ^ np.uint32(0x82F63B78), crc >> 1).astype(np.uint32)
    return crc


class Runs:
    """Makes the bytes of a run by its number."""

    def __init__(self) -> None:
        payloads = list(events(TEMPLATE))
        self.bytes = np.frombuffer(
            frame(VERSION) + b"".join(frame(payload) for payload in payloads), np.uint8
        ).copy()
        starts, at = [], len(frame(VERSION)) + HEADER
        for payload in payloads:
            starts.append(at)
            at += len(payload) + HEADER + FOOTER
        payloads = payloads[::EVERY]
        lengths = np.array([len(payload) for payload in payloads])
        self.starts = np.array(starts[::EVERY])
        self.ends = self.starts + lengths  # a value's four bytes stand last
        self.groups = [
            (self.starts[lengths == n][:, None] + np.arange(n)) for n in np.unique(lengths)
        ]
        self.values = np.array(
            [struct.unpack("<f", payload[-4:])[0] for payload in payloads], np.float32
        )
        self.table = table()

    def content(self, number: int) -> bytes:
        """A run with a height and noise of its own."""
        noise = np.random.default_rng(number)
        scale = noise.uniform(0.8, 1.2)
        values = self.values * scale + noise.normal(0, 0.01, len(self.values))
        self.put(self.ends - 4, values.astype("<f4"))
        for places in self.groups:
            crc = np.full(len(places), 0xFFFFFFFF, np.uint32)
            for column in places.T:
                crc = self.table[(crc ^ self.bytes[column]) & 0xFF] ^ (crc >> np.uint32(8))
            crc = ~crc
            masked = ((crc >> np.uint32(15)) | (crc << np.uint32(17))) + np.uint32(0xA282EAD8)
            self.put(places[:, -1] + 1, masked.astype("<u4"))
        return self.bytes.tobytes()

    def put(self, places: np.ndarray, numbers: np.ndarray) -> None:
        """Write four-byte numbers at places."""
        self.bytes[places[:, None] + np.arange(4)] = numbers.view(np.uint8).reshape(-1, 4)


def main(folder: Path, count: int = 10_000) -> None:
    runs = Runs()
    for number in range(count):
        path = folder / f"run_{number:05}" / f"events.out.tfevents.{int(START) + number}.host.1.0"
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(runs.content(number))


if __name__ == "__main__":
    main(Path(sys.argv[1]), *map(int, sys.argv[2:]))
