"""ENGINES: the ways to scan one event file, and the choice among them.

Each engine gives the reason why it cannot be used here, if there is one; the first usable one of
the table is taken unless one is named. All yield the same `FileScan` on sound files.
"""

from __future__ import annotations

import importlib
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from tbreport.errors import EngineUnusable
from tbreport.reader.logdir import FoundFile
from tbreport.reader.scan import FileScan
from tbreport.settings import nearest

REQUIRE_NATIVE = "TBREPORT_REQUIRE_NATIVE"

Scan = Callable[[Path, str, str, Mapping[str, str]], FileScan]
Folders = Sequence[Sequence[FoundFile]]


@dataclass(frozen=True, slots=True)
class Engine:
    """One way to scan a file."""

    name: str
    description: str
    module: str  # has `scan`, and `scan_folders` where it reads several at once
    needs: tuple[str, ...]  # modules that must be importable
    automatic: bool = True  # whether it is ever chosen without being named
    origin: str = ""  # where what it needs comes from, if not from a package

    def unusable(self) -> str:
        """Why it cannot be used here; "" if it can."""
        for name in self.needs:
            try:
                importlib.import_module(name)
            except ImportError as error:
                reason = f"{name} cannot be imported: {error}"
                return f"{reason}; {self.origin}" if self.origin else reason
        return ""

    def scan(self) -> Scan:
        """The function that scans one file."""
        scan: Scan = importlib.import_module(self.module).scan
        return scan

    def scan_folders(self, folders: Folders) -> Iterator[list[FileScan]]:
        """Scan the files of each folder, in their order; what it holds, folder by folder."""
        module = importlib.import_module(self.module)
        if hasattr(module, "scan_folders"):
            yield from module.scan_folders(folders)
            return
        for files in folders:
            plugins: Mapping[str, str] = {}
            scans: list[FileScan] = []
            for file in files:
                scans.append(module.scan(file.path, file.shown, file.folder, plugins))
                plugins = scans[-1].plugins
            yield scans


ENGINES: Mapping[str, Engine] = {
    engine.name: engine
    for engine in (
        Engine(
            "native",
            "a C++ core; several files at once",
            "tbreport.reader.native_engine",
            ("tbreport.reader.native_core",),
            origin="it is built when tbreport is installed where a C++17 compiler is",
        ),
        Engine(
            "python",
            "frames and checksums in Python, values by TensorBoard's own protos",
            "tbreport.reader.python_engine",
            ("google_crc32c", "tensorboard.compat.proto.event_pb2"),
        ),
        Engine(
            "tbparse",
            "a second opinion on sound files by an independent reader; slow, scalars and "
            "HistogramProto alone",
            "tbreport.reader.tbparse_engine",
            ("tbparse",),
            automatic=False,
        ),
    )
}


def choose(name: str | None = None) -> Engine:
    """The engine that is named, else the first usable one.

    With TBREPORT_REQUIRE_NATIVE=1 in the environment the native one is always named: a missing
    extension, which is optional, would go unnoticed in tests.

    Raises:
        EngineUnusable: there is none of that name, or it cannot run here.
    """
    if name is None and os.environ.get(REQUIRE_NATIVE) == "1":
        name = "native"
    if name is not None:
        if name not in ENGINES:
            raise EngineUnusable(f"there is no engine {name!r}", hint=nearest(name, ENGINES))
        reason = ENGINES[name].unusable()
        if reason:
            raise EngineUnusable(f"engine {name!r} cannot be used: {reason}")
        return ENGINES[name]
    reasons = []
    for engine in ENGINES.values():
        if engine.automatic:
            reason = engine.unusable()
            if not reason:
                return engine
            reasons.append(f"{engine.name}: {reason}")
    raise EngineUnusable("no engine can be used", hint="; ".join(reasons))
