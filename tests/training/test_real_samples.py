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
from tbreport.training.loop import train
from tbreport.training.scenarios import SCENARIOS, Recipe
from tbreport.training.tasks import TASKS
from tbreport.training.tasks.cifar10 import BATCHES, cifar10
from tbreport.training.tasks.task import Task
from tbreport.training.tasks.texts import labeled_folder, plain_text
from tests.training.runs import silent

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
    for number, name in enumerate(BATCHES):
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
        for number, name in enumerate(BATCHES):
            content = pickle.dumps(batch(number), protocol=2)
            member = tarfile.TarInfo(f"cifar-10-batches-py/{name}")
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))

    assert len(cifar10(tmp_path).train) == 5 * PER_BATCH


def test_a_batch_that_would_run_code_is_refused(tmp_path: Path) -> None:
    folder = lay_out(tmp_path / "cifar")
    (folder / "data_batch_1").write_bytes(b"cos\nsystem\n(S'true'\ntR.")

    with pytest.raises(TrainingError, match=r"data_batch_1' is no batch .*os\.system"):
        cifar10(folder)


@pytest.mark.parametrize(
    ("content", "wrong"),
    [
        (b"", "Ran out of input"),
        (pickle.dumps(batch(2), protocol=2)[:3000], "truncated"),
        (b"hello, I am text", "Memo value not found"),
        (pickle.dumps([1, 2, 3]), "no dictionary with data and labels"),
        (pickle.dumps({b"data": np.zeros((2, 3072), np.uint8)}), "no dictionary with data and"),
        (
            pickle.dumps(batch(2) | {b"data": np.zeros((20, 100), np.uint8)}),
            r"not bytes \[n, 3072\]",
        ),
        (pickle.dumps(batch(2) | {b"data": np.zeros((20, 3072))}), r"not bytes \[n, 3072\]"),
        (pickle.dumps(batch(2) | {b"labels": [1] * 7}), "20 images and 7 labels"),
        (pickle.dumps(batch(2) | {b"labels": [11] * 20}), "labels other than 0 to 9"),
        (pickle.dumps(batch(2) | {b"labels": ["cat"] * 20}), "labels other than 0 to 9"),
    ],
)
def test_a_batch_that_is_none_is_named_with_what_is_wrong(
    tmp_path: Path, content: bytes, wrong: str
) -> None:
    folder = lay_out(tmp_path / "cifar")
    (folder / "data_batch_2").write_bytes(content)

    with pytest.raises(TrainingError, match=f"data_batch_2' is no batch of CIFAR-10: .*{wrong}"):
        cifar10(folder)


def test_an_archive_that_is_none_is_named(tmp_path: Path) -> None:
    (tmp_path / "cifar-10-python.tar.gz").write_bytes(b"no archive")

    with pytest.raises(TrainingError, match=r"tar\.gz' is no batch of CIFAR-10"):
        cifar10(tmp_path)


def test_an_archive_without_a_batch_is_named(tmp_path: Path) -> None:
    tarfile.open(tmp_path / "cifar-10-python.tar.gz", "w:gz").close()

    with pytest.raises(TrainingError, match="'data_batch_1' is missing"):
        cifar10(tmp_path)


def test_a_class_without_images_is_named(tmp_path: Path) -> None:
    folder = lay_out(tmp_path / "cifar")
    without_cats = batch(5) | {b"labels": [0, 1, 2, 2, 4, 5, 6, 7, 8, 9] * 2}
    (folder / "test_batch").write_bytes(pickle.dumps(without_cats))

    with pytest.raises(TrainingError, match="no cat among the validation images"):
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


def test_classes_whose_names_hold_the_name_of_a_part_are_classes(tmp_path: Path) -> None:
    for label in ("contest", "training"):
        (tmp_path / label).mkdir()
        for number in range(5):
            (tmp_path / label / f"{number}.txt").write_text(f"{label} {number}", encoding="utf-8")

    assert labeled_folder(tmp_path).classes == ("contest", "training")


def test_the_classifier_learns_the_classes_of_a_folder(tmp_path: Path) -> None:
    write_texts(tmp_path, "a", ["one two three"] * 10)
    write_texts(tmp_path, "b", ["four five six"] * 10)

    made = first_stage("text-classifier", tmp_path)

    assert made.classes == ("a", "b")
    assert made.model(made.val.tensors[0]).shape == (4, 2)


def test_a_folder_without_classes_is_refused(tmp_path: Path) -> None:
    with pytest.raises(TrainingError, match="no folder a class"):
        labeled_folder(tmp_path)


def test_a_file_is_no_folder_of_classes(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("text")

    with pytest.raises(TrainingError, match=r"'.*a\.txt' is no folder"):
        labeled_folder(tmp_path / "a.txt")


def test_texts_of_which_none_is_left_for_validation_are_refused(tmp_path: Path) -> None:
    write_texts(tmp_path, "a", ["one"])
    write_texts(tmp_path, "b", ["two"])

    with pytest.raises(TrainingError, match="2 texts, too few to hold some back"):
        labeled_folder(tmp_path)


def test_a_test_folder_of_other_classes_is_refused(tmp_path: Path) -> None:
    for label in "ab":
        write_texts(tmp_path / "train", label, ["one"])
    write_texts(tmp_path / "test", "c", ["two"])

    with pytest.raises(TrainingError, match="'test' has no text of a, b"):
        labeled_folder(tmp_path)


def test_texts_without_a_word_are_refused(tmp_path: Path) -> None:
    for label in "ab":
        write_texts(tmp_path, label, [" \n"] * 10)

    with pytest.raises(TrainingError, match="no word in the texts"):
        labeled_folder(tmp_path)


@pytest.mark.parametrize("task", ["image-cnn", "text-classifier", "language-model", "gan"])
def test_samples_that_are_not_there_are_named_before_anything_is_written(
    tmp_path: Path, task: str
) -> None:
    with pytest.raises(TrainingError, match=r"there is no '.*nowhere'"):
        train("healthy", tmp_path, seed=0, echo=silent, task=task, samples=tmp_path / "nowhere")
    assert list(tmp_path.iterdir()) == []


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
