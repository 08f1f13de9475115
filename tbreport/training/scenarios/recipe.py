"""The form of a scenario: a task, the recipe to train it by, and what must be found in the run.

The defaults of a recipe are those of the healthy digits run. All that can make a run ill is a field
here, off by default.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

Schedule = Literal["constant", "cosine", "warmup", "warmup-cosine", "restarts", "steps"]
Optimizer = Literal["sgd", "adamw", "adam"]
Activation = Literal["tanh", "relu", "sigmoid"]
Course = Literal["whole", "resumed", "crashed"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """Hyper-parameters, what is done to the data, and what goes wrong."""

    steps: int = 900  # optimizer updates of the last stage
    batch_size: int = 64  # over all devices
    learning_rate: float = 0.03  # the highest that the schedule reaches
    schedule: Schedule = "cosine"
    optimizer: Optimizer = "sgd"
    momentum: float = 0.9  # SGD's alone
    weight_decay: float = 3e-3
    clip_norm: float | None = None  # L2 norm that gradients are clipped to
    label_smoothing: float = 0.0
    # the model
    width: int = 64  # units of each hidden layer
    depth: int = 2  # hidden layers
    activation: Activation = "tanh"
    dropout: float = 0.0
    cell: Literal["lstm", "rnn"] = "lstm"
    # the samples
    train_samples: int | None = None  # drawn by the run's seed; None is all there are
    mislabeled: float = 0.0  # share of the training samples that are given a wrong label
    leaked_copies: int = 0  # of each validation sample among the training samples
    rare_share: float | None = None  # of the samples of every second class that are kept
    # what goes wrong
    init_sd: float | None = None  # of the weights behind the first layer; None is torch's own
    init_bias: float | None = None  # of the hidden units
    input_scale: float = 1.0  # what every input is multiplied by
    naive_loss: bool = False  # the logarithm of zero, or squares in half precision
    frozen: tuple[str, ...] = ()  # layers whose gradients are switched off
    bad_batches: int = 0  # whose labels are those of other samples, from 60 % of the run on
    winner_factor: float = 1.0  # the discriminator's learning rate over the generator's
    stall_ms: float = 0.0  # what each batch takes longer to load in the second half
    course: Course = "whole"


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """One line of the table. An ill run differs from the healthy one by what its recipe names."""

    name: str
    task: str  # a name in tasks.TASKS
    description: str  # one line
    recipe: Recipe
    # finding code → severity, of the warnings and errors that it gives; not of the infos
    expects: Mapping[str, Literal["warning", "error"]] = field(default_factory=dict)
    shows: tuple[str, ...] = ()  # codes that must be among the infos
    is_home: bool = True  # whether the name alone means this task

    @property
    def label(self) -> str:
        """The run's name but for the seed."""
        return self.name if self.is_home else f"{self.name}-{self.task}"
