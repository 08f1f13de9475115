"""Event files out of a .zip or .tar.gz, into a folder that vanishes afterwards.

An artifact comes from a stranger: only plain files whose name contains ``tfevents`` are written,
under names that stay inside, and what they unpack to is counted while it is written, whatever the
archive claims.
"""

from __future__ import annotations

import tarfile
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory
from typing import IO

from tbreport.errors import BadArchive
from tbreport.reader.logdir import MARK, Input, is_archive

MAX_UNPACKED = 4 << 30  # bytes
MAX_FILES = 100_000
CHUNK = 1 << 20


@contextmanager
def unpacked(sources: Sequence[Input], limit: int = MAX_UNPACKED) -> Iterator[list[Input]]:
    """The inputs with a folder of event files in the place of each archive.

    Raises:
        BadArchive: it cannot be read, or holds more than `limit` bytes of event files.
    """
    with TemporaryDirectory(prefix="tbreport-") as scratch:
        found = []
        for number, source in enumerate(sources):
            if is_archive(source.path):
                folder = Path(scratch) / str(number)
                folder.mkdir()
                unpack(source.path, folder, limit)
                source = Input(source.label, folder, source.title)
            found.append(source)
        yield found


def unpack(archive: Path, folder: Path, limit: int) -> None:
    """Write an archive's event files under a folder."""
    too_large = BadArchive(
        f"{archive.name!r} unpacks to more than {limit:,} bytes or {MAX_FILES:,} event files",
        hint="unpack it yourself and give the folder",
    )
    left = limit
    try:
        for count, (name, stream) in enumerate(members(archive)):
            if count >= MAX_FILES:
                raise too_large
            target = folder / inside(name)
            target.parent.mkdir(parents=True, exist_ok=True)
            with target.open("wb") as out:
                while piece := stream.read(CHUNK):
                    left -= len(piece)
                    if left < 0:
                        raise too_large
                    out.write(piece)
    except BadArchive:
        raise
    except Exception as error:
        # Damaged archives make zipfile and tarfile raise what they please: zlib.error, LZMAError,
        # UnicodeDecodeError, even TypeError.
        detail = error.strerror if isinstance(error, OSError) and error.strerror else error
        raise BadArchive(f"{archive.name!r} cannot be unpacked: {detail}") from None


def members(archive: Path) -> Iterator[tuple[str, IO[bytes]]]:
    """Names and streams of the plain files that are event files."""
    if archive.name.endswith(".zip"):
        with zipfile.ZipFile(archive) as zipped:
            for entry in zipped.infolist():
                if not entry.is_dir() and MARK in PurePosixPath(entry.filename).name:
                    with zipped.open(entry) as stream:
                        yield entry.filename, stream
        return
    with tarfile.open(archive, "r|*") as tarred:
        for member in tarred:
            content = tarred.extractfile(member) if member.isreg() else None
            if content is not None and MARK in PurePosixPath(member.name).name:
                yield member.name, content


def inside(name: str) -> PurePosixPath:
    """A member's name as a path that cannot leave the folder."""
    parts = [part for part in name.replace("\\", "/").split("/") if part not in ("", ".", "..")]
    return PurePosixPath(*(part.replace(":", "_").replace("\0", "_") for part in parts))
