"""image-cnn: two convolutions with pooling, then a dense layer."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator
from pathlib import Path

from torch import nn

from tbreport.training import judges
from tbreport.training.pictures import predicted_images
from tbreport.training.scenarios.recipe import Recipe
from tbreport.training.tasks.images import load_images
from tbreport.training.tasks.layers import ACTIVATIONS, freeze
from tbreport.training.tasks.task import Task, accuracy, samples


def image_cnn(recipe: Recipe, seed: int, folder: Path | None) -> Iterator[Task]:
    """A small CNN; `width` is the number of channels of the first convolution."""
    images = load_images(recipe, seed, folder)
    channels, height, width = images.train.shape[1:]
    activation = ACTIVATIONS[recipe.activation]
    name = recipe.activation
    n_features = 2 * recipe.width * (height // 4) * (width // 4)
    layers: OrderedDict[str, nn.Module] = OrderedDict()
    layers["conv1"] = nn.Conv2d(channels, recipe.width, 3, padding=1)
    layers[f"{name}1"] = activation()
    layers["pool1"] = nn.MaxPool2d(2)
    layers["conv2"] = nn.Conv2d(recipe.width, 2 * recipe.width, 3, padding=1)
    layers[f"{name}2"] = activation()
    layers["pool2"] = nn.MaxPool2d(2)
    layers["flatten"] = nn.Flatten()
    layers["dense"] = nn.Linear(n_features, 64)
    layers[f"{name}3"] = activation()
    layers["output"] = nn.Linear(64, len(images.classes))
    model = nn.Sequential(layers)
    freeze(model, recipe.frozen)
    yield Task(
        model=model,
        train=samples(images.train, images.train_labels),
        val=samples(images.val, images.val_labels),
        loss=judges.smoothed_cross_entropy(recipe.label_smoothing),
        judge=judges.classification,
        measures={"accuracy": accuracy},
        picture=predicted_images,
        classes=images.classes,
    )
