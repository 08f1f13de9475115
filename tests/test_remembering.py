"""What is remembered is what would be made again, whatever happened to files or cache meanwhile."""

from __future__ import annotations

import os
import pickle
import re
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from tbreport import settings
from tbreport.options import Options, Selection
from tbreport.pipeline import rounded, summarize
from tbreport.reader.cache import NAME, Store
from tbreport.remembering import packed, unpacked
from tbreport.report import machine
from tests import hostile
from tests.eventwriter import content, curve, frame, scalar, write
from tests.full_disk import full_disk

STRACE = shutil.which("strace")
LINES = 300
FIXTURES = Path(__file__).parent / "fixtures" / "events"


@pytest.fixture
def runs(tmp_path: Path) -> Path:
    """Three runs, each of more than 4 KB."""
    for number in range(3):
        values = np.exp(-np.arange(LINES) / (20 + number)) + number
        write(tmp_path / "runs" / f"run_{number}", curve("loss", values))
    return tmp_path / "runs"


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "cache")


def document(runs: Path, store: Store | None = None, options: Options | None = None) -> str:
    return machine.render(summarize(runs, values=store, options=options))


def event_file(runs: Path, number: int = 1) -> Path:
    (path,) = (runs / f"run_{number}").iterdir()
    return path


def spoil(path: Path) -> None:
    """Change a file where nobody looks, and leave its time as it was."""
    status = path.stat()
    with path.open("r+b") as stream:
        stream.write(bytes(64))
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))


def test_a_second_time_is_the_same_bytes_and_reads_no_file(runs: Path, store: Store) -> None:
    first = document(runs, store)
    for number in range(3):
        spoil(event_file(runs, number))

    assert document(runs, store) == first == document(runs, Store(store.folder))
    assert document(runs) != first


def grow(path: Path) -> None:
    with path.open("ab") as stream:
        stream.write(frame(scalar("loss", LINES, 0.1).SerializeToString()))


def shrink(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-10])


def replaced(path: Path) -> None:
    path.write_bytes(content(curve("loss", np.linspace(9, 8, LINES))))


def rewritten_at_its_end(path: Path) -> None:
    status = path.stat()
    path.write_bytes(path.read_bytes()[:-4] + b"\0\0\0\0")
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))


def truncated_by_a_restart(path: Path) -> None:
    path.write_bytes(content(curve("loss", [5.0, 4.0])))


def resumed_in_another_file(path: Path) -> None:
    write(path.parent, curve("loss", [0.1, 0.2], first=LINES), time=1_700_000_900)


@pytest.mark.parametrize(
    "change",
    [
        grow, shrink, replaced, rewritten_at_its_end, truncated_by_a_restart,
        resumed_in_another_file,
    ],
)  # fmt: skip
def test_a_run_that_changed_is_read_again_and_the_others_are_not(
    runs: Path, store: Store, change: Callable[[Path], None]
) -> None:
    document(runs, store)
    change(event_file(runs))
    expected = document(runs)
    spoil(event_file(runs, 0))

    assert document(runs, store) == expected


def test_a_run_that_is_gone_is_in_no_report(runs: Path, store: Store) -> None:
    document(runs, store)
    event_file(runs).unlink()

    assert document(runs, store) == document(runs)


def test_the_order_of_settings_is_told_apart(runs: Path, store: Store, tmp_path: Path) -> None:
    toml = tmp_path / "tbreport.toml"
    rules = ['"loss" = {split = "val"}', '"los" = {split = "train"}']
    for ordered in (rules, rules[::-1]):
        toml.write_text("\n".join(["[roles]", *ordered]), encoding="utf-8")
        options = Options(settings=settings.load(tmp_path, toml))
        assert document(runs, store, options) == document(runs, options=options)


def test_settings_and_selections_are_told_apart(runs: Path, store: Store, tmp_path: Path) -> None:
    toml = tmp_path / "tbreport.toml"
    toml.write_text('[roles."loss"]\nmetric = "loss"\nsplit = "val"\n', encoding="utf-8")
    for options in (
        Options(),
        Options(settings=settings.load(tmp_path, toml)),
        Options(Selection(tags=re.compile("^l"))),
        Options(Selection(runs=re.compile("1"))),
    ):
        assert document(runs, store, options) == document(runs, options=options)


def test_a_file_that_grows_while_it_is_read_is_not_remembered(runs: Path, store: Store) -> None:
    path = event_file(runs, 0)

    summarize(runs, values=store, begin=lambda found: grow(path))
    assert document(runs, store) == document(runs)


def test_a_corrupt_cache_is_begun_anew_with_a_word(runs: Path, store: Store) -> None:
    expected = document(runs, store)
    store.close()
    store.path.write_bytes(b"no database at all" * 1000)

    told: list[str] = []
    again = Store(store.folder, told.append)
    assert document(runs, again) == expected
    assert "begun anew" in told[0]
    assert document(runs, again) == expected
    assert again.counted()[0] == 3


def test_a_flipped_byte_in_the_cache_is_noticed(runs: Path, store: Store) -> None:
    expected = document(runs, store)
    store.close()
    with sqlite3.connect(store.path) as connection:
        connection.execute("UPDATE made SET value = zeroblob(length(value))")
    connection.close()

    told: list[str] = []
    assert document(runs, Store(store.folder, told.append)) == expected
    assert told == ["3 damaged entries of the cache are made again"]


@pytest.mark.parametrize(
    "harm",
    [
        "UPDATE made SET used = 'never', value = 'a text'",
        "UPDATE made SET used = 'never', value = CAST(x'ff' AS TEXT)",
        "UPDATE made SET value = 7, checksum = x'00'",
        "UPDATE made SET value = (SELECT value FROM made ORDER BY key LIMIT 1),"
        " checksum = (SELECT checksum FROM made ORDER BY key LIMIT 1)",
        "DROP TABLE made",
        "ALTER TABLE made DROP COLUMN used",
        "ALTER TABLE made ADD COLUMN more INTEGER",
        "PRAGMA writable_schema = 1;"
        "UPDATE sqlite_master SET name = CAST(x'e5' AS TEXT), sql = 'CREATE NOTHING'",
    ],
)
def test_whatever_is_damaged_in_the_cache_the_report_is_the_same(
    runs: Path, store: Store, harm: str
) -> None:
    expected = document(runs, store)
    store.close()
    connection = sqlite3.connect(store.path)
    connection.executescript(harm)
    connection.close()

    told: list[str] = []
    assert document(runs, Store(store.folder, told.append)) == expected
    assert not any("cannot be used" in sentence for sentence in told)

    told.clear()
    again = Store(store.folder, told.append)
    assert document(runs, again) == expected
    assert (again.counted()[0], told) == (3, [])


def test_a_damaged_cache_that_cannot_be_deleted_is_told_once(forbidding: Path) -> None:
    folder = forbidding / "cache"
    folder.mkdir()
    (folder / NAME).write_bytes(b"no database at all" * 1000)
    folder.chmod(0o500)
    told: list[str] = []
    closed = Store(folder, told.append)

    assert closed.found([b"a"]) == closed.found([b"b"]) == {}
    assert told == ["nothing is remembered: the cache cannot be used (file is not a database)"]
    folder.chmod(0o700)


def test_digests_are_unpacked_as_they_were(runs: Path) -> None:
    event_file(runs).write_bytes(content([*curve("loss", [1.0, 0.5]), *hostile.events()]))
    digests = summarize(runs).runs

    again = unpacked(packed(digests))
    assert again is not None
    assert repr(again) == repr(digests)
    assert not again[0].display["loss"].values.flags.writeable


@pytest.mark.parametrize("writer", ["torch", "tensorboardx", "tensorflow2", "keras"])
def test_runs_with_whatever_values_are_remembered(writer: str) -> None:
    digests = summarize(FIXTURES / writer).runs

    assert repr(unpacked(packed(digests))) == repr(digests)


def test_a_cache_that_asks_for_code_is_refused() -> None:
    class Evil:
        def __reduce__(self) -> tuple[object, tuple[str]]:
            return os.system, ("echo harm",)

    assert unpacked(pickle.dumps((Evil(),))) is None
    assert unpacked(b"cnumpy\nload\n(Vx\ntR.") is None
    assert unpacked(pickle.dumps("no digests")) is None


@pytest.mark.skipif(os.name == "nt", reason="no limit on the size of files there")
def test_a_full_disk_is_told_and_the_report_is_made(runs: Path, tmp_path: Path) -> None:
    told: list[str] = []
    store = Store(tmp_path / "cache", told.append)
    with full_disk(8192):
        found = document(runs, store)

    assert found == document(runs)
    assert len(told) == 1
    assert "nothing is remembered" in told[0]


def test_a_folder_that_cannot_be_made_is_told(runs: Path, tmp_path: Path) -> None:
    (tmp_path / "cache").write_text("in the way", encoding="utf-8")
    told: list[str] = []

    assert document(runs, Store(tmp_path / "cache", told.append)) == document(runs)
    assert "nothing is remembered" in told[0]


def test_the_longest_unused_go_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = Store(tmp_path, largest=250)

    def at(hour: int) -> None:
        monkeypatch.setattr("time.time", lambda: hour * 4000)

    for hour, key in enumerate((b"used", b"unused", b"young")):
        at(hour)
        store.put({key: bytes(100)})
    at(3)
    store.found([b"used"])

    store.trim()

    assert set(store.found([b"used", b"unused", b"young"])) == {b"used", b"young"}


def test_two_processes_at_once_spoil_nothing(runs: Path, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "tbreport", "summarize", str(runs), "--format", "json=-"]
    command += ["--cache", str(tmp_path / "cache")]
    both = [
        subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        for _ in range(2)
    ]
    found = [process.communicate()[0] for process in both]

    assert found[0] == found[1] == document(runs)
    assert Store(tmp_path / "cache").counted()[0] == 3


@pytest.mark.skipif(STRACE is None, reason="strace is not installed")
def test_nothing_but_the_last_4_kb_of_an_event_file_is_read_again(
    runs: Path, tmp_path: Path
) -> None:
    assert STRACE is not None
    log = tmp_path / "calls"
    command = [sys.executable, "-m", "tbreport", "summarize", str(runs), "--format", "json=-"]
    command += ["--cache", str(tmp_path / "cache")]
    first = subprocess.run(command, capture_output=True, check=True)
    traced = [STRACE, "-f", "-y", "-e", "trace=read,pread64,readv,preadv,mmap,lseek", "-o", log]
    second = subprocess.run([*traced, *command], capture_output=True, check=False)
    if second.returncode != 0:
        pytest.skip("strace may not trace here")

    assert second.stdout == first.stdout
    calls = [line for line in log.read_text("utf-8", "replace").splitlines() if "tfevents" in line]
    sizes = [event_file(runs, number).stat().st_size for number in range(3)]
    reads = [line for line in calls if "lseek" not in line]
    seeks = [line for line in calls if "lseek" in line]
    assert [int(line.rsplit("= ", 1)[1]) for line in reads] == [4096] * 3
    assert sorted(size - 4096 for size in sizes) == sorted(
        int(line.rsplit("= ", 1)[1]) for line in seeks
    )


def test_the_time_of_a_file_counts(runs: Path, store: Store) -> None:
    document(runs, store)
    path = event_file(runs)
    spoil(path)
    status = path.stat()
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns + 1_000))

    assert document(runs, store) == document(runs)


def test_options_that_change_nothing_of_a_run_share_what_is_remembered(
    runs: Path, store: Store
) -> None:
    document(runs, store)
    document(runs, store, replace(Options(), title="Another"))

    assert store.counted()[0] == 3


def test_a_run_more_leaves_the_plan_of_many_as_it_is() -> None:
    assert [rounded(n) for n in (3, 50, 51, 65, 97, 10_000)] == [3, 50, 64, 96, 128, 12_288]
