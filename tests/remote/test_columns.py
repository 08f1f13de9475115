"""A file that has grown is gone on with, and what comes of it is what a fresh reading gives."""

from __future__ import annotations

import io
import sqlite3
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import fields, is_dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow
import pytest
from pyarrow import parquet
from tensorboard.compat.proto.event_pb2 import Event

from tbreport.options import Options
from tbreport.pipeline import summarize
from tbreport.reader import packing, python_engine
from tbreport.reader.columns import Columns
from tbreport.report import machine
from tbreport.watching import Watch
from tbreport.workers import Workers
from tests.eventwriter import (
    START,
    content,
    curve,
    frame,
    histogram,
    rows_histogram,
    scalar,
    session,
    text,
    write,
)
from tests.remote.conftest import Server, put

LINES = 2_000
PYTHON = Options(engine="python")
FIXTURES = Path(__file__).parents[1] / "fixtures" / "events"


@pytest.fixture
def columns(tmp_path: Path) -> Columns:
    return Columns(tmp_path / "cache", b"this one")


@pytest.fixture
def runs(tmp_path: Path) -> Path:
    """Two runs of more than 64 KB, with texts, histograms and a session."""
    events = [
        *curve("loss/train", np.exp(-np.arange(LINES) / 300)),
        text("note", 3, "as it was"),
        histogram("weights", 5, [0.0, 1.0], [3.0, 4.0], low=-1, high=1),
        session({"lr": 0.1, "optimizer": "adam"}),
    ]
    write(tmp_path / "runs" / "a", events)
    write(tmp_path / "runs" / "b", curve("loss/val", np.linspace(1, 2, LINES)))
    return tmp_path / "runs"


def document(*paths: str | Path, **options: Any) -> str:
    return machine.render(summarize(*paths, **options))


def event_file(runs: Path, run: str = "a") -> Path:
    (path,) = (runs / run).iterdir()
    return path


def append(path: Path) -> int:
    """Append some values of each kind; how many bytes they are."""
    more = [
        *curve("loss/train", [0.2, 0.1], first=LINES),
        text("note", LINES, "as it is"),
        histogram("weights", LINES, [0.0, 1.0, 2.0], [3.0, 4.0, 5.0], low=-1, high=2),
        scalar("late", LINES, 0.5),
        session({"lr": 0.2}),
    ]
    added = b"".join(frame(event.SerializeToString()) for event in more)
    with path.open("ab") as stream:
        stream.write(added)
    return len(added)


def ranges(s3: Server) -> list[tuple[int, int]]:
    """First and last byte of each request for a file."""
    found = [asked.removeprefix("bytes=").split("-") for _, asked in s3.ranges]
    return [(int(first), int(last)) for first, last in found]


def test_of_a_grown_remote_file_only_the_rest_is_fetched(
    s3: Server, runs: Path, columns: Columns
) -> None:
    url = put(runs, "columns/runs")
    document(url, columns=columns)
    size = event_file(runs).stat().st_size
    added = append(event_file(runs))
    put(runs / "a", "columns/runs/a")
    s3.forget()

    assert document(url, columns=columns) == document(runs)
    assert ranges(s3) == [(size - 4096, size + added - 1)]
    assert len(s3.asked) == 1 + 1  # the listing


def test_a_file_that_grows_again_and_again_is_gone_on_with_each_time(
    s3: Server, runs: Path, columns: Columns
) -> None:
    url = put(runs, "again/runs")
    document(url, columns=columns)
    for number in range(3):
        with event_file(runs).open("ab") as stream:
            stream.write(frame(scalar("loss/train", LINES + number, 0.1).SerializeToString()))
        put(runs / "a", "again/runs/a")
        s3.forget()

        assert document(url, columns=columns) == document(runs)
        assert sum(last + 1 - first for first, last in ranges(s3)) < 5_000


def test_the_end_of_a_torn_record_is_fetched_with_its_beginning(
    s3: Server, runs: Path, columns: Columns
) -> None:
    whole = event_file(runs).read_bytes()
    event_file(runs).write_bytes(whole[:-30])
    url = put(runs, "torn/runs")
    assert document(url, columns=columns) == document(runs)
    event_file(runs).write_bytes(whole)
    put(runs / "a", "torn/runs/a")
    s3.forget()

    assert document(url, columns=columns) == document(runs)
    ((first, last),) = ranges(s3)
    assert (last + 1, first > len(whole) - 5_000) == (len(whole), True)


def rewritten(path: Path) -> None:
    path.write_bytes(content(curve("loss/train", np.linspace(5, 6, LINES + 300))))


def shrunk(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-1_000])


def restarted(path: Path) -> None:
    path.write_bytes(content(curve("loss/train", [5.0, 4.0])))


def of_the_same_length(path: Path) -> None:
    path.write_bytes(content(curve("loss/train", np.linspace(7, 8, LINES))))


CHANGES = [rewritten, shrunk, restarted, of_the_same_length]


@pytest.mark.parametrize("change", CHANGES)
def test_a_remote_file_that_is_another_one_is_read_afresh(
    s3: Server, runs: Path, columns: Columns, change: Callable[[Path], None]
) -> None:
    event_file(runs).write_bytes(content(curve("loss/train", np.linspace(5, 6, LINES))))
    url = put(runs, f"{change.__name__}/runs")
    document(url, columns=columns)
    change(event_file(runs))
    put(runs / "a", f"{change.__name__}/runs/a")
    s3.forget()

    assert document(url, columns=columns) == document(runs)
    assert sum(last + 1 - first for first, last in ranges(s3)) == event_file(runs).stat().st_size


@pytest.mark.parametrize("change", [append, *CHANGES])
def test_the_python_engine_goes_on_where_it_ended(
    runs: Path, columns: Columns, change: Callable[[Path], None]
) -> None:
    document(runs, columns=columns, options=PYTHON)
    change(event_file(runs))

    assert document(runs, columns=columns, options=PYTHON) == document(runs, options=PYTHON)


def test_what_a_files_first_values_say_holds_for_those_that_are_appended(
    tmp_path: Path, columns: Columns
) -> None:
    def rows(first: int, plugin: str) -> list[Event]:  # as TF2: the plugin stands in the first one
        named = [rows_histogram("weights", first, [[0, 1, 2]], plugin)]
        return named + [
            rows_histogram("weights", first + n, [[0, 1, 2]], "") for n in range(1, LINES)
        ]

    path = write(tmp_path / "runs", rows(0, "histograms"))
    document(tmp_path / "runs", columns=columns, options=PYTHON)
    with path.open("ab") as stream:
        stream.write(b"".join(frame(event.SerializeToString()) for event in rows(LINES, "")))

    grown = document(tmp_path / "runs", columns=columns, options=PYTHON)

    assert grown == document(tmp_path / "runs", options=PYTHON)


@pytest.fixture
def scanned(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The offsets from which the python engine was asked to read."""
    offsets: list[int] = []
    scan = python_engine.scan

    def noted(*args: Any) -> Any:
        offsets.append(args[4] if len(args) > 4 else 0)
        return scan(*args)

    monkeypatch.setattr(python_engine, "scan", noted)
    return offsets


def test_the_python_engine_parses_no_byte_twice(
    runs: Path, columns: Columns, scanned: list[int]
) -> None:
    document(runs, columns=columns, options=PYTHON)
    size = event_file(runs).stat().st_size
    append(event_file(runs))
    scanned.clear()

    document(runs, columns=columns, options=PYTHON)
    assert scanned == [size]


def test_what_has_not_changed_is_not_fetched(s3: Server, runs: Path, columns: Columns) -> None:
    url = put(runs, "unchanged/runs")
    first = document(url, columns=columns)
    s3.forget()

    assert document(url, columns=columns) == first == document(runs)
    assert ranges(s3) == []


def test_a_later_file_is_read_afresh_where_an_earlier_one_says_more(
    s3: Server, tmp_path: Path, columns: Columns
) -> None:
    # The second file does not say that its tensors are histograms: the first one does.
    bare = [rows_histogram("weights", step, [[0, 1, 2]], "") for step in range(LINES)]
    folder = tmp_path / "runs" / "a"
    early = write(folder, curve("loss", [1.0]), time=1_700_000_000)
    write(folder, bare, time=1_700_000_100)
    url = put(folder, "later/runs")
    document(url, columns=columns)
    with early.open("ab") as stream:
        event = rows_histogram("weights", 1, [[0, 1, 2]], "histograms")
        stream.write(frame(event.SerializeToString()))
    put(folder, "later/runs")

    assert document(url, columns=columns) == document(folder)


def test_damage_in_the_middle_is_told_each_time(runs: Path, columns: Columns) -> None:
    with event_file(runs).open("r+b") as stream:
        stream.seek(5_000)
        stream.write(b"damage")
    document(runs, columns=columns, options=PYTHON)
    append(event_file(runs))

    assert document(runs, columns=columns, options=PYTHON) == document(runs, options=PYTHON)


def test_another_version_reads_afresh(
    runs: Path, columns: Columns, tmp_path: Path, scanned: list[int]
) -> None:
    document(runs, columns=columns, options=PYTHON)
    scanned.clear()

    document(runs, columns=Columns(tmp_path / "cache", b"another"), options=PYTHON)
    assert scanned == [0, 0]


def test_a_corrupt_store_is_begun_anew_with_a_word(runs: Path, columns: Columns) -> None:
    expected = document(runs, columns=columns, options=PYTHON)
    columns.store().path.write_bytes(b"no database at all" * 1_000)

    told: list[str] = []
    again = Columns(columns.folder, columns.version, told.append)
    assert document(runs, columns=again, options=PYTHON) == expected
    assert "begun anew" in told[0]
    assert columns.store().counted()[0] == 2


def test_bytes_that_are_no_columns_are_none(
    runs: Path, columns: Columns, scanned: list[int]
) -> None:
    expected = document(runs, columns=columns, options=PYTHON)
    sink = io.BytesIO()
    parquet.write_table(pyarrow.table({"step": [1]}), sink)
    for foreign in (b"PAR1 and no more", sink.getvalue()):
        store = columns.store()
        with sqlite3.connect(store.path) as connection:
            keys = [key for (key,) in connection.execute("SELECT key FROM made")]
        connection.close()
        store.put(dict.fromkeys(keys, foreign))
        store.close()
        scanned.clear()

        assert document(runs, columns=columns, options=PYTHON) == expected
        assert scanned == [0, 0]


def test_workers_go_on_too(runs: Path, columns: Columns, scanned: list[int]) -> None:
    document(runs, columns=columns, options=PYTHON)
    size = event_file(runs).stat().st_size
    append(event_file(runs))
    scanned.clear()

    with ThreadPoolExecutor(2) as pool:
        found = document(runs, columns=columns, options=PYTHON, executor=Workers(lambda: pool, 2))
    assert scanned == [size]
    assert found == document(runs, options=PYTHON)


def test_small_files_and_local_ones_of_the_native_engine_are_not_kept(
    runs: Path, columns: Columns, tmp_path: Path
) -> None:
    write(tmp_path / "small" / "a", curve("loss", [1.0, 0.5]))
    document(tmp_path / "small", columns=columns, options=PYTHON)
    document(runs, columns=columns, options=Options(engine="native"))

    assert columns.store().counted() == (0, 0)


def same(one: Any, other: Any) -> bool:
    """Whether two scans are equal to the bit."""
    if isinstance(one, np.ndarray):
        return (one.dtype, one.tobytes(), one.flags.writeable) == (
            other.dtype, other.tobytes(), False
        )  # fmt: skip
    if isinstance(one, dict):
        return list(one) == list(other) and all(same(one[key], other[key]) for key in one)
    if is_dataclass(one):
        names = [field.name for field in fields(one)]
        return all(same(getattr(one, name), getattr(other, name)) for name in names)
    return bool(one == other)


@pytest.mark.parametrize(
    "path",
    [path for path in sorted(FIXTURES.rglob("*tfevents*")) if path.is_file()],
    ids=lambda path: path.parent.relative_to(FIXTURES).as_posix(),
)
def test_what_was_packed_is_unpacked_to_the_bit(path: Path) -> None:
    found = python_engine.scan(path, "shown", "folder", {})
    kept = packing.Kept(found, "then", {"tag": "scalars"}, "tail", {})

    again = packing.unpacked(packing.packed(kept), "shown", "folder")

    assert again is not None
    assert same(replace(kept, scan=replace(found, problems=())), again)


def test_the_schema_is_documented() -> None:
    page = (Path(__file__).parents[2] / "docs" / "remote.md").read_text(encoding="utf-8")

    for field in packing.table_schema("{}"):
        type = str(field.type).replace("list<item: double>", "list of double")
        type = "string" if type.startswith("dictionary<values=string") else type
        assert f"| `{field.name}` | {type} |" in page


def test_each_look_of_watch_asks_for_what_is_new(s3: Server, runs: Path, columns: Columns) -> None:
    url = put(runs, "watched/runs")
    watch = Watch((url,), Options(), stopped_after_s=300, columns=columns)
    watch.look(START)
    size = event_file(runs).stat().st_size
    added = append(event_file(runs))
    put(runs / "a", "watched/runs/a")
    s3.forget()

    look = watch.look(START + 10)
    assert ranges(s3) == [(size - 4096, size + added - 1)]
    assert [row.step for row in look.rows] == [LINES + 1, LINES - 1]
