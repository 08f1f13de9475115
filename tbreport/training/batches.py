"""The batches of a run: as many as it has steps, shuffled anew each epoch, all of one size."""

from __future__ import annotations

import time
from collections.abc import Iterator

import torch
from torch import Tensor
from torch.utils.data import DataLoader, Dataset, Sampler, TensorDataset

from tbreport.training.distributed import Rank
from tbreport.training.scenarios.recipe import Recipe

BAD_FROM = 0.6  # of the run, where batches are bad
STALLED_FROM = 0.5  # of the run, where loading is slow


class Order(Sampler[Tensor]):
    """The samples of each step, from one step on; of each batch the share of one rank."""

    def __init__(self, n: int, recipe: Recipe, seed: int, first: int, rank: Rank) -> None:
        self.n, self.seed, self.rank = n, seed, rank
        self.size = min(recipe.batch_size, n)
        self.first, self.last = first, recipe.steps

    def __iter__(self) -> Iterator[Tensor]:
        generator = torch.Generator().manual_seed(self.seed)
        per_epoch = self.n // self.size
        for step in range(self.last):
            at = step % per_epoch
            if at == 0:
                order = torch.randperm(self.n, generator=generator)
            if step >= self.first:
                batch = order[at * self.size : (at + 1) * self.size]
                yield batch[self.rank.rank :: self.rank.size]


class Stalling(Dataset[tuple[Tensor, ...]]):
    """Samples whose storage answers late once so many batches were read."""

    def __init__(self, samples: TensorDataset, after: int, stall_s: float) -> None:
        self.samples, self.after, self.stall_s = samples, after, stall_s

    def __getitem__(self, batch: Tensor) -> tuple[Tensor, ...]:
        self.after -= 1
        if self.after < 0:
            time.sleep(self.stall_s)
        return self.samples[batch]  # type: ignore[no-any-return]

    def __len__(self) -> int:
        return len(self.samples)


def batches(
    samples: TensorDataset, recipe: Recipe, seed: int, rank: Rank, first: int = 0
) -> Iterator[tuple[Tensor, Tensor]]:
    """Inputs and targets of the steps after `first`, ill as the recipe says."""
    dataset: Dataset[tuple[Tensor, ...]] = samples
    if recipe.stall_ms:
        after = round(STALLED_FROM * recipe.steps) - first
        dataset = Stalling(samples, after, recipe.stall_ms / 1000)
    loader = DataLoader(
        dataset,
        sampler=Order(len(samples), recipe, seed, first, rank),
        batch_size=None,
        generator=torch.Generator(),  # else its iterator draws from the one that the model uses
    )
    # behind a step that is logged, so that the norm of a single one is not seen: the loss's mean is
    bad_from = round(BAD_FROM * recipe.steps) + 1
    bad = range(bad_from, bad_from + recipe.bad_batches)
    for step, (inputs, targets) in enumerate(loader, start=first + 1):
        yield inputs, targets.roll(1) if step in bad else targets
