"""What the commands share: their common options, and where results and notes go."""

from __future__ import annotations

import os
import re
import shutil
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tbreport.errors import CannotWrite
from tbreport.report.formats import STDOUT, Folder, Output, by_suffix, parse, write
from tbreport.wording import count, one_line

if TYPE_CHECKING:
    from tbreport.judging import Crash
    from tbreport.options import Selection
    from tbreport.report.document import Report
    from tbreport.settings import Settings

DEFAULT_OUTPUTS = ("text", "html")
PIPE_WIDTH = 120  # columns, where stdout is no terminal
# A path has lost a slash of it; a single letter is a drive of Windows.
URL = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+:/")

Files = Annotated[
    list[str] | None,
    typer.Option("--output", "-o", metavar="FILE", help="Repeatable; the suffix names the format."),
]
Runs = Annotated[str | None, typer.Option(metavar="REGEX", help="Only runs whose name matches.")]
Tags = Annotated[str | None, typer.Option(metavar="REGEX", help="Only tags that match.")]
Exclude = Annotated[
    str | None, typer.Option(metavar="REGEX", help="Leave out runs and tags that match.")
]
Engine = Annotated[
    str | None,
    typer.Option(metavar="NAME", help="How files are read; see inspect --engines."),
]
Join = Annotated[
    bool, typer.Option("--join/--no-join", help="Join train/ and validation/ folders and the like.")
]
Hosts = Annotated[bool, typer.Option("--show-hosts", help="Show event files by their whole names.")]
Config = Annotated[
    Path | None,
    typer.Option("--config", metavar="FILE", help="Settings, not the nearest tbreport.toml."),
]
Executor = Annotated[
    str | None,
    typer.Option(metavar="NAME", help="Who reads: threads, processes or dask://HOST:PORT."),
]
Cache = Annotated[
    Path | None,
    typer.Option("--cache", metavar="DIR", help="Where it is remembered what was read before."),
]
NoCache = Annotated[bool, typer.Option("--no-cache", help="Remember nothing, read everything.")]


def wanted_outputs(
    formats: list[str] | None, files: list[str] | None, otherwise: Sequence[str] = DEFAULT_OUTPUTS
) -> list[Output]:
    """What to write, by the options; the defaults where there are none.

    Raises:
        UnknownFormat: one is none.
        CannotWrite: two formats would go to one file, or one to a URL.
    """
    found = [*map(parse, formats or ()), *map(by_suffix, files or ())]
    places: dict[Path, str] = {}
    for one in found:
        refuse_url(one.path)
        place = Path(one.path).resolve()
        is_file = one.path != STDOUT and (place.is_file() or not place.exists())  # no /dev/null
        if is_file and places.setdefault(place, one.format.name) != one.format.name:
            raise CannotWrite(
                f"{one.path!r} cannot hold both {places[place]} and {one.format.name}",
                hint="give each format a file of its own",
            )
    return found or [parse(name) for name in otherwise]


def refuse_url(place: str | Path) -> None:
    """Fail where a URL is to be written to, before anything is read.

    Raises:
        CannotWrite: it would become a folder that is called "s3:".
    """
    if URL.match(str(place)):
        raise CannotWrite(
            f"cannot write {str(place)!r}: results are files of this machine",
            hint="write a file, and copy it to the store",
        )


def tell_crashes(crashes: Sequence[Crash]) -> None:
    """A line for each detector that raised."""
    for detector, run, error in crashes:
        note(
            f"detector {detector} failed on run {run!r} ({type(error).__name__}: {error}); "
            "please report it"
        )


def put(wanted: Output, report: Report, *, max_size: int, force: bool) -> None:
    """Render one format and write it; files are named on stderr."""
    to_terminal = wanted.path == STDOUT and sys.stdout.isatty()
    rendered = wanted.format.render(
        report,
        width=shutil.get_terminal_size().columns if to_terminal else PIPE_WIDTH,
        color=to_terminal and not os.environ.get("NO_COLOR"),
        max_size=max_size,
        force=force,
    )
    has_names = wanted.path == STDOUT and wanted.format.name != "github"
    with without_commands() if has_names else nullcontext():
        write(rendered, wanted.path)
    if wanted.path != STDOUT:
        note(f"{wanted.path} {weight(rendered)}")


@contextmanager
def without_commands() -> Iterator[None]:
    """Keep GitHub Actions from obeying a name on stdout that is a workflow command."""
    if not in_actions():
        yield
        return
    token = os.urandom(16).hex()
    write(f"::stop-commands::{token}\n", STDOUT)
    try:
        yield
    finally:
        write(f"\n::{token}::\n", STDOUT)


def weight(rendered: str | Folder) -> str:
    """How much was written: "1.20 MB", "14 files, 0.31 MB"."""
    if isinstance(rendered, str):
        return f"{len(rendered.encode()) / 1e6:.2f} MB"
    n_bytes = sum(len(text.encode()) for text in rendered.files.values())
    told = f"{count(len(rendered.files), 'file')}, {n_bytes / 1e6:.2f} MB"
    return f"{told}; {rendered.remark}" if rendered.remark else told


def in_actions() -> bool:
    """Whether GitHub Actions runs this, and reads stdout for commands."""
    return os.environ.get("GITHUB_ACTIONS") == "true"


def tell_github(report: Report, outputs: Sequence[Output]) -> None:
    """The step's summary and its outputs, in the files that the runner names."""
    from tbreport.report import github, markdown

    paths = {output.format.name: output.path for output in outputs if output.path != STDOUT}
    append("GITHUB_STEP_SUMMARY", markdown.render(report))
    outcome = github.step_outputs(report, paths)
    append("GITHUB_OUTPUT", github.output_lines(outcome, f"end-{os.urandom(16).hex()}"))


def append(variable: str, text: str) -> None:
    """Add to the file that a variable of the environment names, if it does.

    Raises:
        CannotWrite: with the system's reason.
    """
    name = os.environ.get(variable)
    if not name:
        return
    try:
        with Path(name).open("a", encoding="utf-8", errors="replace") as file:
            file.write(text)
    except OSError as error:
        raise CannotWrite(f"cannot write the file of {variable}: {error.strerror}") from None


def selected(runs: str | None, tags: str | None, exclude: str | None) -> Selection:
    """What the user's three regular expressions leave."""
    from tbreport.options import Selection

    return Selection(
        pattern(runs, "--runs"), pattern(tags, "--tags"), pattern(exclude, "--exclude")
    )


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
    """One line for the person, not for the pipe; names in it come from strangers."""
    print(f"tbreport: {one_line(message)}", file=sys.stderr)
