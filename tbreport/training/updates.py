"""One optimizer step: a batch in, what was measured on it out.

`Supervised` minimizes the loss of one model; `Adversarial` lets two play against each other.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any, Protocol

import torch
from torch import Tensor, nn
from torch.optim.lr_scheduler import LambdaLR

from tbreport.training import precision as precisions
from tbreport.training.distributed import Rank
from tbreport.training.scenarios.recipe import Optimizer, Recipe, Schedule
from tbreport.training.tasks.gan import Game
from tbreport.training.tasks.task import Group, Task

# the share of the run that is behind → the share of the highest learning rate; none ends at zero:
# a schedule's last steps are to be read as part of the run
SCHEDULES: Mapping[Schedule, Callable[[float], float]] = {
    "constant": lambda progress: 1.0,
    "cosine": lambda progress: 0.05 + 0.95 * (1 + math.cos(math.pi * progress)) / 2,
    "warmup": lambda progress: min(0.1 + 0.9 * progress / 0.5, 1.0),
    "warmup-cosine": lambda progress: (
        0.1 + 0.9 * progress / 0.1
        if progress < 0.1
        else SCHEDULES["cosine"]((progress - 0.1) / 0.9)
    ),
    "restarts": lambda progress: SCHEDULES["cosine"](min(3 * progress, 2.9999) % 1.0),
    "steps": lambda progress: 1.0 if progress < 0.5 else 0.1 if progress < 0.75 else 0.01,
}

OPTIMIZERS: Mapping[Optimizer, Callable[[list[dict[str, Any]], Recipe], torch.optim.Optimizer]] = {
    "sgd": lambda groups, recipe: torch.optim.SGD(
        groups, momentum=recipe.momentum, weight_decay=recipe.weight_decay
    ),
    "adamw": lambda groups, recipe: torch.optim.AdamW(groups, weight_decay=recipe.weight_decay),
    "adam": lambda groups, recipe: torch.optim.Adam(groups, betas=(0.5, 0.999)),
}


class Update(Protocol):
    """What the loop asks of either."""

    def step(self, inputs: Tensor, targets: Tensor) -> Mapping[str, Tensor]:
        """Take one step; the measures are those of the batch before it, by tag."""

    def rates(self) -> Mapping[str, float]:
        """The learning rates of the last step, by tag."""

    def norms(self) -> Mapping[str, float]:
        """L2 norms of the gradients of the last step, in fp16 the loss scale too, by tag."""

    def state(self) -> dict[str, Any]:
        """All that a checkpoint needs."""

    def restore(self, state: dict[str, Any]) -> None:
        """Go on from such a state."""


class Player:
    """A model's parameters, their optimizer and its schedule."""

    def __init__(self, groups: tuple[Group, ...], recipe: Recipe, factor: float = 1.0) -> None:
        self.names = [group.name for group in groups]
        self.parameters = [parameter for group in groups for parameter in group.parameters]
        by_rate = [
            {
                "params": list(group.parameters),
                "lr": recipe.learning_rate * factor * group.factor,
            }
            for group in groups
        ]
        self.optimizer = OPTIMIZERS[recipe.optimizer](by_rate, recipe)
        schedule = SCHEDULES[recipe.schedule]
        self.scheduler = LambdaLR(self.optimizer, lambda step: schedule(step / recipe.steps))
        self.clip_norm = recipe.clip_norm
        self.last_norm = torch.tensor(math.nan)
        self.used = [group["lr"] for group in self.optimizer.param_groups]

    def apply(self, loss: Tensor, scaler: torch.amp.GradScaler) -> None:
        """One step down the gradient of a loss."""
        self.optimizer.zero_grad()
        scaler.scale(loss).backward()
        scaler.unscale_(self.optimizer)
        limit = math.inf if self.clip_norm is None else self.clip_norm
        self.last_norm = nn.utils.clip_grad_norm_(self.parameters, limit)
        self.used = [group["lr"] for group in self.optimizer.param_groups]
        scale = scaler.get_scale()
        scaler.step(self.optimizer)
        scaler.update()
        if scaler.get_scale() >= scale:  # else the gradients overflowed and the step was skipped
            self.scheduler.step()

    def rates(self) -> Mapping[str, float]:
        """``lr``, or ``lr/<group>`` where there are several."""
        if len(self.used) == 1:
            return {"lr": self.used[0]}
        return {f"lr/{name}": rate for name, rate in zip(self.names, self.used, strict=True)}

    def clipped_norm(self) -> float:
        """The norm of the gradients as they were applied."""
        parts = [
            torch.linalg.vector_norm(parameter.grad)
            for parameter in self.parameters
            if parameter.grad is not None
        ]
        return float(torch.linalg.vector_norm(torch.stack(parts)))

    def state(self) -> dict[str, Any]:
        return {"optimizer": self.optimizer.state_dict(), "scheduler": self.scheduler.state_dict()}

    def restore(self, state: dict[str, Any]) -> None:
        self.optimizer.load_state_dict(state["optimizer"])
        self.scheduler.load_state_dict(state["scheduler"])


class Supervised:
    """Minimizes the loss between outputs and targets."""

    def __init__(
        self, task: Task, recipe: Recipe, device: torch.device, precision: str, rank: Rank
    ) -> None:
        self.task, self.device, self.precision = task, device, precision
        self.net = rank.wrap(task.model, device)
        learning = tuple(p for p in task.model.parameters() if p.requires_grad)
        self.player = Player(task.groups or (Group("all", learning),), recipe)
        self.scaler = precisions.scaler(device, precision)

    def step(self, inputs: Tensor, targets: Tensor) -> Mapping[str, Tensor]:
        with precisions.autocast(self.device, self.precision):
            outputs = self.net(inputs)
        outputs = outputs.float()
        loss = self.task.loss(outputs, targets)
        self.player.apply(loss, self.scaler)
        with torch.no_grad():
            others = {name: of(outputs, targets) for name, of in self.task.measures.items()}
        measured = {"loss": loss.detach(), **others}
        return {f"{name}/train": value for name, value in measured.items()}

    def rates(self) -> Mapping[str, float]:
        return self.player.rates()

    def norms(self) -> Mapping[str, float]:
        norms = {"grad_norm": float(self.player.last_norm)}
        if self.player.clip_norm is not None:
            norms["grad_norm/clipped"] = self.player.clipped_norm()
        if self.scaler.is_enabled():
            norms["loss_scale"] = self.scaler.get_scale()
        return norms

    def state(self) -> dict[str, Any]:
        return {"model": self.task.model.state_dict(), "player": self.player.state()}

    def restore(self, state: dict[str, Any]) -> None:
        self.task.model.load_state_dict(state["model"])
        self.player.restore(state["player"])


class Adversarial:
    """Teaches the discriminator to tell images from invented ones, the generator to fool it."""

    def __init__(self, game: Game, recipe: Recipe, device: torch.device, precision: str) -> None:
        self.game, self.device, self.precision = game, device, precision
        self.players = {
            name: Player((Group(name, tuple(model.parameters())),), recipe, factor)
            for name, model, factor in (
                ("discriminator", game.discriminator, recipe.winner_factor),
                ("generator", game.generator, 1.0),
            )
        }
        self.scaler = precisions.scaler(device, precision)
        self.loss = nn.BCEWithLogitsLoss()

    def step(self, inputs: Tensor, targets: Tensor) -> Mapping[str, Tensor]:
        n = len(inputs)
        with torch.no_grad():
            invented = self.game.invent(n)
        with precisions.autocast(self.device, self.precision):
            logits = self.game.discriminator(torch.cat((inputs, invented))).float()
        true = torch.cat((torch.ones(n, 1), torch.zeros(n, 1))).to(self.device)
        of_discriminator = self.loss(logits, true)
        self.players["discriminator"].apply(of_discriminator, self.scaler)

        with precisions.autocast(self.device, self.precision):
            fooled = self.game.discriminator(self.game.invent(n)).float()
        of_generator = self.loss(fooled, true[:n])
        self.players["generator"].apply(of_generator, self.scaler)
        return {
            "loss/generator": of_generator.detach(),
            "loss/discriminator": of_discriminator.detach(),
            "score/real": logits[:n].detach().sigmoid().mean(),
            "score/invented": logits[n:].detach().sigmoid().mean(),
        }

    def rates(self) -> Mapping[str, float]:
        return {f"lr/{name}": player.rates()["lr"] for name, player in self.players.items()}

    def norms(self) -> Mapping[str, float]:
        return {f"grad_norm/{name}": float(p.last_norm) for name, p in self.players.items()}

    def state(self) -> dict[str, Any]:
        players = {name: player.state() for name, player in self.players.items()}
        return {"model": self.game.state_dict(), "players": players}

    def restore(self, state: dict[str, Any]) -> None:
        self.game.load_state_dict(state["model"])
        for name, player in self.players.items():
            player.restore(state["players"][name])


def update_for(
    task: Task, recipe: Recipe, device: torch.device, precision: str, rank: Rank
) -> Update:
    """The way in which a task is trained."""
    if isinstance(task.model, Game):
        return Adversarial(task.model, recipe, device, precision)
    return Supervised(task, recipe, device, precision, rank)
