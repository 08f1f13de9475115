"""A progress bar on stderr while files are read: files, MB/s, time left.

There is none where stderr is no terminal.
"""

from __future__ import annotations

import sys
import time
from types import TracebackType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.progress import Progress as Bar

    from tbreport.reader.logdir import FoundFile, Logdir

EVERY_S = 0.1  # the bar is drawn anew, without a thread: workers are forked meanwhile
SOME = 50  # files, or
LARGE = 20_000_000  # bytes; below both a bar would only flicker


class Progress:
    """Shows how far the reading is; `begin` and `advance` are what the pipeline calls."""

    def __init__(self) -> None:
        self._bar: Bar | None = None
        self._sizes: dict[str, int] = {}
        self._files = 0
        self._drawn_at = 0.0

    def __enter__(self) -> Progress:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._bar is not None:
            self._bar.stop()

    def begin(self, found: Logdir) -> None:
        """Start the bar, where there is enough to wait for."""
        if not sys.stderr.isatty():
            return
        self._sizes = {file.shown: file.size for file in found.files}
        total = sum(self._sizes.values())
        if len(self._sizes) < SOME and total < LARGE:
            return
        from rich.console import Console
        from rich.progress import (
            BarColumn,
            DownloadColumn,
            Progress,
            TextColumn,
            TimeRemainingColumn,
            TransferSpeedColumn,
        )

        self._bar = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            DownloadColumn(),
            TransferSpeedColumn(),
            TimeRemainingColumn(),
            console=Console(stderr=True),
            transient=True,
            auto_refresh=False,
        )
        self._bar.start()
        self._bar.add_task(f"0 of {len(self._sizes):,} files", total=total)

    def advance(self, file: FoundFile) -> None:
        """One file was read."""
        self._files += 1
        if self._bar is not None:
            text = f"{self._files:,} of {len(self._sizes):,} files"
            self._bar.update(
                self._bar.task_ids[0], advance=self._sizes.get(file.shown, 0), description=text
            )
            now = time.monotonic()
            if now - self._drawn_at > EVERY_S:
                self._drawn_at = now
                self._bar.refresh()
