"""Finds event files: what the user names in, files by folder out, as TensorBoard names them.

An event file is any file whose name contains ``tfevents``. Nothing is opened here.
"""

from __future__ import annotations

import os
import re
import stat
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import count
from pathlib import Path

from tbreport.errors import LogdirError, NoEventFiles, NoSuchLogdir
from tbreport.model import Problem
from tbreport.reader.layouts import ancestors
from tbreport.reader.urls import is_remote, place_of
from tbreport.reader.walking import shown, walk

MARK = "tfevents"
ARCHIVES = (".zip", ".tar", ".tar.gz", ".tgz")
WRITTEN = re.compile(rf"{MARK}\.(?P<time>\d{{9,}})(\.|$)")
NAMED = re.compile(r"(?P<name>[^=/\\]+)=(?P<path>.+)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class FoundFile:
    """An event file that was found."""

    path: Path  # where it lies on this machine; shown to nobody
    shown: str  # relative to the logdir, with "/"
    folder: str  # the same without the file's name; "." is the logdir
    size: int = 0  # bytes, when it was found
    changed: str = ""  # when it was last written: ns since the epoch, or a store's own word
    url: str = ""  # where it is fetched from, to `path`, before it is read


Files = Mapping[str, Sequence[FoundFile]]  # by folder, in name order
Found = dict[tuple[str, object], FoundFile]  # by folder and what the file is known by


@dataclass(frozen=True, slots=True)
class Logdir:
    """What was found under all inputs."""

    title: str  # "runs", "runs, other": what the user named, without the folders above
    files: tuple[FoundFile, ...]  # sorted by folder, then name
    problems: tuple[Problem, ...]  # folders that could not be entered, and what is no file
    labels: tuple[str, ...] = ()  # of the inputs, as their folders are named

    def paths(self) -> dict[str, Path]:
        """Where each file lies, by the path that it is shown under."""
        return {file.shown: file.path for file in self.files}

    def folders(self) -> dict[str, list[FoundFile]]:
        """The files by folder, in name order: the order in which a run goes on."""
        found: dict[str, list[FoundFile]] = {}
        for file in self.files:
            found.setdefault(file.folder, []).append(file)
        return found


@dataclass(frozen=True, slots=True)
class Input:
    """One thing that the user named."""

    label: str  # put before its folders; "" where there is only one input
    path: Path
    title: str
    url: str = ""  # of a folder in remote storage

    def folder(self, below: str) -> str:
        """A folder's name with the label before it."""
        if not self.label:
            return below
        return self.label if below == "." else f"{self.label}/{below}"


def inputs(named: Sequence[str]) -> list[Input]:
    """Read `PATH` and `NAME=PATH` as the user wrote them.

    Several inputs get their last folder's name as a label; where two are alike, more of the path.
    Event files of one folder share a label: they are one run. A path that exists is never taken
    for a pair.

    Raises:
        NoSuchLogdir: a path does not exist, or is empty: a variable that was never set.
        LogdirError: a name stands for two inputs.
    """
    pairs: dict[tuple[str | None, Path], Path] = {}
    urls: dict[Path, str] = {}
    for text in named:
        match = NAMED.fullmatch(text)
        label, path = (match["name"], match["path"]) if match else (None, text)
        if label is not None and Path(text).exists():
            label, path = None, text
        path = path.removeprefix("file://")
        if is_remote(path):
            place = place_of(path)
            urls[place] = path
            pairs.setdefault((label, place), place)
            continue
        if not path or not Path(path).exists():  # Path("") is this folder
            hint = nearest_parent(Path(path)) if path else "this folder is '.'"
            raise NoSuchLogdir(f"there is no {path!r}", hint=hint)
        pairs.setdefault((label, normal(Path(path))), Path(path))
    labels = unlike([place for label, place in pairs if label is None])
    given = Counter(label for label, _ in pairs if label is not None)
    taken = next((n for n in given if given[n] > 1 or n in labels.values()), None)
    if taken is not None:
        hint = "give each a name of its own: NAME=PATH"
        raise LogdirError(f"the name {taken!r} stands for two inputs", hint=hint)
    return [
        Input(
            label if label is not None else (labels[place] if len(pairs) > 1 else ""),
            path,
            label if label is not None else labels[place],
            urls.get(place, ""),
        )
        for (label, place), path in pairs.items()
    ]


def normal(path: Path) -> Path:
    """A path from the root on, without ``.`` and ``..`` parts; links stay."""
    return Path(os.path.normpath(path.absolute()))


def unlike(paths: Iterable[Path]) -> dict[Path, str]:
    """As many of the last parts of a path's stem as tell it from the others.

    An archive keeps its suffix where its stem is that of another input: ``runs.zip`` and ``runs``.
    """
    stems = {path: stem(path) for path in paths}
    uses = Counter(stems.values())
    stems |= {path: path for path in stems if is_archive(path) and uses[stems[path]] > 1}
    parts = {found: found.parts[1:] for found in stems.values()}
    names = dict.fromkeys(parts, "/")
    for depth in range(1, 1 + max(map(len, parts.values()), default=0)):
        names = {found: "/".join(parts[found][-depth:]) for found in parts}
        if len(set(names.values())) == len(names):
            break
    return {path: readable(names[found]) for path, found in stems.items()}


def stem(path: Path) -> Path:
    """What an input is called by: an archive without its suffix, an event file's folder.

    An event file's own name tells the host and the process.
    """
    if is_archive(path):
        suffix = max((suffix for suffix in ARCHIVES if path.name.endswith(suffix)), key=len)
        return path.with_name(path.name.removesuffix(suffix))
    return path.parent if MARK in path.name and not path.is_dir() else path


def is_archive(path: Path) -> bool:
    """Whether a path is one that is unpacked."""
    return path.is_file() and path.name.endswith(ARCHIVES) and MARK not in path.name


def readable(name: str) -> str:
    """A file system's name as text that every output can hold: bytes that are no UTF-8 escaped."""
    return os.fsencode(name).decode("utf-8", "backslashreplace")


def nearest_parent(path: Path) -> str:
    """A hint: the nearest folder above a missing path that exists."""
    for parent in path.parents:
        if parent.is_dir():
            return f"{str(parent)!r} exists; try: tbreport inspect {parent}"
    return ""


def discover(
    sources: Sequence[Input], *, show_hosts: bool = False, scratch: Path | None = None
) -> Logdir:
    """Find every event file under the inputs.

    Args:
        scratch: a folder into which remote files may be fetched.
        show_hosts: whether files are shown by their whole names.

    Raises:
        NoEventFiles: there is none under any of them.
    """
    found: Found = {}
    folders: set[str] = set()
    owners: dict[str, Path] = {}  # label → what it stands for
    labels: list[str] = []
    problems: list[Problem] = []
    for number, source in enumerate(sources):
        place = scratch and scratch / str(number)
        owner = normal(stem(source.path))
        held, troubles = contents(source, place)
        is_new = owners.get(source.label) != owner and not held.keys() <= found.keys()
        if is_new and is_taken(source.label, folders):
            source = replace(source, label=free(source.label, folders))
            held, troubles = contents(source, place)
        for key, file in held.items():
            found.setdefault(key, file)
        for folder in {file.folder for file in held.values()}:
            folders |= {folder, *(f"{above}/" for above in ancestors(folder))}
        owners[source.label] = owner
        labels.append(source.label)
        problems += troubles
    files = list(found.values())
    if not files:
        names = ", ".join(repr(source.title) for source in sources)
        hint = "; ".join(f"{p.path!r}: {p.detail}" for p in problems[:3])
        raise NoEventFiles(
            f"no event files under {names}",
            hint=hint or f"an event file's name contains {MARK!r}; give the folder above them",
        )
    title = ", ".join(source.title for source in sources)
    ordered = sorted(files, key=lambda file: (file.folder, file.shown))
    shown_files = ordered if show_hosts else without_hosts(ordered)
    return Logdir(title, tuple(shown_files), tuple(problems), tuple(labels))


def contents(source: Input, scratch: Path | None) -> tuple[Found, list[Problem]]:
    """The event files of one input, each once a folder, however many links lead to it."""
    found: Found = {}
    problems: list[Problem] = []
    if source.url:
        assert scratch is not None
        return {(file.folder, file.url): file for file in listed(source, scratch)}, problems
    for file in candidates(source, problems):
        try:
            status = file.path.stat()
        except OSError:  # the engine says why it cannot be read
            found[file.folder, file.path] = file
            continue
        if stat.S_ISREG(status.st_mode):
            file = replace(file, size=status.st_size, changed=str(status.st_mtime_ns))
            found.setdefault((file.folder, (status.st_dev, status.st_ino)), file)
        else:  # a pipe is waited for, for ever
            detail = "a pipe, socket or device in an event file's place"
            problems.append(Problem("TB109", file.folder, 0, 0, detail))
    return found, problems


def free(label: str, folders: Collection[str]) -> str:
    """A label that stands for none of the folders: "runs (2)"."""
    return next(t for number in count(2) if not is_taken(t := f"{label} ({number})", folders))


def is_taken(label: str, folders: Collection[str]) -> bool:
    """Whether a label stands for one of the folders, or for one above or below it.

    Args:
        folders: with those above them, which end in a slash.
    """
    above = (one for one in ancestors(label) if one != ".")
    return label in folders or f"{label}/" in folders or any(one in folders for one in above)


def candidates(source: Input, problems: list[Problem]) -> Iterator[FoundFile]:
    """What an input holds that is named like an event file."""
    if source.path.is_dir():

        def refuse(below: str, error: OSError) -> None:
            detail = f"folder: {error.strerror or 'unreachable'}"
            problems.append(Problem("TB109", source.folder(readable(below)), 0, 0, detail))

        for below, path in walk(source.path, MARK, refuse):
            folder = source.folder(readable(below))
            yield FoundFile(path, shown(folder, readable(path.name)), folder)
    elif MARK in source.path.name:
        folder = source.folder(".")
        yield FoundFile(source.path, shown(folder, readable(source.path.name)), folder)


def listed(source: Input, scratch: Path) -> Iterator[FoundFile]:
    """What is named like an event file under a URL."""
    from tbreport.reader import remote

    for number, one in enumerate(remote.listing(source.url)):
        if MARK in one.name:
            folder = source.folder(one.below or ".")
            path = scratch / str(number) / one.name.replace("\0", "_")
            yield FoundFile(path, shown(folder, one.name), folder, one.size, one.changed, one.url)


def without_hosts(files: Sequence[FoundFile]) -> list[FoundFile]:
    """The same files, shown by time and ordinal: writers put host and process into the name."""
    seen: Counter[tuple[str, str]] = Counter()
    found = []
    for file in files:
        match = WRITTEN.search(file.path.name)
        if match:
            time = match["time"]
            name = f"{MARK}.{time}.{seen[file.folder, time]}"
            seen[file.folder, time] += 1
            file = replace(file, shown=shown(file.folder, name))
        found.append(file)
    return found
