"""The form of images with classes, wherever they come from."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

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
