"""English text: what CPython ships of its manual, or files from a folder.

20 Newsgroups and IMDb are read as they unpack: a folder a class, below folders whose names hold
``train`` and ``test`` where they are split already; else every fifth file is for validation.
"""

from __future__ import annotations

import functools
import re
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from pydoc_data.topics import topics

import numpy as np

from tbreport.training import TrainingError

WORD = re.compile(r"[a-z_]+|[0-9]+|[^\sa-z0-9]")
VOCABULARY = 2000  # words; 0 is padding, 1 any other
MOST_CHARACTERS = 2_000_000  # of a language model's text
LINE_OF_CODE = re.compile(r"^ {5}|^ {3,}(>>>|\.\.\.)|::=", re.MULTILINE)

AS_UNPACKED = "a folder for each class, as 20 Newsgroups and IMDb unpack"

Labeled = tuple[tuple[str, int], ...]  # texts with the numbers of their classes


@dataclass(frozen=True, slots=True)
class LabeledTexts:
    """Training and validation texts with the numbers of their classes."""

    train: Labeled
    val: Labeled
    classes: tuple[str, ...]


def manual() -> str:
    """The chapters of Python's language reference, one after another."""
    return "\n\n".join(topics[name] for name in sorted(topics))


@functools.cache
def paragraphs() -> LabeledTexts:
    """The manual's paragraphs of at least eight words, as prose or code; a fifth for validation.

    Code is what is indented by five or more or has a production; layout is gone from the words
    that the model sees.
    """
    found = [
        (text, int(LINE_OF_CODE.search(text) is not None))
        for text in dict.fromkeys(re.split(r"\n\s*\n", manual()))
        if len(WORD.findall(text.lower())) >= 8
    ]
    order = np.random.default_rng(0).permutation(len(found))
    val, train = np.split(order, [len(order) // 5])
    return LabeledTexts(
        tuple(found[i] for i in train), tuple(found[i] for i in val), ("prose", "code")
    )


def labeled_folder(folder: Path) -> LabeledTexts:
    """A folder a class: 20 Newsgroups, IMDb, or others laid out like them.

    Raises:
        TrainingError: fewer than two classes hold files, a part has none, or there are no words.
    """
    if not folder.is_dir():
        raise TrainingError(f"'{folder}' is no folder", hint=AS_UNPACKED)
    parts = {
        part: next((p for p in sorted(folder.iterdir()) if part in p.name and holds(p)), None)
        for part in ("train", "test")
    }
    train_root, test_root = parts["train"] or folder, parts["test"]
    # IMDb's "unsup" has no labels
    labels = sorted(
        path.name
        for path in train_root.iterdir()
        if path.is_dir() and path.name != "unsup" and any(p.is_file() for p in path.iterdir())
    )
    if len(labels) < 2:
        raise TrainingError(f"'{folder}' has no folder a class", hint=AS_UNPACKED)
    train = read_classes(train_root, labels)
    if test_root is not None:
        val = read_classes(test_root, labels)
        if not val:
            raise TrainingError(
                f"'{test_root.name}' has no text of {', '.join(labels)}", hint=AS_UNPACKED
            )
    else:
        train, val = split(train)
        if not val:
            raise TrainingError(
                f"'{folder}' has {len(train)} texts, too few to hold some back",
                hint="every fifth is for validation",
            )
    if not any(WORD.search(text.lower()) for text, _ in train):
        raise TrainingError(f"no word in the texts of '{folder}'", hint=AS_UNPACKED)
    return LabeledTexts(train, val, tuple(labels))


def holds(folder: Path) -> bool:
    """Whether a folder has folders, as a part has; a class may be called "contest"."""
    return folder.is_dir() and any(path.is_dir() for path in folder.iterdir())


def split(texts: Labeled) -> tuple[Labeled, Labeled]:
    """Four of five, and every fifth."""
    every_fifth = [index % 5 == 4 for index in range(len(texts))]
    return (
        tuple(text for text, held in zip(texts, every_fifth, strict=True) if not held),
        tuple(text for text, held in zip(texts, every_fifth, strict=True) if held),
    )


def read_classes(root: Path, labels: list[str]) -> Labeled:
    # Newsgroups are in Latin-1; a byte that is wrong in one text must not stop the others
    return tuple(
        (path.read_text(encoding="utf-8", errors="replace"), number)
        for number, label in enumerate(labels)
        if (root / label).is_dir()
        for path in sorted((root / label).iterdir())
        if path.is_file()
    )


def vocabulary(texts: LabeledTexts) -> dict[str, int]:
    """The most frequent words of the training texts, numbered from 2."""
    counts = Counter(word for text, _ in texts.train for word in WORD.findall(text.lower()))
    frequent = sorted(counts, key=lambda word: (-counts[word], word))[: VOCABULARY - 2]
    return {word: number for number, word in enumerate(frequent, start=2)}


def encode(text: str, words: dict[str, int], length: int) -> list[int]:
    """The first words by number; padding is put before them, so that the last word is read last."""
    found = [words.get(word, 1) for word in WORD.findall(text.lower())[:length]]
    return [0] * (length - len(found)) + found


def plain_text(path: Path) -> str:
    """A text file, or all ``.txt`` files of a folder, to two million characters.

    Raises:
        TrainingError: there is no text.
    """
    files = sorted(path.rglob("*.txt")) if path.is_dir() else [path]
    text = "\n\n".join(
        file.read_text(encoding="utf-8", errors="replace") for file in files if file.is_file()
    )
    if len(text) < 5000:
        raise TrainingError(
            f"'{path}' has {len(text)} characters of text, fewer than 5,000",
            hint="a text file, or a folder of .txt files",
        )
    return text[:MOST_CHARACTERS]
