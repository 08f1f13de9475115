"""Damage to good files of every kind: what is left comes through, and nothing ever raises."""

from __future__ import annotations

import csv
import io
import os
import random
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tbreport.experiment import load
from tbreport.reader import python_engine
from tbreport.reader.kinds import KINDS
from tbreport.reader.records import FOOTER, Record, scan
from tbreport.reader.scan import FileScan
from tests.eventwriter import content, frame

EVENTS = Path(__file__).parent.parent / "fixtures" / "events"
PLACES = 200  # in a file that is too large to be cut at every byte
SMALL = 3000  # bytes
FLIPS = 150  # bits a file

Scanned = Callable[[bytes], FileScan]


def rows(name: str) -> list[dict[str, str]]:
    with (EVENTS / name).open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def smallest_of_each_kind() -> list[str]:
    """For every kind and encoding the smallest sound file that holds it."""
    sizes = {
        row["file"]: int(row["size"]) for row in rows("files.csv") if row["nan_wall_times"] == "0"
    }
    found: dict[tuple[str, str], str] = {}
    for row in sorted(rows("manifest.csv"), key=lambda row: sizes.get(row["file"], 0)):
        if row["file"] in sizes:
            found.setdefault((row["kind"], row["encoding"]), row["file"])
    return sorted(set(found.values()))


FILES = smallest_of_each_kind()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("damaged")


@pytest.fixture
def scanned(folder: Path) -> Scanned:
    """The reference engine's scan of some bytes; `test_native.py` holds the other one to it."""
    path = folder / "events.out.tfevents.1700000000.host.1.0"
    path.touch()

    def of(whole: bytes) -> FileScan:
        with path.open("r+b") as stream:  # in place: truncating it first took 1.5 ms
            stream.write(whole)
            stream.truncate()
        return python_engine.scan(path, "shown", "folder", {})

    return of


def held(found: FileScan) -> dict[tuple[str, ...], Any]:
    """All that a file holds, as bytes and tuples of which those of a cut file are the beginning."""
    content: dict[tuple[str, ...], Any] = {}
    for kind, columns in (("scalars", found.scalars), ("histograms", found.histograms)):
        for tag, column in columns.items():
            for name in set(column.__slots__) - {"rising"}:
                content[kind, tag, name] = getattr(column, name).tobytes()
    for blob in found.blobs:
        key = (blob.kind, blob.tag)
        content[key] = (*content.get(key, ()), blob)
    return content


def is_beginning(part: FileScan, whole: dict[tuple[str, ...], Any]) -> bool:
    return all(value == whole[key][: len(value)] for key, value in held(part).items())


def places(found: FileScan) -> Counter[tuple[str, int, float]]:
    """Tag, step and wall time of every value; its kind may hang on metadata that was lost."""
    columns = [*found.scalars.items(), *found.histograms.items()]
    return Counter((blob.tag, blob.step, blob.wall_time) for blob in found.blobs) + Counter(
        (tag, step, time)
        for tag, column in columns
        for step, time in zip(column.steps.tolist(), column.wall_times.tolist(), strict=True)
    )


def record_ends(whole: bytes) -> list[int]:
    """The offset after each record of a sound file."""
    items = scan(io.BytesIO(whole), len(whole))
    return [i.offset + len(i.payload) + FOOTER for i in items if isinstance(i, Record)]


def cuts(whole: bytes, seed: str) -> list[int]:
    if len(whole) <= SMALL:
        return list(range(len(whole)))
    return sorted(random.Random(seed).sample(range(len(whole)), PLACES))


def test_the_files_hold_every_kind() -> None:
    kinds = {row["kind"] for row in rows("manifest.csv") if row["file"] in FILES}

    assert kinds == KINDS.keys()


@pytest.mark.parametrize("name", FILES)
def test_a_file_cut_anywhere_keeps_what_was_before_and_has_one_problem(
    name: str, scanned: Scanned
) -> None:
    whole = (EVENTS / name).read_bytes()
    complete, ends = held(scanned(whole)), [0, *record_ends(whole)]

    for cut in cuts(whole, name):
        found = scanned(whole[:cut])
        before = [end for end in ends if end <= cut]

        assert found.file.records == len(before) - 1
        assert is_beginning(found, complete)
        assert sum(problem.count for problem in found.problems) <= 1
        if cut != before[-1]:
            assert [(problem.code, problem.offset) for problem in found.problems] == [
                ("TB101", before[-1])
            ]


@pytest.mark.parametrize("name", FILES)
def test_one_flipped_bit_costs_one_record_at_most_and_is_a_problem(
    name: str, scanned: Scanned
) -> None:
    whole = (EVENTS / name).read_bytes()
    sound = scanned(whole)
    complete, records = places(sound), sound.file.records
    seeded = random.Random(name)

    for _ in range(FLIPS):
        bit = seeded.randrange(len(whole) * 8)
        flipped = bytearray(whole)
        flipped[bit // 8] ^= 1 << bit % 8
        found = scanned(bytes(flipped))

        assert found.problems
        assert found.file.records == records - 1
        assert places(found) <= complete


@pytest.mark.parametrize("name", FILES)
def test_missing_bytes_are_a_problem_and_invent_nothing(name: str, scanned: Scanned) -> None:
    whole = (EVENTS / name).read_bytes()
    complete = places(scanned(whole))
    seeded = random.Random(name)

    for _ in range(30):
        begin = seeded.randrange(len(whole))
        stop = begin + seeded.randrange(1, 300)
        found = scanned(whole[:begin] + whole[stop:])

        assert places(found) <= complete
        assert found.problems or begin in {0, *record_ends(whole)}


def everything(folder: Path, whole: bytes) -> None:
    """Load a file of these bytes and make every frame of it."""
    (folder / "events.out.tfevents.1700000000.host.1.0").write_bytes(whole)
    found = load(folder, engine="python")
    runs = list(found.runs.values())
    for kind in {blob.kind for run in runs for blob in run.blobs}:
        found.frame(kind)
    for run in runs:
        for series in (*run.scalars.values(), *run.histograms.values()):
            assert (series.steps[1:] > series.steps[:-1]).all()


@given(whole=st.binary(max_size=500))
@settings(max_examples=100, deadline=None)
def test_any_bytes_are_read_without_an_exception(folder: Path, whole: bytes) -> None:
    everything(folder, whole)


@given(payloads=st.lists(st.binary(max_size=60), max_size=6))
@settings(max_examples=100, deadline=None)
def test_sound_records_of_any_payload_are_read_without_an_exception(
    folder: Path, payloads: list[bytes]
) -> None:
    everything(folder, content([]) + b"".join(map(frame, payloads)))


@pytest.mark.parametrize("name", FILES)
def test_sound_records_of_spoilt_events_are_read_without_an_exception(
    name: str, folder: Path
) -> None:
    """Checksums that fit around events that make no sense: what a broken writer leaves."""
    whole = (EVENTS / name).read_bytes()
    items = [item for item in scan(io.BytesIO(whole), len(whole)) if isinstance(item, Record)]
    seeded = random.Random(name)
    for _ in range(10):
        spoilt = []
        for item in items:
            payload = bytearray(item.payload)
            for _ in range(seeded.choice([0, 1, 1, 3])):
                if payload:
                    payload[seeded.randrange(len(payload))] = seeded.choice([0, 1, 127, 128, 255])
            spoilt.append(frame(bytes(payload)))
        everything(folder, b"".join(spoilt))


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes in this file system")
def test_a_pipe_among_the_files_is_not_waited_for(folder: Path) -> None:
    os.mkfifo(folder / "pipe.tfevents")
    try:
        everything(folder, content([]))
    finally:
        (folder / "pipe.tfevents").unlink()
