"""tbreport watch: a logdir while runs are written into it."""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Annotated

import typer

from tbreport.cli.output import (
    Cache,
    Config,
    Engine,
    Exclude,
    Join,
    NoCache,
    Runs,
    Tags,
    found_settings,
    note,
    refuse_url,
    selected,
    without_commands,
)
from tbreport.errors import CannotWrite, Interrupted
from tbreport.wording import Natural, natural

if TYPE_CHECKING:
    from tbreport.report.document import Table, Tone
    from tbreport.watching import Look, Row

METRIC = 24  # characters of a tag, its end
TOLD = ("error", "warning", "info", None)  # the gravest first
# SummaryWriter flushes every 120 s; a run that is silent for longer than that may still be between
# two epochs.
STOPPED_AFTER_S = 300


def watch(
    paths: Annotated[list[str], typer.Argument(metavar="PATH", help="As for summarize.")],
    interval: Annotated[
        float, typer.Option(metavar="SECONDS", help="From one look to the next.", min=0.1)
    ] = 10,
    html: Annotated[
        str | None, typer.Option(metavar="FILE", help="A page that is written at each look.")
    ] = None,
    stopped_after: Annotated[
        float,
        typer.Option(metavar="SECONDS", help="A run so long silent has stopped.", min=1),
    ] = STOPPED_AFTER_S,
    looks: Annotated[
        int | None, typer.Option(metavar="N", help="End after so many looks.", min=1)
    ] = None,
    runs: Runs = None,
    tags: Tags = None,
    exclude: Exclude = None,
    engine: Engine = None,
    join: Join = True,
    cache: Cache = None,
    no_cache: NoCache = False,
    config: Config = None,
) -> None:
    """Show runs and their findings as they appear, until Ctrl-C."""
    from tbreport.options import Options
    from tbreport.reader.cache import default_folder
    from tbreport.remembering import columns_in
    from tbreport.report import html as page
    from tbreport.report.formats import write
    from tbreport.report.live import Screen
    from tbreport.watching import Watch, follow

    for place in (html or "", cache or ""):
        refuse_url(place)
    selection = selected(runs, tags, exclude)
    options = Options(selection, engine=engine, join=join, settings=found_settings(config))
    columns = None if no_cache else columns_in(cache or default_folder(), note)
    troubles: list[str] = []  # of the look before: each is told when it begins
    with without_commands(), Screen() as screen:

        def show(look: Look) -> None:
            rows = sorted(look.rows, key=urgency)
            before, troubles[:] = [*troubles], []
            if look.trouble and not sys.stdout.isatty():
                troubles.append(f"nothing to see: {look.trouble}")
            if html is not None and look.report is not None:
                try:
                    text = page.render(look.report, max_size=10_000_000, force=True)
                    write(text, html)
                except CannotWrite as error:  # the next look may find room again
                    troubles.append(str(error))
            news = [*look.news, *(one for one in troubles if one not in before)]
            screen.show(caption(look, interval), table(rows, look.at), news)

        with suppress(Interrupted):
            follow(
                Watch(tuple(paths), options, stopped_after, columns),
                show,
                interval_s=interval,
                clock=time.time,
                sleep=time.sleep,
                looks=looks,
            )
    note("stopped watching")


def urgency(row: Row) -> tuple[bool, int, Natural]:
    """Sorts the runs that still write first, then the ill ones, then by name."""
    return row.stopped, TOLD.index(row.worst), natural(row.run)


def caption(look: Look, interval: float) -> str:
    """The line under the table."""
    from tbreport.watching import moment

    if look.trouble:
        return f"{moment(look.at)}: nothing to see: {look.trouble}; every {interval:g} s"
    writing = sum(not row.stopped for row in look.rows)
    return f"{moment(look.at)}: {writing:,} of {len(look.rows):,} runs write; every {interval:g} s"


def table(rows: Sequence[Row], at: float) -> Table:
    """A line for each run; of what was written on the day of the look, the time alone."""
    from tbreport.report.document import Cell, Column, Table
    from tbreport.watching import moment

    columns = (
        Column("run"),
        Column("findings"),
        Column("step", "right"),
        Column("metric", optional=True),
        Column("last", "right"),
        Column("written, UTC"),
        Column("points", "right", optional=True),
    )
    today = moment(at)[: len("2023-11-14 ")]
    lines = []
    for row in rows:
        tone: Tone = "muted" if row.stopped else "plain"
        metric = row.metric if len(row.metric) <= METRIC else f"…{row.metric[1 - METRIC :]}"
        written = moment(row.written).removesuffix(" UTC").removeprefix(today)
        lines.append(
            (
                Cell(row.run, tone=tone),
                Cell(row.worst or "", tone=row.worst or tone),
                Cell("" if row.step is None else f"{row.step:,}", tone=tone),
                Cell(metric, tone=tone),
                Cell("" if row.value is None else f"{row.value:.4g}", tone=tone),
                Cell(f"stopped {written}" if row.stopped else written, tone=tone),
                Cell(f"{row.points:,}", tone=tone),
            )
        )
    return Table(columns, tuple(lines))
