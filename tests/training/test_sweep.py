"""Several runs side by side: all are trained, failures are told, Ctrl-C leaves whole files."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tbreport.training import TrainingError
from tbreport.training.sweep import Job, Settings, devices_for, sweep
from tests.training.runs import scalars, silent

ROOT = Path(__file__).parents[2]
COMMAND = [sys.executable, "-m", "tbreport", "train"]


def tbreport_train(*args: object) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [*COMMAND, *map(str, args)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
    )


def test_scenarios_and_seeds_are_all_trained(tmp_path: Path) -> None:
    started = tbreport_train(
        *("healthy", "nan", "--task", "linear-regression", "--seeds", 2, "--workers", 2),
        *("--device", "cpu", "--out", tmp_path),
    )
    out, err = started.communicate(timeout=300)
    assert started.returncode == 0, err
    folders = {
        tmp_path / f"{name}-linear-regression-seed{seed}"
        for name in ("healthy", "nan")
        for seed in range(2)
    }
    assert {Path(line) for line in out.split()} == folders
    assert "seed 1, healthy-linear-regression: step 360 of 360" in err
    for folder in folders:
        assert scalars(folder)["loss/val"][-1][0] == 360


def test_ctrl_c_leaves_whole_files(tmp_path: Path) -> None:
    started = tbreport_train(
        "healthy", "wide", "--workers", 1, "--device", "cpu", "--out", tmp_path
    )
    assert started.stderr is not None
    for line in started.stderr:
        if "healthy: step 100" in line:
            break
    started.send_signal(signal.SIGINT)
    _, err = started.communicate(timeout=120)
    assert started.returncode == 130
    assert "stopped; what was written is whole" in err
    assert "Traceback" not in err
    points = scalars(tmp_path / "healthy-seed0")["loss/train"]
    assert 99 <= points[-1][0] < 900
    assert [step for step, _ in points] == list(range(3, points[-1][0] + 1, 3))


def test_a_folder_that_is_taken_stops_the_sweep_before_it_begins(tmp_path: Path) -> None:
    held = tmp_path / "wide-seed0" / "events.out.tfevents.1.host"
    held.parent.mkdir()
    held.touch()
    jobs = [Job("healthy", 0), Job("wide", 0)]
    with pytest.raises(TrainingError, match="holds event files already"):
        list(sweep(jobs, Settings(tmp_path), device="cpu", workers=1, echo=silent))
    assert [path.name for path in tmp_path.iterdir()] == ["wide-seed0"]


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"precision": "fp8"}, "no precision 'fp8'"),
        ({"samples": Path("nowhere")}, "there is no 'nowhere'"),
    ],
)
def test_what_no_run_could_do_stops_the_sweep_before_it_begins(
    tmp_path: Path, wrong: dict[str, Any], message: str
) -> None:
    settings = Settings(tmp_path, **wrong)
    with pytest.raises(TrainingError, match=message):
        list(sweep([Job("healthy", 0)], settings, device="cpu", workers=1, echo=silent))


def test_a_run_that_fails_is_told_after_the_others(tmp_path: Path) -> None:
    jobs = [Job("healthy", 0)]
    lines: list[str] = []
    settings = Settings(tmp_path, "linear-regression", samples=tmp_path)
    with pytest.raises(TrainingError, match="1 of 1 runs failed: healthy with seed 0"):
        list(sweep(jobs, settings, device="cpu", workers=1, echo=lines.append))
    assert lines == ["failed: linear-regression makes its samples itself (leave --data-dir)"]


def test_workers_share_the_processor() -> None:
    assert devices_for("cpu", 3) == ["cpu"] * 3
    assert devices_for("cpu", None) == ["cpu"]
