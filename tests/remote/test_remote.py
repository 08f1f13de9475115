"""Remote storage gives what the same files on this machine give, by few requests."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import fsspec
import numpy as np
import pytest

import tbreport
from tbreport.errors import LogdirError, NoSuchLogdir
from tbreport.options import Options
from tbreport.pipeline import summarize
from tbreport.reader import remote
from tbreport.remembering import InMemory
from tbreport.report import machine
from tests.eventwriter import curve, text, write
from tests.remote.conftest import Server, put

PATIENCE_S = 30  # less than a store is given, with what it takes to start


@pytest.fixture
def runs(tmp_path: Path) -> Path:
    """Three runs, one of two files, one in the folder itself."""
    folder = tmp_path / "runs"
    write(folder / "a", [*curve("loss/train", np.exp(-np.arange(60) / 9)), text("note", 3, "hi")])
    write(folder / "a", curve("loss/train", [0.5, 0.4], first=60), time=1_700_000_100)
    write(folder / "b" / "deep", curve("loss/val", np.linspace(1, 2, 60)))
    write(folder, curve("accuracy", [0.1, 0.2, 0.3]))
    return folder


def document(*paths: str | Path, **options: Any) -> dict[str, Any]:
    """The JSON of a summary."""
    found: dict[str, Any] = json.loads(machine.render(summarize(*paths, **options)))
    return found


def test_s3_gives_the_report_of_the_files_themselves(s3: Server, runs: Path) -> None:
    assert document(put(runs, "same/runs")) == document(runs)


def test_each_file_is_asked_for_once_and_the_folder_listed_once(s3: Server, runs: Path) -> None:
    url = put(runs, "counted/runs")
    s3.forget()

    summarize(url)

    assert len([path for method, path in s3.asked if "tfevents" in path]) == 4
    assert len(s3.asked) == 4 + 1
    assert {method for method, _ in s3.asked} == {"GET"}


def test_memory_gives_the_report_of_the_files_themselves(runs: Path) -> None:
    store = fsspec.filesystem("memory")
    store.put(str(runs), "/in_memory/runs", recursive=True)

    assert document("memory://in_memory/runs") == document(runs)
    store.rm("/in_memory", recursive=True)


def test_a_file_url_is_a_path(runs: Path) -> None:
    assert document(f"file://{runs}") == document(runs)


def test_a_name_can_be_given_to_a_url(s3: Server, runs: Path) -> None:
    found = document(f"mine={put(runs, 'named/runs')}", f"here={runs}")

    names = [run["name"] for run in found["runs"]]
    assert names == ["here", "here/a", "here/b/deep", "mine", "mine/a", "mine/b/deep"]


def test_a_notebook_can_ask_for_texts_later(s3: Server, runs: Path) -> None:
    experiment = tbreport.load(put(runs, "later/runs"))

    assert experiment.text["value"].tolist() == ["hi"]


def test_a_server_that_is_busy_is_asked_again(s3: Server, runs: Path) -> None:
    url = put(runs, "busy/runs")
    expected = document(runs)
    s3.forget()
    refused: set[str] = set()

    def first_time(method: str, path: str) -> int:
        again = path in refused
        refused.add(path)
        return 0 if again else 503

    s3.failing = first_time

    assert document(url) == expected


def test_a_file_that_stays_out_of_reach_is_a_problem_of_its_run(s3: Server, runs: Path) -> None:
    url = put(runs, "refused/runs")
    s3.forget()
    s3.failing = lambda method, path: 403 if "/b/deep/" in path else 0

    found = {run["name"]: run for run in document(url)["runs"]}

    assert found["a"]["problems"] == []
    (problem,) = found["b/deep"]["problems"]
    assert problem["code"] == "TB109"
    assert problem["detail"] != "No such file or directory"


def test_a_server_that_stalls_is_given_up(
    s3: Server, runs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = put(runs, "stalled/runs")
    s3.forget()
    s3.stalls = True
    s3.failing = lambda method, path: 503 if "/b/deep/" in path else 0
    monkeypatch.setattr(remote, "PATIENCE", 2.0)  # enough for the other files, however busy
    monkeypatch.setattr(remote, "TRIES", 2)
    monkeypatch.setattr(remote, "PAUSE", 0.01)

    found = {run["name"]: run for run in document(url)["runs"]}

    (problem,) = found["b/deep"]["problems"]
    assert problem["detail"] == "the store did not answer within 2 s"


@pytest.mark.skipif(os.name == "nt", reason="no SIGINT for a child there")
def test_a_ctrl_c_does_not_wait_for_a_server_that_stalls(s3: Server, runs: Path) -> None:
    url = put(runs, "stalling/runs")
    s3.forget()
    s3.stalls = True
    s3.failing = lambda method, path: 503 if "tfevents" in path else 0
    process = subprocess.Popen(
        [sys.executable, "-m", "tbreport", "summarize", url, "--no-cache"],
        stderr=subprocess.PIPE,
        text=True,
    )
    while process.poll() is None and not any("tfevents" in path for _, path in s3.asked):
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)

    _, told = process.communicate(timeout=PATIENCE_S)
    assert (process.returncode, told) == (130, "tbreport: interrupted\n")


def test_a_file_that_vanishes_after_the_listing_is_a_problem(s3: Server, runs: Path) -> None:
    url = put(runs, "vanished/runs")
    s3.forget()
    s3.failing = lambda method, path: 404 if "/b/deep/" in path else 0

    found = {run["name"]: run for run in document(url)["runs"]}

    (problem,) = found["b/deep"]["problems"]
    assert problem["detail"] == "it was listed, but is gone"


def test_a_bucket_that_cannot_be_listed_is_refused(s3: Server) -> None:
    with pytest.raises(LogdirError, match="no-such-bucket"):
        summarize("s3://no-such-bucket/runs")


def test_a_protocol_that_nobody_knows_is_refused() -> None:
    with pytest.raises(NoSuchLogdir, match="nonsense"):
        summarize("nonsense://bucket/runs")


def test_what_has_not_changed_is_not_fetched_again(s3: Server, runs: Path) -> None:
    url = put(runs, "again/runs")
    values = InMemory()
    first = document(url, values=values)
    s3.forget()

    assert document(url, values=values) == first
    assert [path for _, path in s3.asked if "tfevents" in path] == []


def test_only_what_grew_is_fetched_again(s3: Server, runs: Path) -> None:
    next(runs.glob("*tfevents*")).unlink()  # it would make one family of all folders
    url = put(runs, "grown/runs")
    values = InMemory()
    document(url, values=values)
    with next((runs / "b" / "deep").iterdir()).open("ab") as stream:
        stream.write(next((runs / "b" / "deep").iterdir()).read_bytes()[-40:])
    put(runs / "b", "grown/runs/b")
    s3.forget()

    assert document(url, values=values) == document(runs)
    (asked,) = [path for _, path in s3.asked if "tfevents" in path]
    assert "/b/deep/" in asked


def test_retries_wait_longer_each_time() -> None:
    waits: list[float] = []

    def never() -> None:
        raise OSError("busy")

    with pytest.raises(OSError, match="busy"):
        remote.tried(never, 0.5, waits.append)
    assert waits == [0.5, 1.0, 2.0]


def test_nothing_is_left_of_what_was_fetched(
    s3: Server, runs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(scratch))

    summarize(put(runs, "left/runs"), options=Options())

    assert list(scratch.iterdir()) == []
    shutil.rmtree(scratch)
