"""Train the runs of ``sample_runs/`` and write down how each was made.

``python -m tbreport.training.samples sample_runs``; a run that is there is not overwritten. Event
files are renamed, as torch puts the host's name into theirs. Times are those of the training.
"""

from __future__ import annotations

import argparse
import json
import platform
from pathlib import Path

import torch

from tbreport.training.loop import train
from tbreport.training.scenarios import SCENARIOS
from tbreport.training.stage import Echo

SAMPLES = (  # scenario's label, seed
    ("healthy", 0),
    ("healthy", 1),
    ("wide", 0),
    ("overfitting", 0),
    ("diverging", 0),
    ("loss-spike", 0),
    ("crashed", 0),
    ("nan-linear-regression", 0),
    ("healthy-image-cnn", 0),
    ("healthy-image-cnn", 1),
    ("overfitting-text-classifier", 0),
    ("healthy-text-classifier", 0),
    ("healthy-language-model", 0),
    ("healthy-gan", 0),
)
DEVICE = "cpu"


def make(out: Path, echo: Echo) -> None:
    """Train every sample under `out`, and write ``manifest.json`` beside them."""
    runs = {}
    for label, seed in SAMPLES:
        scenario = SCENARIOS[label]
        folder = train(label, out, seed=seed, device=DEVICE, echo=echo)
        of_task = "" if scenario.is_home else f" --task {scenario.task}"
        stages = event_folders(folder)
        for stage in stages:
            rename_event_files(stage)
            runs[stage.relative_to(out).as_posix()] = {
                "scenario": scenario.name,
                "task": scenario.task,
                "seed": seed,
                "device": DEVICE,
                "torch": torch.__version__,
                "python": platform.python_version(),
                "command": (
                    f"tbreport train {scenario.name}{of_task} --out {out.name} --seed {seed} "
                    f"--device {DEVICE}"
                ),
                "expects": dict(scenario.expects) if stage == stages[-1] else {},
            }
    manifest = json.dumps({"runs": runs}, indent=2) + "\n"
    (out / "manifest.json").write_text(manifest, encoding="utf-8")


def event_folders(folder: Path) -> list[Path]:
    """The folders of a run's stages, in the order in which they were trained."""
    return sorted(
        {path.parent for path in folder.rglob("*tfevents*")},
        key=lambda stage: min(path.stat().st_mtime for path in stage.iterdir()),
    )


def rename_event_files(folder: Path) -> None:
    """Number the event files in place of host name and process id; the second they began stays."""
    for ordinal, path in enumerate(sorted(folder.glob("events.out.tfevents.*"))):
        began = path.name.split(".")[3]
        path.rename(folder / f"events.out.tfevents.{began}.{ordinal}")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Train the sample runs.")
    parser.add_argument("out", type=Path, help="the logdir to write them to")
    make(parser.parse_args().out, echo=print)
