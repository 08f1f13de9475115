"""One run over several processes, as torchrun starts them; alone where it did not.

    torchrun --nproc-per-node 2 -m tbreport train healthy --device cpu

Every process trains on its share of each batch and the gradients are averaged
(DistributedDataParallel, by NCCL on GPUs and gloo elsewhere). Only rank 0 writes and speaks.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import torch
from torch import distributed as dist
from torch import nn
from torch.nn.parallel import DistributedDataParallel

from tbreport.training import TrainingError


@dataclass(frozen=True, slots=True)
class Rank:
    """Which of how many processes this one is."""

    rank: int = 0
    size: int = 1

    @property
    def is_first(self) -> bool:
        return self.rank == 0

    def wrap(self, model: nn.Module, device: torch.device) -> nn.Module:
        """The model with its gradients averaged over all processes."""
        if self.size == 1:
            return model
        ids = [device.index] if device.type == "cuda" else None
        return DistributedDataParallel(model, device_ids=ids)

    def mean(self, value: torch.Tensor) -> torch.Tensor:
        """The mean of a value over all processes; each must ask for it."""
        if self.size > 1:
            value = value.clone()
            dist.all_reduce(value)
            value /= self.size
        return value


ALONE = Rank()


def local_device(name: str) -> str:
    """The device of this process: under torchrun each has a GPU of its own."""
    if "LOCAL_RANK" in os.environ and name in ("auto", "cuda") and torch.cuda.is_available():
        return f"cuda:{os.environ['LOCAL_RANK']}"
    return name


def is_first_process() -> bool:
    """Whether this is the only process or rank 0 of several."""
    return os.environ.get("RANK", "0") == "0"


@contextmanager
def joined(device: torch.device, task: str) -> Iterator[Rank]:
    """Take part in what torchrun began.

    Raises:
        TrainingError: the task cannot be shared among processes.
    """
    if int(os.environ.get("WORLD_SIZE", "1")) == 1:
        yield ALONE
        return
    if task == "gan":
        raise TrainingError("gan trains two models in turn, in one process", hint="leave torchrun")
    dist.init_process_group("nccl" if device.type == "cuda" else "gloo")
    try:
        yield Rank(dist.get_rank(), dist.get_world_size())
    finally:
        dist.destroy_process_group()
