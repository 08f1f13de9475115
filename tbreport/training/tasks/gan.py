"""gan: a generator of images against a discriminator, both of dense layers."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator
from pathlib import Path

import torch
from torch import Tensor, nn
from torch.nn.functional import binary_cross_entropy_with_logits

from tbreport.training import judges
from tbreport.training.scenarios.recipe import Recipe
from tbreport.training.tasks.images import load_images
from tbreport.training.tasks.task import Task, samples

NOISE = 16  # numbers that an image is made from


class Game(nn.Module):
    """Both players; called with images it gives the discriminator's logits."""

    def __init__(self, shape: tuple[int, ...], width: int) -> None:
        super().__init__()
        n_pixels = int(torch.Size(shape).numel())
        self.generator = nn.Sequential(
            OrderedDict(
                hidden1=nn.Linear(NOISE, width),
                relu1=nn.LeakyReLU(0.2),
                hidden2=nn.Linear(width, 2 * width),
                relu2=nn.LeakyReLU(0.2),
                output=nn.Linear(2 * width, n_pixels),
                tanh=nn.Tanh(),
                image=nn.Unflatten(1, shape),
            )
        )
        self.discriminator = nn.Sequential(
            OrderedDict(
                flatten=nn.Flatten(),
                hidden1=nn.Linear(n_pixels, 2 * width),
                relu1=nn.LeakyReLU(0.2),
                dropout=nn.Dropout(0.3),
                hidden2=nn.Linear(2 * width, width),
                relu2=nn.LeakyReLU(0.2),
                output=nn.Linear(width, 1),
            )
        )

    def forward(self, images: Tensor) -> Tensor:
        return self.discriminator(images)

    def invent(self, n: int, generator: torch.Generator | None = None) -> Tensor:
        """Images from noise."""
        device = next(self.parameters()).device
        # drawn on the CPU, so that every device gets the same noise
        return self.generator(torch.randn(n, NOISE, generator=generator).to(device))


def gan(recipe: Recipe, seed: int, folder: Path | None) -> Iterator[Task]:
    """Pixels between -1 and 1; the targets are the digits, which neither player sees."""
    images = load_images(recipe, seed, folder)
    train, val = (
        2 * array - 1 if folder is None else array for array in (images.train, images.val)
    )
    yield Task(
        model=Game(tuple(train.shape[1:]), recipe.width),
        train=samples(train, images.train_labels),
        val=samples(val, images.val_labels),
        loss=binary_cross_entropy_with_logits,
        judge=judges.regression,
        measures={},
    )
