"""One run over two processes that torchrun starts: one event file, one course."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tbreport.training import TrainingError
from tbreport.training.loop import train
from tests.training.runs import scalars, silent

ROOT = Path(__file__).parents[2]
TORCHRUN = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2"]


def torchrun(*args: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*TORCHRUN, "-m", "tbreport", "train", *map(str, args)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=900,
        env=os.environ | {"PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"},
    )


def test_only_rank_0_writes_and_the_course_is_that_of_one_process(tmp_path: Path) -> None:
    task = ("healthy", "--task", "linear-regression", "--device", "cpu")
    done = torchrun(*task, "--out", tmp_path / "two")
    assert done.returncode == 0, done.stderr
    one = train("healthy-linear-regression", tmp_path, seed=0, device="cpu", echo=silent)

    (two,) = (tmp_path / "two").iterdir()
    assert len(list(two.iterdir())) == 1
    assert done.stderr.count("step 360 of 360") == 1
    for tag in ("loss/train", "loss/val", "grad_norm"):
        assert [step for step, _ in scalars(two)[tag]] == [step for step, _ in scalars(one)[tag]]
        values = [value for _, value in scalars(two)[tag]]
        assert values == pytest.approx([value for _, value in scalars(one)[tag]], rel=1e-3)


def test_two_models_in_turn_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WORLD_SIZE", "2")
    with pytest.raises(TrainingError, match="gan trains two models in turn"):
        train("healthy-gan", tmp_path, seed=0, device="cpu", echo=silent)
