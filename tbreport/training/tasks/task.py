"""The form of a task: a model, its training and validation samples, and how it is judged."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn
from torch.utils.data import TensorDataset

from tbreport.training.pictures import Pixels
from tbreport.training.scenarios.recipe import Recipe

Measure = Callable[[Tensor, Tensor], Tensor]  # outputs, targets → their mean over the batch
Judge = Callable[[Tensor, Tensor], Mapping[str, float]]  # of all validation samples at once


@dataclass(frozen=True, slots=True)
class Group:
    """Parameters that learn at a rate of their own."""

    name: str
    parameters: tuple[nn.Parameter, ...]
    factor: float = 1.0  # of the recipe's learning rate


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """All that a training loop needs to know of a model and its samples."""

    model: nn.Module
    train: TensorDataset  # inputs, targets
    val: TensorDataset
    loss: Measure  # is minimized
    judge: Judge
    measures: Mapping[str, Measure]  # of each training batch, besides the loss
    picture: Callable[[Tensor, Tensor, Tensor], Pixels] | None = None  # inputs, outputs, targets
    classes: tuple[str, ...] = ()  # in the order of the outputs; none for other than classifiers
    vocab_size: int = 0  # of a language model: what it chooses among
    stage: str = ""  # a sub-folder, where a task trains in stages
    groups: tuple[Group, ...] = ()  # none: one group of all that is not frozen


# recipe, seed, folder of real samples or None → its stages; each begins when the one before is done
MakeTask = Callable[[Recipe, int, Path | None], Iterator[Task]]


def accuracy(logits: Tensor, targets: Tensor) -> Tensor:
    """Share of the samples whose largest logit is that of their class."""
    return (logits.argmax(dim=-1) == targets).float().mean()


def samples(inputs: npt.NDArray[np.generic], targets: npt.NDArray[np.generic]) -> TensorDataset:
    """Arrays as a data set that shares their memory."""
    return TensorDataset(torch.from_numpy(inputs), torch.from_numpy(targets))
