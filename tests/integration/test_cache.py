"""tbreport cache, and the options that go with it."""

from __future__ import annotations

from pathlib import Path

from tbreport.reader.cache import NAME
from tests.eventwriter import curve, write
from tests.integration.conftest import Command


def test_the_commands_show_and_clear_it(tbreport: Command, tmp_path: Path) -> None:
    runs, where = tmp_path / "runs", tmp_path / "here"
    for number in range(3):
        write(runs / f"run_{number}", curve("loss", [1.0, 0.5 + number]))
    tbreport("summarize", runs, "--format", "json=a.json", "--cache", where)
    assert "3 families of runs" in tbreport("cache", "info", "--cache", where).out

    assert tbreport("cache", "clear", "--cache", where).code == 0
    assert not (where / NAME).exists()
    assert "0 families of runs" in tbreport("cache", "info", "--cache", where).out
    tbreport("summarize", runs, "--format", "json=b.json", "--cache", where, "--no-cache")
    assert not (where / NAME).exists()
    assert (tmp_path / "a.json").read_text() == (tmp_path / "b.json").read_text()
