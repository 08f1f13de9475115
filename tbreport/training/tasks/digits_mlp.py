"""digits-mlp: dense layers on flattened images."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from torch import Tensor

from tbreport.training import judges
from tbreport.training.pictures import Pixels, predicted_images
from tbreport.training.scenarios.recipe import Recipe
from tbreport.training.tasks.images import load_images
from tbreport.training.tasks.layers import freeze, multilayer
from tbreport.training.tasks.task import Task, accuracy, samples


def digits_mlp(recipe: Recipe, seed: int, folder: Path | None) -> Iterator[Task]:
    """Layers by the recipe on scikit-learn's 8 × 8 digits or CIFAR-10; cross-entropy.

    The healthy recipe has tanh, because a ReLU network dies when it diverges and then rests at the
    loss of guessing, ln 10, which looks like a plateau.
    """
    images = load_images(recipe, seed, folder)
    shape = images.train.shape[1:]
    train, val = (array.reshape(len(array), -1) for array in (images.train, images.val))
    model = multilayer(recipe, train.shape[1], len(images.classes))
    freeze(model, recipe.frozen)

    def picture(inputs: Tensor, logits: Tensor, targets: Tensor) -> Pixels:
        return predicted_images(inputs.reshape(-1, *shape), logits, targets)

    yield Task(
        model=model,
        train=samples(train, images.train_labels),
        val=samples(val, images.val_labels),
        loss=judges.each_class_by_itself
        if recipe.naive_loss
        else judges.smoothed_cross_entropy(recipe.label_smoothing),
        judge=judges.classification,
        measures={"accuracy": accuracy},
        picture=picture,
        classes=images.classes,
    )
