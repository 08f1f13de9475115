"""The native engine yields what the python engine yields, to the bit, whatever the bytes."""

from __future__ import annotations

import io
import os
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import fields, is_dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import google_crc32c
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tbreport.reader import python_engine
from tbreport.reader.engine import ENGINES
from tbreport.reader.logdir import FoundFile
from tbreport.reader.records import Damage, scan
from tests import eventwriter as written
from tests.reader import wire

# Where it has to be there, test_engine.py says so.
native_core = pytest.importorskip("tbreport.reader.native_core")
native_engine = pytest.importorskip("tbreport.reader.native_engine")

FIXTURES = Path(__file__).parent.parent / "fixtures" / "events"
SHARED = os.environ.get("TBREPORT_SHARED_DATA")
FOLDERS = [FIXTURES, *([Path(SHARED) / "events"] if SHARED else [])]
FILES = sorted(path for folder in FOLDERS for path in folder.rglob("*tfevents*"))
SMALL = [
    path
    for folder in ("keras", "tensorboardx", "tensorflow1", "tensorflow2", "torch")
    for path in sorted(
        (FIXTURES / folder).rglob("*tfevents*"), key=lambda p: (p.stat().st_size, p)
    )[:2]
]

Compare = Callable[..., None]
PATIENCE_S = 300  # for what would hang


def plain(found: Any) -> Any:
    """What a scan holds, for `==` to compare to the bit; one NaN is as good as another."""
    if isinstance(found, np.ndarray):
        assert not found.flags.writeable
        numbers = np.where(np.isnan(found), np.nan, found) if found.dtype.kind == "f" else found
        return found.dtype.str, numbers.tobytes()
    if is_dataclass(found):
        return {field.name: plain(getattr(found, field.name)) for field in fields(found)}
    if isinstance(found, Mapping):
        return {key: plain(value) for key, value in found.items()}
    if isinstance(found, tuple):
        return [plain(item) for item in found]
    return type(found), found


@pytest.fixture(scope="module")
def compare(tmp_path_factory: pytest.TempPathFactory) -> Compare:
    """Holds the two engines' scans of some bytes against each other."""
    path = tmp_path_factory.mktemp("native") / "events.out.tfevents.1.host.1.0"

    def compared(content: bytes, plugins: Mapping[str, str] | None = None) -> None:
        path.write_bytes(content)
        known = plugins or {}
        expected = python_engine.scan(path, "shown", "folder", known)
        actual = native_engine.scan(path, "shown", "folder", known)
        assert plain(actual) == plain(expected)

    return compared


def frames(payloads: Iterable[bytes]) -> bytes:
    return b"".join(map(written.frame, payloads))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.parent.name)
def test_a_real_file_is_the_same_to_both(path: Path, compare: Compare) -> None:
    compare(path.read_bytes())


@pytest.mark.parametrize("path", SMALL, ids=lambda path: path.parent.name)
def test_a_file_cut_after_any_byte_is_the_same_to_both(path: Path, compare: Compare) -> None:
    content = path.read_bytes()
    for cut in range(len(content)):
        compare(content[:cut])


@pytest.mark.parametrize("path", SMALL, ids=lambda path: path.parent.name)
def test_a_file_with_a_flipped_bit_is_the_same_to_both(path: Path, compare: Compare) -> None:
    content = path.read_bytes()
    for bit in range(0, 8 * len(content), 11):
        flipped = bytearray(content)
        flipped[bit // 8] ^= 1 << bit % 8
        compare(bytes(flipped))


@given(st.binary(max_size=300))
@settings(max_examples=300, deadline=None)
def test_any_bytes_are_the_same_to_both(compare: Compare, content: bytes) -> None:
    compare(content)


@given(st.lists(st.one_of(wire.events, wire.events, st.binary(max_size=60)), max_size=4))
@settings(max_examples=700, deadline=None)
def test_any_payloads_are_the_same_to_both(compare: Compare, payloads: list[bytes]) -> None:
    # Twice each, as the second reading of a shape takes another path.
    compare(frames(payload for payload in payloads for _ in range(2)), {"a": "text"})


@given(st.lists(wire.events, min_size=1, max_size=4), st.data())
@settings(max_examples=300, deadline=None)
def test_any_damage_is_the_same_to_both(
    compare: Compare, payloads: list[bytes], drawn: st.DataObject
) -> None:
    content = bytearray(frames(payloads))
    for _ in range(drawn.draw(st.integers(1, 3))):
        place = drawn.draw(st.integers(0, len(content)))
        patch = drawn.draw(st.one_of(st.binary(max_size=20), st.just(written.header(30))))
        content[place : place + drawn.draw(st.integers(0, 20))] = patch
    compare(bytes(content))


def test_steps_of_any_length_are_the_same_to_both(compare: Compare) -> None:
    """A step of another length is another shape; one of the same length is not."""
    powers = [7, 14, 21, 28, 35, 42, 49, 56, 62]
    steps = [step for power in powers for step in range(2**power - 3, 2**power + 3)]
    events = [written.scalar("loss", step, step / 3, 1e9) for step in [*range(5), *steps, -3, -2]]

    compare(frames(event.SerializeToString() for event in events))


def test_a_wall_time_that_is_none_is_a_problem_to_both(compare: Compare) -> None:
    times = [1e9, 2e9, np.nan, 3e9, np.inf, 4e9]
    events = [written.scalar("loss", n, n, time) for n, time in enumerate(times)]

    compare(frames(event.SerializeToString() for event in events))


# The decoder behind the python engine is particular; each of these is a payload.
WIRE = {
    "nothing": "",
    "a field number of zero": "0001",
    "a field number of zero in a group": "5b00015c",
    "an unknown wire type": "0e01",
    "an end of no group": "0c",
    "a group": "5b5c",
    "a group that another one ends": "5b64",
    "a group where a message belongs": "2b2c",
    "a group that does not end": "5b08",
    "groups a hundred deep": "5b" * 100 + "5c" * 100,
    "groups deeper than that": "5b" * 101 + "5c" * 101,
    "a tag of five bytes": "908080800005",
    "a tag of six bytes": "90808080800005",
    "a tag past 32 bits": "908080801005",
    "the highest field number": "f8ffffff0f05",
    "a varint of ten bytes": "10ffffffffffffffffff01",
    "a varint of ten bytes with bits past the 64th": "108080808080808080807e",
    "a varint of eleven bytes": "10ffffffffffffffffff8101",
    "a length of five bytes": "1a818080800041",
    "a length of six bytes": "1a81808080800041",
    "a length past 32 bits": "1a818080801041",
    "a length past the end": "1a0241",
    "a number of another wire type": "1201ff",
    "a message of another wire type": "2801",
    "a number cut short": "0901",
    "bytes that are no text": "1a01ff",
    "a surrogate": "1a03eda080",
    "a character past the last": "1a04f4908080",
    "a character in too many bytes": "1a02c181",
    "a zero in a text": "1a0100",
}


@pytest.mark.parametrize("payload", WIRE.values(), ids=WIRE.keys())
def test_a_payload_is_an_event_to_both_or_to_neither(payload: str, compare: Compare) -> None:
    compare(frames([bytes.fromhex(payload)]))


@pytest.mark.parametrize("depth", [95, 96, 97, 98, 99, 100])
def test_messages_may_be_as_deep_to_both(depth: int, compare: Compare) -> None:
    tensor = b""
    for level in range(depth):
        tensor = wire.sized(15 if level % 2 else 3, tensor)
    compare(frames([wire.sized(5, wire.sized(1, wire.sized(8, tensor)))]))


@pytest.mark.parametrize("size", [1000, 300_000, 3_000_000])
def test_a_payload_of_any_size_is_the_same_to_both(size: int, compare: Compare) -> None:
    words = written.text("words", 1, "x" * size).SerializeToString()
    after = written.scalar("loss", 2, 0.5).SerializeToString()

    compare(frames([words, after]))
    damaged = bytearray(frames([words, after]))
    damaged[size // 2] ^= 1
    compare(bytes(damaged))


def test_more_problems_than_are_listed_are_counted_by_both(compare: Compare) -> None:
    bad = bytearray(written.frame(b"payload"))
    bad[-1] ^= 1

    compare(bytes(bad) * 250 + frames([b"\xff"] * 250))


def test_the_search_past_damage_is_bounded_for_both(compare: Compare) -> None:
    """Each header is sound and claims the rest of the file: hashing them all is quadratic."""
    size = 200_000
    headers = b"".join(written.header(size - place - 40) for place in range(0, size - 100, 12))

    compare(bytes(3) + headers + bytes(size - 3 - len(headers)))


def test_a_bad_payload_that_uses_up_the_search_is_named_by_both(compare: Compare) -> None:
    """Five false headers leave a little of what may be hashed, a bad payload takes more."""
    size = 5_000
    bad = bytearray(written.frame(bytes(200)))
    bad[-1] ^= 1
    claims = written.header((4 * size - 100) // 5) * 5
    found = written.scalar("loss", 1, 0.5).SerializeToString()
    content = bytes(3) + claims + frames([found]) + bytes(bad)
    content += bytes(size - len(content))

    items = scan(io.BytesIO(content), size)
    assert [i.code for i in items if isinstance(i, Damage)] == ["TB108", "TB102", "TB108"]
    compare(content)


def test_a_folder_is_no_file_to_both(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "missing"):
        expected = python_engine.scan(path, "shown", "folder", {})
        assert plain(native_engine.scan(path, "shown", "folder", {})) == plain(expected)


def test_a_scan_goes_on_where_another_ended(tmp_path: Path) -> None:
    """Scalars whose plugin name stands with the first value alone, in a file that grows."""
    rank_one = wire.tagged(1, wire.VARINT, b"\x01") + wire.dims(1) + wire.sized(4, b"\0\0\x80?")
    name = wire.sized(9, wire.sized(1, wire.sized(1, b"scalars")))
    first, later = (wire.sized(1, b"loss") + wire.sized(8, rank_one) + m for m in (name, b""))
    summaries = [wire.sized(5, wire.sized(1, value)) for value in (first, later, later)]
    whole = frames(wire.tagged(2, wire.VARINT, bytes([n])) + s for n, s in enumerate(summaries))
    path = tmp_path / "events.out.tfevents.1.host.1.0"
    path.write_bytes(whole[:-5])
    before = native_engine.scan(path, "shown", "folder", {})
    path.write_bytes(whole)

    after = native_engine.scan(path, "shown", "folder", before.plugins, before.file.good_bytes)

    assert before.scalars["loss"].steps.tolist() == [0, 1]
    assert after.scalars["loss"].steps.tolist() == [2]
    assert (after.file.records, after.file.good_bytes) == (1, len(whole))
    assert after.problems == ()


def test_an_array_outlives_its_scan(tmp_path: Path) -> None:
    path = written.write(tmp_path, written.curve("loss", range(10_000)))

    values = native_engine.scan(path, "shown", "folder", {}).scalars["loss"].values

    assert values.tolist() == list(range(10_000))


@pytest.mark.parametrize("points", [1, 100, 1_000, 10_000, 70_000])
def test_columns_of_every_length_outlive_their_pool(tmp_path: Path, points: int) -> None:
    """Short and long ones are malloc's, what lies between shares its memory with others."""
    values = np.sqrt(np.arange(points)).astype(np.float32)
    events = [written.scalar("other", step, value) for step, value in enumerate(values[:1_000])]
    path = written.write(tmp_path, [*events, *written.curve("kept", values), *events])
    ((found,),) = native_engine.scan_folders([[FoundFile(path, "shown", "folder")]])

    kept = found.scalars["kept"]
    del found

    assert kept.steps.tolist() == list(range(points))
    assert kept.values.tolist() == values.tolist()
    assert kept.rising


def test_histograms_of_many_lengths_are_the_same_to_both(tmp_path: Path) -> None:
    """Far more buckets from some point on than the columns were made for, then hardly any."""
    lengths = [*[3] * 50, *range(1, 500), *[2] * 500]
    events = [
        written.histogram("weights", step, limits, np.ones(len(limits)), low=-1, high=1)
        for step, limits in enumerate(np.linspace(-1, 1, length) for length in lengths)
    ]
    folders = [[FoundFile(written.write(tmp_path, events), "shown", "folder")]]

    actual = list(ENGINES["native"].scan_folders(folders))

    expected = list(ENGINES["python"].scan_folders(folders))
    assert [plain(tuple(scans)) for scans in actual] == [plain(tuple(s)) for s in expected]
    assert actual[0][0].histograms["weights"].offsets[-1] == sum(lengths)


@given(st.lists(st.integers(0, 5)))
def test_rows_are_views_that_may_not_be_written_to(lengths: list[int]) -> None:
    offsets = np.cumsum([0, *lengths])
    numbers = np.arange(float(offsets[-1]))
    numbers.setflags(write=False)

    rows = native_core.rows(numbers, offsets)

    expected = [numbers[start:stop].tolist() for start, stop in pairwise(offsets)]
    assert [row.tolist() for row in rows] == expected
    assert all(row.base is numbers and not row.flags.writeable for row in rows)


@pytest.mark.parametrize("offsets", [[0, 4], [-1, 2], [2, 1]])
def test_rows_that_leave_their_array_are_refused(offsets: list[int]) -> None:
    with pytest.raises(ValueError, match="offsets"):
        native_core.rows(np.arange(3.0), np.array(offsets))


@given(st.binary(max_size=5000))
@settings(max_examples=100, deadline=None)
def test_a_checksum_is_that_of_the_library(content: bytes) -> None:
    expected = google_crc32c.value(content)

    assert native_core.crc32c(content, by_table=False) == expected
    assert native_core.crc32c(content, by_table=True) == expected


@pytest.mark.parametrize("processors", [1, 2, 4])
def test_folders_are_scanned_in_their_order(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, processors: int
) -> None:
    """By several threads, hardly ahead, with plugins remembered within each folder alone."""
    folders = []
    for number in range(20):
        below = tmp_path / f"run_{number:02}"
        first = written.write(below, [written.text("words", 1, str(number))])
        later = written.write(below, written.curve("loss", range(number)), time=1_800_000_000)
        folders.append([FoundFile(path, path.name, below.name) for path in (first, later)])
    monkeypatch.setattr(native_engine, "AHEAD", 2_000)
    monkeypatch.setattr(native_engine, "processors", lambda: processors)

    actual = list(ENGINES["native"].scan_folders(folders))

    expected = list(ENGINES["python"].scan_folders(folders))
    assert [plain(tuple(scans)) for scans in actual] == [plain(tuple(s)) for s in expected]


@pytest.mark.parametrize("processors", [1, 2])
def test_no_more_is_scanned_ahead_than_was_agreed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, processors: int
) -> None:
    paths = [written.write(tmp_path / f"run_{n}", written.curve("loss", [n])) for n in range(10)]
    late = paths[-1].rename(tmp_path / "late")
    monkeypatch.setattr(native_engine, "AHEAD", 1)
    monkeypatch.setattr(native_engine, "processors", lambda: processors)
    scans = native_engine.scan_folders([[FoundFile(p, p.name, p.parent.name)] for p in paths])

    first = next(scans)
    late.rename(paths[-1])
    *_, (last,) = scans

    assert first[0].scalars["loss"].values.tolist() == [0]
    assert last.scalars["loss"].values.tolist() == [9]


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="threads are counted in /proc")
def test_scans_that_nobody_takes_are_given_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = written.write(tmp_path, written.curve("loss", range(1000)))
    monkeypatch.setattr(native_engine, "processors", lambda: 4)
    scans = native_engine.scan_folders([[FoundFile(path, path.name, ".")]] * 1000)
    before = threads()
    next(scans)
    assert threads() > before

    scans.close()  # waits for every thread of the pool

    deadline = time.monotonic() + PATIENCE_S
    while threads() > before:  # the system counts a thread for a moment after its end
        assert time.monotonic() < deadline
        time.sleep(0.01)


def threads() -> int:
    """How many threads of the system this process has."""
    return len(list(Path("/proc/self/task").iterdir()))
