"""tbreport summarize: runs in, a report out."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tbreport.cli import completion
from tbreport.cli.output import (
    Cache,
    Config,
    Engine,
    Exclude,
    Executor,
    Files,
    Hosts,
    Join,
    NoCache,
    Runs,
    Tags,
    found_settings,
    note,
    put,
    selected,
    tell_crashes,
    wanted_outputs,
)
from tbreport.report.formats import FORMATS, STDOUT, Output

if TYPE_CHECKING:
    from tbreport.judging import Crash
    from tbreport.options import Options
    from tbreport.reader.cache import Store
    from tbreport.report.document import Report

Paths = Annotated[
    list[str],
    typer.Argument(
        metavar="PATH", help="Folders, event files, NAME=PATH pairs, .zip or .tar.gz artifacts."
    ),
]


def summarize(
    paths: Paths,
    runs: Runs = None,
    tags: Tags = None,
    exclude: Exclude = None,
    compare: Annotated[
        str | None,
        typer.Option(metavar="RUN|PATH", help="Hold every run against this one, step by step."),
    ] = None,
    format: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME[=PATH]",
            help=f"Repeatable; one of {', '.join(FORMATS)}. PATH - is stdout.",
            autocompletion=completion.formats,
        ),
    ] = None,
    output: Files = None,
    open_page: Annotated[bool, typer.Option("--open", help="Open the page in a browser.")] = False,
    title: Annotated[str | None, typer.Option(metavar="TEXT", help="The report's title.")] = None,
    fail_on: Annotated[
        str | None,
        typer.Option(
            metavar="warning|error",
            help="Exit 1 on findings of this severity, and where no run can be judged.",
        ),
    ] = None,
    require: Annotated[
        str | None,
        typer.Option(
            metavar="NAMES", help="Exit 1 where one of these detectors could not look at a run."
        ),
    ] = None,
    max_size: Annotated[
        float, typer.Option(metavar="MB", help="How large the page may be.", min=1)
    ] = 10,
    force: Annotated[
        bool, typer.Option("--force", help="Write a page of more than 24 MB.")
    ] = False,
    engine: Engine = None,
    join: Join = True,
    show_hosts: Hosts = False,
    executor: Executor = None,
    cache: Cache = None,
    no_cache: NoCache = False,
    config: Config = None,
) -> None:
    """Read runs, say what went wrong in them, and write a report.

    Without --format and -o the text goes to stdout and the page to report.html.
    """
    from tbreport.executors import opened
    from tbreport.options import Options
    from tbreport.pipeline import summarize as make
    from tbreport.progress import Progress
    from tbreport.remembering import columns_in

    began = time.perf_counter()
    if fail_on not in (None, "warning", "error"):
        raise typer.BadParameter(
            f"{fail_on!r} is neither warning nor error", param_hint="--fail-on"
        )
    demanded = demanded_codes(require)
    outputs = wanted_outputs(format, output)
    selection = selected(runs, tags, exclude)
    options = Options(selection, compare, title, engine, join, show_hosts, found_settings(config))
    crashes: list[Crash] = []
    with Progress() as progress, opened(executor) as workers, remembered(cache, no_cache) as store:
        report = make(
            *paths,
            options=options,
            begin=progress.begin,
            advance=progress.advance,
            meanwhile=lambda: prepare(outputs),
            crashes=crashes,
            executor=workers,
            values=store,
            columns=columns_in(store.folder, note) if store else None,
        )
    from tbreport.report.coverage import unmet
    from tbreport.report.headline import why_unjudged

    tell_crashes(crashes)
    for wanted in outputs:
        put(wanted, report, max_size=int(max_size * 1e6), force=force)
    note(f"{time.perf_counter() - began:.2f} s")
    if open_page:
        open_in_browser(outputs)
    missing = unmet(report.runs, demanded)
    for sentence in missing:
        note(sentence)
    unjudged = why_unjudged(report.runs) if fail_on and asks_for_trainings(options) else ""
    if unjudged:
        note(f"no run could be judged, so none passes: {unjudged}")
    if missing or unjudged or (fail_on and severe(report, fail_on)):
        raise typer.Exit(1)


def prepare(outputs: list[Output]) -> None:
    """Do what can be done before there is a report."""
    import tbreport.report.sections  # noqa: F401

    for wanted in outputs:
        wanted.format.prepare()


@contextmanager
def remembered(folder: Path | None, forget: bool) -> Iterator[Store | None]:
    """The store of digests that were made before, unless nothing is to be remembered."""
    from tbreport.cli.cache import opened, opened_columns

    if forget:
        yield None
        return
    with closing(opened(folder)) as store:
        yield store
        store.trim()
    with closing(opened_columns(folder)) as columns, suppress(OSError):  # told above
        if columns.path.exists():
            columns.trim()


def demanded_codes(names: str | None) -> list[str]:
    """The codes of detectors that are named with commas between.

    Raises:
        UnknownSetting: there is no such detector.
    """
    from tbreport.analysis.detector import named

    found = [named(name.strip()) for name in (names or "").split(",") if name.strip()]
    for one in found:
        if one.scope != "run":
            raise typer.BadParameter(
                f"{one.name} does not look at the curves of runs", param_hint="--require"
            )
    return [one.code for one in found]


def asks_for_trainings(options: Options) -> bool:
    """Whether the settings choose a detector that judges trainings; or none at all."""
    from tbreport.analysis.detector import DetectorSettings
    from tbreport.report.runs import OF_TRAINING

    settings = DetectorSettings.parse(options.settings.table("detectors"))
    chosen = [one.code for one in settings.chosen]
    return not chosen or any(code.startswith(OF_TRAINING) for code in chosen)


def severe(report: Report, least: str) -> bool:
    """Whether any finding is at least that severe."""
    counted = ("error",) if least == "error" else ("warning", "error")
    every = [*report.findings, *(finding for run in report.runs for finding in run.findings)]
    return any(finding.severity in counted for finding in every if not finding.accepted)


def open_in_browser(outputs: list[Output]) -> None:
    import webbrowser

    for wanted in outputs:
        if wanted.format.name == "html" and wanted.path != STDOUT:
            webbrowser.open(Path(wanted.path).resolve().as_uri())
