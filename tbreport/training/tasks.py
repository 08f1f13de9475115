"""What is trained: a model, its training and validation samples, and what is measured on them."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
from sklearn.datasets import load_digits
from torch import Tensor, nn
from torch.nn.functional import cross_entropy
from torch.utils.data import TensorDataset

from tbreport.training.scenarios import Recipe

Measure = Callable[[Tensor, Tensor], Tensor]  # outputs, targets → their mean over the batch

VAL_SAMPLES = 360  # a fifth of the digits


@dataclass(frozen=True, slots=True)
class Task:
    """All that a training loop needs to know of a model and its samples."""

    model: nn.Module
    train: TensorDataset
    val: TensorDataset
    measures: Mapping[str, Measure]  # "loss" is minimized


def accuracy(logits: Tensor, targets: Tensor) -> Tensor:
    """Share of the samples whose largest logit is that of their class."""
    return (logits.argmax(dim=1) == targets).float().mean()


def digits_mlp(recipe: Recipe, seed: int) -> Task:
    """Two tanh layers on scikit-learn's 8 × 8 digits; cross-entropy over ten classes.

    The validation samples are the same for every seed and recipe. Tanh, because a ReLU network dies
    when it diverges and then rests at the loss of guessing, ln 10, which looks like a plateau.
    """
    digits = load_digits()
    images = (digits.data / 16).astype(np.float32)  # [n, 64], in [0, 1]
    labels = digits.target  # [n], int64
    order = np.random.default_rng(0).permutation(len(images))
    val, train = order[:VAL_SAMPLES], order[VAL_SAMPLES:]

    rng = np.random.default_rng(seed)
    if recipe.train_samples is not None:
        train = rng.choice(train, recipe.train_samples, replace=False)
    train_labels = labels[train]
    wrong = rng.choice(len(train), round(recipe.mislabeled * len(train)), replace=False)
    train_labels[wrong] = (train_labels[wrong] + rng.integers(1, 10, len(wrong))) % 10

    layers = OrderedDict(
        hidden1=nn.Linear(images.shape[1], recipe.width),
        tanh1=nn.Tanh(),
        hidden2=nn.Linear(recipe.width, recipe.width),
        tanh2=nn.Tanh(),
        output=nn.Linear(recipe.width, 10),
    )
    return Task(
        model=nn.Sequential(layers),
        train=samples(images[train], train_labels),
        val=samples(images[val], labels[val]),
        measures={"loss": cross_entropy, "accuracy": accuracy},
    )


def samples(inputs: npt.NDArray[np.float32], targets: npt.NDArray[np.int64]) -> TensorDataset:
    return TensorDataset(torch.from_numpy(inputs), torch.from_numpy(targets))


TASKS: Mapping[str, Callable[[Recipe, int], Task]] = {"digits-mlp": digits_mlp}
