"""Columns of event files that were read before, so that a file that has grown is gone on with.

Only where reading afresh is dear, from remote storage and by the `python` engine: a local file is
parsed by the native one faster than its columns are loaded. What stands here is what a scan up to
the last good byte yields; a file that was replaced, has shrunk or is damaged is read afresh.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field, replace
from hashlib import blake2b
from importlib.util import find_spec
from pathlib import Path

import numpy as np

from tbreport.model import EventFile
from tbreport.reader import remote
from tbreport.reader.cache import COLUMNS, LARGEST_COLUMNS, Store, last_bytes
from tbreport.reader.engine import Engine
from tbreport.reader.logdir import Files, FoundFile
from tbreport.reader.packing import Kept, packed, unpacked
from tbreport.reader.scan import (
    FileScan,
    HistogramColumns,
    ScalarColumns,
    float64s,
    int64s,
    rises,
)

LEAST = 1 << 16  # bytes of a file, below which it is as soon read afresh
CONTENTS = 16 << 20  # bytes of records that blobs are in; of a file with more nothing is kept
TOGETHER = 16 << 20  # bytes of values that are written in one go
RESUMING = ("native", "python")  # engines that go on at an offset


@dataclass(frozen=True, slots=True)
class Columns:
    """Where columns are kept, and by which version of tbreport."""

    folder: Path
    version: bytes
    told: Callable[[str], None] = lambda sentence: None

    def store(self) -> Store:
        """The values."""
        return Store(self.folder, self.told, COLUMNS, LARGEST_COLUMNS)

    @contextmanager
    def opened(self, engine: Engine, files: Files) -> Iterator[Shelf | None]:
        """What an engine reads with; None where columns are of no use."""
        dear = engine.name == "python" or any(one.url for found in files.values() for one in found)
        if not dear or engine.name not in RESUMING or find_spec("pyarrow") is None:
            yield None
            return
        with closing(Shelf(self.store(), engine, self.version)) as shelf:
            yield shelf


@dataclass(slots=True)
class Shelf:
    """Reads files, from where an earlier reading ended if that is known."""

    store: Store
    engine: Engine
    version: bytes
    _waiting: dict[bytes, bytes] = field(default_factory=dict)

    def read(self, files: Sequence[FoundFile], arrived: Mapping[str, Kept]) -> list[FileScan]:
        """Scan the files of a folder, in their order.

        Args:
            arrived: what is known of remote files, of which only the rest was fetched.
        """
        scans: list[FileScan] = []
        plugins: Mapping[str, str] = {}
        for file in files:
            known = arrived.get(file.shown) if file.url else self.kept(file)
            scans.append(self.scan(file, plugins, known))
            plugins = scans[-1].plugins
        return scans

    def kept(self, file: FoundFile) -> Kept | None:
        """What is known of a file that is as it was, or has grown."""
        if not self.wanted(file):
            return None
        key = self.key(file)
        content = self.store.found([key]).get(key)
        known = unpacked(content, file.shown, file.folder) if content else None
        return known if known and (unchanged(known, file) or grown(known, file)) else None

    def scan(self, file: FoundFile, plugins: Mapping[str, str], known: Kept | None) -> FileScan:
        """Scan one file, or what was appended to it."""
        scan: Callable[..., FileScan] = self.engine.scan()  # those of `RESUMING` take an offset
        place = (file.path, file.shown, file.folder)
        if known and known.given != plugins:
            known = None
            if file.url:
                remote.fetch(file)
        if known and unchanged(known, file) and known.good_bytes == file.size:
            return known.scan
        if known and (unchanged(known, file) or known.fits(file.path)):
            found = continued(known.scan, scan(*place, known.scan.plugins, known.good_bytes))
        else:
            found = scan(*place, plugins)
        self.keep(file, plugins, found)
        return found

    def keep(self, file: FoundFile, plugins: Mapping[str, str], found: FileScan) -> None:
        """Remember a scan, unless there is damage in the middle of its file."""
        end = found.file.good_bytes
        damaged = any(problem.offset < end for problem in found.problems)
        if damaged or not end or not self.wanted(file):
            return
        places = {blob.offset: blob.length for blob in found.blobs} if file.url else {}
        if sum(places.values()) > CONTENTS:
            return
        try:
            contents = records(file.path, places)
            tail = last_bytes(file.path, end).hex()
            value = packed(Kept(found, file.changed, plugins, tail, contents))
        except (OSError, ValueError):  # it is gone; a name that is no text
            return
        self._waiting[self.key(file)] = value
        if sum(map(len, self._waiting.values())) > TOGETHER:
            self.flush()

    def wanted(self, file: FoundFile) -> bool:
        """Whether columns of a file are worth their keeping."""
        return file.size >= LEAST and (bool(file.url) or self.engine.name == "python")

    def key(self, file: FoundFile) -> bytes:
        """What a file's columns are known by, as long as it goes by the same name."""
        name = file.url or str(file.path.absolute())
        parts = (self.version, self.engine.name, name)
        return blake2b(repr(parts).encode(errors="surrogatepass"), digest_size=20).digest()

    def flush(self) -> None:
        """Write what waits to be written."""
        if self._waiting:
            self.store.put(self._waiting)
            self._waiting = {}

    def close(self) -> None:
        """Write what waits, and let go of the store."""
        self.flush()
        self.store.close()


def unchanged(known: Kept, file: FoundFile) -> bool:
    """Whether a file is what it was."""
    return bool(file.changed) and (known.changed, known.scan.file.size) == (file.changed, file.size)


def grown(known: Kept, file: FoundFile) -> bool:
    """Whether a file is longer than it was; whether it begins as it did shows `Kept.fits`."""
    return file.size > known.scan.file.size


def records(path: Path, places: Mapping[int, int]) -> dict[int, bytes]:
    """Records of a file by their offsets, out of their lengths by their offsets.

    Raises:
        OSError: the file is gone.
    """
    contents = {}
    with path.open("rb") as stream:
        for offset, length in sorted(places.items()):
            stream.seek(offset)
            contents[offset] = stream.read(length)
    return contents


def continued(first: FileScan, rest: FileScan) -> FileScan:
    """The scan of a whole file out of an earlier one and that of what was appended."""
    begun, ended = first.file, rest.file
    file = EventFile(
        ended.path,
        ended.folder,
        ended.size,
        begun.records + ended.records,
        ended.good_bytes,
        ended.first_wall_time if begun.first_wall_time is None else begun.first_wall_time,
        begun.last_wall_time if ended.last_wall_time is None else ended.last_wall_time,
        begun.file_version or ended.file_version,
        begun.writer or ended.writer,
    )
    scalars, histograms = dict(first.scalars), dict(first.histograms)
    for tag, points in rest.scalars.items():
        scalars[tag] = joined_scalars(scalars[tag], points) if tag in scalars else points
    for tag, rows in rest.histograms.items():
        histograms[tag] = joined_histograms(histograms[tag], rows) if tag in histograms else rows
    return replace(
        rest,
        file=file,
        scalars=scalars,
        histograms=histograms,
        blobs=first.blobs + rest.blobs,
        hparams={**first.hparams, **rest.hparams},
        purges=first.purges + rest.purges,
    )


def joined_scalars(first: ScalarColumns, rest: ScalarColumns) -> ScalarColumns:
    steps = int64s(np.concatenate([first.steps, rest.steps]))
    times = float64s(np.concatenate([first.wall_times, rest.wall_times]))
    values = float64s(np.concatenate([first.values, rest.values]))
    return ScalarColumns(steps, times, values, rises(steps))


def joined_histograms(first: HistogramColumns, rest: HistogramColumns) -> HistogramColumns:
    arrays = {
        name: np.concatenate([getattr(first, name), getattr(rest, name)])
        for name in HistogramColumns.__slots__
    }
    arrays["offsets"] = np.concatenate([first.offsets, rest.offsets[1:] + first.offsets[-1]])
    for array in arrays.values():
        array.setflags(write=False)
    return HistogramColumns(**arrays)
