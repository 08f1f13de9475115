"""Digests that were made before, by what they were made from.

A family's key is made of its files (size, time, last 4 KB), of tbreport itself and of all that is
done to it: a digest that is taken from here is the one that would be made again.
"""

from __future__ import annotations

import dataclasses
import gc
import io
import json
import os
import pickle
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache
from hashlib import blake2b
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
import numpy.typing as npt

import tbreport
from tbreport import distribution, exhibits, model
from tbreport.analysis.acceptance import this_day
from tbreport.analysis.digest import Plan
from tbreport.model import RunDigest
from tbreport.options import Options
from tbreport.reader import cache as stores
from tbreport.reader.layouts import Family
from tbreport.reader.logdir import Files

if TYPE_CHECKING:
    from tbreport.reader.columns import Columns

FORMAT = 1
TOGETHER = 256  # digests of families that are written in one go

# All that a digest is made of; a pickle that asks for anything else is refused.
NOUNS: Mapping[str, ModuleType] = {
    module.__name__: module for module in (model, distribution, exhibits)
}
NUMPY = {"_frombuffer", "_reconstruct", "scalar", "ndarray", "dtype"}


class Values(Protocol):
    """Where bytes are kept by key."""

    def found(self, keys: Sequence[bytes]) -> dict[bytes, bytes]: ...
    def put(self, values: Mapping[bytes, bytes]) -> None: ...


@dataclasses.dataclass(slots=True)
class InMemory:
    """Values that end with the process."""

    values: dict[bytes, bytes] = dataclasses.field(default_factory=dict)

    def found(self, keys: Sequence[bytes]) -> dict[bytes, bytes]:
        return {key: self.values[key] for key in keys if key in self.values}

    def put(self, values: Mapping[bytes, bytes]) -> None:
        self.values |= values


@dataclasses.dataclass(slots=True)
class Memory:
    """The digests of families that have not changed since they were made."""

    values: Values
    task: bytes  # of all that is done to each family: `fingerprint`
    _keys: dict[str, bytes] = dataclasses.field(default_factory=dict)
    _waiting: dict[bytes, bytes] = dataclasses.field(default_factory=dict)

    def recall(self, families: Sequence[Family], files: Files) -> dict[str, tuple[RunDigest, ...]]:
        """Digests by the heads of their families, where they are known."""
        for family in families:
            key = key_of(self.task, family, files)
            if key is not None:
                self._keys[family.head] = key
        with undisturbed():
            return self.known_of(list(self._keys))

    def known_of(self, heads: Sequence[str]) -> dict[str, tuple[RunDigest, ...]]:
        """The digests of families, by their heads, where they are known."""
        known = {}
        for start in range(0, len(heads), TOGETHER):  # the bytes of all would be a second copy
            some = heads[start : start + TOGETHER]
            kept = self.values.found([self._keys[head] for head in some])
            for head in some:
                digests = unpacked(kept.get(self._keys[head], b""))
                if digests is not None:
                    known[head] = digests
        return known

    def keep(
        self, family: Family, files: Files, digests: tuple[RunDigest, ...], sent: bytes = b""
    ) -> None:
        """Remember a family's digests, unless its files grew while they were read.

        Args:
            sent: what `packed` made of them, where it did.
        """
        key = self._keys.get(family.head)
        sizes = {file.shown: file.size for name in family.folders for file in files[name]}
        grown = any(
            sizes[file.path] != file.size
            for digest in digests
            for file in digest.files
            if file.path in sizes
        )
        if key is not None and not grown:
            self._waiting[key] = sent or packed(digests)
            if len(self._waiting) >= TOGETHER:
                self.flush()

    def flush(self) -> None:
        """Write what waits to be written."""
        if self._waiting:
            self.values.put(self._waiting)
            self._waiting = {}


@contextmanager
def undisturbed() -> Iterator[None]:
    """No search for garbage meanwhile: digests have no cycles, and a search looks at all of them.

    While many are unpacked, that takes as long as the unpacking.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def key_of(task: bytes, family: Family, files: Files) -> bytes | None:
    """What a family's digests are known by; None where a file cannot be read."""
    found = blake2b(task, digest_size=20)
    found.update(repr((family.head, family.folders, sorted(family.complete))).encode())
    for name in family.folders:
        for file in files[name]:
            known = stores.identity(file)
            if known is None:
                return None
            found.update(known)
    return found.digest()


def fingerprint(
    options: Options, engine: str, joining: Sequence[str], plan: Plan, whole: str | None
) -> bytes:
    """All that decides what becomes of a family's files."""
    patterns = [p and p.pattern for p in dataclasses.astuple(options.selection)]
    tables = {name: table.values for name, table in options.settings.tables.items()}
    told = json.dumps(tables, default=str)  # in their order: the first role that fits decides
    day = str(this_day()) if "accepted" in told else ""  # they expire
    parts = (FORMAT, tbreport.__version__, code(), engine, joining, repr(plan), whole, patterns)
    return repr((*parts, options.join, told, day)).encode()


def columns_in(folder: Path, told: Callable[[str], None] = lambda sentence: None) -> Columns:
    """The columns of files that this tbreport has read before."""
    from tbreport.reader.columns import Columns

    return Columns(folder, repr((FORMAT, tbreport.__version__, code())).encode(), told)


@cache
def code() -> str:
    """A checksum over names, sizes and times of tbreport's modules: a version may hold many."""
    found = blake2b(digest_size=16)
    for path in modules(Path(tbreport.__file__).parent):
        status = Path(path).stat()
        found.update(f"{path}\0{status.st_size}\0{status.st_mtime_ns}\0".encode())
    return found.hexdigest()


def modules(folder: Path) -> Iterator[str]:
    """Paths of a package's modules, sorted."""
    with os.scandir(folder) as listed:
        entries = sorted(listed, key=lambda entry: entry.name)
    for entry in entries:
        if entry.is_dir():
            yield from modules(Path(entry.path))
        elif entry.name.endswith((".py", ".so", ".pyd")):
            yield entry.path


def packed(digests: tuple[RunDigest, ...]) -> bytes:
    """Digests as bytes, which are unpacked in half the time of what pickle makes by itself."""
    stream = io.BytesIO()
    pickler = pickle.Pickler(stream, pickle.HIGHEST_PROTOCOL)
    pickler.dispatch_table = REDUCED
    pickler.dump(digests)
    return stream.getvalue()


def reduced_noun(noun: Any) -> tuple[type, tuple[Any, ...]]:
    """A noun as its own call: pickle would look up all fields each time, one by one."""
    return type(noun), tuple(getattr(noun, name) for name in type(noun).__match_args__)


def reduced_array(array: npt.NDArray[Any]) -> tuple[Any, ...]:
    """An array as one that looks into bytes; numpy's own way leaves a second one behind it."""
    return np.ndarray, (array.shape, array.dtype.str, array.tobytes())


REDUCED: Mapping[type, Callable[[Any], Any]] = {
    np.ndarray: reduced_array,
    **{
        found: reduced_noun
        for module in NOUNS.values()
        for found in vars(module).values()
        if isinstance(found, type) and dataclasses.is_dataclass(found)
    },
}


class Unpickler(pickle.Unpickler):
    """Makes digests, and nothing else: a cache may come from a stranger."""

    def find_class(self, module: str, name: str) -> Any:
        if module in NOUNS:
            found = getattr(NOUNS[module], name, None) if name.isidentifier() else None
            if isinstance(found, type) and dataclasses.is_dataclass(found):
                return found
        if module.split(".")[0] == "numpy" and name in NUMPY:
            return super().find_class(module, name)
        raise pickle.UnpicklingError(f"{module}.{name} is no part of a digest")


def unpacked(value: bytes) -> tuple[RunDigest, ...] | None:
    """The digests that were packed; None where they are something else."""
    try:
        found = Unpickler(io.BytesIO(value)).load()
    except Exception:  # of whatever class: unpickling foreign bytes raises what it pleases
        return None
    sound = isinstance(found, tuple) and all(isinstance(one, RunDigest) for one in found)
    return found if sound else None
