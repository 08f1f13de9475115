"""The examples, run as their first lines say."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

import tbreport
from tests.integration.conftest import ROOT

FIXTURES = ROOT / "tests" / "fixtures" / "events"


def run(example: str, argument: Path, cwd: Path) -> str:
    """What an example prints."""
    done = subprocess.run(
        [sys.executable, str(ROOT / "examples" / example), str(argument)],
        cwd=cwd,
        capture_output=True,
        text=True,
        timeout=900,
        env=os.environ
        | {"PYTHONPATH": str(ROOT), "CUDA_VISIBLE_DEVICES": "", "OMP_NUM_THREADS": "1"},
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def grave(logdir: Path) -> list[str]:
    """What tbreport warns of, but for a busy machine."""
    return [
        f"{finding.code}: {finding.message}"
        for found in tbreport.load(logdir).runs.values()
        for finding in tbreport.detect(found)
        if finding.severity != "info" and finding.code != "TB412"
    ]


def test_an_own_loop_logs_curves_layers_and_settings_in_one_run(tmp_path: Path) -> None:
    run("own_loop.py", tmp_path / "runs", tmp_path)

    (found,) = tbreport.load(tmp_path / "runs").runs.values()
    assert {"loss/train", "loss/val", "lr", "grad_norm"} <= set(found.scalars)
    assert {"weights/hidden", "gradients/hidden", "activations/relu"} <= set(found.histograms)
    assert found.hparams["lr"] == 0.02
    assert found.hparams["n_classes"] == 10
    assert grave(tmp_path / "runs") == []


def test_the_lightning_callback_adds_layers_to_lightnings_curves(tmp_path: Path) -> None:
    pytest.importorskip("lightning", reason="the extra `examples` is not installed")

    run("lightning_callback.py", tmp_path / "runs", tmp_path)

    (found,) = tbreport.load(tmp_path / "runs").runs.values()
    assert {"train_loss", "val_loss"} <= set(found.scalars)
    assert {"weights/net.0", "gradients/net.0", "activations/net.1"} <= set(found.histograms)
    assert found.series("layer_gradient/net.0").steps.tolist() == list(range(20, 241, 20))
    assert grave(tmp_path / "runs") == []


def test_the_trainer_callback_writes_curves_and_layers(tmp_path: Path) -> None:
    pytest.importorskip("transformers", reason="the extra `examples` is not installed")

    run("transformers_callback.py", tmp_path / "runs", tmp_path)

    (found,) = tbreport.load(tmp_path / "runs").runs.values()
    assert {"train/loss", "eval/loss", "train/grad_norm"} <= set(found.scalars)
    assert found.series("train/loss").steps.tolist() == list(range(2, 81, 2))
    assert "weights/transformer.h.0.attn.c_attn" in found.histograms
    assert grave(tmp_path / "runs") == []


def test_keras_files_are_read_as_they_are(tmp_path: Path) -> None:
    printed = run("keras_events.py", FIXTURES / "keras" / "fit", tmp_path)

    assert "train/epoch_loss" in printed
    assert "validation/epoch_loss" in printed
