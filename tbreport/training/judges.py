"""How good a model is on all validation samples: outputs and targets in, numbers by name out.

Precision, recall and F1 are means over the classes (macro); a class that is never predicted has
precision 0. ROC-AUC is the mean over the classes of one against the rest, from ranks with ties.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping

import numpy as np
import numpy.typing as npt
from torch import Tensor
from torch.nn.functional import cross_entropy, mse_loss, one_hot

Floats = npt.NDArray[np.float64]
Counts = npt.NDArray[np.int64]


def classification(logits: Tensor, targets: Tensor) -> Mapping[str, float]:
    """Cross entropy, accuracy, macro precision, recall, F1 and ROC-AUC."""
    table = confusion(logits.argmax(dim=1), targets, logits.shape[1])
    hits = table.diagonal().astype(np.float64)
    precision = hits / np.maximum(table.sum(axis=0), 1)
    recall = hits / np.maximum(table.sum(axis=1), 1)
    f1 = 2 * precision * recall / np.maximum(precision + recall, 1e-12)
    return {
        "loss": cross_entropy(logits, targets).item(),
        "accuracy": float(hits.sum() / table.sum()),
        "precision": float(precision.mean()),
        "recall": float(recall.mean()),
        "f1": float(f1.mean()),
        "roc_auc": roc_auc(probabilities(logits), targets.cpu().numpy()),
    }


def language(logits: Tensor, targets: Tensor) -> Mapping[str, float]:
    """Cross entropy in nats a character, accuracy of the next character, perplexity."""
    loss = cross_entropy(logits.flatten(0, 1), targets.flatten()).item()
    right = (logits.argmax(dim=-1) == targets).double().mean().item()
    return {"loss": loss, "accuracy": right, "perplexity": math.exp(min(loss, 50.0))}


def regression(outputs: Tensor, targets: Tensor) -> Mapping[str, float]:
    """Mean squared error, mean absolute error and the share of the variance explained."""
    loss = mse_loss(outputs, targets).item()
    return {
        "loss": loss,
        "mae": (outputs - targets).abs().mean().item(),
        "r2": 1 - loss / targets.var(correction=0).item(),
    }


def confusion(predicted: Tensor, targets: Tensor, n_classes: int) -> Counts:
    """How often each class (row) was taken for each (column)."""
    pairs = targets.cpu().numpy() * n_classes + predicted.cpu().numpy()
    return np.bincount(pairs, minlength=n_classes**2).reshape(n_classes, n_classes)


def probabilities(logits: Tensor) -> Floats:
    """Softmax over the last axis, in double precision."""
    return logits.double().softmax(dim=-1).cpu().numpy()  # type: ignore[no-any-return]


def roc_auc(scores: Floats, targets: Counts) -> float:
    """Mean over the classes that have samples and others do too; NaN where scores are none."""
    if not np.isfinite(scores).all():
        return math.nan
    areas = []
    for index in range(scores.shape[1]):
        positive = targets == index
        n_positive, n_negative = int(positive.sum()), int((~positive).sum())
        if n_positive and n_negative:
            ranks = mean_ranks(scores[:, index])
            above = ranks[positive].sum() - n_positive * (n_positive + 1) / 2
            areas.append(above / (n_positive * n_negative))
    return float(np.mean(areas)) if areas else math.nan


def mean_ranks(values: Floats) -> Floats:
    """Ranks from 1; equal values share the mean of theirs."""
    _, place, counts = np.unique(values, return_inverse=True, return_counts=True)
    last = np.cumsum(counts)
    ranks: Floats = (last - (counts - 1) / 2)[place]
    return ranks


def each_class_by_itself(logits: Tensor, targets: Tensor) -> Tensor:
    """Binary cross entropy by hand: 0 · log 0 is NaN once a sample's class is certain."""
    likely = logits.softmax(dim=1)
    true = one_hot(targets, logits.shape[1])
    parts = true * likely.log() + (1 - true) * (1 - likely).log()
    return -parts.sum(dim=1).mean()


def half_mse(outputs: Tensor, targets: Tensor) -> Tensor:
    """Mean squared error whose squares are taken in float16, which ends at 65,504."""
    return ((outputs - targets).half() ** 2).mean().float()


def smoothed_cross_entropy(smoothing: float) -> Callable[[Tensor, Tensor], Tensor]:
    """Cross entropy against labels of which a share is spread over all classes."""
    return lambda logits, targets: cross_entropy(logits, targets, label_smoothing=smoothing)
