"""summarize: logdirs in, one Report out: discover → plan → map(load → digest) → compose.

The map is over families of folders (`reader.layouts`), and each is loaded, digested and let go by
itself: the arrays of one training are in memory at a time, not those of all.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from tbreport import __version__
from tbreport.analysis.detector import Detector, DetectorSettings, every_detector
from tbreport.analysis.digest import Plan, digest, plan_for
from tbreport.analysis.examination import detect_experiment, detect_problems
from tbreport.analysis.overrides import Judgement, RunSettings
from tbreport.errors import BadSetting, NoEventFiles, NothingToCompare
from tbreport.model import Blob, Finding, Run, RunDigest
from tbreport.options import Options, Selection
from tbreport.reader import archive, layouts, logdir
from tbreport.reader import engine as engines
from tbreport.reader.companions import beside
from tbreport.reader.load import load_families
from tbreport.reader.logdir import FoundFile, Input, Logdir
from tbreport.report import inspection as inspect
from tbreport.report.document import Report
from tbreport.report.sections import compose
from tbreport.settings import Settings, Table

Advance = Callable[[FoundFile], None]
TITLE = "Training report"
NO_DETECTORS = DetectorSettings(select=())


Crash = tuple[str, str, Exception]  # detector, run, what it raised


def summarize(
    *paths: str | Path,
    options: Options | None = None,
    advance: Advance = lambda file: None,
    begin: Callable[[Logdir], None] = lambda found: None,
    crashes: list[Crash] | None = None,
) -> Report:
    """Read everything under the paths and make the report of it.

    Args:
        paths: folders, event files, `name=path` pairs, archives.
        begin: told once what was found; `advance` of each file that was read.
        crashes: collects what detectors raised; without it the first one ends the summary.

    Raises:
        LogdirError: nothing is there, or no point could be read from any file.
        SettingsError: the settings cannot be used.
        NothingToCompare: `compare` names neither a run nor a path with one run.
    """
    options = options or Options()
    judges = Judges.parse(options.settings)
    given = report_settings(options.settings.table("report"))
    reference = compared_path(options.compare)
    label = reference[0].label if reference else None
    sources = [*logdir.inputs([str(path) for path in paths]), *reference]
    digests: list[RunDigest] = []
    with reading(sources, options, advance) as (found, runs):
        begin(found)
        places = found.paths()
        aside = beside(places.values())
        plan = plan_for(len(found.folders()), (".*",) if options.compare else (), show=True)
        for run in runs:
            if is_under(run.name, label):
                digests.append(judges.digest(run, plan, places, crashes))
            elif options.selection.takes(run.name, options.selection.runs):
                chosen = options.selection.of(run)
                digests.append(judges.digest(chosen, plan, places, crashes))
    refuse_nothing(digests, found, options.selection)
    return compose(
        digests,
        title=options.title or given or TITLE,
        version=__version__,
        created_at=source_date(),
        findings=judges.of_all(digests, found, crashes),
        problems=found.problems,
        compare=compared_run(options.compare, label, digests),
        detectors=judges.names(),
        beside=aside,
    )


def inspection(*paths: str | Path, options: Options | None = None) -> Report:
    """How everything under the paths was read, without a judgement.

    Raises:
        LogdirError: nothing is there.
        SettingsError: the settings cannot be used.
    """
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


@contextmanager
def reading(
    sources: Sequence[Input], options: Options, advance: Advance = lambda file: None
) -> Iterator[tuple[Logdir, Iterator[Run]]]:
    """What was found under the inputs, and its runs, which are read as they are asked for."""
    joining = joining_layouts(options)
    engine = engines.choose(options.engine)
    with archive.unpacked(sources) as opened:
        found = logdir.discover(opened, show_hosts=options.show_hosts)
        files = found.folders()
        yield found, load_families(layouts.families(files), files, engine, joining, advance)


@dataclass(frozen=True, slots=True)
class Judges:
    """What is done to every run: the detectors, and what tags mean."""

    settings: RunSettings
    detects: bool = True

    @classmethod
    def parse(cls, settings: Settings) -> Judges:
        """From the tables ``[detectors]``, ``[roles]`` and ``[overrides]``."""
        return cls(RunSettings.parse(settings))

    def without_detectors(self) -> Judges:
        """The same, but nothing is looked for."""
        return replace(self, detects=False)

    @property
    def detectors(self) -> DetectorSettings:
        """Those of all runs, before any override."""
        return self.settings.of_all.detectors if self.detects else NO_DETECTORS

    def of(self, run: str) -> Judgement:
        """By what one run is judged."""
        found = self.settings.of(run)
        return found if self.detects else replace(found, detectors=NO_DETECTORS)

    def names(self) -> list[str]:
        """The codes and names of the detectors that run."""
        return [f"{d.code} {d.name}" for d in every_detector() if self.detectors.chooses(d)]

    def digest(
        self, run: Run, plan: Plan, paths: Mapping[str, Path], crashes: list[Crash] | None
    ) -> RunDigest:
        """The digest of one run; its arrays can go after that."""

        def decode(blob: Blob) -> Any:
            from tbreport.reader.decoding import decoded  # TensorBoard's protos: 0.1 s

            return decoded(paths[blob.path], blob)

        on_crash = noting(run.name, crashes)
        by = self.of(run.name)
        return digest(run, plan, decode, by.detectors, by.roles, on_crash)

    def of_all(
        self, digests: Sequence[RunDigest], found: Logdir, crashes: list[Crash] | None
    ) -> tuple[Finding, ...]:
        """What belongs to no single run: all of them together, and folders not entered."""
        on_crash = noting("", crashes)
        return (
            *detect_problems(found.problems, self.detectors, on_crash),
            *detect_experiment(digests, self.detectors, on_crash),
        )


def noting(run: str, crashes: list[Crash] | None) -> Callable[[Detector, Exception], None] | None:
    """Notes what a detector raised on a run; None where nobody wants to know."""
    if crashes is None:
        return None
    return lambda detector, error: crashes.append((detector.name, run, error))


def joining_layouts(options: Options) -> Iterable[str]:
    """The layouts that may join folders, by the option and the table ``[runs]``."""
    table = options.settings.table("runs")
    table.check_keys(("join", "layouts"))
    wanted = table.value("layouts", list, list(layouts.LAYOUTS))
    for name in wanted:
        if name not in layouts.LAYOUTS:
            raise BadSetting(
                f"{name!r} in [{table.name}] of {table.path} is no layout",
                hint=f"known: {', '.join(layouts.LAYOUTS)}",
            )
    return wanted if options.join and table.value("join", bool, True) else ()


def report_settings(table: Table) -> str | None:
    """The title that the table ``[report]`` gives."""
    table.check_keys(("title",))
    title: str | None = table.value("title", str, None)
    return title


def compared_path(compare: str | None) -> list[Input]:
    """The input that `--compare` adds, where it is a path."""
    if compare is None or not Path(compare).exists():
        return []
    (source,) = logdir.inputs([compare])
    return [Input(source.title, source.path, source.title)]


def is_under(run: str, label: str | None) -> bool:
    """Whether a run came with the input of a label."""
    return label is not None and (run == label or run.startswith(f"{label}/"))


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
    under = [name for name in names if is_under(name, label)]
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


def refuse_nothing(digests: Sequence[RunDigest], found: Logdir, selection: Selection) -> None:
    """Fail where there is nothing to show.

    Raises:
        NoEventFiles: no point could be read, or the patterns leave no run.
    """
    if not digests:
        raise NoEventFiles(
            f"no run under {found.title!r} has a name that the patterns take",
            hint="see the names with: tbreport inspect",
        )
    if any(digest.points for digest in digests):
        return
    problems = [problem for digest in digests for problem in digest.problems]
    if not problems and (selection.tags or selection.exclude):
        raise NoEventFiles("no tag of any run has a name that the patterns take")
    counted = f"{len(found.files)} event file{'' if len(found.files) == 1 else 's'}"
    raise NoEventFiles(
        f"no point could be read from {counted} under {found.title!r}",
        hint="; ".join(f"{problem.path}: {problem.detail}" for problem in problems[:3]),
    )


def source_date() -> float | None:
    """SOURCE_DATE_EPOCH, for reports that must be the same bytes tomorrow."""
    text = os.environ.get("SOURCE_DATE_EPOCH", "")
    return float(text) if text.isdigit() else None
