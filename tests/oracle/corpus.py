"""The event files that the oracle tests read, folder by folder, and their tables."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from pathlib import Path

from tbreport.model import Blob
from tbreport.reader.engine import Scan
from tbreport.reader.load import read_blob
from tbreport.reader.payload import decode
from tbreport.reader.scan import FileScan

EVENTS = Path(__file__).parent.parent / "fixtures" / "events"
SHARED = "TBREPORT_SHARED_DATA"

FOLDERS = sorted(
    {path.parent.relative_to(EVENTS).as_posix() for path in EVENTS.rglob("*tfevents*")}
)


def rows(path: Path) -> list[dict[str, str]]:
    """A table's rows."""
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def files(folder: Path) -> list[Path]:
    """A folder's event files in the order in which they are read."""
    return sorted(folder.glob("*tfevents*"))


def scans(scan: Scan, folder: Path) -> Iterator[tuple[Path, FileScan]]:
    """Each file of a folder as an engine reads it, metadata carried from file to file."""
    plugins: Mapping[str, str] = {}
    for path in files(folder):
        found = scan(path, path.name, folder.name, plugins)
        plugins = found.plugins
        yield path, found


def decoded(path: Path, blob: Blob) -> object:
    """What a blob of a file holds."""
    return decode(blob, read_blob(path, blob))
