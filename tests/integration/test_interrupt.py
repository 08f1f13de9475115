"""Ctrl-C at any moment leaves what was there, or what was to be there, and nothing half-made."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.eventwriter import curve, write

MAIN = "import sys; from tbreport.__main__ import main; print('ready', flush=True); main()"


@pytest.mark.skipif(os.name == "nt", reason="no SIGINT for a child there")
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
    _, told = process.communicate(timeout=60)

    text = page.read_text(encoding="utf-8")
    assert text == "the old page" or text.endswith("</html>")
    assert process.returncode in ((130,) if text == "the old page" else (0, 130))
    assert "Traceback" not in told
    assert {path.name for path in tmp_path.iterdir()} <= {"runs", "page.html", "cache"}
