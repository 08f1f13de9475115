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

SPLITS = (
    *("train", "training", "train_inner", "validation", "valid", "val", "eval", "evaluation"),
    "test",
)

# A writer has dozens of folders under its own at most. A stray event file in the logdir must not
# tie ten thousand runs together, which would then be held in memory at once.
MAX_FAMILY = 200

TIME = re.compile(r"\d{9,}\.\d+")  # seconds since the epoch: "0.01" is a learning rate


@dataclass(frozen=True, slots=True)
class Family:
    """Folders that a layout might join, by their names alone: so each family is read by itself."""

    head: str  # a folder with event files and the leaf folders under it; or their parent's name
    folders: tuple[str, ...]
    complete: frozenset[str]  # parents under which no folder but leaf splits has event files


@dataclass(frozen=True, slots=True)
class Contents:
    """What a layout may know of a folder."""

    folder: str  # as TensorBoard names it; "." is the logdir
    tags: frozenset[str]  # of every kind
    has_session: bool = False  # an hparams session starts in it


@dataclass(frozen=True, slots=True)
class Place:
    """Where a layout puts a folder."""

    run: str
    prefix: str  # put before the folder's tags


Joins = Callable[[Family, Mapping[str, Contents]], Mapping[str, Place]]


@dataclass(frozen=True, slots=True)
class Layout:
    """One convention."""

    name: str
    description: str
    joins: Joins


def add_scalars(family: Family, contents: Mapping[str, Contents]) -> Mapping[str, Place]:
    """A folder for each curve, holding the one main tag, under the writer's own event file.

    torch names it `<main tag>_<key>` with "/" made "_"; tensorboardX `<main tag>/<key>`.
    """
    if family.head not in contents:
        return {}
    found = {}
    for folder, child in contents.items():
        if folder != family.head and len(child.tags) == 1:
            (tag,) = child.tags
            below = relative(folder, family.head)
            if below.startswith((tag.replace("/", "_") + "_", tag + "/")):
                found[folder] = Place(family.head, f"{below}/")
    return found


def add_hparams(family: Family, contents: Mapping[str, Contents]) -> Mapping[str, Place]:
    """The one session folder whose name is the time of its making.

    Its tags get no prefix: a time before them would make the same metric another tag in each run.
    """
    sessions = [
        folder
        for folder, child in contents.items()
        if child.has_session
        and folder != family.head
        and TIME.fullmatch(relative(folder, family.head))
    ]
    if family.head not in contents or len(sessions) != 1:
        return {}
    return {sessions[0]: Place(family.head, "")}


def splits(family: Family, contents: Mapping[str, Contents]) -> Mapping[str, Place]:
    """Folders of one training's splits; a single one only where nothing else stands beside it."""
    found: dict[str, list[str]] = {}
    for folder in contents:
        if folder != family.head and leaf(folder) in SPLITS:
            found.setdefault(parent_of(folder), []).append(folder)
    return {
        folder: Place(parent, f"{leaf(folder)}/")
        for parent, folders in found.items()
        if len(folders) > 1 or parent in contents or parent in family.complete
        for folder in folders
    }


# In this order: a folder that one has placed is not looked at by the next.
LAYOUTS: Mapping[str, Layout] = {
    layout.name: layout
    for layout in (
        Layout("add_scalars", "a folder for each curve of add_scalars", add_scalars),
        Layout("add_hparams", "the timestamped session folder of add_hparams", add_hparams),
        Layout("splits", "train/ and validation/ folders (Keras, Estimator, fairseq)", splits),
    )
}


@dataclass(frozen=True, slots=True)
class Member:
    """One folder's place in a run."""

    folder: str
    prefix: str
    layout: str  # by which it was joined; "folder" where it gives the run its name


def leaf(folder: str) -> str:
    """The last part of a folder's name."""
    return folder.rsplit("/", 1)[-1]


def parent_of(folder: str) -> str:
    """The folder above; the logdir is above every other."""
    return folder.rsplit("/", 1)[0] if "/" in folder else "."


def relative(folder: str, head: str) -> str:
    """A folder's name under another."""
    return folder if head == "." else folder.removeprefix(f"{head}/")


def ancestors(folder: str) -> list[str]:
    """The folders above, the nearest first; the logdir itself has none."""
    found = []
    while folder != ".":
        folder = parent_of(folder)
        found.append(folder)
    return found


def families(folders: Iterable[str]) -> list[Family]:
    """All folders with event files, in families, sorted by head."""
    known = set(folders)
    below = Counter(above for folder in known for above in ancestors(folder))
    leaf_splits = Counter(
        parent_of(folder)
        for folder in known
        if folder != "." and not below[folder] and leaf(folder) in SPLITS
    )
    heads: dict[str, list[str]] = {}
    for folder in sorted(known):
        head = folder
        if folder != "." and not below[folder]:
            owner = next((above for above in ancestors(folder) if above in known), None)
            if owner is not None and below[owner] < MAX_FAMILY:
                head = owner
            elif leaf(folder) in SPLITS:
                head = parent_of(folder)
        heads.setdefault(head, []).append(folder)
    complete = frozenset(parent for parent, count in leaf_splits.items() if count == below[parent])
    return [Family(head, tuple(heads[head]), complete) for head in sorted(heads)]


def runs(
    family: Family, contents: Sequence[Contents], layouts: Iterable[str] = tuple(LAYOUTS)
) -> dict[str, list[Member]]:
    """The runs of a family: name → the folders that make it up, its own folder first.

    Two folders that would give the same tag are never joined.
    """
    waiting = {found.folder: found for found in sorted(contents, key=lambda c: c.folder)}
    known = dict(waiting)
    taken: dict[str, set[str]] = {}
    found: dict[str, list[Member]] = {}
    wanted = frozenset(layouts)
    for name, layout in LAYOUTS.items():
        if name not in wanted:
            continue
        for folder, place in layout.joins(family, waiting).items():
            if place.run in known and place.run not in taken:
                taken[place.run] = set(known[place.run].tags)
            tags = {place.prefix + tag for tag in known[folder].tags}
            if not tags & taken.setdefault(place.run, set()):
                taken[place.run] |= tags
                found.setdefault(place.run, []).append(Member(folder, place.prefix, name))
                del waiting[folder]
    for folder in waiting:
        found.setdefault(folder, []).insert(0, Member(folder, "", "folder"))
    return found
