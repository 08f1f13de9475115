"""Report → text for a terminal: the table of runs, then the findings, the verdict last.

What is read last stands next to the prompt, so the order differs from the page's. Curves become
sparklines. Control characters of names are shown as such: a tag must not steer the terminal.
"""

from __future__ import annotations

import io
import math
from collections import Counter
from collections.abc import Mapping, Sequence

from rich.cells import set_cell_size
from rich.console import Console
from rich.padding import Padding
from rich.text import Text

from tbreport import wording
from tbreport.model import SEVERITIES, Finding, Severity
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
from tbreport.report.logged import logged
from tbreport.wording import plain

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
# Findings of one detector that are told in full.
TOLD: Mapping[Severity, int] = {"error": 5, "warning": 5, "info": 2}
NAMED = 8  # runs of the others


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
    also = logged(report.runs)
    if also:
        console.print(Text(f"also logged: {also}", style="dim"))
    sections = {section.id: section for section in report.sections}
    for id in ORDER:
        if id in sections:
            for block in sections[id].blocks:
                show(console, block)
    if report.verdict is None:
        blind(console, report.detectors)
    console.print()
    verdict = Text(plain(report.headline.title), style=STYLES[report.headline.severity or "ok"])
    verdict.append(f" · {plain(report.headline.detail)}", style="dim")
    console.print(verdict)
    assert isinstance(console.file, io.StringIO)
    return "\n".join(line.rstrip() for line in console.file.getvalue().splitlines()) + "\n"


def blind(console: Console, detectors: Mapping[str, str]) -> None:
    """The detectors that could look at nothing, by reason: their silence says nothing."""
    held: dict[str, list[str]] = {}
    for label, why in sorted(detectors.items()):
        if why:
            held.setdefault(why, []).append(label.split()[-1])
    if held:
        told = " · ".join(f"{plain(why)}: {', '.join(names)}" for why, names in held.items())
        console.print()
        console.print(Text(f"could not look · {told}", style="dim"))


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
        for line in grid(block, console.width):
            console.print(line, no_wrap=True, overflow="ellipsis", crop=True)
    elif isinstance(block, FindingList):
        findings(console, block.items)


def grid(table: Table, width: int) -> list[Text]:
    """The lines of a table, its titles first.

    Where the width is short, columns are left out, optional ones first, and the names of the first
    column lose the part that tells them apart the least: their beginning, if another is no better.
    """
    titles = [Text(plain(column.title), style="dim") for column in table.columns]
    rows = [titles, *([cell_text(cell) for cell in row] for row in table.rows)]
    widths = [max(text.cell_len for text in column) for column in zip(*rows, strict=True)]
    signs = [Text(), *(sign_of(row) for row in table.rows)]
    margin = max(sign.cell_len for sign in signs) + GAP  # of the signs
    shown = fitting(table, widths, width - margin)
    room = width - margin - sum(widths[place] + GAP for place in shown[1:])
    widths[0] = min(widths[0], max(room, 1))
    heads = (0, (widths[0] - 1) // 2, widths[0] - 1)  # the first of those that serve as well
    cuts = ([shortened(row[0], widths[0], head) for row in rows] for head in heads)
    names = max(cuts, key=lambda column: len({name.plain for name in column}))
    lines = []
    for sign, name, row in zip(signs, names, rows, strict=True):
        line = sign.copy()
        line.pad_right(margin - sign.cell_len)
        for place in shown:
            text = row[place] if place else name
            text.align(table.columns[place].align, widths[place])
            line.append(" " * GAP if place else "")
            line.append_text(text)
        lines.append(line)
    return lines


def fitting(table: Table, widths: Sequence[int], width: int) -> list[int]:
    """The columns that stand beside each other with enough left for the names."""
    shown = list(range(len(table.columns)))

    def room() -> int:
        return width - sum(widths[place] + GAP for place in shown[1:])

    while room() < min(widths[0], MIN_NAME) and shown[2:]:
        optional = [place for place in shown[1:] if table.columns[place].optional]
        shown.remove(optional[-1] if optional else shown[-1])
    return shown


def sign_of(row: Sequence[Cell]) -> Text:
    """The sign of the gravest tone in a row; empty where nothing is wrong."""
    tones = {cell.tone for cell in row}
    tone = next((tone for tone in ("error", "warning") if tone in tones), None)
    return Text(SIGNS[tone], style=STYLES[tone]) if tone else Text()


def shortened(text: Text, width: int, head: int) -> Text:
    """A text that is too long, of whose beginning so many cells stay."""
    if text.cell_len <= width:
        return text
    begin = set_cell_size(text.plain, head)
    end = set_cell_size(text.plain[::-1], width - 1 - head)[::-1]
    return Text(f"{begin}…{end}", style=text.style)


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


def findings(console: Console, items: Sequence[FindingItem]) -> None:
    """The findings; of one detector, after a few in full, the runs of the others."""
    told: Counter[tuple[str, bool]] = Counter()
    others: dict[tuple[str, bool], list[FindingItem]] = {}
    for item in items:
        kind = item.finding.code, item.finding.severity == "info"
        told[kind] += 1
        if told[kind] > TOLD[item.finding.severity]:
            others.setdefault(kind, []).append(item)
        else:
            console.print()
            finding(console, item)
    if others:
        console.print()
    for alike in sorted(others.values(), key=lambda alike: -gravity(alike[0])):
        lead = alike[0].finding
        runs = list(dict.fromkeys(plain(item.finding.run) for item in alike if item.finding.run))
        line = Text(f"{SIGNS[lead.severity]} {lead.code} {lead.name}", style=bold(lead))
        among = f": {wording.listed(runs, NAMED)}" if runs else ""
        line.append(f"   {wording.count(len(alike), 'more finding')}{among}", style="")
        console.print(line)


def gravity(item: FindingItem) -> int:
    return SEVERITIES.index(item.finding.severity)


def bold(finding: Finding) -> str:
    """The style of a finding's name."""
    return f"bold {STYLES[finding.severity]}".strip()


def finding(console: Console, item: FindingItem) -> None:
    """A finding in three lines: what and where, the numbers, the way out."""
    found = item.finding
    head = Text(f"{SIGNS[found.severity]} {found.code} {found.name}", style=bold(found))
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
