"""What a run writes besides its curves and layers: settings, graph, layout, pictures, PR curves."""

from __future__ import annotations

import platform
import subprocess
import warnings
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from typing import Any

import torch
from torch import Tensor
from torch.utils.tensorboard import SummaryWriter
from torch.utils.tensorboard.summary import hparams

from tbreport.training import judges
from tbreport.training.pictures import confusion_matrix, grid
from tbreport.training.scenarios.recipe import Recipe, Scenario
from tbreport.training.tasks.gan import Game
from tbreport.training.tasks.task import Task

Settings = Mapping[str, float | str]

N_THRESHOLDS = 32  # of a PR curve
N_INVENTED = 32  # images of a generator

# chart → tags that it lays over each other, as TensorBoard's custom scalars show them
CHARTS = {
    "loss": ["Multiline", ["loss/train", "loss/val"]],
    "accuracy": ["Multiline", ["accuracy/train", "accuracy/val"]],
    "gradient norm": ["Multiline", ["grad_norm", "grad_norm/clipped"]],
    "update ratios": ["Multiline", ["update_ratio/.*"]],
}
CHARTS_OF_GAMES = {
    "losses": ["Multiline", ["loss/generator", "loss/discriminator"]],
    "scores": ["Multiline", ["score/real", "score/invented"]],
}


def describe(scenario: Scenario, task: Task, seed: int) -> dict[str, float | str]:
    """What was chosen for the run, by name; what is off or torch's own is left out."""
    usual = asdict(Recipe())
    chosen: dict[str, float | str] = {}
    for name, value in asdict(scenario.recipe).items():
        text = written(value)
        if name in ALWAYS or text not in (None, "", written(usual[name])):
            chosen[name] = text
    named: dict[str, float | str] = {"scenario": scenario.name, "task": scenario.task, "seed": seed}
    # how many there are to choose among: the loss of guessing is the logarithm of it
    choices = {"n_classes": len(task.classes), "vocab_size": task.vocab_size}
    sizes = {name: size for name, size in choices.items() if size}
    return named | chosen | sizes | {"train_samples": len(task.train)}


ALWAYS = (
    "steps", "batch_size", "learning_rate", "schedule", "optimizer", "weight_decay", "width",
)  # fmt: skip


def written(value: Any) -> Any:
    """A setting as event files can hold it: a number, a text or None."""
    if isinstance(value, tuple):
        return ", ".join(value)
    return str(value).lower() if isinstance(value, bool) else value


def environment(device: torch.device, precision: str, n_processes: int) -> dict[str, str]:
    """What the values depend on besides: never a host, user or path."""
    found = {
        "device": str(device),
        "precision": precision,
        "processes": str(n_processes),
        "torch": torch.__version__,
        "python": platform.python_version(),
    }
    if device.type == "cuda":
        found["gpu"] = torch.cuda.get_device_name(device)
    commit = git_commit()
    return found | ({"git_commit": commit} if commit else {})


def git_commit() -> str:
    """The commit that is checked out where the command runs; "" where there is none."""
    try:
        done = subprocess.run(
            ["git", "rev-parse", "HEAD"], capture_output=True, text=True, check=True, timeout=10
        )
    except (OSError, subprocess.SubprocessError):
        return ""
    return done.stdout.strip()


def as_markdown(settings: Settings) -> str:
    rows = [f"| {name} | {value} |" for name, value in settings.items()]
    return "\n".join(["| setting | value |", "|---|---|", *rows])


def start_session(
    writer: SummaryWriter, setup: Mapping[str, float | str], metrics: Iterable[str]
) -> object:
    """Log the hyper-parameters in the run's own file; what ends the session is returned.

    `SummaryWriter.add_hparams` would log them in a sub-folder named after the time of day, as a run
    apart, and ends the session in the same breath.
    """
    experiment, start, end = hparams(dict(setup), dict.fromkeys(metrics, 0.0))
    writer.file_writer.add_summary(experiment)
    writer.file_writer.add_summary(start)
    return end


def write_layout(writer: SummaryWriter, task: Task) -> None:
    """Which curves belong into one chart."""
    charts = CHARTS_OF_GAMES if isinstance(task.model, Game) else CHARTS
    writer.add_custom_scalars({"training": charts})


def write_graph(writer: SummaryWriter, task: Task, inputs: Tensor) -> None:
    """The model as it is traced with two samples, which leaves random numbers as they were."""
    with torch.random.fork_rng(devices=[]), warnings.catch_warnings():
        # torch.jit.trace, which add_graph uses, is on its way out and says so
        warnings.simplefilter("ignore")
        task.model.eval()
        writer.add_graph(task.model, inputs[:2], use_strict_trace=False)
        task.model.train()


def write_pictures(
    writer: SummaryWriter, task: Task, inputs: Tensor, outputs: Tensor, targets: Tensor, step: int
) -> None:
    """Confusion matrix, sample predictions and the PR curve over all classes."""
    if task.picture is not None:
        picture = task.picture(inputs, outputs, targets)
        writer.add_image("predictions", picture, step, dataformats="HWC")
    if not task.classes:
        return
    table = judges.confusion(outputs.argmax(dim=1), targets, len(task.classes))
    matrix = confusion_matrix(table, task.classes)
    writer.add_image("confusion_matrix", matrix, step, dataformats="HWC")
    scores = judges.probabilities(outputs)
    if scores.size and bool(torch.isfinite(outputs).all()):
        truth = torch.nn.functional.one_hot(targets, len(task.classes)).cpu().numpy()
        writer.add_pr_curve("pr_curve", truth.ravel(), scores.ravel(), step, N_THRESHOLDS)


def write_invented(writer: SummaryWriter, game: Game, step: int) -> None:
    """Images from the same noise at every step."""
    with torch.no_grad():
        images = game.invent(N_INVENTED, torch.Generator().manual_seed(0))
    writer.add_image("invented", grid(images), step, dataformats="HWC")
