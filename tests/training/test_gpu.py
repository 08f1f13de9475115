"""The paths that need a GPU."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from tbreport.training.loop import train
from tbreport.training.sweep import devices_for
from tests.training.runs import scalars, silent
from tests.training.test_distributed import torchrun

pytestmark = [
    pytest.mark.cuda,
    pytest.mark.skipif(not torch.cuda.is_available(), reason="cuda: no GPU here"),
]


@pytest.mark.parametrize("precision", ["fp32", "bf16", "fp16"])
def test_a_gpu_trains_in_every_precision(tmp_path: Path, precision: str) -> None:
    folder = train("healthy", tmp_path, seed=0, device="cuda", precision=precision, echo=silent)
    points = scalars(folder)
    assert points["accuracy/val"][-1][1] > 0.9
    assert points["device_memory_mib"][-1][1] > 0
    assert ("loss_scale" in points) == (precision == "fp16")


def test_the_same_seed_gives_the_same_scalars_on_a_gpu(tmp_path: Path) -> None:
    found = [
        scalars(train("healthy-image-cnn", tmp_path / name, seed=0, device="cuda", echo=silent))
        for name in "ab"
    ]
    for tag in ("loss/train", "loss/val", "grad_norm"):
        assert found[0][tag] == found[1][tag]


@pytest.mark.skipif(torch.cuda.device_count() < 2, reason="cuda: fewer than two GPUs here")
def test_one_run_over_two_gpus_has_the_course_of_one(tmp_path: Path) -> None:
    task = ("healthy", "--task", "linear-regression")
    done = torchrun(*task, "--device", "cuda", "--out", tmp_path / "two")
    assert done.returncode == 0, done.stderr
    one = train("healthy-linear-regression", tmp_path, seed=0, device="cuda", echo=silent)

    (two,) = (tmp_path / "two").iterdir()
    values = [value for _, value in scalars(two)["loss/val"]]
    assert values == pytest.approx([value for _, value in scalars(one)["loss/val"]], rel=1e-3)


def test_a_sweep_has_a_worker_for_each_gpu() -> None:
    assert devices_for("auto", None) == [f"cuda:{n}" for n in range(torch.cuda.device_count())]
