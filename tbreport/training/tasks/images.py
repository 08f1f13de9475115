"""Images and their classes: scikit-learn's digits, or CIFAR-10 from a folder."""

from __future__ import annotations

import functools
from pathlib import Path

import numpy as np

from tbreport.training.scenarios.recipe import Recipe
from tbreport.training.tasks.cifar10 import cifar10
from tbreport.training.tasks.labeled_images import LabeledImages, Labels

VAL_SHARE = 0.2


def load_images(recipe: Recipe, seed: int, folder: Path | None) -> LabeledImages:
    """The images of a folder, or the digits; with done to them what the recipe says."""
    found = digits() if folder is None else cifar10(folder)
    rng = np.random.default_rng(seed)
    train, labels = found.train, found.train_labels
    if recipe.train_samples is not None:
        few = rng.choice(len(train), min(recipe.train_samples, len(train)), replace=False)
        train, labels = train[few], labels[few]
    if recipe.rare_share is not None:
        kept = (labels % 2 == 0) | (rng.random(len(labels)) < recipe.rare_share)
        train, labels = train[kept], labels[kept]
    labels = mislabel(labels, recipe.mislabeled, len(found.classes), rng)
    for _ in range(recipe.leaked_copies):
        train, labels = np.concatenate((train, found.val)), np.append(labels, found.val_labels)
    scale = np.float32(recipe.input_scale)
    return LabeledImages(train * scale, labels, found.val * scale, found.val_labels, found.classes)


def mislabel(labels: Labels, share: float, n_classes: int, rng: np.random.Generator) -> Labels:
    """A copy in which exactly a share is wrong."""
    labels = labels.copy()
    wrong = rng.choice(len(labels), round(share * len(labels)), replace=False)
    labels[wrong] = (labels[wrong] + rng.integers(1, n_classes, len(wrong))) % n_classes
    return labels


@functools.cache
def digits() -> LabeledImages:
    """1,797 gray images of 8 × 8 pixels in [0, 1]; a fifth is for validation. Not to be written."""
    from sklearn.datasets import load_digits  # 2 s, which other tasks need not spend

    loaded = load_digits()
    images = (loaded.images / 16).astype(np.float32)[:, None]
    labels = loaded.target.astype(np.int64)
    order = np.random.default_rng(0).permutation(len(images))
    val, train = np.split(order, [round(VAL_SHARE * len(order))])
    classes = tuple(str(digit) for digit in range(10))
    return LabeledImages(images[train], labels[train], images[val], labels[val], classes)
