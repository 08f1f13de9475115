"""Report → text for a terminal: the table of runs, then the findings, the verdict last.

What is read last stands next to the prompt, so the order differs from the page's. Curves become
sparklines. Control characters of names are shown as such: a tag must not steer the terminal.
"""

from __future__ import annotations

import io
import math
import re
from collections.abc import Sequence

from rich.console import Console
from rich.padding import Padding
from rich.table import Table as RichTable
from rich.text import Text

from tbreport import wording
from tbreport.report import exhibiting
from tbreport.report.document import (
    Block,
    Cell,
    Facts,
    FindingItem,
    FindingList,
    Prose,
    Report,
    Table,
)

ORDER = ("inspection", "runs", "compared", "findings", "gate", "contrast")
STYLES = {
    "plain": "",
    "muted": "dim",
    "strong": "bold",
    "ok": "green",
    "info": "cyan",
    "warning": "yellow",
    "error": "red",
}
SIGNS = {"error": "✗", "warning": "!", "info": "·"}
LEVELS = "▁▂▃▄▅▆▇█"
SPARK_WIDTH = 8
GAP = 2  # between columns
MIN_NAME = 24  # characters of the first column, before another column gives way
# C0, DEL, C1, and the marks that turn the direction of writing
CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


def render(report: Report, *, width: int = 120, color: bool = False) -> str:
    """The report as text; with ANSI colors only where they are asked for."""
    console = Console(
        file=io.StringIO(),
        width=width,
        force_terminal=color,
        color_system="standard" if color else None,
        no_color=not color,
        highlight=False,
        soft_wrap=False,
    )
    console.print(Text(f"{plain(report.title)}   {report.summary}", style="bold"))
    also = exhibiting.logged(report.runs)
    if also:
        console.print(Text(f"also logged: {also}", style="dim"))
    sections = {section.id: section for section in report.sections}
    for id in ORDER:
        if id in sections:
            for block in sections[id].blocks:
                show(console, block)
    console.print()
    verdict = Text(f"{report.headline.title}", style=STYLES[report.headline.severity or "ok"])
    verdict.append(f" · {report.headline.detail}", style="dim")
    console.print(verdict)
    assert isinstance(console.file, io.StringIO)
    return "\n".join(line.rstrip() for line in console.file.getvalue().splitlines()) + "\n"


def show(console: Console, block: Block) -> None:
    """Print one block; galleries have no place in a terminal."""
    if isinstance(block, Prose):
        console.print()
        console.print(Padding(Text(plain(block.text), style=STYLES[block.tone]), (0, 2)))
    elif isinstance(block, Facts):
        console.print()
        for name, value in block.items:
            console.print(Text(f"  {plain(name)}: {plain(value)}"))
    elif isinstance(block, Table):
        console.print()
        console.print(grid(block, console.width))
    elif isinstance(block, FindingList):
        for item in block.items:
            console.print()
            finding(console, item)


def plain(text: str) -> str:
    """Text without control characters; a visible sign stands in their place."""
    return CONTROL.sub("�", text)


def grid(table: Table, width: int) -> RichTable:
    """A table without lines.

    Where the width is short, columns are left out, optional ones first, and the names of the first
    column lose their beginning: what tells two runs apart stands at the end.
    """
    natural = [natural_width(table, place) for place in range(len(table.columns))]
    shown = list(range(len(table.columns)))

    def room(columns: Sequence[int]) -> int:
        """What is left for the first column."""
        return width - 3 - sum(natural[place] + GAP for place in columns[1:]) - GAP

    while room(shown) < min(natural[0], MIN_NAME) and shown[2:]:
        optional = [place for place in shown[1:] if table.columns[place].optional]
        shown.remove(optional[-1] if optional else shown[-1])
    rich = RichTable(box=None, pad_edge=False, padding=(0, GAP, 0, 0), header_style="dim")
    rich.add_column("")
    for place in shown:
        column = table.columns[place]
        rich.add_column(Text(plain(column.title)), justify=column.align, no_wrap=True)
    for row in table.rows:
        tones = {cell.tone for cell in row}
        sign = next((SIGNS[tone] for tone in ("error", "warning") if tone in tones), "")
        name = cell_text(row[0])
        if len(name) > max(room(shown), 1):
            name = Text("…" + name.plain[len(name) - room(shown) + 1 :], style=name.style)
        rich.add_row(
            Text(sign, style=STYLES["error" if "error" in tones else "warning"]),
            name,
            *(cell_text(row[place]) for place in shown[1:]),
        )
    return rich


def natural_width(table: Table, place: int) -> int:
    """Characters that a column needs to stand without cuts."""
    cells = (len(cell_text(row[place])) for row in table.rows)
    return max([len(table.columns[place].title), *cells])


def cell_text(cell: Cell) -> Text:
    text = plain(cell.text)
    if cell.spark is not None:
        text = f"{sparkline(cell.spark.values)} {text}".strip()
    return Text(text, style=STYLES[cell.tone])


def sparkline(values: Sequence[float], width: int = SPARK_WIDTH) -> str:
    """Eight levels of blocks, one a value or a mean of neighbors; a dot where none is finite."""
    if not values:
        return ""
    cells = []
    count = min(width, len(values))
    for place in range(count):
        begin = place * len(values) // count
        end = max((place + 1) * len(values) // count, begin + 1)
        finite = [value for value in values[begin:end] if math.isfinite(value)]
        cells.append(sum(value / len(finite) for value in finite) if finite else math.nan)
    finite = [cell for cell in cells if math.isfinite(cell)]
    low, high = min(finite, default=0.0), max(finite, default=0.0)
    # Halved first: the span of two huge values of opposite sign is not finite.
    span = high / 2 - low / 2
    return "".join(
        "·"
        if not math.isfinite(cell)
        else LEVELS[round((cell / 2 - low / 2) / span * (len(LEVELS) - 1)) if span else 0]
        for cell in cells
    )


def finding(console: Console, item: FindingItem) -> None:
    """A finding in three lines: what and where, the numbers, the way out."""
    found = item.finding
    style = STYLES[found.severity]
    head = Text(f"{SIGNS[found.severity]} {found.code} {found.name}", style=f"bold {style}".strip())
    if found.run:
        head.append(f"   {plain(found.run)}", style="")
    if item.follows:
        head.append(f"   follows from {item.follows}", style="dim")
    if found.accepted:
        head.append(
            f"   {wording.acceptance(plain(found.accepted), found.accepted_until)}", style="dim"
        )
        console.print(head)
        return
    console.print(head)
    console.print(Padding(Text(plain(found.message)), (0, 0, 0, 4)))
    evidence = wording.evidence(found.evidence)
    if evidence:
        text = " · ".join(f"{name} {value}" for name, value in evidence)
        console.print(Padding(Text(text, style="dim"), (0, 0, 0, 4)))
    if found.advice:
        console.print(Padding(Text(f"→ {plain(found.advice)}"), (0, 0, 0, 4)))
