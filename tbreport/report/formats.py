"""FORMATS: every way a report is written, and the writing itself.

A format is a line of the table; `--format` choices, suffix guessing and help follow from it.
"""

from __future__ import annotations

import importlib
import os
import sys
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tbreport.errors import CannotWrite, UnknownFormat
from tbreport.settings import nearest

if TYPE_CHECKING:
    from tbreport.report.document import Report

STDOUT = "-"


@dataclass(frozen=True, slots=True)
class Format:
    """One way to write a report."""

    name: str
    description: str
    module: str  # has `render(report, **options) -> str`
    suffixes: tuple[str, ...]
    default_path: str  # where it goes when no path is given
    options: tuple[str, ...] = ()  # of `Layout`, which its render takes

    def prepare(self) -> None:
        """Do what can be done before there is a report: for who waits for one."""
        module = importlib.import_module(self.module)
        if hasattr(module, "prepare"):
            module.prepare()

    def render(self, report: Report, **options: Any) -> str:
        """The text of the report; options that the format does not take are left out."""
        module = importlib.import_module(self.module)
        taken = {name: options[name] for name in self.options if name in options}
        text: str = module.render(report, **taken)
        return text


FORMATS: Mapping[str, Format] = {
    format.name: format
    for format in (
        Format(
            "text",
            "a table and the findings, for a terminal",
            "tbreport.report.terminal",
            (".txt",),
            STDOUT,
            ("width", "color"),
        ),
        Format(
            "html",
            "one self-contained page",
            "tbreport.report.html",
            (".html", ".htm"),
            "report.html",
            ("max_size", "force"),
        ),
        Format(
            "json",
            "for other programs, in a versioned schema",
            "tbreport.report.machine",
            (".json",),
            "report.json",
        ),
        Format(
            "markdown",
            "a comment on a pull request",
            "tbreport.report.markdown",
            (".md",),
            "report.md",
        ),
        Format(
            "github",
            "annotations of GitHub Actions",
            "tbreport.report.github",
            (),
            STDOUT,
        ),
        Format(
            "junit",
            "test cases for CI systems",
            "tbreport.report.junit",
            (".xml",),
            "junit.xml",
        ),
        Format(
            "gitlab-metrics",
            "OpenMetrics for GitLab's merge requests",
            "tbreport.report.gitlab",
            (".prom",),
            "metrics.prom",
        ),
    )
}


@dataclass(frozen=True, slots=True)
class Output:
    """One format and where it goes."""

    format: Format
    path: str  # "-" is stdout


def parse(text: str) -> Output:
    """Read `NAME` or `NAME=PATH`.

    Raises:
        UnknownFormat: there is no format of that name.
    """
    name, _, path = text.partition("=")
    if name not in FORMATS:
        raise UnknownFormat(f"there is no format {name!r}", hint=nearest(name, FORMATS))
    return Output(FORMATS[name], path or FORMATS[name].default_path)


def by_suffix(path: str) -> Output:
    """The format whose suffix a path has; stdout is text.

    Raises:
        UnknownFormat: no format has that suffix.
    """
    if path == STDOUT:
        return Output(FORMATS["text"], path)
    for format in FORMATS.values():
        if path.lower().endswith(format.suffixes):
            return Output(format, path)
    known = ", ".join(suffix for format in FORMATS.values() for suffix in format.suffixes)
    raise UnknownFormat(
        f"no format has the suffix of {path!r}",
        hint=f"known: {known}; or name it: --format html={path}",
    )


def write(text: str, path: str) -> None:
    """Write beside the target, then move into place; a failure leaves the old file.

    Raises:
        CannotWrite: with the system's reason.
    """
    if path == STDOUT:
        try:
            sys.stdout.write(text)
            sys.stdout.flush()
        except BrokenPipeError:
            # Who reads has read enough. What is still buffered must not raise again at the exit.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return
    from tempfile import NamedTemporaryFile

    target = Path(path)
    temporary = None
    try:
        with NamedTemporaryFile(
            "w",
            encoding="utf-8",
            newline="\n",
            dir=target.parent,
            prefix=f".{target.name}.",
            delete=False,
        ) as stream:
            temporary = Path(stream.name)
            stream.write(text)
        # A temporary file is private; a report gets the rights that any new file gets.
        mask = os.umask(0)
        os.umask(mask)
        temporary.chmod(0o666 & ~mask)
        temporary.replace(target)
    except OSError as error:
        if temporary is not None:
            with suppress(OSError):
                temporary.unlink()
        reason = error.strerror or str(error)
        raise CannotWrite(f"cannot write {path!r}: {reason}") from None
