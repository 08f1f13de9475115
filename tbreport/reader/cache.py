"""What was made of event files before: a store of bytes by key, and what files are known by.

The store is one SQLite file: it is locked while it is written, a write happens whole or not at all,
and what a crash leaves behind is rolled back by the next who opens it. Values carry a checksum. A
store that is damaged is begun anew; one that cannot be used is told once and done without.
"""

from __future__ import annotations

import os
import sqlite3
import sys
import time
import zlib
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from hashlib import blake2b
from pathlib import Path
from typing import TypeVar

from tbreport.reader.logdir import FoundFile

NAME = "digests.sqlite"
COLUMNS = "columns.sqlite"
VARIABLE = "TBREPORT_CACHE"  # a folder; what stands there wins over the user's cache folder
LARGEST = 1 << 30  # bytes of values; the longest unused ones go
LARGEST_COLUMNS = 4 << 30  # the same of columns
PATIENCE = 10.0  # s that another process may take to write
TAIL = 4096  # bytes at a file's end that are looked at each time
ASKED = 500  # keys at once
NOTED_S = 3600  # that a value was used is written down no more often

Value = TypeVar("Value")

# With rowids, or SQLite walks through the values, 30 kB each, on its way to a key.
SCHEMA = """
CREATE TABLE IF NOT EXISTS made (
    key BLOB PRIMARY KEY, used INTEGER NOT NULL, checksum INTEGER NOT NULL, value BLOB NOT NULL
)
"""


def default_folder() -> Path:
    """The user's cache folder, as the system has it."""
    named = os.environ.get(VARIABLE)
    if named:
        return Path(named)
    if os.name == "nt":
        above = Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local")
        return above / "tbreport" / "Cache"
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches" / "tbreport"
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "tbreport"


def identity(file: FoundFile) -> bytes | None:
    """What a file is known by: its size, when it was written, and its last 4 KB.

    None where it cannot be read. A remote file is known by the store's own word for its content;
    of the others the rest of the file is not looked at: event files only grow.
    """
    facts = f"{file.shown}\0{file.folder}\0{file.size}\0{file.changed}\0{file.url}".encode()
    if file.url:
        return facts if file.changed else None
    try:
        return facts + last_bytes(file.path, file.size)
    except OSError:
        return None


def last_bytes(path: Path, end: int) -> bytes:
    """A checksum of the 4 KB before an offset.

    Raises:
        OSError: the file cannot be read.
    """
    descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_BINARY", 0))
    try:
        os.lseek(descriptor, max(0, end - TAIL), os.SEEK_SET)
        tail = os.read(descriptor, min(TAIL, end))
    finally:
        os.close(descriptor)
    return blake2b(tail, digest_size=16).digest()


def checksum(key: bytes, value: bytes) -> int:
    """Of both: in a damaged store a key may lead to the value of another."""
    return zlib.crc32(value, zlib.crc32(key))


@dataclass(slots=True)
class Store:
    """Values by key, in a folder.

    Args:
        told: is given a sentence where the store cannot be used, or was damaged.
    """

    folder: Path
    told: Callable[[str], None] = lambda sentence: None
    name: str = NAME
    largest: int = LARGEST  # bytes of values
    _open: sqlite3.Connection | None = field(default=None, init=False)
    _usable: bool = field(default=True, init=False)

    @property
    def path(self) -> Path:
        return self.folder / self.name

    def found(self, keys: Iterable[bytes]) -> dict[bytes, bytes]:
        """The values of those keys that have one."""
        wanted = list(keys)
        found: dict[bytes, bytes] = {}
        for start in range(0, len(wanted), ASKED):
            some = partial(self._some, wanted[start : start + ASKED])
            found |= self._tried(some) or {}
        return found

    def put(self, values: Mapping[bytes, bytes]) -> None:
        """Keep values; all of them, or none."""
        now = int(time.time())
        rows = [(key, now, checksum(key, value), value) for key, value in values.items()]
        self._tried(lambda: self._put(rows))

    def trim(self) -> None:
        """Let go of the longest unused values, until no more than `largest` bytes are left."""
        self._tried(self._trim)

    def counted(self) -> tuple[int, int]:
        """How many values there are, and their bytes."""
        query = "SELECT count(*), coalesce(sum(length(value)), 0) FROM made"

        def count() -> tuple[int, int] | None:
            is_there = self.path.exists()
            return self._connection().execute(query).fetchone() if is_there else None

        return self._tried(count) or (0, 0)

    def close(self) -> None:
        """Let go of the file."""
        if self._open is not None:
            self._open.close()
            self._open = None

    def __del__(self) -> None:
        self.close()  # from 3.13 on, Python warns of a connection that is lost while open

    def clear(self) -> None:
        """Delete the store.

        Raises:
            OSError: it is there and cannot be deleted.
        """
        self.close()
        for path in (self.path, self.path.with_name(f"{self.name}-journal")):
            path.unlink(missing_ok=True)

    def _tried(self, act: Callable[[], Value]) -> Value | None:
        """What an act gives; None where the store cannot be used."""
        if not self._usable:
            return None
        try:
            return act()
        except sqlite3.OperationalError as error:  # locked, full, read-only
            is_other = getattr(error, "sqlite_errorcode", None) == sqlite3.SQLITE_ERROR
            (self._begin_anew if is_other else self._give_up)(str(error))  # it has other columns
        except (sqlite3.DatabaseError, UnicodeDecodeError) as error:  # of a name in the schema
            self._begin_anew(str(error))
        except OSError as error:
            self._give_up(error.strerror or str(error))
        return None

    def _begin_anew(self, damage: str) -> None:
        try:
            self.clear()
        except OSError:
            self._give_up(damage)
        else:
            self.told(f"the cache was damaged ({damage}) and is begun anew")

    def _give_up(self, reason: str) -> None:
        self.told(f"nothing is remembered: the cache cannot be used ({reason})")
        self._usable = False
        with suppress(sqlite3.Error):
            self.close()

    def _connection(self) -> sqlite3.Connection:
        if self._open is None:
            self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            self._open = sqlite3.connect(self.path, timeout=PATIENCE, check_same_thread=False)
            self._open.text_factory = bytes  # a flipped bit makes a text of a value
            self._open.execute("PRAGMA synchronous=NORMAL")
            self._open.execute(SCHEMA)
        return self._open

    def _some(self, keys: list[bytes]) -> dict[bytes, bytes]:
        marks = ", ".join("?" * len(keys))
        query = f"SELECT key, used < ?, checksum, value FROM made WHERE key IN ({marks})"
        connection = self._connection()
        now = int(time.time())
        rows = connection.execute(query, [now - NOTED_S, *keys]).fetchall()
        unnoted = [(now, key) for key, is_old, _, _ in rows if is_old]
        if unnoted:
            with suppress(sqlite3.OperationalError), connection:  # it may be read-only, or in use
                connection.executemany("UPDATE made SET used = ? WHERE key = ?", unnoted)
        sound = {
            key: value
            for key, _, noted, value in rows
            if type(key) is type(value) is bytes and checksum(key, value) == noted
        }
        if len(sound) < len(rows):
            self.told(f"{len(rows) - len(sound)} damaged entries of the cache are made again")
        return sound

    def _put(self, rows: list[tuple[bytes, int, int, bytes]]) -> None:
        with self._connection() as connection:
            connection.executemany("INSERT OR REPLACE INTO made VALUES (?, ?, ?, ?)", rows)

    def _trim(self) -> None:
        with self._connection() as connection:
            sizes = connection.execute(
                "SELECT key, coalesce(length(value), 0) FROM made ORDER BY used DESC"
            ).fetchall()
            held = 0
            for place, (_, size) in enumerate(sizes):
                held += size
                if held > self.largest:
                    old = [(key,) for key, _ in sizes[place:]]
                    connection.executemany("DELETE FROM made WHERE key = ?", old)
                    return
