"""Predictions and confusions as images, whatever the texts and classes are called."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from tbreport.training.pictures import (
    RIGHT,
    WRONG,
    Pixels,
    confusion_matrix,
    predicted_characters,
    predicted_texts,
)
from tests.training.runs import read, short_run

STRANGE = "名前 é \u202e \ud83d"


def has(picture: Pixels, color: tuple[int, int, int]) -> bool:
    return bool((picture == color).all(axis=-1).any())


@pytest.mark.parametrize(("right", "absent"), [(True, WRONG), (False, RIGHT)])
def test_a_text_is_marked_by_whether_its_class_is_right(
    right: bool, absent: tuple[int, int, int]
) -> None:
    picture = predicted_texts(["prose: the cat sat on the mat"], [right])

    assert has(picture, RIGHT if right else WRONG)
    assert not has(picture, absent)


def test_characters_are_colored_by_whether_they_were_foreseen() -> None:
    picture = predicted_characters(["HH"], np.array([[True, False]]))

    half = picture.shape[1] // 2
    assert has(picture[:, :half], RIGHT)
    assert not has(picture[:, :half], WRONG)
    assert has(picture[:, half:], WRONG)


@pytest.mark.parametrize(
    "draw",
    [
        lambda: predicted_texts([STRANGE], [True]),
        lambda: predicted_characters([STRANGE], np.ones((1, len(STRANGE)), bool)),
        lambda: confusion_matrix(np.eye(2, dtype=np.int64), (STRANGE, "\n")),
    ],
)
def test_strange_characters_are_drawn_as_something(draw: Callable[[], Pixels]) -> None:
    assert (draw() < 255).any()


@pytest.mark.parametrize("label", ["healthy-text-classifier", "healthy-language-model"])
def test_text_tasks_show_sample_predictions(label: str, tmp_path: Path) -> None:
    folder = short_run(tmp_path, label, steps=3)
    (path, *_) = sorted(folder.rglob("*tfevents*"))

    images = read(path.parent).Images("predictions")

    assert [image.step for image in images] == [1, 2, 3]
    assert images[0].width > 300
