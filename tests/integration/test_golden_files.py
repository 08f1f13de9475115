"""Golden files of other projects become baselines, and gate."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.eventwriter import curve, write
from tests.integration.conftest import ROOT, Command

VALUES = [10.5, 9.25, 8.125, 7.0625]


def converted(folder: Path, kind: str, text: str, *args: str) -> None:
    (folder / "golden").write_text(text, encoding="utf-8")
    script = ROOT / "examples" / "golden" / "to_baseline.py"
    subprocess.run([sys.executable, str(script), kind, "golden", *args], cwd=folder, check=True,
                   env={"PYTHONPATH": str(ROOT), "PATH": ""})  # fmt: skip


def megatron(values: list[float]) -> str:
    points = {str(step): value for step, value in enumerate(values, 1)}
    entry = {"start_step": 1, "end_step": 4, "step_interval": 1, "values": points}
    return json.dumps({"lm loss": entry})


@pytest.mark.parametrize(("last", "code"), [(7.0625, 0), (7.0, 0), (6.0, 1)])
def test_megatrons_golden_values_gate_within_their_tolerance(
    tbreport: Command, tmp_path: Path, last: float, code: int
) -> None:
    converted(tmp_path, "megatron", megatron(VALUES), "--rtol", "0.05")
    write(tmp_path / "run", curve("lm loss", [*VALUES[:3], last], first=1))

    done = tbreport("gate", "run", "--baseline", "baseline.json", "--metric", "lm loss=lower")

    assert done.code == code


def test_torchtitans_losses_gate_exactly(tbreport: Command, tmp_path: Path) -> None:
    lines = "".join(f"{step} {value}\n" for step, value in enumerate(VALUES, 1))
    converted(tmp_path, "torchtitan", lines, "--tag", "loss")
    write(tmp_path / "same", curve("loss", VALUES, first=1))
    write(tmp_path / "off", curve("loss", [*VALUES[:3], 7.06250048], first=1))
    gate = ("--baseline", "baseline.json", "--metric", "loss=lower")

    assert tbreport("gate", "same", *gate).code == 0
    assert tbreport("gate", "off", *gate).code == 1


def test_decimals_that_are_no_float32_are_the_same_all_the_same(
    tbreport: Command, tmp_path: Path
) -> None:
    values = [8.0, 7.5, 7.1]
    lines = "".join(f"{step} {value}\n" for step, value in enumerate(values, 1))
    converted(tmp_path, "torchtitan", lines, "--tag", "loss")
    write(tmp_path / "same", curve("loss", values, first=1))

    done = tbreport("gate", "same", "--baseline", "baseline.json", "--metric", "loss=lower")

    assert done.code == 0


def test_a_nan_in_a_golden_file_is_no_free_pass(tbreport: Command, tmp_path: Path) -> None:
    text = megatron([*VALUES[:3], float("nan")])
    converted(tmp_path, "megatron", text)
    write(tmp_path / "run", curve("lm loss", [*VALUES[:3], float("nan")], first=1))
    gate = ("gate", "run", "--baseline", "baseline.json", "--metric", "lm loss=lower")

    assert tbreport(*gate).code == 1
    converted(tmp_path, "megatron", text, "--expect-nonfinite")
    assert tbreport(*gate).code == 0
