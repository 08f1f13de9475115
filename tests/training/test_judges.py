"""Measures against scikit-learn's, which the product does without at every evaluation."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from sklearn import metrics

from tbreport.training import judges


@pytest.fixture
def logits() -> torch.Tensor:
    return torch.randn(200, 4, generator=torch.Generator().manual_seed(0)).round(decimals=1)


@pytest.fixture
def targets() -> torch.Tensor:
    return torch.randint(0, 4, (200,), generator=torch.Generator().manual_seed(1))


def test_classification_measures_are_scikit_learns(
    logits: torch.Tensor, targets: torch.Tensor
) -> None:
    found = judges.classification(logits, targets)

    predicted, true = logits.argmax(dim=1).numpy(), targets.numpy()
    precision, recall, f1, _ = metrics.precision_recall_fscore_support(
        true, predicted, average="macro", zero_division=0
    )
    scores = logits.double().softmax(dim=1).numpy()
    assert found == pytest.approx(
        {
            "loss": metrics.log_loss(true, scores),
            "accuracy": metrics.accuracy_score(true, predicted),
            "precision": precision,
            "recall": recall,
            "f1": f1,
            "roc_auc": metrics.roc_auc_score(true, scores, multi_class="ovr", average="macro"),
        },
        rel=1e-6,
    )


def test_ties_share_their_ranks() -> None:
    assert judges.mean_ranks(np.array([3.0, 1.0, 3.0, 2.0])).tolist() == [3.5, 1.0, 3.5, 2.0]


def test_scores_that_are_no_numbers_have_no_area() -> None:
    assert math.isnan(judges.roc_auc(np.array([[np.nan, 1.0]]), np.array([0])))


def test_a_class_without_samples_is_left_out_of_the_area() -> None:
    scores = np.array([[0.9, 0.1, 0.0], [0.2, 0.8, 0.0]])

    assert judges.roc_auc(scores, np.array([0, 1])) == 1.0


def test_confusion_has_true_classes_as_rows() -> None:
    table = judges.confusion(torch.tensor([1, 1, 0]), torch.tensor([0, 1, 0]), 2)

    assert table.tolist() == [[1, 1], [0, 1]]


def test_cross_entropy_by_hand_is_nan_once_a_class_is_certain() -> None:
    sure, unsure = torch.tensor([[40.0, 0.0]]), torch.tensor([[1.0, 0.0]])
    target = torch.tensor([0])

    assert judges.each_class_by_itself(unsure, target).isfinite()
    assert judges.each_class_by_itself(sure, target).isnan()


def test_squares_in_half_precision_overflow() -> None:
    assert judges.half_mse(torch.tensor([300.0]), torch.tensor([0.0])).isinf()


def test_perplexity_is_the_exponential_of_the_loss() -> None:
    found = judges.language(torch.zeros(2, 3, 5), torch.zeros(2, 3, dtype=torch.int64))

    assert found["loss"] == pytest.approx(math.log(5))
    assert found["perplexity"] == pytest.approx(5)
