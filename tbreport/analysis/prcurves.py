"""A PR curve → the numbers that stand for it."""

from __future__ import annotations

import numpy as np

from tbreport.model import Float64s


def average_precision(precision: Float64s, recall: Float64s) -> float:
    """The precision at each threshold, weighted by the recall it adds to the next higher one."""
    added = recall - np.append(recall[1:], 0.0)
    return float((np.maximum(added, 0.0) * np.nan_to_num(precision)).sum())


def best_threshold(precision: Float64s, recall: Float64s) -> tuple[float, float]:
    """The greatest harmonic mean of precision and recall (F1), and the threshold it is at."""
    precision = np.nan_to_num(precision)
    total = precision + recall
    scores = np.divide(2 * precision * recall, total, out=np.zeros_like(total), where=total > 0)
    place = int(np.argmax(scores))
    return float(scores[place]), place / (len(scores) - 1)
