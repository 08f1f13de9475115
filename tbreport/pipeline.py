"""summarize: logdirs in, one Report out: discover → plan → map(load → digest) → compose.

The map is over families of folders (`reader.layouts`), and each is loaded, digested and let go by
itself: the arrays of one training are in memory at a time, not those of all.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from tbreport import __version__
from tbreport.analysis.digest import plan_for
from tbreport.dating import source_date
from tbreport.errors import NothingToCompare
from tbreport.judging import Crash, Judges
from tbreport.mapping import Job, Outcome, digested
from tbreport.model import Problem, RunDigest
from tbreport.options import Options, command, told
from tbreport.reader import engine as engines
from tbreport.reader import layouts, logdir
from tbreport.reader.companions import beside
from tbreport.reader.load import Advance
from tbreport.reader.logdir import Input, Logdir
from tbreport.reader.urls import is_remote
from tbreport.reading import discovering, joining_layouts, reading, refuse_nothing
from tbreport.remembering import Memory, Values, fingerprint
from tbreport.settings import Table
from tbreport.workers import Workers

if TYPE_CHECKING:
    from tbreport.reader.columns import Columns
    from tbreport.report.document import Report

TITLE = "Training report"
PLANNED_ALIKE = 50  # runs; from here on they share what may be drawn


def summarize(
    *paths: str | Path,
    options: Options | None = None,
    advance: Advance = lambda file: None,
    begin: Callable[[Logdir], None] = lambda found: None,
    meanwhile: Callable[[], None] = lambda: None,
    crashes: list[Crash] | None = None,
    executor: Executor | Workers | None = None,
    values: Values | None = None,
    columns: Columns | None = None,
) -> Report:
    """Read everything under the paths and make the report of it.

    Args:
        paths: folders, event files, `name=path` pairs, archives.
        begin: told once what was found; `advance` of each file that was read.
        meanwhile: called once while others read and judge, if they do.
        crashes: collects what detectors raised; without it the first one ends the summary.
        executor: who reads and judges the runs, family by family; this process without one. The
            report is the same.
        values: where digests are kept for the next time.
        columns: where that is kept which was read of files whose reading is dear.

    Raises:
        LogdirError: nothing is there, or no point could be read from any file.
        SettingsError: the settings cannot be used.
        NothingToCompare: `compare` names neither a run nor a path with one run.
    """
    options = options or Options()
    judges = Judges.parse(options.settings)
    given = report_title(options.settings.table("report"))
    named = logdir.inputs([str(path) for path in paths])
    inside, reference = compared_path(options.compare, named)
    sources = [*named, *reference]
    digests: list[RunDigest] = []
    failed: list[Problem] = []
    with discovering(sources, options) as found:
        begin(found)
        label = found.labels[-1] if reference else inside
        aside = beside(found.paths().values())
        keep = (".*",) if options.compare else ()
        plan = plan_for(rounded(len(found.folders())), keep, show=True)
        engine = engines.choose(options.engine).name
        joining = tuple(joining_layouts(options))
        job = Job(judges, plan, engine, joining, options.selection, columns, label)
        memory = None
        if values is not None:
            memory = Memory(values, fingerprint(options, engine, joining, plan, label))
        for outcome in outcomes(job, found, executor, memory, advance, meanwhile):
            if outcome.crashes and crashes is None:
                raise outcome.crashes[0][2]
            digests += outcome.digests
            failed += outcome.problems
            if crashes is not None:
                crashes += outcome.crashes
    found = replace(found, problems=(*found.problems, *failed))
    refuse_nothing(digests, found, options.selection)
    from tbreport.report.sections import compose  # not before workers begin: they need no report

    return compose(
        digests,
        title=options.title or given or TITLE,
        version=__version__,
        created_at=source_date(),
        findings=judges.of_all(digests, found, crashes),
        problems=found.problems,
        compare=compared_run(options.compare, label, digests),
        detectors=judges.names(digests),
        beside=aside,
        recipe={"command": command(options), "settings": told(options.settings)},
    )


def inspection(*paths: str | Path, options: Options | None = None) -> Report:
    """How everything under the paths was read, without a judgement.

    Raises:
        LogdirError: nothing is there.
        SettingsError: the settings cannot be used.
    """
    from tbreport.report import inspection as inspect

    options = options or Options()
    judges = Judges.parse(options.settings).without_detectors()
    sources = logdir.inputs([str(path) for path in paths])
    with reading(sources, options) as (found, runs):
        plan = plan_for(len(found.folders()))
        inspected = [(run, judges.digest(run, plan, found.paths(), None)) for run in runs]
    return inspect.compose(
        inspected,
        title=found.title,
        version=__version__,
        engine=engines.choose(options.engine).name,
        why={layout.name: layout.description for layout in layouts.LAYOUTS.values()},
    )


def rounded(runs: int) -> int:
    """A number of runs, from 50 on the next 2^n or 3 · 2^n: one run more changes no plan.

    With another plan all that is remembered of the others would be made again.
    """
    if runs <= PLANNED_ALIKE:
        return runs
    power = 1 << (runs - 1).bit_length()
    return power * 3 // 4 if runs <= power * 3 // 4 else power


def outcomes(
    job: Job,
    found: Logdir,
    executor: Executor | Workers | None,
    memory: Memory | None,
    advance: Advance,
    meanwhile: Callable[[], None],
) -> Iterator[Outcome]:
    """What comes of each family of folders that was found."""
    files = found.folders()
    try:
        yield from digested(
            job,
            layouts.families(files),
            files,
            executor=executor,
            memory=memory,
            advance=advance,
            meanwhile=meanwhile,
        )
    finally:
        if memory is not None:  # what was made before a Ctrl-C need not be made again
            memory.flush()


def report_title(table: Table) -> str | None:
    """The title that the table ``[report]`` gives."""
    table.check_keys(("title",))
    title: str | None = table.value("title", str, None)
    return title


def compared_path(compare: str | None, named: Sequence[Input]) -> tuple[str | None, list[Input]]:
    """What `--compare` means, where it is a path: a folder of an input, or an input of its own."""
    if compare is None or not (is_remote(compare) or Path(compare).exists()):
        return None, []
    (source,) = logdir.inputs([compare])
    if not source.url and source.path.is_dir():
        place = source.path.resolve()
        for one in named:
            if not one.url and place.is_relative_to(above := one.path.resolve()):
                return one.folder(place.relative_to(above).as_posix()), []
    return None, [replace(source, label=source.title)]


def is_under(run: str, label: str | None) -> bool:
    """Whether a run lies in a folder, or came with the input of a label."""
    return label is not None and (label in (".", run) or run.startswith(f"{label}/"))


def compared_run(
    compare: str | None, label: str | None, digests: Sequence[RunDigest]
) -> str | None:
    """The name of the run that the others are held against.

    Raises:
        NothingToCompare: it names no run, or a path with more than one.
    """
    if compare is None:
        return None
    names = [digest.run for digest in digests]
    if compare in names:
        return compare
    under = [d.run for d in digests if is_under(d.run, label) or label in d.folders]
    if len(under) == 1:
        return under[0]
    if under:
        raise NothingToCompare(
            f"{compare!r} holds {len(under)} runs: {', '.join(under[:5])}",
            hint="name one of them, as in --compare PATH/RUN",
        )
    raise NothingToCompare(
        f"there is no run or path {compare!r} to compare with",
        hint=f"runs: {', '.join(names[:10])}",
    )
