"""The command line: words to calls. Everything heavy is imported inside the command that needs it.

Results go to stdout, notes and progress to stderr.
"""

from __future__ import annotations

import os
import re
import shutil
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tbreport import __version__
from tbreport.errors import MissingExtra, TbreportError
from tbreport.report.formats import FORMATS, STDOUT, Output, by_suffix, parse, write
from tbreport.settings import nearest

if TYPE_CHECKING:
    from tbreport.pipeline import Crash
    from tbreport.report.document import Report
    from tbreport.settings import Settings

app = typer.Typer(
    name="tbreport",
    help="Read TensorBoard event files, judge the curves in them, and report.",
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    add_completion=False,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)

DEFAULT_OUTPUTS = ("text", "html")

Paths = Annotated[
    list[str],
    typer.Argument(help="Folders, event files, NAME=PATH pairs, or .zip/.tar.gz artifacts."),
]
Engine = Annotated[str | None, typer.Option(help="How files are read; see inspect --engines.")]
Join = Annotated[
    bool, typer.Option("--join/--no-join", help="Join train/ and validation/ folders and the like.")
]
Hosts = Annotated[bool, typer.Option("--show-hosts", help="Show event files by their whole names.")]
Config = Annotated[
    Path | None, typer.Option(help="Settings file, in place of the nearest tbreport.toml.")
]


@app.callback(invoke_without_command=True)
def root(
    version: Annotated[bool, typer.Option("--version", help="Print the version.")] = False,
    debug: Annotated[bool, typer.Option("--debug", help="Show tracebacks.")] = False,
) -> None:
    if version:
        print(f"tbreport {__version__}")
        raise typer.Exit


@app.command()
def summarize(
    paths: Paths,
    runs: Annotated[
        str | None, typer.Option(metavar="REGEX", help="Only runs whose name matches.")
    ] = None,
    tags: Annotated[str | None, typer.Option(metavar="REGEX", help="Only tags that match.")] = None,
    exclude: Annotated[
        str | None, typer.Option(metavar="REGEX", help="Leave out runs and tags that match.")
    ] = None,
    compare: Annotated[
        str | None,
        typer.Option(metavar="RUN|PATH", help="Hold every run against this one, step by step."),
    ] = None,
    format: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME[=PATH]",
            help=f"Repeatable; one of {', '.join(FORMATS)}. PATH - is stdout.",
        ),
    ] = None,
    output: Annotated[
        str | None, typer.Option("--output", "-o", help="One format, by its suffix.")
    ] = None,
    open_page: Annotated[bool, typer.Option("--open", help="Open the page in a browser.")] = False,
    title: Annotated[str | None, typer.Option(help="The report's title.")] = None,
    fail_on: Annotated[
        str | None,
        typer.Option(metavar="warning|error", help="Exit 1 on findings of this severity."),
    ] = None,
    max_size: Annotated[float, typer.Option(help="MB that the page may have.", min=1)] = 10,
    force: Annotated[bool, typer.Option(help="Write a page of more than 24 MB.")] = False,
    engine: Engine = None,
    join: Join = True,
    show_hosts: Hosts = False,
    config: Config = None,
) -> None:
    """Read runs, say what went wrong in them, and write a report.

    Without --format and -o the text goes to stdout and the page to report.html.
    """
    from tbreport.options import Options, Selection
    from tbreport.pipeline import summarize as make
    from tbreport.progress import Progress

    began = time.perf_counter()
    if fail_on not in (None, "warning", "error"):
        raise typer.BadParameter(
            f"{fail_on!r} is neither warning nor error", param_hint="--fail-on"
        )
    outputs = wanted_outputs(format, output)
    selection = Selection(
        pattern(runs, "--runs"), pattern(tags, "--tags"), pattern(exclude, "--exclude")
    )
    options = Options(selection, compare, title, engine, join, show_hosts, found_settings(config))
    crashes: list[Crash] = []
    with Progress() as progress:
        report = make(
            *paths,
            options=options,
            begin=progress.begin,
            advance=progress.advance,
            crashes=crashes,
        )
    for detector, run, error in crashes:
        note(
            f"detector {detector} failed on run {run!r} ({type(error).__name__}: {error}); "
            "please report it"
        )
    for wanted in outputs:
        put(wanted, report, max_size=int(max_size * 1e6), force=force)
    note(f"{time.perf_counter() - began:.2f} s")
    if open_page:
        open_in_browser(outputs)
    if fail_on and severe(report, fail_on):
        raise typer.Exit(1)


def wanted_outputs(formats: list[str] | None, output: str | None) -> list[Output]:
    """What to write, by the options; the defaults where there are none."""
    found = [parse(text) for text in formats or ()]
    if output is not None:
        found.append(by_suffix(output))
    return found or [parse(name) for name in DEFAULT_OUTPUTS]


def put(wanted: Output, report: Report, *, max_size: int, force: bool) -> None:
    """Render one format and write it; files are named on stderr."""
    to_terminal = wanted.path == STDOUT and sys.stdout.isatty()
    text = wanted.format.render(
        report,
        width=shutil.get_terminal_size((120, 40)).columns if to_terminal else 120,
        color=to_terminal and not os.environ.get("NO_COLOR"),
        max_size=max_size,
        force=force,
    )
    write(text, wanted.path)
    if wanted.path != STDOUT:
        note(f"{wanted.path} {len(text.encode()) / 1e6:.2f} MB")


def severe(report: Report, least: str) -> bool:
    """Whether any finding is at least that severe."""
    counted = ("error",) if least == "error" else ("warning", "error")
    every = [*report.findings, *(finding for run in report.runs for finding in run.findings)]
    return any(finding.severity in counted for finding in every)


def open_in_browser(outputs: list[Output]) -> None:
    import webbrowser

    for wanted in outputs:
        if wanted.format.name == "html" and wanted.path != STDOUT:
            webbrowser.open(Path(wanted.path).resolve().as_uri())


@app.command()
def inspect(
    paths: Annotated[list[str] | None, typer.Argument(help="As for summarize.")] = None,
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


@app.command()
def explain(
    name: Annotated[
        str | None, typer.Argument(help="A code (TB301), a detector's name, an error's slug.")
    ] = None,
) -> None:
    """Print the manual of a detector or of an error; without a name, list them all."""
    import inspect as introspection

    from tbreport.analysis.detector import every_detector
    from tbreport.analysis.detector import explain as manual
    from tbreport.errors import UnknownSetting, every_error

    errors = {error.slug(): error for error in every_error()}
    if name is None:
        for detector in sorted(every_detector(), key=lambda found: found.code):
            print(f"{detector.code}  {detector.name}")
        print("\n".join(sorted(errors)))
    elif name in errors:
        print(f"{name} (exit code {errors[name].exit_code})\n")
        print(introspection.getdoc(errors[name]))
    else:
        try:
            sys.stdout.write(manual(name))
        except UnknownSetting as unknown:
            known = [*errors, *(d.name for d in every_detector())]
            raise UnknownSetting(
                f"there is nothing called {name!r} to explain", hint=nearest(name, known)
            ) from unknown


@app.command()
def train(
    scenario: Annotated[str | None, typer.Argument(help="See --list.")] = None,
    show: Annotated[bool, typer.Option("--list", help="List the scenarios.")] = False,
    out: Annotated[Path, typer.Option(help="Where the run's folder is made.")] = Path("runs"),
    seed: Annotated[int, typer.Option(min=0)] = 0,
    device: Annotated[str, typer.Option(help="auto, cpu, cuda, cuda:N or mps.")] = "auto",
) -> None:
    """Train a small model that goes well, or wrong in a known way, and log it."""
    from tbreport.training import TrainingError
    from tbreport.training.scenarios import SCENARIOS

    if show or scenario is None:
        for found in SCENARIOS.values():
            gives = ", ".join(f"{code} {severity}" for code, severity in found.expects.items())
            print(f"{found.name:14} {found.task:12} {found.description}")
            print(f"{'':27} gives: {gives or 'no warning, no error'}")
        return
    try:
        from tbreport.training.loop import train as run_training
    except ImportError as error:
        raise MissingExtra(
            f"training needs a package that is not here: {error}",
            hint="pip install 'tbreport[train]'",
        ) from None
    try:
        folder = run_training(scenario, out, seed=seed, device=device, echo=note)
    except TrainingError as error:
        raise TbreportError(str(error), hint=error.hint) from None
    print(folder)


def pattern(text: str | None, option: str) -> re.Pattern[str] | None:
    """A regular expression that the user wrote."""
    if text is None:
        return None
    try:
        return re.compile(text)
    except re.error as error:
        raise typer.BadParameter(
            f"{text!r} is no regular expression: {error}", param_hint=option
        ) from None


def found_settings(config: Path | None) -> Settings:
    """The settings that hold where the command runs."""
    from tbreport import settings

    return settings.load(Path.cwd(), config)


def note(message: str) -> None:
    """One line for the person, not for the pipe."""
    print(f"tbreport: {message}", file=sys.stderr)
