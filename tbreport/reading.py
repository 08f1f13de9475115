"""Inputs → what was found under them, and its runs, read as they are asked for.

What only hands values on needs no more than this: neither analysis nor report is imported.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from tbreport.errors import BadSetting, NoEventFiles
from tbreport.model import Run, RunDigest
from tbreport.options import Options, Selection
from tbreport.reader import archive, layouts, logdir
from tbreport.reader import engine as engines
from tbreport.reader.load import Advance, load_families
from tbreport.reader.logdir import Input, Logdir


@contextmanager
def reading(
    sources: Sequence[Input], options: Options, advance: Advance = lambda file: None
) -> Iterator[tuple[Logdir, Iterator[Run]]]:
    """What was found under the inputs, and its runs, which are read as they are asked for."""
    joining = joining_layouts(options)
    engine = engines.choose(options.engine)
    with discovering(sources, options) as found:
        files = found.folders()
        yield found, load_families(layouts.families(files), files, engine, joining, advance)


@contextmanager
def discovering(sources: Sequence[Input], options: Options) -> Iterator[Logdir]:
    """What was found under the inputs, archives unpacked."""
    with archive.unpacked(sources) as opened, TemporaryDirectory(prefix="tbreport-") as scratch:
        yield logdir.discover(opened, show_hosts=options.show_hosts, scratch=Path(scratch))


def joining_layouts(options: Options) -> Iterable[str]:
    """The layouts that may join folders, by the option and the table ``[runs]``."""
    table = options.settings.table("runs")
    table.check_keys(("join", "layouts"))
    wanted = table.value("layouts", list, list(layouts.LAYOUTS))
    for name in wanted:
        if not isinstance(name, str) or name not in layouts.LAYOUTS:
            raise BadSetting(
                f"{name!r} in [{table.name}] of {table.path} is no layout",
                hint=f"known: {', '.join(layouts.LAYOUTS)}",
            )
    return wanted if options.join and table.value("join", bool, True) else ()


def no_run(found: Logdir) -> NoEventFiles:
    """What to say where the patterns take no run."""
    return NoEventFiles(
        f"no run under {found.title!r} has a name that the patterns take",
        hint="see the names with: tbreport inspect",
    )


def no_tag() -> NoEventFiles:
    """What to say where the patterns take no tag."""
    return NoEventFiles(
        "no tag of any run has a name that the patterns take",
        hint="see the names with: tbreport inspect",
    )


def refuse_nothing(digests: Sequence[RunDigest], found: Logdir, selection: Selection) -> None:
    """Fail where there is nothing to show.

    Raises:
        NoEventFiles: no point could be read, or the patterns leave no run.
    """
    if not digests:
        raise no_run(found)
    if any(digest.points for digest in digests):
        return
    problems = [problem for digest in digests for problem in digest.problems]
    if not problems and (selection.tags or selection.exclude):
        raise no_tag()
    counted = f"{len(found.files)} event file{'' if len(found.files) == 1 else 's'}"
    raise NoEventFiles(
        f"no point could be read from {counted} under {found.title!r}",
        hint="; ".join(f"{problem.path}: {problem.detail}" for problem in problems[:3]),
    )
