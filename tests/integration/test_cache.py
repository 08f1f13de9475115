"""tbreport cache, and the options that go with it."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from tbreport.reader.cache import COLUMNS, NAME
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


def test_a_cache_that_cannot_even_be_looked_for_is_told(tbreport: Command, tmp_path: Path) -> None:
    write(tmp_path / "runs" / "a", curve("loss", [1.0, 0.5]))
    where = tmp_path / ("n" * 300)

    done = tbreport("summarize", "runs", "--format", "json=a.json", "--cache", where)
    assert (done.code, (tmp_path / "a.json").exists()) == (0, True)
    assert done.err.count("the cache cannot be used (File name too long)") == 1
    told = tbreport("cache", "info", "--cache", where)
    assert (told.code, "cannot be used" in told.err) == (0, True)


def test_columns_are_counted_and_cleared_too(tbreport: Command, tmp_path: Path) -> None:
    runs, where = tmp_path / "runs", tmp_path / "here"
    write(runs / "a", curve("loss", np.linspace(1, 0, 2_000)))
    command = ("summarize", runs, "--engine", "python", "--cache", where)
    tbreport(*command, "--format", "json=a.json", "--no-cache")
    assert not where.exists()
    tbreport(*command, "--format", "json=b.json")
    assert "1 event file, " in tbreport("cache", "info", "--cache", where).out

    assert tbreport("cache", "clear", "--cache", where).code == 0
    assert not (where / COLUMNS).exists()
    assert (tmp_path / "a.json").read_text() == (tmp_path / "b.json").read_text()
