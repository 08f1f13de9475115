"""One stage of a training: batches in, points out, from any step to any other."""

from __future__ import annotations

import copy
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

import torch
from torch import Tensor
from torch.utils.tensorboard import SummaryWriter

from tbreport.training import journal
from tbreport.training import precision as precisions
from tbreport.training.batches import batches
from tbreport.training.devices import memory_mib, wait_for
from tbreport.training.distributed import ALONE, Rank
from tbreport.training.monitor import Monitor
from tbreport.training.scenarios import Scenario
from tbreport.training.tasks.gan import Game
from tbreport.training.tasks.task import Task
from tbreport.training.updates import update_for

# how often in a run: curves, validation, layers, pictures, lines for the person
TRAIN_POINTS, VAL_POINTS, OBSERVATIONS, PICTURES, ECHOES = 300, 45, 18, 3, 9
VAL_BATCH = 256  # samples

Echo = Callable[[str], None]
ShouldStop = Callable[[], bool]


class Stopped(Exception):
    """A training was asked to stop; its event files are whole."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a training runs, what it reads, and whom it tells."""

    device: torch.device
    echo: Echo
    precision: str = "fp32"
    rank: Rank = ALONE
    samples: Path | None = None  # a folder of real ones
    should_stop: ShouldStop = lambda: False


class Stage:
    """A model on its way; `go_on` moves it."""

    def __init__(self, task: Task, scenario: Scenario, seed: int, place: Place) -> None:
        self.task, self.scenario, self.seed, self.place = task, scenario, seed, place
        self.recipe = scenario.recipe
        self.step = 0  # optimizer updates done
        self.session_end: object = None
        task.model.to(place.device)
        self.update = update_for(task, self.recipe, place.device, place.precision, place.rank)

    def state(self) -> dict[str, Any]:
        """All that a checkpoint needs."""
        random = torch.get_rng_state()
        return {"step": self.step, "random": random, "update": copy.deepcopy(self.update.state())}

    def restore(self, state: dict[str, Any]) -> None:
        """Go back to a checkpoint."""
        self.step = state["step"]
        torch.set_rng_state(state["random"])
        self.update.restore(state["update"])

    def go_on(self, folder: Path, *, until: int, keep: int = 0) -> dict[str, Any]:
        """Train to a step, into a new event file; the state at the step to keep is returned.

        Raises:
            Stopped: `should_stop` said so; the file is whole.
        """
        kept: dict[str, Any] = {}
        clock = Clock(self.place.device)
        recent: list[Mapping[str, Tensor]] = []
        with ExitStack() as stack:
            writer = None
            if self.place.rank.is_first:
                writer = stack.enter_context(SummaryWriter(str(folder)))
            monitors = [stack.enter_context(monitor) for monitor in self.monitors(writer)]
            if writer is not None and self.step == 0:
                self.begin(writer)
            ordered = batches(self.task.train, self.recipe, self.seed, self.place.rank, self.step)
            for inputs, targets in clock.timed(ordered):
                device = self.place.device
                recent.append(self.update.step(inputs.to(device), targets.to(device)))
                clock.lap()
                self.step += 1
                for monitor in monitors:
                    monitor.step = self.step  # a step that the scaler skipped counts too
                if self.is_due(TRAIN_POINTS):
                    self.write_train(writer, recent, clock)
                    recent = []
                if writer is not None:
                    self.write_val(writer)
                if self.step == keep:
                    kept = self.state()
                if self.step == until:
                    break
                if self.place.should_stop():
                    raise Stopped
            if writer is not None and self.step == self.recipe.steps:
                writer.file_writer.add_summary(self.session_end)
        return kept

    def every(self, points: int) -> int:
        """The steps from one point to the next for so many in a run."""
        return max(1, self.recipe.steps // points)

    def is_due(self, points: int) -> bool:
        return self.step % self.every(points) == 0

    def monitors(self, writer: SummaryWriter | None) -> list[Monitor]:
        """One for each model that an optimizer of its own trains."""
        model = self.task.model
        watched = {"": model}
        if isinstance(model, Game):
            watched = {"generator.": model.generator, "discriminator.": model.discriminator}
        return [
            Monitor(
                part,
                writer,
                every=self.every(OBSERVATIONS),
                prefix=prefix,
                first_step=self.step,
                echo=lambda line: None,  # the interval is what the report wants, at any cost
            )
            for prefix, part in watched.items()
        ]

    def begin(self, writer: SummaryWriter) -> None:
        """Write what is known before the first step."""
        setup = journal.describe(self.scenario, self.task, self.seed)
        place = journal.environment(self.place.device, self.place.precision, self.place.rank.size)
        writer.add_text("config", journal.as_markdown(setup | place), self.step)
        self.session_end = journal.start_session(writer, setup, self.metrics())
        journal.write_layout(writer, self.task)
        journal.write_graph(writer, self.task, self.task.val.tensors[0].to(self.place.device))
        self.write_val(writer)

    def metrics(self) -> list[str]:
        """The tags by which runs with other hyper-parameters are compared."""
        if isinstance(self.task.model, Game):
            return ["score/real", "score/invented"]
        return ["loss/val", *(f"{name}/val" for name in self.task.measures)]

    def write_train(
        self, writer: SummaryWriter | None, recent: list[Mapping[str, Tensor]], clock: Clock
    ) -> None:
        """Write the means since the last point and the state of the last update."""
        means = {
            tag: self.place.rank.mean(torch.stack([batch[tag] for batch in recent]).mean())
            for tag in recent[0]
        }
        if writer is None:
            return
        values = {tag: mean.item() for tag, mean in means.items()}
        values |= {**self.update.rates(), **self.update.norms()}
        values |= clock.read(self.recipe.batch_size)
        memory = memory_mib(self.place.device)
        if memory is not None:
            values["device_memory_mib"] = memory
        for tag, value in values.items():
            writer.add_scalar(tag, value, self.step)

    def write_val(self, writer: SummaryWriter) -> None:
        """Write what is due of the validation samples, and tell the person."""
        measured: Mapping[str, float] = {}
        if isinstance(self.task.model, Game):
            if self.is_due(PICTURES):
                journal.write_invented(writer, self.task.model, self.step)
        elif any(self.is_due(points) for points in (VAL_POINTS, PICTURES, ECHOES)):
            inputs, targets = (tensor.to(self.place.device) for tensor in self.task.val.tensors)
            outputs = self.evaluate(inputs)
            measured = self.task.judge(outputs, targets)
            if self.is_due(VAL_POINTS):
                for name, value in measured.items():
                    writer.add_scalar(f"{name}/val", value, self.step)
            if self.is_due(PICTURES) and self.step:
                journal.write_pictures(writer, self.task, inputs, outputs, targets, self.step)
        if self.is_due(ECHOES) and self.step:
            stage = f" {self.task.stage}" if self.task.stage else ""
            shown = ", ".join(f"{name} {value:.4g}" for name, value in [*measured.items()][:2])
            line = f"{self.scenario.label}{stage}: step {self.step} of {self.recipe.steps}"
            self.place.echo(f"{line}, validation {shown}" if shown else line)

    def evaluate(self, inputs: Tensor) -> Tensor:
        """The model's outputs for all inputs, without dropout."""
        model = self.task.model.eval()
        with torch.no_grad(), precisions.autocast(self.place.device, self.place.precision):
            outputs = torch.cat([model(part).float() for part in inputs.split(VAL_BATCH)])
        model.train()
        return outputs


class Clock:
    """How long steps take, and how much of it is waiting for batches."""

    def __init__(self, device: torch.device) -> None:
        self.device = device
        self.began = 0.0
        self.waits: list[float] = []  # s
        self.laps: list[float] = []  # s, the wait among it

    def timed(self, loader: Iterable[tuple[Tensor, Tensor]]) -> Iterator[tuple[Tensor, Tensor]]:
        """The batches, each timed from being asked for."""
        iterator = iter(loader)
        while True:
            self.began = time.perf_counter()
            batch = next(iterator, None)
            if batch is None:
                return
            self.waits.append(time.perf_counter() - self.began)
            yield batch

    def lap(self) -> None:
        """A step is done."""
        wait_for(self.device)
        self.laps.append(time.perf_counter() - self.began)

    def read(self, batch_size: int) -> dict[str, float]:
        """Throughput, step time and share of waiting since the last reading, by tag."""
        total = sum(self.laps)
        found = {
            "samples_per_second": len(self.laps) * batch_size / total,
            "step_time_ms": 1000 * median(self.laps),
            "data_wait_share": sum(self.waits) / total,
        }
        self.waits, self.laps = [], []
        return found
