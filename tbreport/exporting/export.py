"""export: logdirs in, one table for each kind out, at full resolution.

Runs are read family by family, written and let go. A table is written beside its place and moved
there once it is whole. Wide tables need the tags of all runs before the first row: the files are
read twice.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Protocol

from tbreport.errors import CannotWrite, UnknownFormat
from tbreport.exporting.tables import Rows, Type, columns, rows
from tbreport.exporting.wide import WIDE, tags_of, wide_columns, wide_rows
from tbreport.model import Blob, Problem, Run
from tbreport.options import Options
from tbreport.reader import logdir
from tbreport.reader.kinds import HPARAMS, KINDS
from tbreport.reader.load import Advance, read_blob
from tbreport.reader.logdir import Logdir
from tbreport.reading import no_run, no_tag, reading
from tbreport.settings import nearest


class Writer(Protocol):
    """Writes one table."""

    def write(self, rows: Rows) -> None: ...
    def close(self) -> None: ...
    def abandon(self) -> None: ...


@dataclass(frozen=True, slots=True)
class Format:
    """One kind of file that tables are written to."""

    name: str
    module: str
    writer: str

    @property
    def suffix(self) -> str:
        return f".{self.name}"

    def open(self, path: Path, kind: str, types: Mapping[str, Type]) -> Writer:
        """Begin a table.

        Raises:
            MissingExtra: it needs a package that is not installed.
        """
        writer: Writer = getattr(importlib.import_module(self.module), self.writer)(
            path, kind, types
        )
        return writer


FORMATS: Mapping[str, Format] = {
    format.name: format
    for format in (
        Format("parquet", "tbreport.exporting.parquet", "ParquetWriter"),
        Format("csv", "tbreport.exporting.lines", "CsvWriter"),
        Format("jsonl", "tbreport.exporting.lines", "JsonWriter"),
    )
}
STDOUT = Path("-")


@dataclass(frozen=True, slots=True)
class Exported:
    """One table that was written."""

    kind: str
    path: Path
    rows: int


@dataclass(frozen=True, slots=True)
class Result:
    """What an export left."""

    tables: tuple[Exported, ...]
    problems: tuple[Problem, ...]  # of the files that were read


def named_format(name: str) -> Format:
    """The format of a name.

    Raises:
        UnknownFormat: there is none.
    """
    if name not in FORMATS:
        raise UnknownFormat(f"there is no format {name!r}", hint=nearest(name, FORMATS))
    return FORMATS[name]


def named_kinds(names: str) -> list[str]:
    """The kinds of a list with commas between.

    Raises:
        UnknownFormat: there is no such kind, or none is named.
    """
    found = [name.strip() for name in names.split(",") if name.strip()] or [""]
    for name in found:
        if name not in KINDS:
            raise UnknownFormat(f"there is no kind {name!r}", hint=nearest(name, KINDS))
    return list(dict.fromkeys(found))


def export(
    *paths: str | Path,
    targets: Mapping[str, Path],
    format: Format,
    wide: bool = False,
    options: Options | None = None,
    advance: Advance = lambda file: None,
    begin: Callable[[Logdir], None] = lambda found: None,
) -> Result:
    """Write one table for each kind.

    Args:
        paths: as for `summarize`.
        targets: kind → the file of its table.
        wide: a row for each run and step, a column for each tag, where the kind can (`WIDE`).

    Raises:
        LogdirError: nothing is there, or the patterns take none of it.
        CannotWrite: a table cannot be written; those that stood there before are untouched.
    """
    options = options or Options()
    sources = logdir.inputs([str(path) for path in paths])
    tags: dict[str, set[str]] = {kind: set() for kind in targets if wide and kind in WIDE}
    if tags:
        with reading(sources, options) as (_, runs):
            for run in chosen(runs, options):
                for kind, known in tags.items():
                    known.update(tags_of(kind, run))
    with ExitStack() as stack:
        tables = {
            kind: stack.enter_context(
                table(kind, path, format, wide_columns(kind, tags[kind]) if kind in tags else None)
            )
            for kind, path in targets.items()
        }
        problems: list[Problem] = []
        has_runs = has_tags = False
        with reading(sources, options, advance) as (found, runs):
            begin(found)
            problems += found.problems
            places = found.paths()
            for run in chosen(runs, options):
                has_runs = True
                has_tags |= bool(run.scalars or run.histograms or run.blobs)
                has_tags |= HPARAMS in targets and bool(run.hparams)  # which no pattern leaves out
                problems += run.problems
                for one in tables.values():
                    one.add(run, lambda blob: read_blob(places[blob.path], blob), problems)
        selection = options.selection
        if not has_runs and not problems:
            raise no_run(found)
        if (selection.tags or selection.exclude) and not has_tags and not problems:
            raise no_tag()
    written = (Exported(kind, targets[kind], one.rows) for kind, one in tables.items())
    return Result(tuple(written), tuple(problems))


def chosen(runs: Iterator[Run], options: Options) -> Iterator[Run]:
    """The runs and tags that the selection takes."""
    selection = options.selection
    for run in runs:
        if selection.takes(run.name, selection.runs):
            yield selection.of(run)


class Table:
    """A table while it is written."""

    def __init__(self, kind: str, types: Mapping[str, Type], writer: Writer, wide: bool) -> None:
        self.kind = kind
        self.types = types
        self.writer = writer
        self.wide = wide
        self.rows = 0

    def add(self, run: Run, fetch: Callable[[Blob], bytes], problems: list[Problem]) -> None:
        """Write a run's rows; a file that vanishes meanwhile is a problem."""
        wanted = wide_rows(self.kind, run, self.types, fetch) if self.wide else None
        for part in guarded(wanted or rows(self.kind, run, fetch), run, problems):
            self.writer.write(part)
            self.rows += part.length


def guarded(parts: Iterator[Rows], run: Run, problems: list[Problem]) -> Iterator[Rows]:
    """Rows as long as their files can be read."""
    try:
        yield from parts
    except OSError as error:
        path = run.files[0].path if run.files else run.name
        problems.append(Problem("TB109", path, 0, 0, error.strerror or str(error), run=run.name))


@contextmanager
def table(
    kind: str, path: Path, format: Format, types: Mapping[str, Type] | None
) -> Iterator[Table]:
    """A table that takes its place once it is whole.

    Raises:
        CannotWrite: with the system's reason.
    """
    wide = types is not None
    known = columns(kind) if types is None else types
    if path == STDOUT:
        writer = format.open(path, kind, known)
        yield Table(kind, known, writer, wide)
        writer.close()
        return
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with TemporaryDirectory(prefix=f".{path.name}.", dir=path.parent) as folder:
            draft = Path(folder) / path.name
            writer = format.open(draft, kind, known)
            try:
                yield Table(kind, known, writer, wide)
            except BaseException:
                with suppress(OSError):
                    writer.abandon()
                raise
            writer.close()
            draft.replace(path)
    except OSError as error:
        reason = error.strerror or str(error)
        raise CannotWrite(f"cannot write {str(path)!r}: {reason}") from None
