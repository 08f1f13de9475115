"""Files of families of folders → runs.

An engine scans them, several at once where it can; each folder is resolved by itself (`folder.py`),
and the layouts say which of them are one run.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from tbreport.model import Blob, HistogramSeries, HParam, Problem, Run, Series, SetAside
from tbreport.reader import layouts, remote
from tbreport.reader.engine import Engine
from tbreport.reader.folder import Folder, resolved
from tbreport.reader.logdir import Files, FoundFile
from tbreport.reader.scan import FileScan

if TYPE_CHECKING:
    from tbreport.reader.columns import Shelf

Advance = Callable[[FoundFile], None]  # told of each file that was read


def load_families(
    families: Sequence[layouts.Family],
    files: Files,
    engine: Engine,
    joining: Iterable[str] = tuple(layouts.LAYOUTS),
    advance: Advance = lambda file: None,
    *,
    lasting: bool = False,
) -> Iterator[Run]:
    """Read families of folders one after another, and yield their runs, each family's by name.

    Args:
        files: folder → its event files in name order.
        joining: names of the layouts that may join folders.
        advance: told of each file that was read.
        lasting: leave what was fetched from remote storage where it is.
    """
    for _, runs in load_each(families, files, engine, joining, advance, lasting=lasting):
        yield from runs


def load_each(
    families: Sequence[layouts.Family],
    files: Files,
    engine: Engine,
    joining: Iterable[str] = tuple(layouts.LAYOUTS),
    advance: Advance = lambda file: None,
    *,
    lasting: bool = False,
    shelf: Shelf | None = None,
) -> Iterator[tuple[layouts.Family, list[Run]]]:
    """As `load_families`, family by family.

    Args:
        shelf: knows what was read of files before; without, each is read from its beginning.
    """
    known = shelf.kept if shelf else nothing
    for portion in remote.present(families, files, known, lasting=lasting):
        failures = portion.failures
        wanted = [files[name] for family in portion.families for name in family.folders]
        scans = (
            (shelf.read(found, portion.kept) for found in wanted)
            if shelf
            else engine.scan_folders(wanted)
        )
        for family in portion.families:
            folders = {}
            for name in family.folders:
                found = [told(scan, failures) for scan in next(scans)]
                folders[name] = resolved(name, found)
                for file in files[name]:
                    advance(file)
            contents = [layouts.Contents(name, *one.contents()) for name, one in folders.items()]
            runs = layouts.runs(family, contents, joining)
            yield family, [joined(name, runs[name], folders) for name in sorted(runs)]


def nothing(file: FoundFile) -> None:
    """What is known of files where nothing is remembered."""


def told(scan: FileScan, failures: Mapping[str, str]) -> FileScan:
    """A scan with the reason why its file could not be fetched, where that is so."""
    path = scan.file.path
    if path not in failures:
        return scan
    return replace(scan, problems=(Problem("TB109", path, 0, 0, failures[path]),))


def joined(name: str, members: Sequence[layouts.Member], folders: Mapping[str, Folder]) -> Run:
    """One run out of its folders, under the tags that the layout gives them."""
    scalars: dict[str, Series] = {}
    histograms: dict[str, HistogramSeries] = {}
    blobs: list[Blob] = []
    problems: list[Problem] = []
    superseded: list[SetAside] = []
    hparams: dict[str, HParam] = {}
    for member in members:
        folder, prefix = folders[member.folder], member.prefix
        problems += [replace(problem, run=name) for problem in folder.problems]
        if name == folder.name and not prefix:
            scalars.update(folder.scalars)
            histograms.update(folder.histograms)
            blobs += folder.blobs
            superseded += folder.superseded
        else:
            for tag, series in folder.scalars.items():
                scalars[prefix + tag] = replace(series, run=name, tag=prefix + tag)
            for tag, rows in folder.histograms.items():
                histograms[prefix + tag] = replace(rows, run=name, tag=prefix + tag)
            blobs += [replace(blob, tag=prefix + blob.tag) for blob in folder.blobs]
            superseded += [replace(found, tag=prefix + found.tag) for found in folder.superseded]
        hparams.update(folder.hparams)
    return Run(
        name,
        tuple(member.folder for member in members),
        tuple(file for member in members for file in folders[member.folder].files),
        dict(sorted(scalars.items())),
        dict(sorted(histograms.items())),
        tuple(blobs),
        hparams,
        tuple(problems),
        tuple(superseded),
        next((member.layout for member in members if member.layout != "folder"), "folder"),
    )


def read_blob(path: Path, blob: Blob) -> bytes:
    """The bytes of a blob's record.

    Raises:
        OSError: the file is gone or unreadable.
    """
    with path.open("rb") as stream:
        stream.seek(blob.offset)
        return stream.read(blob.length)
