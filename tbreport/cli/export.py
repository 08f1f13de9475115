"""tbreport export: the values themselves, as tables in files."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tbreport.cli.output import (
    Config,
    Engine,
    Exclude,
    Join,
    Runs,
    Tags,
    found_settings,
    note,
    refuse_url,
    selected,
)
from tbreport.wording import count

if TYPE_CHECKING:
    from tbreport.exporting.export import Format
    from tbreport.model import Problem

SHOWN = 5  # problems that are told one by one


def export(
    paths: Annotated[list[str], typer.Argument(metavar="PATH", help="As for summarize.")],
    kind: Annotated[
        str, typer.Option(metavar="KINDS", help="scalars, histograms, hparams, text, images, …")
    ] = "scalars",
    format: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="parquet, csv or jsonl; else the suffix of -o."),
    ] = None,
    output: Annotated[
        Path,
        typer.Option(
            "--output", "-o", metavar="PATH", help="A folder, one table's file, or - for stdout."
        ),
    ] = Path(),
    wide: Annotated[
        bool, typer.Option("--wide/--long", help="A row for each step, a column for each tag.")
    ] = False,
    runs: Runs = None,
    tags: Tags = None,
    exclude: Exclude = None,
    engine: Engine = None,
    join: Join = True,
    config: Config = None,
) -> None:
    """Write every point as a table: Parquet, CSV or JSON lines. Each kind is a file."""
    from tbreport.exporting import export as exporting
    from tbreport.options import Options
    from tbreport.progress import Progress

    refuse_url(output)
    kinds = exporting.named_kinds(kind)
    suffixed = [one for one in exporting.FORMATS.values() if output.name.endswith(one.suffix)]
    if suffixed and format not in (None, suffixed[0].name):
        raise typer.BadParameter(f"{output} is no file of {format}", param_hint="--format")
    chosen = suffixed[0] if suffixed else exporting.named_format(format or "parquet")
    selection = selected(runs, tags, exclude)
    with Progress() as progress:
        result = exporting.export(
            *paths,
            targets=targets(output, kinds, chosen, bool(suffixed)),
            format=chosen,
            wide=wide,
            options=Options(selection, engine=engine, join=join, settings=found_settings(config)),
            begin=progress.begin,
            advance=progress.advance,
        )
    tell_problems(result.problems)
    for table in result.tables:
        if table.path != exporting.STDOUT:
            size = table.path.stat().st_size / 1e6
            note(f"{table.path} {count(table.rows, 'row')} {size:.2f} MB")


def targets(output: Path, kinds: Sequence[str], format: Format, is_file: bool) -> dict[str, Path]:
    """The file of each kind's table."""
    if str(output) == "-" and format.name == "parquet":
        raise typer.BadParameter("Parquet cannot go to stdout", param_hint="-o")
    if is_file or str(output) == "-":
        if len(kinds) != 1:
            raise typer.BadParameter(
                f"{len(kinds)} tables do not fit into one file", param_hint="-o"
            )
        return {kinds[0]: output}
    is_named_as_file = output.suffix[1:2].isalpha() and not output.is_dir()
    if is_named_as_file or output.is_file():
        raise typer.BadParameter(
            f"{output} is no folder, and no format has this suffix; a folder must be there before",
            param_hint="-o",
        )
    return {kind: output / f"{kind}{format.suffix}" for kind in kinds}


def tell_problems(problems: Sequence[Problem]) -> None:
    """The first problems of the files, and how many there are."""
    for problem in problems[:SHOWN]:
        note(f"{problem.path}: {problem.detail}")
    if len(problems) > SHOWN:
        note(f"{len(problems):,} problems in all; see: tbreport inspect")
