"""tbreport diff: two runs or groups in, what changed between them out."""

from __future__ import annotations

from typing import Annotated

import typer

from tbreport.cli.output import (
    Config,
    Engine,
    Files,
    Join,
    Tags,
    found_settings,
    pattern,
    put,
    wanted_outputs,
)


def diff(
    before: Annotated[str, typer.Argument(metavar="A", help="A run, or a folder of them.")],
    after: Annotated[str, typer.Argument(metavar="B", help="What it is compared with.")],
    tags: Tags = None,
    format: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME[=PATH]", help="Repeatable; text, markdown, html, json."),
    ] = None,
    output: Files = None,
    engine: Engine = None,
    join: Join = True,
    config: Config = None,
) -> None:
    """Show what changed between two runs, or two groups. Nothing is judged."""
    from tbreport.contrasting import difference
    from tbreport.gating import Reading
    from tbreport.options import Options, Selection

    outputs = wanted_outputs(format, output, ("text",))
    settings = found_settings(config)
    selection = Selection(tags=pattern(tags, "--tags"))
    how = Reading(Options(selection, engine=engine, join=join, settings=settings))
    report = difference(before, after, how)
    for wanted in outputs:
        put(wanted, report, max_size=10_000_000, force=False)
