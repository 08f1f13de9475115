"""Train one run: a scenario in, a folder with its event files out.

Steps count optimizer updates; 0 is the untrained model. Logged are, whatever the length of the run:

- at 300 steps: ``<measure>/train``, the mean over the batches since the last point; ``lr`` and
  ``grad_norm`` (L2, over all parameters, before clipping; ``grad_norm/clipped`` after) of the
  update at that step; ``samples_per_second``, ``step_time_ms`` (median) and ``data_wait_share``,
  the share of the time that the loop waited for batches; on GPUs ``device_memory_mib``, allocated;
- at 45: ``<measure>/val`` over all validation samples;
- at 18: what `monitor.Monitor` writes of the layers;
- at three: pictures and PR curves; once: settings, graph, layout and a session of hyper-parameters.

Same seed, device and versions: the same values, but for times. A CPU computes with one thread, as
sums in another order are other sums.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import torch

from tbreport.training import TrainingError
from tbreport.training import precision as precisions
from tbreport.training.devices import resolve
from tbreport.training.distributed import is_first_process, joined, local_device
from tbreport.training.scenarios import Scenario, find
from tbreport.training.stage import Echo, Place, ShouldStop, Stage
from tbreport.training.tasks import TASKS

STOPPED_AT, CHECKPOINT_AT = 0.6, 0.5  # of the run, where it is resumed or crashed
TORN_BYTES = 7  # of the last record of a crashed run


def train(
    name: str,
    out: Path,
    *,
    seed: int,
    echo: Echo,
    task: str | None = None,
    device: str = "auto",
    precision: str = "fp32",
    samples: Path | None = None,
    should_stop: ShouldStop = lambda: False,
) -> Path:
    """Train a scenario into a new run folder under `out`; that folder is returned.

    Raises:
        TrainingError: there is no such scenario, task or device, or the folder holds a run already.
        Stopped: `should_stop` said so.
    """
    scenario = find(name, task)
    precisions.check(precision)
    target = resolve(local_device(device))
    check_samples(samples)
    folder = folder_of(scenario, out, seed)
    if is_first_process():  # the others come to a folder that it has made
        check_free(folder)
    with deterministic(target, seed), joined(target, scenario.task) as rank:
        heard = echo if rank.is_first else lambda line: None
        place = Place(target, heard, precision, rank, samples, should_stop)
        fit(scenario, folder, seed=seed, place=place)
    return folder


def folder_of(scenario: Scenario, out: Path, seed: int) -> Path:
    """Where a run is written."""
    return out / f"{scenario.label}-seed{seed}"


def check_samples(samples: Path | None) -> None:
    """Raise TrainingError where samples are asked for that are not there."""
    if samples is not None and not samples.exists():
        raise TrainingError(f"there is no '{samples}'", hint="--data-dir is what holds the samples")


def check_free(folder: Path) -> None:
    """Raise TrainingError where a run stands already."""
    if any(folder.rglob("*tfevents*")):
        raise TrainingError(
            f"'{folder}' holds event files already",
            hint="remove them, or choose another --out or --seed",
        )


@contextmanager
def deterministic(device: torch.device, seed: int) -> Iterator[None]:
    """Seed torch, and have it compute the same way each time where it has a choice."""
    threads = torch.get_num_threads()
    if device.type == "cpu":
        torch.set_num_threads(1)
    torch.backends.cudnn.benchmark = False
    torch.backends.cudnn.deterministic = True
    torch.manual_seed(seed)
    try:
        yield
    finally:
        torch.set_num_threads(threads)


def fit(scenario: Scenario, folder: Path, *, seed: int, place: Place) -> None:
    """Train the stages of a scenario, one after the other; stop on the way as its recipe says."""
    steps = scenario.recipe.steps
    stop = round(STOPPED_AT * steps)
    for task in TASKS[scenario.task](scenario.recipe, seed, place.samples):
        stage, into = Stage(task, scenario, seed, place), folder / task.stage
        match scenario.recipe.course:
            case "whole":
                stage.go_on(into, until=steps)
            case "resumed":
                kept = stage.go_on(into, until=stop, keep=round(CHECKPOINT_AT * steps))
                stage.restore(kept)
                stage.go_on(into, until=steps)
            case "crashed":
                stage.go_on(into, until=stop)
                if place.rank.is_first:
                    tear(into)


def tear(folder: Path) -> None:
    """Cut the last record of the event file, as a process does that is killed while writing it."""
    (path,) = folder.glob("*tfevents*")
    with path.open("r+b") as file:
        file.truncate(path.stat().st_size - TORN_BYTES)
