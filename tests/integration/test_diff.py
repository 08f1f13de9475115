"""diff, end to end: two paths in, what changed out."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from tests.eventwriter import curve, session, text, write
from tests.integration.conftest import Command


def losses(n: int = 200) -> np.ndarray:
    rng = np.random.default_rng(0)
    found: np.ndarray = 1 + np.exp(-np.arange(n) / 20) + rng.normal(0, 0.01, n)
    return found


def test_settings_texts_and_tags_that_differ_are_told(tbreport: Command, tmp_path: Path) -> None:
    shared = curve("loss", losses())
    write(tmp_path / "a", [session({"lr": 0.1, "depth": 2.0}), text("config", 0, "x\nwidth 64"),
                           *shared, *curve("old", [1.0])])  # fmt: skip
    write(tmp_path / "b", [session({"lr": 0.3, "depth": 2.0}), text("config", 0, "x\nwidth 96"),
                           *shared, *curve("new", [1.0])])  # fmt: skip

    done = tbreport("diff", "a", "b")

    assert done.code == 0
    assert "0.1" in done.out
    assert "0.3" in done.out
    assert "depth" not in done.out
    assert "width 96" in done.out
    assert "only in a: old" in done.out
    assert "only in b: new" in done.out


def test_the_step_where_curves_part_is_told(tbreport: Command, tmp_path: Path) -> None:
    rng = np.random.default_rng(1)
    after = losses() + rng.normal(0, 0.01, 200)
    after[120:] += 0.3
    write(tmp_path / "a", curve("loss", losses()))
    write(tmp_path / "b", curve("loss", after))

    row = next(
        line for line in tbreport("diff", "a", "b").out.splitlines() if line.startswith("  loss")
    )

    assert abs(int(row.split()[-1]) - 120) <= 3


def test_runs_that_are_the_same_are_said_to_be(tbreport: Command, tmp_path: Path) -> None:
    write(tmp_path / "a", curve("loss", losses()))
    write(tmp_path / "b", curve("loss", losses()))

    assert "the same at every step" in tbreport("diff", "a", "b").out


def test_runs_without_a_common_tag_are_nothing_to_compare(
    tbreport: Command, tmp_path: Path
) -> None:
    write(tmp_path / "a", curve("loss", losses()))
    write(tmp_path / "b", curve("reward", losses()))

    done = tbreport("diff", "a", "b")

    assert done.code == 5
    assert "loss" in done.err
    assert "reward" in done.err
