"""diff, end to end: two paths in, what changed out."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.eventwriter import curve, session, text, write
from tests.integration.conftest import ROOT, Command


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


def test_a_side_is_called_by_its_folder_whatever_signs_are_in_it(
    tbreport: Command, tmp_path: Path
) -> None:
    for rate in ("lr=0.1", "lr=0.01"):
        write(tmp_path / "sweep" / rate, curve("loss", losses()))

    found = read(tbreport, "sweep/lr=0.1", "sweep/lr=0.01")["diff"]

    assert (found["before"], found["after"]) == ("lr=0.1", "lr=0.01")


def test_runs_without_a_common_tag_are_nothing_to_compare(
    tbreport: Command, tmp_path: Path
) -> None:
    write(tmp_path / "a", curve("loss", losses()))
    write(tmp_path / "b", curve("reward", losses()))

    done = tbreport("diff", "a", "b")

    assert done.code == 5
    assert "loss" in done.err
    assert "reward" in done.err


def refuse(constant: str) -> None:
    raise AssertionError(f"{constant} is no JSON")


def read(tbreport: Command, *sides: str) -> dict[str, Any]:
    """The whole JSON of a diff, read strictly."""
    done = tbreport("diff", *sides, "--format", "json=-")
    assert done.code == 0, done.err
    document: dict[str, Any] = json.loads(done.out, parse_constant=refuse)
    return document


def test_the_json_tells_settings_texts_and_tags_that_differ(
    tbreport: Command, tmp_path: Path
) -> None:
    alike = curve("loss", losses())
    write(tmp_path / "a", [session({"lr": 0.1, "depth": 2.0, "api_key": "one"}),
                           text("config", 0, "x\nwidth 64"), *alike,
                           *curve("old", [1.0]), *curve("late", [1.0, 2.0])])  # fmt: skip
    write(tmp_path / "b", [session({"lr": 0.3, "depth": 2.0, "api_key": "two"}),
                           text("config", 0, "x\nwidth 96"), *alike,
                           *curve("new", [1.0]), *curve("late", [float("nan")] * 2)])  # fmt: skip

    document = read(tbreport, "a", "b")
    found = document["diff"]
    secret, rate = found["hparams"]

    assert document["schema"] == 1
    assert document["gate"] is None
    assert (found["before"], found["after"]) == ("a", "b")
    assert rate == {"name": "lr", "before": "0.1", "after": "0.3"}
    assert (secret["name"], secret["before"]) == ("api_key", secret["after"])
    assert "one" not in secret.values()
    assert found["texts"] == [{"tag": "config", "before": "width 64", "after": "width 96"}]
    assert found["only_before"] == ["old"]
    assert found["only_after"] == ["new"]
    assert found["no_common_step"] == ["late"]
    assert [metric["tag"] for metric in found["metrics"]] == ["loss"]


def test_the_json_has_each_metric_with_its_interval_and_where_it_parts(
    tbreport: Command, tmp_path: Path
) -> None:
    before = np.concatenate([losses(100), np.full(100, 2.0)])
    after = before + np.where(np.arange(200) < 100, 0, 0.5)
    for seed in range(3):
        noise = np.random.default_rng(seed).normal(0, 1e-3)
        write(tmp_path / "a" / f"s{seed}", curve("loss", before + noise))
    write(tmp_path / "b", curve("loss", after))

    (metric,) = read(tbreport, "a", "b")["diff"]["metrics"]

    assert (metric["tag"], metric["step"]) == ("loss", 199)
    assert metric["before"] == pytest.approx(2, abs=0.01)
    assert metric["after"] == pytest.approx(2.5)
    assert metric["change"] == pytest.approx(metric["after"] - metric["before"])
    assert metric["relative"] == pytest.approx(metric["change"] / metric["before"])
    assert 0 < metric["low"] < metric["change"] < metric["high"]
    assert metric["is_clear"] is True
    assert (metric["n_before"], metric["n_after"]) == (3, 1)
    assert metric["differs_from"] == 0
    assert abs(metric["parts_at"] - 100) <= 3


def test_what_is_not_known_is_null_in_the_json(tbreport: Command, tmp_path: Path) -> None:
    write(tmp_path / "a", curve("short", [0.0, 0.0]))
    write(tmp_path / "b", curve("short", [0.0, 0.0]))

    (metric,) = read(tbreport, "a", "b")["diff"]["metrics"]

    unknown = {name for name, value in metric.items() if value is None}
    assert unknown == {"low", "high", "relative", "differs_from", "parts_at"}
    assert metric["is_clear"] is False


def test_hostile_names_come_back_intact_in_the_json(tbreport: Command, tmp_path: Path) -> None:
    tag = ']]>\n::error::\x1b[31m <!-- "\\'
    write(tmp_path / "a", curve(tag, losses()))
    write(tmp_path / "b", curve(tag, losses() + 1))

    (metric,) = read(tbreport, "a", "b")["diff"]["metrics"]

    assert metric["tag"] == tag


def test_every_key_of_the_json_stands_in_the_manual(tbreport: Command, tmp_path: Path) -> None:
    write(tmp_path / "a", curve("loss", losses()))
    write(tmp_path / "b", curve("loss", losses() + 1))
    manual = (ROOT / "docs" / "json.md").read_text(encoding="utf-8").partition("## A diff")[2]

    found = read(tbreport, "a", "b")["diff"]

    assert {*found, *found["metrics"][0]} <= set(re.findall(r"`(\w+)`", manual))


def test_a_summary_has_no_diff(tbreport: Command, tmp_path: Path) -> None:
    write(tmp_path / "a", curve("loss", losses()))

    document = json.loads(tbreport("summarize", "a", "--format", "json=-").out)

    assert document["diff"] is None
