"""linear-regression: y = 2x + 0.5 + noise, by one linear unit."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from torch import nn
from torch.nn.functional import mse_loss

from tbreport.training import TrainingError, judges
from tbreport.training.pictures import fitted_points
from tbreport.training.scenarios.recipe import Recipe
from tbreport.training.tasks.task import Task, samples

N_SAMPLES, N_VAL = 400, 100
SLOPE, OFFSET, NOISE = 2.0, 0.5, 0.1


def linear_regression(recipe: Recipe, seed: int, folder: Path | None) -> Iterator[Task]:
    """x between -1 and 1, times the recipe's scale; the points depend on the seed."""
    if folder is not None:
        raise TrainingError("linear-regression makes its samples itself", hint="leave --data-dir")
    rng = np.random.default_rng(seed)
    x = rng.uniform(-1, 1, (N_SAMPLES, 1)) * recipe.input_scale
    y = SLOPE * x + OFFSET + rng.normal(0, NOISE, x.shape)
    inputs, targets = x.astype(np.float32), y.astype(np.float32)
    yield Task(
        model=nn.Sequential(OrderedDict(line=nn.Linear(1, 1))),
        train=samples(inputs[N_VAL:], targets[N_VAL:]),
        val=samples(inputs[:N_VAL], targets[:N_VAL]),
        loss=judges.half_mse if recipe.naive_loss else mse_loss,
        judge=judges.regression,
        measures={},
        picture=fitted_points,
    )
