"""Train one run: a scenario in, a folder with its event file out.

Steps count optimizer updates; 0 is the untrained model. Logged are ``<measure>/train``, the mean
over the batches since the last point; ``<measure>/val``, over all validation samples; ``lr`` and
``grad_norm`` (L2, over all parameters) of the update at that step; histograms of every layer's
weight matrix, ``weights/<layer>``, and of its gradient, ``gradients/<layer>``; the hyper-parameters
as one session, and the text ``config``. Same seed, device and versions: the same values.
"""

from __future__ import annotations

import math
import platform
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict
from itertools import chain, islice, repeat
from pathlib import Path

import torch
from torch import Tensor, nn
from torch.optim.lr_scheduler import LambdaLR
from torch.utils.data import DataLoader
from torch.utils.tensorboard import SummaryWriter
from torch.utils.tensorboard.summary import hparams

from tbreport.training import TrainingError
from tbreport.training.devices import resolve
from tbreport.training.scenarios import SCENARIOS, Recipe, Scenario, Schedule
from tbreport.training.tasks import TASKS, Task

# steps from one point to the next
TRAIN_EVERY = 5
VAL_EVERY = 20
HISTOGRAMS_EVERY = 50
ECHO_EVERY = 100

Echo = Callable[[str], None]

# the share of the run that is behind → the share of the highest learning rate; neither ends at
# zero nor jumps: a schedule's last steps are to be read as part of the run
SCHEDULES: Mapping[Schedule, Callable[[float], float]] = {
    "cosine": lambda progress: 0.05 + 0.95 * (1 + math.cos(math.pi * progress)) / 2,
    "warmup": lambda progress: min(0.1 + 0.9 * progress / 0.5, 1.0),
}


def train(scenario_name: str, out: Path, *, seed: int, device: str = "auto", echo: Echo) -> Path:
    """Train a scenario into a new run folder under `out`; that folder is returned.

    Raises:
        TrainingError: there is no such scenario or device, or the folder holds a run already.
    """
    if scenario_name not in SCENARIOS:
        raise TrainingError(
            f"no scenario {scenario_name!r}; there is: {', '.join(SCENARIOS)}",
            hint="tbreport train --list",
        )
    target = resolve(device)
    folder = out / f"{scenario_name}-seed{seed}"
    if any(folder.glob("*tfevents*")):
        raise TrainingError(
            f"'{folder}' holds event files already",
            hint="remove them, or choose another --out or --seed",
        )
    with SummaryWriter(str(folder)) as writer:
        fit(SCENARIOS[scenario_name], writer, seed=seed, device=target, echo=echo)
    return folder


def fit(
    scenario: Scenario, writer: SummaryWriter, *, seed: int, device: torch.device, echo: Echo
) -> None:
    """Train a scenario from scratch and log it; seeds torch, leaves the writer open."""
    recipe = scenario.recipe
    torch.manual_seed(seed)
    task = TASKS[scenario.task](recipe, seed)
    model = task.model.to(device)
    optimizer = torch.optim.SGD(
        model.parameters(),
        lr=recipe.learning_rate,
        momentum=recipe.momentum,
        weight_decay=recipe.weight_decay,
    )
    schedule = SCHEDULES[recipe.schedule]
    scheduler = LambdaLR(optimizer, lambda step: schedule(step / recipe.steps))

    setup = describe(scenario, task, seed)
    writer.add_text("config", as_markdown(setup | environment(device)), 0)
    session_end = start_session(writer, setup, task)
    write_val(writer, task, device, 0)
    write_histograms(writer, "weights", weights(model), 0)

    recent: list[Mapping[str, Tensor]] = []
    for step, (inputs, targets) in enumerate(batches(task, recipe, seed), start=1):
        recent.append(update(task, optimizer, inputs.to(device), targets.to(device)))
        if step % TRAIN_EVERY == 0:
            write_means(writer, recent, step)
            recent.clear()
            writer.add_scalar("lr", optimizer.param_groups[0]["lr"], step)
            writer.add_scalar("grad_norm", gradient_norm(model), step)
        if step % HISTOGRAMS_EVERY == 0:
            write_histograms(writer, "weights", weights(model), step)
            gradients = {name: weight.grad for name, weight in weights(model).items()}
            write_histograms(writer, "gradients", gradients, step)
        if step % VAL_EVERY == 0:
            measured = write_val(writer, task, device, step)
            if step % ECHO_EVERY == 0:
                shown = ", ".join(f"{name} {value:.4g}" for name, value in measured.items())
                echo(f"{scenario.name}: step {step} of {recipe.steps}, validation {shown}")
        scheduler.step()
    writer.file_writer.add_summary(session_end)


def batches(task: Task, recipe: Recipe, seed: int) -> Iterator[tuple[Tensor, Tensor]]:
    """As many batches as the recipe has steps, shuffled anew each epoch, all of one size."""
    loader = DataLoader(
        task.train,
        batch_size=recipe.batch_size,
        shuffle=True,
        drop_last=True,
        generator=torch.Generator().manual_seed(seed),
    )
    return islice(chain.from_iterable(repeat(loader)), recipe.steps)


def update(
    task: Task, optimizer: torch.optim.Optimizer, inputs: Tensor, targets: Tensor
) -> Mapping[str, Tensor]:
    """Take one optimizer step; the measures are those of the batch before it."""
    outputs = task.model(inputs)
    measured = {name: measure(outputs, targets) for name, measure in task.measures.items()}
    optimizer.zero_grad()
    measured["loss"].backward()
    optimizer.step()
    return {name: value.detach() for name, value in measured.items()}


def weights(model: nn.Module) -> Mapping[str, Tensor]:
    """The weight matrix of each layer that has one, in the order of the model."""
    return {
        name: layer.weight for name, layer in model.named_modules() if isinstance(layer, nn.Linear)
    }


def gradient_norm(model: nn.Module) -> float:
    norms = [torch.linalg.vector_norm(parameter.grad) for parameter in model.parameters()]
    return float(torch.linalg.vector_norm(torch.stack(norms)))


def write_means(writer: SummaryWriter, measured: list[Mapping[str, Tensor]], step: int) -> None:
    for name in measured[0]:
        mean = torch.stack([batch[name] for batch in measured]).mean()
        writer.add_scalar(f"{name}/train", mean.item(), step)


def write_val(
    writer: SummaryWriter, task: Task, device: torch.device, step: int
) -> Mapping[str, float]:
    """Measure the model on all validation samples at once, and log it."""
    inputs, targets = (tensor.to(device) for tensor in task.val.tensors)
    task.model.eval()
    with torch.no_grad():
        outputs = task.model(inputs)
    task.model.train()
    measured = {name: measure(outputs, targets).item() for name, measure in task.measures.items()}
    for name, value in measured.items():
        writer.add_scalar(f"{name}/val", value, step)
    return measured


def write_histograms(
    writer: SummaryWriter, group: str, tensors: Mapping[str, Tensor], step: int
) -> None:
    # buckets of equal width, one for each √n values: torch's default, exponential between 1e-12 and
    # the extremes, takes 9 KB a histogram and makes the file of a run seven times as large
    for name, tensor in tensors.items():
        writer.add_histogram(f"{group}/{name}", tensor, step, bins="sqrt")


def describe(scenario: Scenario, task: Task, seed: int) -> dict[str, float | str]:
    """What was chosen for the run, by name: its hyper-parameters as the session shows them."""
    chosen = asdict(scenario.recipe) | {"train_samples": len(task.train)}
    return {"scenario": scenario.name, "task": scenario.task, "seed": seed, **chosen}


def environment(device: torch.device) -> dict[str, str]:
    """What the values depend on besides: never a host, user or path."""
    return {
        "device": str(device),
        "torch": torch.__version__,
        "python": platform.python_version(),
    }


def as_markdown(settings: Mapping[str, float | str]) -> str:
    rows = [f"| {name} | {value} |" for name, value in settings.items()]
    return "\n".join(["| setting | value |", "|---|---|", *rows])


def start_session(writer: SummaryWriter, setup: dict[str, float | str], task: Task) -> object:
    """Log the hyper-parameters in the run's own file; what ends the session is returned.

    `SummaryWriter.add_hparams` would log them in a sub-folder named after the time of day, as a run
    apart, and ends the session in the same breath.
    """
    metrics = {f"{name}/val": 0.0 for name in task.measures}  # the names alone are used
    experiment, start, end = hparams(setup, metrics)
    writer.file_writer.add_summary(experiment)
    writer.file_writer.add_summary(start)
    return end
