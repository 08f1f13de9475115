"""Event files in remote storage: fsspec URLs in, files on this machine out, a few at a time.

A folder is listed once, and a file is one range read, or one each 64 MiB: engines then read it like
any other. Of a file that has grown only the rest is fetched, where its columns are known. Reading
is ahead of the engines by one portion. Who may read, and where the servers are, is left to the
library of each store. fsspec is imported when there is a URL.
"""

from __future__ import annotations

import itertools
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING, Any, BinaryIO, TypeVar

from tbreport.errors import LogdirError, MissingExtra, NoSuchLogdir
from tbreport.reader.layouts import Family
from tbreport.reader.logdir import Files, FoundFile

if TYPE_CHECKING:
    from tbreport.reader.packing import Kept

Value = TypeVar("Value")

READERS = 16  # requests at once
RANGE = 64 << 20  # bytes of one request
PORTION = 64 << 20  # bytes that are fetched before they are read, and deleted afterwards
PORTION_FILES = 256
TRIES = 4
PAUSE = 0.5  # s before the second try; twice as long before each further one
PATIENCE = 60.0  # s for one request
LOOK = 0.2  # s between two looks whether a request is still wanted
NEVER = Event()
# What another try would not change.
FINAL = (FileNotFoundError, PermissionError, NotADirectoryError, NotImplementedError)
# Words of stores for what changes when a file does.
STAMPS = ("ETag", "etag", "md5Hash", "generation", "mtime", "LastModified", "last_modified",
          "created")  # fmt: skip


@dataclass(frozen=True, slots=True)
class Listed:
    """A file of a remote folder."""

    below: str  # the folder, "" for the one that was named
    name: str
    url: str
    size: int
    changed: str  # "" where the store does not say


def listing(url: str) -> list[Listed]:
    """All files under a URL, by one listing.

    Raises:
        MissingExtra: the library for such URLs is not installed.
        NoSuchLogdir: there is nothing, or no such protocol.
        LogdirError: it cannot be listed.
    """
    store, root = opened(url)
    store.invalidate_cache()
    try:
        found = tried(lambda: within(store, "find", root, detail=True))
    except FileNotFoundError:
        raise NoSuchLogdir(f"there is no {url!r}") from None
    except Exception as error:
        hint = "credentials and endpoints are those that the store's own library finds"
        raise LogdirError(f"{url!r} cannot be listed: {reason(error)}", hint=hint) from None
    files = []
    for path, entry in sorted(found.items()):
        below, _, name = path.removeprefix(root).strip("/").rpartition("/")
        stamp = next((str(entry[key]) for key in STAMPS if entry.get(key)), "")
        place = store.unstrip_protocol(path)
        size = int(entry.get("size") or 0)
        files.append(Listed(below, name or path.rpartition("/")[2], place, size, stamp))
    return files


def opened(url: str) -> tuple[Any, str]:
    """The file system of a URL, and the path in it.

    Raises:
        MissingExtra, NoSuchLogdir: as `listing`.
    """
    try:
        from fsspec.core import url_to_fs

        store, path = url_to_fs(url)
    except ImportError as error:
        raise MissingExtra(
            f"{url!r} cannot be read: {error}", hint="pip install 'tbreport[remote]'"
        ) from None
    except ValueError as error:
        raise NoSuchLogdir(f"{url!r} cannot be read: {error}") from None
    return store, path


@dataclass(frozen=True, slots=True)
class Portion:
    """Families whose files are on this machine."""

    families: Sequence[Family]
    failures: Mapping[str, str]  # why a file could not be fetched, by the path it is shown under
    kept: Mapping[str, Kept]  # what is known of files of which only the rest was fetched


def present(
    families: Sequence[Family],
    files: Files,
    known: Callable[[FoundFile], Kept | None] = lambda file: None,
    *,
    lasting: bool = False,
) -> Iterator[Portion]:
    """Families in portions whose files are on this machine until the next portion is asked for.

    Args:
        known: what was read of a file before, if that may be gone on with.
        lasting: leave the files where they are.
    """
    if not any(file.url for family in families for file in files_of(family, files)):
        yield Portion(families, {}, {})
        return
    ahead: deque[tuple[list[Family], dict[str, Kept], dict[str, Future[str]]]] = deque()
    stop = Event()
    with ThreadPoolExecutor(READERS) as pool:
        try:
            for part in portions(families, files):
                wanted = [file for family in part for file in files_of(family, files) if file.url]
                kept = {file.shown: one for file in wanted if (one := known(file)) is not None}
                coming = {
                    file.shown: pool.submit(fetch, file, kept.get(file.shown), stop)
                    for file in wanted
                }
                ahead.append((part, kept, coming))
                if len(ahead) == 2:
                    yield from handed_out(*ahead.popleft(), files, lasting)
            while ahead:
                yield from handed_out(*ahead.popleft(), files, lasting)
        finally:  # after a Ctrl-C nobody waits for a store that stalls
            stop.set()
            pool.shutdown(wait=False, cancel_futures=True)


def handed_out(
    part: list[Family],
    kept: Mapping[str, Kept],
    futures: Mapping[str, Future[str]],
    files: Files,
    lasting: bool,
) -> Iterator[Portion]:
    """A portion once it is here; it goes when it has been read."""
    failures = {shown: future.result() for shown, future in futures.items()}
    try:
        yield Portion(part, {shown: why for shown, why in failures.items() if why}, kept)
    finally:
        for family in part if not lasting else ():
            for file in files_of(family, files):
                if file.url:
                    with suppress(OSError):
                        file.path.unlink(missing_ok=True)


def files_of(family: Family, files: Files) -> Iterator[FoundFile]:
    """The files of a family's folders."""
    for name in family.folders:
        yield from files[name]


def portions(families: Sequence[Family], files: Files) -> Iterator[list[Family]]:
    """Families in as many neighbors as are fetched together."""
    part: list[Family] = []
    size = count = 0
    for family in families:
        if part and (size > PORTION or count > PORTION_FILES):
            yield part
            part, size, count = [], 0, 0
        part.append(family)
        for file in files_of(family, files):
            size, count = size + file.size, count + 1
    if part:
        yield part


def moved(files: Files, folder: Path) -> dict[str, list[FoundFile]]:
    """The same files, but the remote ones will lie under another folder."""
    numbered = itertools.count()
    return {
        name: [
            replace(file, path=folder / str(next(numbered)) / file.path.name) if file.url else file
            for file in found
        ]
        for name, found in files.items()
    }


def fetch(file: FoundFile, kept: Kept | None = None, stop: Event = NEVER) -> str:
    """Bring one file here; why it could not be, or "".

    A file that has grown since it was listed is left at the size that it had.

    Args:
        kept: what was read of it before: the rest alone is fetched, with the 4 KB before it, and
            put behind a hole. If those have changed, what is missing follows.
        stop: set when it is not wanted any more.
    """
    try:
        store, path = opened(file.url)
        file.path.parent.mkdir(parents=True, exist_ok=True)
        with file.path.open("wb") as stream:
            begin = 0 if kept is None else begun(file, kept, stream)
            copy(store, path, stream, begin, file.size, stop)
        if kept is not None and 0 < begin < file.size and not kept.fits(file.path):
            with file.path.open("r+b") as stream:
                copy(store, path, stream, 0, begin, stop)
    except Exception as error:  # each store raises what it pleases
        with suppress(OSError):
            file.path.unlink(missing_ok=True)
        return reason(error)
    return ""


def begun(file: FoundFile, kept: Kept, stream: BinaryIO) -> int:
    """Put the records there that blobs are in; the first byte that is still to be fetched."""
    for offset, content in kept.contents.items():
        stream.seek(offset)
        stream.write(content)
    if file.size == kept.good_bytes:  # as it was, or it would not be known
        return file.size
    return kept.tail_begin


def copy(store: Any, path: str, stream: BinaryIO, begin: int, end: int, stop: Event) -> None:
    """Fetch a range of a file, and put it where it belongs."""
    stream.seek(begin)
    for start in range(begin, end, RANGE):
        span = {"start": start, "end": min(start + RANGE, end)}
        read = partial(within, store, "cat_file", path, stop, **span)
        stream.write(tried(read, sleep=stop.wait))


def within(store: Any, name: str, path: str, stop: Event = NEVER, **options: Any) -> Any:
    """A store's method, given up after `PATIENCE` where the store can be interrupted.

    Raises:
        Exception: whatever the store raises; TimeoutError where it did not answer.
    """
    if getattr(store, "async_impl", False):
        from asyncio import run_coroutine_threadsafe

        end = time.monotonic() + PATIENCE
        asked = run_coroutine_threadsafe(getattr(store, f"_{name}")(path, **options), store.loop)
        try:
            while not stop.is_set() and time.monotonic() < end:
                if wait([asked], LOOK).done:
                    return asked.result()
        finally:
            asked.cancel()
        raise TimeoutError
    return getattr(store, name)(path, **options)


def tried(
    act: Callable[[], Value], pause: float = PAUSE, sleep: Callable[[float], object] = time.sleep
) -> Value:
    """What an act gives, tried again after pauses where the failure may pass.

    Raises:
        Exception: that of the last try.
    """
    for again in range(TRIES - 1):
        try:
            return act()
        except FINAL:
            raise
        except Exception:
            sleep(pause * 2**again)
    return act()


def reason(error: Exception) -> str:
    """Why, in a clause without names of the machine."""
    if isinstance(error, FileNotFoundError):
        return "it was listed, but is gone"
    if isinstance(error, TimeoutError):
        return f"the store did not answer within {PATIENCE:g} s"
    text = getattr(error, "strerror", None) or str(error) or type(error).__name__
    return str(text).splitlines()[0]
