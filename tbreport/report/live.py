"""A table that is drawn again in place, with sentences above it as they come.

Where stdout is no terminal there is no table: the sentences alone.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from types import TracebackType
from typing import TYPE_CHECKING

from tbreport.report.document import Table
from tbreport.wording import plain

if TYPE_CHECKING:
    from rich.console import Group
    from rich.live import Live

ROUND = 6  # lines of a terminal that are no rows: titles, blank lines, the caption, the prompt


class Screen:
    """Where looks are shown."""

    def __init__(self) -> None:
        self._live: Live | None = None

    def __enter__(self) -> Screen:
        if sys.stdout.isatty():
            from rich.console import Console
            from rich.live import Live

            self._live = Live(console=Console(), auto_refresh=False, transient=False)
            self._live.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._live is not None:
            self._live.stop()

    def show(self, caption: str, table: Table, news: Sequence[str]) -> None:
        """Draw the table again, under what is new."""
        if self._live is None:
            for sentence in news:
                print(plain(sentence), flush=True)
            return
        from rich.text import Text

        for sentence in news:
            self._live.console.print(Text(plain(sentence)))
        self._live.update(self._drawn(caption, table), refresh=True)

    def _drawn(self, caption: str, table: Table) -> Group:
        """A line for each row, as many as the terminal has room for, the first ones."""
        from rich.console import Group
        from rich.text import Text

        from tbreport.report.terminal import grid

        assert self._live is not None
        width, height = self._live.console.size
        room = max(1, height - ROUND)
        left = len(table.rows) - room
        lines = grid(Table(table.columns, table.rows[:room]), width) if table.rows else []
        for line in lines:
            line.no_wrap, line.overflow = True, "ellipsis"
        more = f"; {left:,} more runs" if left > 0 else ""
        return Group(Text(), *lines, Text(), Text(plain(caption + more), style="dim"))
