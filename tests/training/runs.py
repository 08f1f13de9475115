"""Short trainings for the tests, and what TensorBoard's own reader finds in them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import torch
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

from tbreport.training.loop import deterministic, fit
from tbreport.training.scenarios import SCENARIOS
from tbreport.training.stage import Place

CPU = torch.device("cpu")


def silent(line: str) -> None:
    """Echo nothing."""


def read(folder: Path) -> EventAccumulator:
    everything = dict.fromkeys(("scalars", "histograms", "tensors", "images"), 0)
    return EventAccumulator(str(folder), size_guidance=everything).Reload()


def scalars(folder: Path) -> dict[str, list[tuple[int, float]]]:
    events = read(folder)
    return {
        tag: [(event.step, event.value) for event in events.Scalars(tag)]
        for tag in sorted(events.Tags()["scalars"])
    }


def short_run(
    folder: Path, label: str, *, steps: int = 12, seed: int = 0, precision: str = "fp32"
) -> Path:
    """Train a scenario for a few steps."""
    scenario = SCENARIOS[label]
    shortened = replace(scenario, recipe=replace(scenario.recipe, steps=steps))
    with deterministic(CPU, seed):
        fit(shortened, folder, seed=seed, place=Place(CPU, silent, precision))
    return folder
