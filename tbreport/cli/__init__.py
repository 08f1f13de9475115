"""The command line: words to calls, one module a command.

Everything heavy is imported inside the command that needs it. Results go to stdout, notes and
progress to stderr.
"""

from __future__ import annotations

from typing import Annotated

import typer

from tbreport import __version__
from tbreport.cli import baseline, cache, config
from tbreport.cli.accept import accept
from tbreport.cli.diff import diff
from tbreport.cli.explain import explain
from tbreport.cli.export import export
from tbreport.cli.gate import gate
from tbreport.cli.inspect import inspect
from tbreport.cli.lean import LeanApp
from tbreport.cli.summarize import summarize
from tbreport.cli.train import train
from tbreport.cli.watch import watch

app = LeanApp(
    name="tbreport",
    help="Read TensorBoard event files, judge the curves in them, and report.",
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)


@app.callback(invoke_without_command=True)
def root(
    context: typer.Context,
    version: Annotated[bool, typer.Option("--version", help="Print the version.")] = False,
    debug: Annotated[bool, typer.Option("--debug", help="Show tracebacks.")] = False,
) -> None:
    # What errors become, and whether their tracebacks are shown, `__main__` decides.
    if version:
        print(f"tbreport {__version__}")
    elif context.invoked_subcommand is None:
        print(context.get_help())


for command in (summarize, gate, diff, watch, export, inspect, explain, accept, train):
    app.command()(command)
app.add_typer(baseline.app, name="baseline")
app.add_typer(config.app, name="config")
app.add_typer(cache.app, name="cache")
