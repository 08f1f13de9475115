"""A table that is drawn again in place, with sentences above it as they come.

Where stdout is no terminal there is no table: the sentences alone.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from types import TracebackType
from typing import TYPE_CHECKING

from tbreport.wording import plain

if TYPE_CHECKING:
    from rich.live import Live
    from rich.table import Table

STYLES = {"error": "bold red", "warning": "yellow", "info": "cyan"}
Cells = Sequence[tuple[str, str]]  # text and severity, or "muted"


class Screen:
    """Where looks are shown."""

    def __init__(self, columns: Sequence[str]) -> None:
        self._columns = columns
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

    def show(self, caption: str, rows: Sequence[Cells], news: Sequence[str]) -> None:
        """Draw the table again, under what is new."""
        if self._live is None:
            for sentence in news:
                print(plain(sentence), flush=True)
            return
        from rich.text import Text

        for sentence in news:
            self._live.console.print(Text(plain(sentence)))
        self._live.update(self._table(caption, rows), refresh=True)

    def _table(self, caption: str, rows: Sequence[Cells]) -> Table:
        """As many rows as the terminal has room for, the first ones."""
        from rich import box
        from rich.table import Table
        from rich.text import Text

        assert self._live is not None
        room = max(1, self._live.console.height - 6)
        left = len(rows) - room
        more = f"; {left:,} more runs" if left > 0 else ""
        table = Table(*self._columns, box=box.SIMPLE_HEAD, caption=plain(caption + more))
        for cells in rows[:room]:
            table.add_row(
                *(
                    Text(plain(text), style="dim" if tone == "muted" else STYLES.get(tone, ""))
                    for text, tone in cells
                )
            )
        return table
