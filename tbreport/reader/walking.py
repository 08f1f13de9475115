"""Goes through a folder and all below it.

Links are followed, but after all that is no link: a folder goes by its own name (not by
``latest``), and a loop ends.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path


def walk(
    begin: Path, mark: str, refuse: Callable[[str, OSError], None]
) -> Iterator[tuple[str, Path]]:
    """The files whose name contains a mark, each with its folder below `begin`, which is ".".

    Args:
        refuse: told of a folder that cannot be entered, and why.
    """
    entered: set[tuple[int, int]] = set()
    begins = [(begin, ".")]  # the folder, then the links in it
    for start in begins:
        pending = [start]
        while pending:
            top, below = pending.pop()
            try:
                status = top.stat()
                if (status.st_dev, status.st_ino) in entered:
                    continue
                with os.scandir(top) as listed:
                    entries = sorted(listed, key=lambda entry: entry.name)
            except OSError as error:
                refuse(below, error)
                continue
            entered.add((status.st_dev, status.st_ino))
            inner: list[tuple[Path, str]] = []
            for entry in entries:
                if is_folder(entry):
                    found = (top / entry.name, shown(below, entry.name))
                    (begins if entry.is_symlink() else inner).append(found)
                elif mark in entry.name:
                    yield below, top / entry.name
            pending += reversed(inner)


def is_folder(entry: os.DirEntry[str]) -> bool:
    """Whether an entry is a folder, or a link to one."""
    try:
        return entry.is_dir()
    except OSError:
        return False


def shown(folder: str, name: str) -> str:
    """A file's or folder's path relative to the logdir."""
    return name if folder == "." else f"{folder}/{name}"
