"""Images and their classes: scikit-learn's digits, or CIFAR-10 from a folder.

CIFAR-10 is read as it is distributed for Python: pickled batches ``data_batch_1`` … ``test_batch``
in the folder itself, in ``cifar-10-batches-py`` beneath it as torchvision lays it out, or in the
archive ``cifar-10-python.tar.gz``. Only numpy arrays are unpickled: a pickle could run any code.
"""

from __future__ import annotations

import pickle
import tarfile
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import numpy as np
import numpy.typing as npt

from tbreport.training import TrainingError
from tbreport.training.scenarios.recipe import Recipe

VAL_SHARE = 0.2
CIFAR_CLASSES = (
    "airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck",
)  # fmt: skip
CIFAR_BATCHES = (*(f"data_batch_{number}" for number in range(1, 6)), "test_batch")
CIFAR_FOLDER = "cifar-10-batches-py"
CIFAR_ARCHIVE = "cifar-10-python.tar.gz"
MEAN, DEVIATION = 0.47, 0.25  # of CIFAR-10's pixels in [0, 1]

Images = npt.NDArray[np.float32]  # [n, channels, height, width]
Labels = npt.NDArray[np.int64]  # [n]


@dataclass(frozen=True, slots=True)
class LabeledImages:
    """Training and validation images; the validation ones are the same for every seed."""

    train: Images
    train_labels: Labels
    val: Images
    val_labels: Labels
    classes: tuple[str, ...]

    def only(self, *labels: int) -> LabeledImages:
        """Those of some classes, which are numbered anew."""
        renumber = np.full(len(self.classes), -1)
        renumber[list(labels)] = np.arange(len(labels))
        train, val = np.isin(self.train_labels, labels), np.isin(self.val_labels, labels)
        return LabeledImages(
            self.train[train],
            renumber[self.train_labels[train]],
            self.val[val],
            renumber[self.val_labels[val]],
            tuple(self.classes[label] for label in labels),
        )


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


def digits() -> LabeledImages:
    """1,797 gray images of 8 × 8 pixels in [0, 1]; a fifth is for validation."""
    from sklearn.datasets import load_digits  # 2 s, which other tasks need not spend

    loaded = load_digits()
    images = (loaded.images / 16).astype(np.float32)[:, None]
    labels = loaded.target.astype(np.int64)
    order = np.random.default_rng(0).permutation(len(images))
    val, train = np.split(order, [round(VAL_SHARE * len(order))])
    classes = tuple(str(digit) for digit in range(10))
    return LabeledImages(images[train], labels[train], images[val], labels[val], classes)


def cifar10(folder: Path) -> LabeledImages:
    """60,000 color images of 32 × 32 pixels, standardized; the test batch is for validation.

    Raises:
        TrainingError: the folder holds no CIFAR-10, or not all of it.
    """
    batches = [read_batch(folder, name) for name in CIFAR_BATCHES]
    images = [batch["data"].reshape(-1, 3, 32, 32) for batch in batches]
    labels = [np.asarray(batch["labels"], np.int64) for batch in batches]
    train = np.concatenate(images[:-1])
    return LabeledImages(
        standardized(train),
        np.concatenate(labels[:-1]),
        standardized(images[-1]),
        labels[-1],
        CIFAR_CLASSES,
    )


def standardized(pixels: npt.NDArray[np.uint8]) -> Images:
    scaled: Images = ((pixels / np.float32(255) - MEAN) / DEVIATION).astype(np.float32)
    return scaled


def read_batch(folder: Path, name: str) -> dict[str, Any]:
    """One batch, wherever the folder has it."""
    for path in (folder / name, folder / CIFAR_FOLDER / name):
        if path.is_file():
            with path.open("rb") as file:
                return unpickled(file)
    archive = folder / CIFAR_ARCHIVE
    if archive.is_file():
        with tarfile.open(archive) as members:
            member = members.extractfile(f"{CIFAR_FOLDER}/{name}")
            if member is not None:
                return unpickled(member)
    raise TrainingError(
        f"no CIFAR-10 in '{folder}': '{name}' is missing",
        hint=f"a folder with {name}, {CIFAR_FOLDER}/{name} or {CIFAR_ARCHIVE}",
    )


class ArraysOnly(pickle.Unpickler):
    """Unpickles dicts, lists, bytes and numpy arrays, and nothing that runs code."""

    ALLOWED = frozenset({"_reconstruct", "ndarray", "dtype", "_frombuffer", "scalar", "encode"})

    def find_class(self, module: str, name: str) -> Any:
        if module.split(".")[0] in ("numpy", "_codecs") and name in self.ALLOWED:
            return super().find_class(module, name)
        raise pickle.UnpicklingError(f"a batch holds {module}.{name}, which is no array")


def unpickled(file: IO[bytes]) -> dict[str, Any]:
    # Python 2 wrote these: its str are bytes
    loaded = ArraysOnly(file, encoding="bytes").load()
    return {key.decode() if isinstance(key, bytes) else key: value for key, value in loaded.items()}
