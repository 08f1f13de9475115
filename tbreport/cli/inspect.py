"""tbreport inspect: how everything was read, and why."""

from __future__ import annotations

from typing import Annotated

import typer

from tbreport.cli.output import Config, Engine, Hosts, Join, found_settings, put
from tbreport.report.formats import parse


def inspect(
    paths: Annotated[
        list[str] | None, typer.Argument(metavar="PATH", help="As for summarize.")
    ] = None,
    engines: Annotated[
        bool, typer.Option("--engines", help="List the engines, and why one cannot be used.")
    ] = False,
    engine: Engine = None,
    join: Join = True,
    show_hosts: Hosts = False,
    config: Config = None,
) -> None:
    """Show how every folder, file and tag was read, and why."""
    from tbreport.reader.engine import ENGINES

    if engines:
        for known in ENGINES.values():
            state = known.unusable()
            print(f"{known.name}: {known.description}")
            print(f"    {'cannot be used: ' + state if state else 'usable'}")
        return
    if not paths:
        raise typer.BadParameter("name a folder, or --engines", param_hint="PATHS")
    from tbreport.options import Options
    from tbreport.pipeline import inspection

    options = Options(
        engine=engine, join=join, show_hosts=show_hosts, settings=found_settings(config)
    )
    put(parse("text"), inspection(*paths, options=options), max_size=0, force=False)
