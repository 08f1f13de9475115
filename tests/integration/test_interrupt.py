"""Ctrl-C at any moment leaves what was there, or what was to be there, and nothing half-made."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
import weakref
from pathlib import Path

import pytest

from tbreport.__main__ import interruptible
from tbreport.errors import Interrupted
from tests.eventwriter import curve, write

# Before it listens for Ctrl-C a command has done nothing, and Python ends it in its own way.
MAIN = """
import signal
from tbreport.__main__ import main

listen = signal.signal

def listening(*args):
    signal.signal = listen
    before = listen(*args)
    print("ready", flush=True)
    return before

signal.signal = listening
main()
"""
ENDING = """
import atexit, signal
from tbreport.__main__ import main

atexit.register(signal.raise_signal, signal.SIGINT)
main()
"""
PATIENCE_S = 300  # for what would hang
KILLED = -signal.SIGINT  # by a Ctrl-C after all was done, while Python ends

posix_only = pytest.mark.skipif(os.name == "nt", reason="no SIGINT for a child there")


@posix_only
@pytest.mark.parametrize("delay_s", [0.05, 0.5, 1.5])
def test_an_interrupted_summary_leaves_the_old_page_or_the_whole_one(
    tmp_path: Path, delay_s: float
) -> None:
    for number in range(20):
        write(tmp_path / "runs" / f"run_{number}", curve("loss", [1.0, 0.5] * 200))
    page, cache = tmp_path / "page.html", tmp_path / "cache"
    page.write_text("the old page", encoding="utf-8")
    command = [sys.executable, "-c", MAIN, "summarize", "runs", "-o", "page.html"]
    process = subprocess.Popen(
        [*command, "--cache", str(cache)],
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    time.sleep(delay_s)
    process.send_signal(signal.SIGINT)
    _, told = process.communicate(timeout=PATIENCE_S)

    text = page.read_text(encoding="utf-8")
    assert text == "the old page" or text.endswith("</html>")
    assert process.returncode in ((130,) if text == "the old page" else (0, 130, KILLED))
    assert "Traceback" not in told
    assert {path.name for path in tmp_path.iterdir()} <= {"runs", "page.html", "cache"}


@posix_only
def test_a_ctrl_c_while_python_ends_is_quiet(tmp_path: Path) -> None:
    write(tmp_path / "runs" / "a", curve("loss", [1.0, 0.5]))
    command = [sys.executable, "-c", ENDING, "summarize", "runs", "--no-cache", "-o", "page.html"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)

    assert (tmp_path / "page.html").read_text(encoding="utf-8").endswith("</html>")
    assert done.returncode == KILLED
    assert "Traceback" not in done.stderr


@posix_only
def test_a_job_that_the_system_ends_leaves_nothing_half_made(tmp_path: Path) -> None:
    for number in range(40):
        write(tmp_path / "runs" / f"run_{number}", curve("loss", [1.0, 0.5] * 2000))
    command = [sys.executable, "-c", MAIN, "export", "runs", "--format", "csv"]
    process = subprocess.Popen(
        command, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    while process.poll() is None and not [*tmp_path.glob(".scalars*")]:
        time.sleep(0.001)
    process.send_signal(signal.SIGTERM)
    _, told = process.communicate(timeout=PATIENCE_S)

    assert process.returncode == 128 + signal.SIGTERM
    assert told == "tbreport: interrupted\n"
    assert [path.name for path in tmp_path.iterdir()] == ["runs"]


class Descriptor:
    """Presses Ctrl-C while a class is created."""

    def __set_name__(self, owner: type, name: str) -> None:
        signal.raise_signal(signal.SIGINT)


def lose_and_wait(kept: list[Descriptor]) -> None:
    """Let the callback of a weak reference run, and wait for its Ctrl-C to come again."""
    kept.clear()
    time.sleep(PATIENCE_S)


@posix_only
def test_what_python_makes_of_a_ctrl_c_is_a_ctrl_c() -> None:
    with pytest.raises(Interrupted), interruptible():
        type("Class", (), {"attribute": Descriptor()})


@posix_only
def test_a_ctrl_c_that_python_drops_is_repeated(capsys: pytest.CaptureFixture[str]) -> None:
    kept = [Descriptor()]
    begun = time.monotonic()
    reference = weakref.ref(kept[0], lambda _: signal.raise_signal(signal.SIGINT))
    with pytest.raises(Interrupted), interruptible():
        lose_and_wait(kept)
    assert time.monotonic() - begun < PATIENCE_S  # who waits is woken
    assert reference() is None
    assert capsys.readouterr().err == ""


@posix_only
def test_a_ctrl_c_that_comes_again_too_soon_is_repeated(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    begin = threading.Thread.start

    def begin_slowly(thread: threading.Thread) -> None:
        begin(thread)
        time.sleep(0.1)  # as on a busy machine: the word on what was dropped is still being told

    monkeypatch.setattr("threading.Thread.start", begin_slowly)
    kept = [Descriptor()]
    reference = weakref.ref(kept[0], lambda _: signal.raise_signal(signal.SIGINT))
    with pytest.raises(Interrupted), interruptible():
        lose_and_wait(kept)
    assert reference() is None
    assert capsys.readouterr().err == ""


def test_an_error_without_a_ctrl_c_stays_what_it_is() -> None:
    with pytest.raises(RuntimeError, match="a bug"), interruptible():
        raise RuntimeError("a bug")
