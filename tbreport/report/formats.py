"""FORMATS: every way a report is written, and the writing itself.

A format is a line of the table; `--format` choices, suffix guessing and help follow from it.
"""

from __future__ import annotations

import errno
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
class Folder:
    """A report that is several files."""

    files: Mapping[str, str]  # name → text
    remark: str = ""  # what is not among them


@dataclass(frozen=True, slots=True)
class Format:
    """One way to write a report."""

    name: str
    module: str  # has `render(report, **options) -> str | Folder`
    suffixes: tuple[str, ...]
    default_path: str  # where it goes when no path is given
    options: tuple[str, ...] = ()  # those that its render takes
    is_folder: bool = False  # of several files

    def prepare(self) -> None:
        """Do what can be done before there is a report: for who waits for one."""
        module = importlib.import_module(self.module)
        if hasattr(module, "prepare"):
            module.prepare()

    def render(self, report: Report, **options: Any) -> str | Folder:
        """The report as text; options that the format does not take are left out."""
        module = importlib.import_module(self.module)
        taken = {name: options[name] for name in self.options if name in options}
        rendered: str | Folder = module.render(report, **taken)
        return rendered


FORMATS: Mapping[str, Format] = {
    format.name: format
    for format in (
        Format("text", "tbreport.report.terminal", (".txt",), STDOUT, ("width", "color")),
        Format(
            "html",
            "tbreport.report.html",
            (".html", ".htm"),
            "report.html",
            ("max_size", "force"),
        ),
        Format("json", "tbreport.report.machine", (".json",), "report.json"),
        Format("markdown", "tbreport.report.markdown", (".md",), "report.md"),
        Format("github", "tbreport.report.github", (), STDOUT),
        Format("junit", "tbreport.report.junit", (".xml",), "junit.xml"),
        Format("gitlab-metrics", "tbreport.report.gitlab", (".prom",), "metrics.prom"),
        Format("svg", "tbreport.report.drawings", (), "charts", is_folder=True),
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
        CannotWrite: several files are to go to stdout.
    """
    name, _, path = text.partition("=")
    if name not in FORMATS:
        raise UnknownFormat(f"there is no format {name!r}", hint=nearest(name, FORMATS))
    if FORMATS[name].is_folder and path == STDOUT:
        raise CannotWrite(
            f"{name} is several files, not one for stdout", hint=f"--format {name}=FOLDER"
        )
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
        hint=f"known: {known}; or name it: --format html={path}, --format svg=FOLDER",
    )


def write(rendered: str | Folder, path: str) -> None:
    """Write beside the target, then move into place; a failure to write leaves what was there.

    Folders are made where there are none; files of other names stay in them.

    Raises:
        CannotWrite: with the system's reason.
    """
    if isinstance(rendered, str) and path == STDOUT:
        write_out(rendered)
        return
    try:
        if isinstance(rendered, str):
            target = Path(path)
            if target.exists() and not target.is_file():
                target.write_text(rendered, encoding="utf-8", newline="\n")  # a device, a pipe
            else:
                target.parent.mkdir(parents=True, exist_ok=True)
                replace_files({target: rendered})
        else:
            Path(path).mkdir(parents=True, exist_ok=True)
            replace_files({Path(path, name): text for name, text in rendered.files.items()})
    except OSError as error:
        reason = error.strerror or str(error)
        raise CannotWrite(f"cannot write {path!r}: {reason}") from None


def write_out(text: str) -> None:
    """Write to stdout."""
    try:
        sys.stdout.write(text)
        sys.stdout.flush()
    except BrokenPipeError:
        # Who reads has read enough. What is still buffered must not raise again at the exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def replace_files(texts: Mapping[Path, str]) -> None:
    """Write every text beside its target, then move each into place."""
    from tempfile import NamedTemporaryFile

    temporaries: list[Path] = []
    try:
        for target, text in texts.items():
            if target.is_dir():
                raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(target))
            with NamedTemporaryFile(
                "w",
                encoding="utf-8",
                newline="\n",
                dir=target.parent,
                prefix=f".{target.name}.",
                delete=False,
            ) as stream:
                temporaries.append(Path(stream.name))
                stream.write(text)
        # A temporary file is private; a report gets the rights that any new file gets.
        mask = os.umask(0)
        os.umask(mask)
        for temporary, target in zip(temporaries, texts, strict=True):
            temporary.chmod(0o666 & ~mask)
            temporary.replace(target)
    except BaseException:  # Ctrl-C too
        for temporary in temporaries:
            with suppress(OSError):
                temporary.unlink()
        raise
