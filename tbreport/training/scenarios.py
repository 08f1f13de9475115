"""What makes a run healthy or ill: recipes, each with the findings that it must give.

An ill run differs from the healthy one by the hyper-parameters and data that its recipe names, and
by nothing else. Torch is not needed here, so the table can be listed where it is not installed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

Schedule = Literal["cosine", "warmup"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """Hyper-parameters and what is done to the data; the defaults are those of a healthy run."""

    steps: int = 900  # optimizer updates
    batch_size: int = 64
    learning_rate: float = 0.03  # the highest that the schedule reaches
    schedule: Schedule = "cosine"
    momentum: float = 0.9
    weight_decay: float = 3e-3
    width: int = 64  # units of each hidden layer
    train_samples: int | None = None  # drawn by the run's seed; None is all there are
    mislabeled: float = 0.0  # share of the training samples that are given a wrong label


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """A task, the recipe to train it by, and what must be found in the run."""

    name: str
    task: str  # a name in tasks.TASKS
    description: str  # one line
    recipe: Recipe
    # finding code → severity, of the warnings and errors that it gives; not of the infos
    expects: Mapping[str, Literal["warning", "error"]] = field(default_factory=dict)


SCENARIOS: Mapping[str, Scenario] = {
    scenario.name: scenario
    for scenario in (
        Scenario(
            name="healthy",
            task="digits-mlp",
            description="a moderate learning rate that decays, weight decay, all of the samples",
            recipe=Recipe(),
        ),
        Scenario(
            name="wide",
            task="digits-mlp",
            description="healthy, with four times as many hidden units",
            recipe=Recipe(width=256),
        ),
        Scenario(
            name="overfitting",
            task="digits-mlp",
            description="150 samples, 30 % of them mislabeled, and no weight decay",
            # wrong labels, so that accuracy falls too: on clean digits the loss alone rises (TB302)
            recipe=Recipe(weight_decay=0.0, train_samples=150, mislabeled=0.3),
            expects={"TB301": "error"},
        ),
        Scenario(
            name="diverging",
            task="digits-mlp",
            description="the learning rate warms up to 1.0, thirty times the healthy one",
            # warmed up, so that it learns first: constant at 1.0 the loss rises from the first step
            recipe=Recipe(learning_rate=1.0, schedule="warmup"),
            expects={"TB202": "error"},
        ),
    )
}
