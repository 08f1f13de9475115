"""CIFAR-10 from a folder, as it is distributed for Python.

Pickled batches ``data_batch_1`` … ``test_batch`` lie in the folder itself, in
``cifar-10-batches-py`` beneath it as torchvision lays it out, or in the archive
``cifar-10-python.tar.gz``. Only numpy arrays are unpickled: a pickle could run any code.
"""

from __future__ import annotations

import pickle
import tarfile
from pathlib import Path
from typing import IO, Any

import numpy as np
import numpy.typing as npt

from tbreport.training import TrainingError
from tbreport.training.tasks.labeled_images import Images, LabeledImages, Labels

CLASSES = (
    "airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck",
)  # fmt: skip
BATCHES = (*(f"data_batch_{number}" for number in range(1, 6)), "test_batch")
FOLDER = "cifar-10-batches-py"
ARCHIVE = "cifar-10-python.tar.gz"
PIXELS = 3 * 32 * 32  # of an image: red, green, blue
MEAN, DEVIATION = 0.47, 0.25  # of the pixels in [0, 1]

Bytes = npt.NDArray[np.uint8]  # [n, 3, 32, 32]


def cifar10(folder: Path) -> LabeledImages:
    """60,000 color images of 32 × 32 pixels, standardized; the test batch is for validation.

    Raises:
        TrainingError: the folder holds no CIFAR-10, not all of it, or damaged batches.
    """
    batches = [read_batch(folder, name) for name in BATCHES]
    train = np.concatenate([images for images, _ in batches[:-1]])
    train_labels = np.concatenate([labels for _, labels in batches[:-1]])
    val, val_labels = batches[-1]
    for part, labels in (("training", train_labels), ("validation", val_labels)):
        for number in sorted({*range(len(CLASSES))} - {*labels.tolist()}):
            raise TrainingError(f"'{folder}' has no {CLASSES[number]} among the {part} images")
    return LabeledImages(standardized(train), train_labels, standardized(val), val_labels, CLASSES)


def standardized(pixels: Bytes) -> Images:
    scaled: Images = ((pixels / np.float32(255) - MEAN) / DEVIATION).astype(np.float32)
    return scaled


def read_batch(folder: Path, name: str) -> tuple[Bytes, Labels]:
    """Images and labels of one batch, wherever the folder has it."""
    for path in (folder / name, folder / FOLDER / name, folder / ARCHIVE):
        if not path.is_file():
            continue
        try:
            if path.name != ARCHIVE:
                with path.open("rb") as file:
                    return parsed(file)
            with tarfile.open(path) as members:
                if f"{FOLDER}/{name}" in members.getnames():
                    member = members.extractfile(f"{FOLDER}/{name}")
                    if member is not None:  # no folder or device
                        return parsed(member)
        except Exception as error:  # a damaged or hostile pickle raises whatever it likes
            raise TrainingError(
                f"'{path}' is no batch of CIFAR-10: {first_line(error)}",
                hint="unpack or download it again",
            ) from error
    raise TrainingError(
        f"no CIFAR-10 in '{folder}': '{name}' is missing",
        hint=f"a folder with {name}, {FOLDER}/{name} or {ARCHIVE}",
    )


def first_line(error: Exception) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0].rstrip(":")


class ArraysOnly(pickle.Unpickler):
    """Unpickles dicts, lists, bytes and numpy arrays, and nothing that runs code."""

    ALLOWED = frozenset({"_reconstruct", "ndarray", "dtype", "_frombuffer", "scalar", "encode"})

    def find_class(self, module: str, name: str) -> Any:
        if module.split(".")[0] in ("numpy", "_codecs") and name in self.ALLOWED:
            return super().find_class(module, name)
        raise pickle.UnpicklingError(f"a batch holds {module}.{name}, which is no array")


def parsed(file: IO[bytes]) -> tuple[Bytes, Labels]:
    """Images and labels of a pickle.

    Raises:
        ValueError: it holds something else; the unpickler raises what it likes.
    """
    # Python 2 wrote these: its str are bytes
    batch = ArraysOnly(file, encoding="bytes").load()
    if not isinstance(batch, dict) or not {b"data", b"labels"} <= {*batch}:
        raise ValueError("it is no dictionary with data and labels")
    pixels, labels = np.asarray(batch[b"data"]), np.asarray(batch[b"labels"])
    if pixels.dtype != np.uint8 or pixels.ndim != 2 or pixels.shape[1] != PIXELS:
        raise ValueError(f"its data are {pixels.dtype} {pixels.shape}, not bytes [n, {PIXELS}]")
    if labels.shape != (len(pixels),):
        raise ValueError(f"it has {len(pixels)} images and {labels.size} labels")
    if labels.dtype.kind not in "iu" or not np.isin(labels, range(len(CLASSES))).all():
        raise ValueError("it has labels other than 0 to 9")
    return pixels.reshape(-1, 3, 32, 32), labels.astype(np.int64)
