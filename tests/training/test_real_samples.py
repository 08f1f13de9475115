"""--data-dir: CIFAR-10, folders of texts and text files, laid out as they are distributed."""

from __future__ import annotations

import io
import pickle
import tarfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tbreport.training import TrainingError
from tbreport.training.scenarios import SCENARIOS, Recipe
from tbreport.training.tasks import TASKS
from tbreport.training.tasks.images import CIFAR_BATCHES, cifar10
from tbreport.training.tasks.task import Task
from tbreport.training.tasks.texts import labeled_folder, plain_text

PER_BATCH = 20


def batch(seed: int) -> dict[bytes, Any]:
    """As CIFAR-10's authors pickled them: bytes for keys, a list of labels."""
    rng = np.random.default_rng(seed)
    return {
        b"batch_label": b"made",
        b"labels": [int(label) for label in np.arange(PER_BATCH) % 10],
        b"data": rng.integers(0, 256, (PER_BATCH, 3072), np.uint8),
        b"filenames": [b"x.png"] * PER_BATCH,
    }


def lay_out(folder: Path) -> Path:
    folder.mkdir(parents=True)
    for number, name in enumerate(CIFAR_BATCHES):
        (folder / name).write_bytes(pickle.dumps(batch(number), protocol=2))
    return folder


def first_stage(name: str, folder: Path, recipe: Recipe | None = None) -> Task:
    return next(TASKS[name](recipe or Recipe(), 0, folder))


@pytest.mark.parametrize("beneath", ["", "cifar-10-batches-py"])
def test_cifar10_is_read_from_its_folder_or_the_one_above(tmp_path: Path, beneath: str) -> None:
    lay_out(tmp_path / "cifar" / beneath)

    images = cifar10(tmp_path / "cifar")

    assert images.train.shape == (5 * PER_BATCH, 3, 32, 32)
    assert images.val.shape == (PER_BATCH, 3, 32, 32)
    assert images.classes[images.val_labels[3]] == "cat"
    pixel = batch(5)[b"data"][0, 1024]  # the first of the green ones
    assert images.val[0, 1, 0, 0] == pytest.approx((pixel / 255 - 0.47) / 0.25, rel=1e-5)


def test_cifar10_is_read_from_its_archive(tmp_path: Path) -> None:
    with tarfile.open(tmp_path / "cifar-10-python.tar.gz", "w:gz") as archive:
        for number, name in enumerate(CIFAR_BATCHES):
            content = pickle.dumps(batch(number), protocol=2)
            member = tarfile.TarInfo(f"cifar-10-batches-py/{name}")
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))

    assert len(cifar10(tmp_path).train) == 5 * PER_BATCH


def test_a_batch_that_would_run_code_is_refused(tmp_path: Path) -> None:
    folder = lay_out(tmp_path / "cifar")
    (folder / "data_batch_1").write_bytes(b"cos\nsystem\n(S'true'\ntR.")

    with pytest.raises(pickle.UnpicklingError, match=r"os\.system"):
        cifar10(folder)


def test_a_folder_without_cifar10_is_named_with_what_it_lacks(tmp_path: Path) -> None:
    with pytest.raises(TrainingError, match="'data_batch_1' is missing"):
        cifar10(tmp_path)


@pytest.mark.parametrize("task", ["digits-mlp", "image-cnn", "transfer-learning", "gan"])
def test_image_tasks_take_color_images(tmp_path: Path, task: str) -> None:
    made = first_stage(task, lay_out(tmp_path / "cifar"))

    outputs = made.model(made.val.tensors[0])

    assert len(outputs) == len(made.val)


def write_texts(root: Path, label: str, texts: list[str]) -> None:
    (root / label).mkdir(parents=True)
    for number, text in enumerate(texts):
        (root / label / f"{number}.txt").write_text(text)


def test_imdb_is_split_as_it_comes(tmp_path: Path) -> None:
    for part in ("train", "test"):
        write_texts(tmp_path / part, "pos", ["good film"] * 3)
        write_texts(tmp_path / part, "neg", ["bad film"] * 2)
    write_texts(tmp_path / "train", "unsup", ["some film"])

    texts = labeled_folder(tmp_path)

    assert texts.classes == ("neg", "pos")
    assert [label for _, label in texts.train] == [0, 0, 1, 1, 1]
    assert len(texts.val) == 5


def test_newsgroups_in_latin_1_are_read(tmp_path: Path) -> None:
    for part in ("20news-bydate-train", "20news-bydate-test"):
        write_texts(tmp_path / part, "sci.space", ["orbit"])
        write_texts(tmp_path / part, "rec.autos", ["engine"])
    (tmp_path / "20news-bydate-train" / "sci.space" / "1").write_bytes(b"\xe9toile")

    texts = labeled_folder(tmp_path)

    assert texts.classes == ("rec.autos", "sci.space")
    assert ("\ufffdtoile", 1) in texts.train


def test_texts_without_a_split_are_split(tmp_path: Path) -> None:
    write_texts(tmp_path, "a", ["x"] * 10)
    write_texts(tmp_path, "b", ["y"] * 10)

    texts = labeled_folder(tmp_path)

    assert (len(texts.train), len(texts.val)) == (16, 4)
    assert {label for _, label in texts.val} == {0, 1}


def test_the_classifier_learns_the_classes_of_a_folder(tmp_path: Path) -> None:
    write_texts(tmp_path, "a", ["one two three"] * 10)
    write_texts(tmp_path, "b", ["four five six"] * 10)

    made = first_stage("text-classifier", tmp_path)

    assert made.classes == ("a", "b")
    assert made.model(made.val.tensors[0]).shape == (4, 2)


def test_a_folder_without_classes_is_refused(tmp_path: Path) -> None:
    with pytest.raises(TrainingError, match="no folder a class"):
        labeled_folder(tmp_path)


def test_the_language_model_reads_any_text_file(tmp_path: Path) -> None:
    (tmp_path / "book.txt").write_text("to be or not to be " * 500)

    made = first_stage(
        "language-model", tmp_path / "book.txt", SCENARIOS["healthy-language-model"].recipe
    )

    assert made.model.output.out_features == len(set("to be or not to be "))


def test_too_little_text_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("short")

    with pytest.raises(TrainingError, match="5 characters"):
        plain_text(tmp_path)


def test_a_task_that_makes_its_samples_takes_no_folder(tmp_path: Path) -> None:
    with pytest.raises(TrainingError, match="makes its samples itself"):
        first_stage("linear-regression", tmp_path)
