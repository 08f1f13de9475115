"""Where the fuzzers begin: what real writers wrote, one of every kind, whole and damaged."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path

from tensorboard.compat.proto.event_pb2 import Event

from tbreport.reader.records import Record, scan

FIXTURES = Path(__file__).parent.parent / "fixtures" / "events"
LONGEST = 1024  # bytes


def write(folder: Path) -> None:
    """Write the seeds of each target, into a folder of its name."""
    for target, seeds in {"scan": files(), "decode_event": payloads()}.items():
        below = folder / target
        below.mkdir(parents=True, exist_ok=True)
        for number, seed in enumerate(sorted(set(seeds))):
            (below / f"seed_{number:03}").write_bytes(seed)


def files() -> Iterator[bytes]:
    """Short event files and the beginnings of long ones; some torn, with a bad checksum or length,
    or with bytes missing."""
    for path in sorted(FIXTURES.rglob("*tfevents*")):
        content = path.read_bytes()
        ends = [0, *(r.offset + len(r.payload) + 4 for r in records(content))]
        whole = content[: max(end for end in ends if end <= LONGEST)]
        if len(whole) < 50:
            continue
        half = len(whole) // 2
        yield whole
        yield whole[:-3]
        yield whole[:half] + bytes([whole[half] ^ 1]) + whole[half + 1 :]
        yield b"\1" + whole[1:]
        yield whole[:half] + whole[half + 9 :]
    yield b""
    yield b"version https://git-lfs.github.com/spec/v1"


def payloads() -> Iterator[bytes]:
    """The shortest event of every kind of value, writer by writer; the next one differs by a step.

    The two bytes behind it are the target's: where the next payload differs, and by which bits.
    """
    shortest: dict[object, bytes] = {}
    for path in sorted(FIXTURES.rglob("*tfevents*")):
        writer = path.relative_to(FIXTURES).parts[0]
        for record in records(path.read_bytes()):
            kind = writer, *kinds(Event.FromString(record.payload))
            if len(record.payload) < len(shortest.get(kind, bytes(LONGEST))):
                shortest[kind] = record.payload
    for payload in shortest.values():
        yield payload + b"\x0a\x01"
    yield b"\x00\x00"


def kinds(event: Event) -> Iterator[object]:
    """What makes an event one of its kind."""
    yield event.WhichOneof("what")
    yield event.step > 0
    for value in event.summary.value:
        yield value.WhichOneof("value")
        yield value.metadata.plugin_data.plugin_name
        yield value.tensor.dtype
        yield bool(value.tensor.tensor_content)
        yield len(value.tensor.tensor_shape.dim)


def records(content: bytes) -> Iterator[Record]:
    """The sound records of a file."""
    found = scan(io.BytesIO(content), len(content))
    return (item for item in found if isinstance(item, Record))
