"""The bar counts files without a thread of its own, which would stand in the way of a fork."""

from __future__ import annotations

import sys
import threading
from pathlib import Path

import pytest

from tbreport.progress import SOME, Progress
from tbreport.reader import logdir
from tests.eventwriter import curve, write


def test_the_bar_counts_files_and_takes_no_thread(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for number in range(SOME):
        write(tmp_path / f"run_{number:02}", curve("loss", [1.0]))
    found = logdir.discover(logdir.inputs([str(tmp_path)]), show_hosts=False, scratch=tmp_path)
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setattr("tbreport.progress.EVERY_S", 0)
    before = set(threading.enumerate())

    with Progress() as progress:
        progress.begin(found)
        for file in found.files:
            progress.advance(file)
        assert set(threading.enumerate()) <= before

    assert f"{SOME} of {SOME} files" in capsys.readouterr().err


def test_there_is_no_bar_for_few_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    write(tmp_path / "run", curve("loss", [1.0]))
    found = logdir.discover(logdir.inputs([str(tmp_path)]), show_hosts=False, scratch=tmp_path)
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)

    with Progress() as progress:
        progress.begin(found)
        progress.advance(found.files[0])

    assert capsys.readouterr().err == ""
