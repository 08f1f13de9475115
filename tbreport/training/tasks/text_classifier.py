"""text-classifier: an embedding, a recurrent layer, a linear one."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
from torch import Tensor, nn

from tbreport.training import judges
from tbreport.training.pictures import Pixels, predicted_texts
from tbreport.training.scenarios.recipe import Recipe
from tbreport.training.tasks.images import mislabel
from tbreport.training.tasks.task import Task, accuracy, samples
from tbreport.training.tasks.texts import (
    VOCABULARY,
    encode,
    labeled_folder,
    paragraphs,
    vocabulary,
)

LENGTH = 40  # words
EMBEDDING = 24
MOST_VAL = 400  # texts
SHOWN = 16  # texts, with what they are taken for


class Reader(nn.Module):
    """Reads word numbers [n, length] and gives logits [n, classes]."""

    def __init__(self, recipe: Recipe, n_classes: int) -> None:
        super().__init__()
        self.embedding = nn.Embedding(VOCABULARY, EMBEDDING, padding_idx=0)
        if recipe.cell == "rnn":
            self.recurrent = nn.RNN(
                EMBEDDING, recipe.width, nonlinearity=recipe.activation, batch_first=True
            )
        else:
            self.recurrent = nn.LSTM(EMBEDDING, recipe.width, batch_first=True)
        self.dropout = nn.Dropout(recipe.dropout)
        self.output = nn.Linear(recipe.width, n_classes)

    def forward(self, words: Tensor) -> Tensor:
        states, _ = self.recurrent(self.embedding(words))
        return self.output(self.dropout(states[:, -1]))


def text_classifier(recipe: Recipe, seed: int, folder: Path | None) -> Iterator[Task]:
    """Prose or code for the paragraphs of Python's manual; the classes of a folder's texts."""
    texts = paragraphs() if folder is None else labeled_folder(folder)
    words = vocabulary(texts)
    train, labels = numbered(texts.train, words)
    val, val_labels = numbered(texts.val, words)
    rng = np.random.default_rng(seed)
    if len(val) > MOST_VAL:
        chosen = np.random.default_rng(0).choice(len(val), MOST_VAL, replace=False)
        val, val_labels = val[chosen], val_labels[chosen]
    if recipe.train_samples is not None:
        few = rng.choice(len(train), min(recipe.train_samples, len(train)), replace=False)
        train, labels = train[few], labels[few]
    labels = mislabel(labels, recipe.mislabeled, len(texts.classes), rng)
    spelled = {number: word for word, number in words.items()}

    def picture(inputs: Tensor, logits: Tensor, targets: Tensor) -> Pixels:
        shown, true = inputs[:SHOWN].tolist(), targets[:SHOWN].tolist()
        guesses = logits[:SHOWN].argmax(dim=1).tolist()
        lines = [
            f"{texts.classes[guess]}: " + " ".join(spelled.get(n, "_") for n in numbers if n)
            for guess, numbers in zip(guesses, shown, strict=True)
        ]
        right = [guess == label for guess, label in zip(guesses, true, strict=True)]
        return predicted_texts(lines, right)

    yield Task(
        model=Reader(recipe, len(texts.classes)),
        train=samples(train, labels),
        val=samples(val, val_labels),
        loss=judges.smoothed_cross_entropy(recipe.label_smoothing),
        judge=judges.classification,
        measures={"accuracy": accuracy},
        picture=picture,
        classes=texts.classes,
    )


def numbered(
    texts: tuple[tuple[str, int], ...], words: dict[str, int]
) -> tuple[np.ndarray, np.ndarray]:
    """Word numbers [n, length] and class numbers [n]."""
    return (
        np.array([encode(text, words, LENGTH) for text, _ in texts], np.int64),
        np.array([label for _, label in texts], np.int64),
    )
