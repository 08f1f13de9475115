"""LAYOUTS: which folders of event files are one training.

TensorBoard calls every folder a run. Writers split one training over several: these are the
conventions by which folders are joined again, as pure functions of folder names and tags.
Everything else (`version_N`, seeds, siblings) stays a run of its own.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

SPLITS = ("train", "training", "validation", "valid", "val", "eval", "evaluation", "test")


@dataclass(frozen=True, slots=True)
class Contents:
    """What a layout may know of a folder."""

    folder: str  # as TensorBoard names it; "." is the logdir
    tags: frozenset[str]  # of every kind
    has_session: bool = False  # an hparams session starts in it

    @property
    def leaf(self) -> str:
        """The last part of its name."""
        return self.folder.rsplit("/", 1)[-1]


# Answers: which children join the parent, and what is put before their tags.
Joins = Callable[[Contents | None, Sequence[Contents], bool], Mapping[str, str]]


@dataclass(frozen=True, slots=True)
class Layout:
    """One convention."""

    name: str
    description: str
    joins: Joins


def splits(parent: Contents | None, children: Sequence[Contents], alone: bool) -> Mapping[str, str]:
    """Folders of one training's splits; a single one only where nothing else stands beside it."""
    found = [child for child in children if child.leaf in SPLITS]
    if len(found) == 1 and parent is None and not alone:
        return {}
    return {child.folder: f"{child.leaf}/" for child in found}


def add_scalars(
    parent: Contents | None, children: Sequence[Contents], alone: bool
) -> Mapping[str, str]:
    """Folders `<main tag>_<key>` with that one tag, beside the writer's own event file."""
    if parent is None:
        return {}
    found = {}
    for child in children:
        if len(child.tags) == 1:
            (tag,) = child.tags
            if child.leaf.startswith(tag.replace("/", "_").replace(" ", "_") + "_"):
                found[child.folder] = f"{child.leaf}/"
    return found


def add_hparams(
    parent: Contents | None, children: Sequence[Contents], alone: bool
) -> Mapping[str, str]:
    """The one session folder whose name is the time of its making.

    Its tags get no prefix: a time before them would make the same metric another tag in each run.
    """
    found = [c for c in children if c.has_session and re.fullmatch(r"\d+\.\d+", c.leaf)]
    if parent is None or len(found) != 1:
        return {}
    return {found[0].folder: ""}


LAYOUTS: Mapping[str, Layout] = {
    layout.name: layout
    for layout in (
        Layout("splits", "train/ and validation/ folders (Keras, Estimator)", splits),
        Layout("add_scalars", "a folder for each curve of add_scalars", add_scalars),
        Layout("add_hparams", "the timestamped session folder of add_hparams", add_hparams),
    )
}


@dataclass(frozen=True, slots=True)
class Family:
    """Folders that a layout might join, by their names alone: so each family is read by itself."""

    head: str  # the folder that the joined run would be named for
    folders: tuple[str, ...]  # the head, if it has event files, and leaf folders right under it
    alone: bool  # no other folder under the head has event files


@dataclass(frozen=True, slots=True)
class Member:
    """One folder's place in a run."""

    folder: str
    prefix: str  # put before its tags
    layout: str  # by which it was joined; "folder" where it gives the run its name


def parent_of(folder: str) -> str:
    """The folder above; the logdir is above every other."""
    return folder.rsplit("/", 1)[0] if "/" in folder else "."


def families(folders: Iterable[str]) -> list[Family]:
    """All folders with event files, in families, sorted by head."""
    known = set(folders)
    below: Counter[str] = Counter()  # folder → folders with event files under it
    for folder in known:
        while folder != ".":
            folder = parent_of(folder)
            below[folder] += 1
    heads: dict[str, list[str]] = {}
    for folder in sorted(known):
        parent = parent_of(folder)
        is_leaf = folder != "." and not below[folder]
        joinable = is_leaf and (parent in known or folder.rsplit("/", 1)[-1] in SPLITS)
        heads.setdefault(parent if joinable else folder, []).append(folder)
    return [
        Family(head, tuple(heads[head]), below[head] == len(set(heads[head]) - {head}))
        for head in sorted(heads)
    ]


def runs(
    family: Family, contents: Sequence[Contents], layouts: Iterable[str] = tuple(LAYOUTS)
) -> dict[str, list[Member]]:
    """The runs of a family: name → the folders that make it up, the head first.

    Two folders that would give the same tag are never joined.
    """
    parent = next((found for found in contents if found.folder == family.head), None)
    waiting = [found for found in contents if found is not parent]
    taken = set(parent.tags) if parent else set()
    joined: list[Member] = []
    for name in layouts:
        prefixes = LAYOUTS[name].joins(parent, waiting, family.alone)
        for child in [found for found in waiting if found.folder in prefixes]:
            prefix = prefixes[child.folder]
            tags = {prefix + tag for tag in child.tags}
            if not tags & taken:
                taken |= tags
                joined.append(Member(child.folder, prefix, name))
                waiting.remove(child)
    found = {child.folder: [Member(child.folder, "", "folder")] for child in waiting}
    if parent or joined:
        head = [Member(family.head, "", "folder")] if parent else []
        found[family.head] = head + joined
    return found
