"""The rows of a table as HTML: a template takes three times as long, and there are thousands."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping

from markupsafe import Markup, escape

from tbreport.report.document import Cell, Column, Spark, Table
from tbreport.report.theme import run_class, run_color, stripes

Draw = Callable[[Spark], str]
SHARE = re.compile(r"[+−-]?[\d.,]+ [%×]|> 1e6 ×")  # as wording.percent and wording.change write one
LONG = 44  # characters: the style sheet cuts what is longer, if it is not muted


def body(table: Table, places: Mapping[str, int], colors: Mapping[str, int], draw: Draw) -> Markup:
    """All rows; one that is of a run of the page names its place there and shows its color."""
    return Markup("".join(lines(table, places, colors, draw)))


def lines(
    table: Table, places: Mapping[str, int], colors: Mapping[str, int], draw: Draw
) -> Iterator[str]:
    """The rows, line by line."""
    for place, row in enumerate(table.rows):
        run = table.runs[place] if table.runs else ""
        is_known = run in places
        yield f'<tr data-run="{places[run]}">\n' if is_known else "<tr>\n"
        mark = swatch(colors[run]) if is_known else ""
        for cell, column in zip(row, table.columns, strict=True):
            content = sparked(cell, draw) if cell.spark else f"{mark}<bdi>{escape(cell.text)}</bdi>"
            yield f"<td{attributes(cell, column)}>{content}</td>\n"
            mark = ""
        yield "</tr>\n"


def attributes(cell: Cell, column: Column) -> str:
    """What the style sheet and the script must know of a cell."""
    classes = "picture" if cell.spark else column.align
    optional = " optional" if column.optional else ""
    tone = f" {cell.tone}" if cell.tone != "plain" else ""
    value = hidden_value(cell)
    sorted_by = f' data-value="{value}"' if value else ""
    is_cut = len(cell.text) > LONG and cell.tone != "muted"
    whole = f' title="{escape(cell.text)}"' if is_cut else ""
    return f' class="{classes}{optional}{tone}"{sorted_by}{whole}'


def sparked(cell: Cell, draw: Draw) -> str:
    """A sparkline, and the number that it ends with."""
    assert cell.spark is not None
    text = f"<span>{escape(cell.text)}</span>" if cell.text else ""
    return f'<div class="sparked">{draw(cell.spark)}{text}</div>'


def hidden_value(cell: Cell) -> str:
    """What a cell is sorted and filtered by, where its text does not read as a number.

    Of a share its percents: who filters a column types what it shows.
    """
    if cell.value is None:
        return ""
    try:
        float(cell.text.replace(",", "").replace("\N{MINUS SIGN}", "-"))
    except ValueError:
        return f"{100 * cell.value if SHARE.fullmatch(cell.text) else cell.value:.7g}"
    return ""


def swatch(color: int) -> Markup:
    """A square in a run's color, with gaps where its lines have them."""
    gaps = stripes(color)
    shape = (
        f'<path class="{run_class(color)}" stroke="{run_color(color)}" stroke-width="9"'
        f' stroke-dasharray="{gaps}" d="M0 4.5h9"/>'
        if gaps
        else f'<rect class="{run_class(color)}" fill="{run_color(color)}"'
        ' width="9" height="9" rx="2"/>'
    )
    return Markup(f'<svg class="swatch" width="9" height="9" aria-hidden="true">{shape}</svg>')
