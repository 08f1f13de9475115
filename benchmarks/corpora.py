"""Event files to measure with, byte for byte as SummaryWriter and tf.summary write them.

What is written follows from the shape alone, so that a corpus is the same wherever it is made.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import google_crc32c

START = 1_700_000_000.0
TAGS = ("loss/train", "loss/val", "accuracy/train", "accuracy/val", "learning_rate", "grad_norm")
VERSION = b"\x09" + struct.pack("<d", START) + b"\x1a\x0dbrain.Event:2"
BUCKETS = 64


@dataclass(frozen=True, slots=True)
class Corpus:
    """What is written: runs × files of one encoding."""

    description: str
    runs: int
    tags: int
    steps: int
    encode: Callable[[str, int], bytes]  # tag, step → the value's fields behind its tag

    @property
    def points(self) -> int:
        return self.runs * self.tags * self.steps


def write(corpus: Corpus, folder: Path) -> None:
    """Write a corpus, a file for each run."""
    for run in range(corpus.runs):
        below = folder / f"run_{run:04}" if corpus.runs > 1 else folder
        below.mkdir(parents=True, exist_ok=True)
        path = below / f"events.out.tfevents.{int(START) + run}.host.1.0"
        with path.open("wb") as stream:
            stream.write(frame(VERSION))
            stream.writelines(frame(event) for event in events(corpus))


def events(corpus: Corpus) -> Iterator[bytes]:
    """Every step's values, tag after tag, half a second a step."""
    names = [tag_name(number) for number in range(corpus.tags)]
    for step in range(corpus.steps):
        times = b"\x09" + struct.pack("<d", START + step / 2)
        if step:
            times += b"\x10" + varint(step)
        for name in names:
            value = sized(0x0A, name.encode()) + corpus.encode(name, step)
            yield times + sized(0x2A, sized(0x0A, value))


def tag_name(number: int) -> str:
    name = TAGS[number % len(TAGS)]
    return f"{name}_{number // len(TAGS)}" if number >= len(TAGS) else name


def simple_value(tag: str, step: int) -> bytes:
    """As torch and TF1 write a scalar."""
    return b"\x15" + struct.pack("<f", curve(tag, step))


def tensor_scalar(tag: str, step: int) -> bytes:
    """As tf.summary.scalar writes one: tensor_content and the plugin's name, every time."""
    tensor = b"\x08\x01\x12\x00" + sized(0x22, struct.pack("<f", curve(tag, step)))
    return sized(0x42, tensor) + sized(0x4A, sized(0x0A, sized(0x0A, b"scalars")) + b"\x20\x01")


def histogram(tag: str, step: int) -> bytes:
    """As torch writes one, of 64 buckets around zero."""
    width = 1 + curve(tag, step)
    limits = [width * (place - BUCKETS / 2) / BUCKETS for place in range(BUCKETS)]
    counts = [float((place * (step + 7)) % 100) for place in range(BUCKETS)]
    counts[0] = 0.0
    moments = (limits[0], limits[-1], sum(counts), width, width * width)
    histo = b"".join(
        bytes([number << 3 | 1]) + struct.pack("<d", moment)
        for number, moment in enumerate(moments, 1)
    )
    histo += sized(0x32, struct.pack(f"<{BUCKETS}d", *limits))
    histo += sized(0x3A, struct.pack(f"<{BUCKETS}d", *counts))
    return sized(0x2A, histo)


def curve(tag: str, step: int) -> float:
    """A healthy course: losses fall, accuracies rise, both with noise that has no period."""
    falling = 1 / (1 + 0.01 * step)
    if tag.startswith("learning_rate"):
        return falling  # one that swayed would be a thousand restarts
    noise = math.modf(abs(math.sin(12.9898 * step + len(tag))) * 43758.5453)[0] - 0.5
    level = 1 - falling if tag.startswith("accuracy") else falling
    return level + 0.02 * noise


def sized(tag: int, content: bytes) -> bytes:
    return bytes([tag]) + varint(len(content)) + content


def varint(number: int) -> bytes:
    out = bytearray()
    while number >= 0x80:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    out.append(number)
    return bytes(out)


def frame(payload: bytes) -> bytes:
    """A record."""
    length = struct.pack("<Q", len(payload))
    return length + checksum(length) + payload + checksum(payload)


def checksum(content: bytes) -> bytes:
    crc = google_crc32c.value(content)
    return struct.pack("<I", (((crc >> 15) | (crc << 17)) + 0xA282EAD8) & 0xFFFFFFFF)


CORPORA: Mapping[str, Corpus] = {
    "one-file": Corpus("1 file x 20 tags x 50,000 steps", 1, 20, 50_000, simple_value),
    "runs": Corpus("100 runs x 10 tags x 1,000 steps", 100, 10, 1_000, simple_value),
    "tensors": Corpus("1 file x 20 tags x 25,000 steps, TF2", 1, 20, 25_000, tensor_scalar),
    "histograms": Corpus("20 tags x 500 histograms of 64 buckets", 1, 20, 500, histogram),
    "small-files": Corpus("5,000 files of 100 events", 5_000, 10, 10, simple_value),
    "many-runs": Corpus("1,000 runs x 10 tags x 1,000 steps", 1_000, 10, 1_000, simple_value),
}
