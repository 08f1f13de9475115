"""transfer-learning: a ResNet-18-shaped backbone, pretrained, then fine-tuned on other classes.

Eight blocks of two convolutions in four stages, as in ResNet-18 (He et al., 2015), whose first
stage has 16 channels in place of 64 and which takes images of 16 × 16 pixels or more without the
first pooling. Group norm in place of batch norm, so that frozen layers are frozen altogether.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator
from pathlib import Path

import torch
from torch import Tensor, nn
from torch.nn.functional import interpolate

from tbreport.training import judges
from tbreport.training.pictures import predicted_images
from tbreport.training.scenarios.recipe import Recipe
from tbreport.training.tasks.images import load_images
from tbreport.training.tasks.labeled_images import LabeledImages
from tbreport.training.tasks.layers import freeze
from tbreport.training.tasks.task import Group, Task, accuracy, samples

SIZE = 16  # pixels, to which images are scaled up
MOST_VAL = 64  # images
HALF = 5  # classes to pretrain on; the others are fine-tuned on
FROZEN = ("stem", "stage1", "stage2")
# layer-wise learning rates: the deeper, the slower
FACTORS = {"stage3": 0.1, "stage4": 0.3, "head": 1.0}


class Block(nn.Module):
    """Two convolutions and the way around them."""

    def __init__(self, n_in: int, n_out: int, stride: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(n_in, n_out, 3, stride, 1, bias=False)
        self.norm1 = nn.GroupNorm(4, n_out)
        self.relu1 = nn.ReLU()
        self.conv2 = nn.Conv2d(n_out, n_out, 3, 1, 1, bias=False)
        self.norm2 = nn.GroupNorm(4, n_out)
        self.relu2 = nn.ReLU()
        self.around = (
            nn.Identity() if stride == 1 else nn.Conv2d(n_in, n_out, 1, stride, bias=False)
        )

    def forward(self, images: Tensor) -> Tensor:
        inner = self.relu1(self.norm1(self.conv1(images)))
        return self.relu2(self.norm2(self.conv2(inner)) + self.around(images))


def backbone(channels: int, width: int, n_classes: int) -> nn.Sequential:
    """`stem`, `stage1` … `stage4`, `head`; 0.7 million parameters at a width of 16."""
    layers: OrderedDict[str, nn.Module] = OrderedDict()
    layers["stem"] = nn.Sequential(
        nn.Conv2d(channels, width, 3, 1, 1, bias=False), nn.GroupNorm(4, width), nn.ReLU()
    )
    n_in = width
    for number in range(1, 5):
        n_out = width * 2 ** (number - 1)
        stride = 1 if number == 1 else 2
        layers[f"stage{number}"] = nn.Sequential(Block(n_in, n_out, stride), Block(n_out, n_out, 1))
        n_in = n_out
    layers["pool"] = nn.AdaptiveAvgPool2d(1)
    layers["flatten"] = nn.Flatten()
    layers["head"] = nn.Linear(n_in, n_classes)
    return nn.Sequential(layers)


def transfer_learning(recipe: Recipe, seed: int, folder: Path | None) -> Iterator[Task]:
    """The stages ``pretrain`` and ``finetune``, the latter with a new head and frozen layers."""
    images = load_images(recipe, seed, folder)
    channels = images.train.shape[1]
    model = backbone(channels, recipe.width, HALF)
    yield stage("pretrain", model, images.only(*range(HALF)), recipe)

    rest = images.only(*range(HALF, len(images.classes)))
    model.head = nn.Linear(model.head.in_features, len(rest.classes)).to(model.head.weight.device)
    freeze(model, FROZEN)
    groups = tuple(
        Group(name, tuple(model.get_submodule(name).parameters()), factor)
        for name, factor in FACTORS.items()
    )
    yield stage("finetune", model, rest, recipe, groups)


def stage(
    name: str,
    model: nn.Module,
    images: LabeledImages,
    recipe: Recipe,
    groups: tuple[Group, ...] = (),
) -> Task:
    """One of the two, on some classes."""
    train, val = (upscaled(torch.from_numpy(array)) for array in (images.train, images.val))
    return Task(
        model=model,
        train=samples(train.numpy(), images.train_labels),
        val=samples(val.numpy()[:MOST_VAL], images.val_labels[:MOST_VAL]),
        loss=judges.smoothed_cross_entropy(recipe.label_smoothing),
        judge=judges.classification,
        measures={"accuracy": accuracy},
        picture=predicted_images,
        classes=images.classes,
        stage=name,
        groups=groups,
    )


def upscaled(images: Tensor) -> Tensor:
    """Images of at least 16 × 16 pixels."""
    if images.shape[-1] >= SIZE:
        return images
    return interpolate(images, SIZE, mode="bilinear", align_corners=False)
