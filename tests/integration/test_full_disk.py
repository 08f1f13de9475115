"""On a full disk every command says so, with exit code 2, and what was there stays."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tbreport.report.formats import FORMATS
from tests.eventwriter import curve, write
from tests.full_disk import REASON, full_disk
from tests.integration.conftest import Command

pytestmark = pytest.mark.skipif(os.name == "nt", reason="no limit on the size of files there")
FULL = Path("/dev/full")


@pytest.fixture
def runs(tmp_path: Path) -> Path:
    write(tmp_path / "runs" / "a", curve("loss", [1.0, 0.5, float("nan")]))
    return tmp_path / "runs"


@pytest.mark.parametrize("format", [name for name, one in FORMATS.items() if not one.is_folder])
def test_the_old_report_stays_in_every_format(
    tbreport: Command, runs: Path, tmp_path: Path, format: str
) -> None:
    old = tmp_path / "report"
    old.write_text("the old one", encoding="utf-8")

    with full_disk(16):
        done = tbreport("summarize", runs, "--no-cache", "--format", f"{format}={old}")

    assert (done.code, REASON in done.err, "Traceback" in done.err) == (2, True, False)
    assert "cannot write" in done.err
    assert old.read_text(encoding="utf-8") == "the old one"
    assert {old, runs} == set(tmp_path.iterdir())


def test_settings_stay_when_a_finding_cannot_be_accepted(tbreport: Command, tmp_path: Path) -> None:
    old = '[project]\nname = "mine"\n[tool.tbreport.report]\ntitle = "Mine"\n'
    (tmp_path / "pyproject.toml").write_text(old, encoding="utf-8")

    with full_disk(32):
        done = tbreport("accept", "loss-spike", "--reason", "rare batches")

    assert (done.code, REASON in done.err, "Traceback" in done.err) == (2, True, False)
    assert (tmp_path / "pyproject.toml").read_text(encoding="utf-8") == old


def test_the_old_charts_stay(tbreport: Command, runs: Path, tmp_path: Path) -> None:
    assert tbreport("summarize", runs, "--no-cache", "--format", "svg=charts").code == 0
    old = {file: file.read_bytes() for file in (tmp_path / "charts").iterdir()}
    write(runs / "b", curve("loss", [1.0, 0.5]))

    with full_disk(16):
        done = tbreport("summarize", runs, "--no-cache", "--format", "svg=charts")

    assert (done.code, REASON in done.err, "Traceback" in done.err) == (2, True, False)
    assert {file: file.read_bytes() for file in (tmp_path / "charts").iterdir()} == old


@pytest.mark.skipif(not FULL.exists(), reason="no /dev/full")
@pytest.mark.parametrize(
    "words",
    [
        ["summarize", "runs", "--no-cache", "--format", "json=-"],
        ["export", "runs", "--format", "csv", "-o", "-"],
        ["export", "runs", "--format", "jsonl", "-o", "-"],
        ["watch", "runs", "--looks", "1"],
        ["cache", "info"],
    ],
    ids=" ".join,
)
def test_a_full_stdout_is_told(runs: Path, words: list[str]) -> None:
    with FULL.open("w") as stdout:
        done = subprocess.run(
            [sys.executable, "-m", "tbreport", *words],
            cwd=runs.parent,
            stdout=stdout,
            stderr=subprocess.PIPE,
            text=True,
        )

    assert (done.returncode, "Traceback" in done.stderr) == (2, False)
    assert "cannot write: No space left on device" in done.stderr
