"""The map: families of folders → digests, by any executor, in a fixed order.

A family is the unit: it is loaded, digested and let go. What came of one that was digested before
and has not changed is taken from a memory, where there is one (`remembering.py`).
"""

from __future__ import annotations

import pickle
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor
from contextlib import nullcontext
from dataclasses import dataclass, replace
from math import ceil
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from tbreport.analysis.digest import Plan
from tbreport.judging import Crash, Judges
from tbreport.model import Problem, RunDigest
from tbreport.options import Selection
from tbreport.reader import engine as engines
from tbreport.reader.layouts import Family
from tbreport.reader.load import Advance, load_each
from tbreport.reader.logdir import Files
from tbreport.reader.remote import moved
from tbreport.remembering import Memory, packed, undisturbed
from tbreport.workers import Workers, in_order

if TYPE_CHECKING:
    from tbreport.reader.columns import Columns, Shelf

TASK_BYTES = 16 << 20  # of event files: what one task of a worker reads
TASK_FAMILIES = 64
TASKS_A_WORKER = 4  # at least, so that the last one is not waited for long


@dataclass(frozen=True, slots=True)
class Job:
    """What is done to every family: all that a worker must know but the files."""

    judges: Judges
    plan: Plan
    engine: str
    joining: tuple[str, ...]
    selection: Selection
    columns: Columns | None = None  # of files that were read before
    whole: str | None = None  # the label of an input from whose runs nothing is left out

    def takes(self, run: str) -> bool:
        """Whether a run is digested."""
        return self.keeps_whole(run) or self.selection.takes(run, self.selection.runs)

    def keeps_whole(self, run: str) -> bool:
        """Whether all tags of a run are."""
        label = self.whole
        return label is not None and (run == label or run.startswith(f"{label}/"))


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one family."""

    digests: tuple[RunDigest, ...] = ()
    crashes: tuple[Crash, ...] = ()
    problems: tuple[Problem, ...] = ()  # of a family that could not be digested
    sent: bytes = b""  # the digests, packed, as they came from a worker

    def packed(self) -> Outcome:
        """The same, fit for the way: what a detector raised can be pickled."""
        crashes = tuple((name, run, sendable(error)) for name, run, error in self.crashes)
        return Outcome((), crashes, self.problems, packed(self.digests))

    def unpacked(self) -> Outcome:
        """The same, at the end of the way."""
        with undisturbed():
            digests = pickle.loads(self.sent) if self.sent else ()
        return replace(self, digests=digests)


Task = tuple[Job, tuple[Family, ...], Files]


def digested(
    job: Job,
    families: Sequence[Family],
    files: Files,
    *,
    executor: Executor | Workers | None = None,
    memory: Memory | None = None,
    advance: Advance = lambda file: None,
    meanwhile: Callable[[], None] = lambda: None,
) -> Iterator[Outcome]:
    """What comes of each family, in their order whoever does the work.

    Args:
        meanwhile: called once while others work, if they do.
    """
    known = memory.recall(families, files) if memory else {}
    fresh = [family for family in families if family.head not in known]
    outcomes = mapped(job, fresh, files, executor, advance, meanwhile)
    for family in families:
        if family.head in known:
            for name in family.folders:
                for file in files[name]:
                    advance(file)
            yield Outcome(known[family.head])
            continue
        outcome = next(outcomes)
        if memory and not outcome.crashes and not outcome.problems:
            memory.keep(family, files, outcome.digests, outcome.sent)
        yield outcome


def mapped(
    job: Job,
    families: Sequence[Family],
    files: Files,
    executor: Executor | Workers | None,
    advance: Advance,
    meanwhile: Callable[[], None],
) -> Iterator[Outcome]:
    """The same of families that are all to be read."""
    workers = executor if isinstance(executor, Workers | None) else Workers.of(executor)
    if workers is None or not workers.serves(len(families)):
        yield from work(job, families, files, advance)
        return
    tasks: list[Task] = [
        (job, part, {name: files[name] for family in part for name in family.folders})
        for part in parts(families, files, TASKS_A_WORKER * workers.width)
    ]
    for task, outcomes in in_order(workers, perform, tasks, split, lost, meanwhile):
        for family, outcome in zip(task[1], outcomes, strict=True):
            for name in family.folders:
                for file in files[name]:
                    advance(file)
            yield outcome.unpacked()


def parts(families: Sequence[Family], files: Files, least: int) -> Iterator[tuple[Family, ...]]:
    """Families in as many neighbors as one task has; at least so many parts where there are."""
    most = max(1, min(TASK_FAMILIES, ceil(len(families) / least)))
    part: list[Family] = []
    held = 0
    for family in families:
        size = sum(file.size for name in family.folders for file in files[name])
        if part and (len(part) >= most or held + size > TASK_BYTES):
            yield tuple(part)
            part, held = [], 0
        part.append(family)
        held += size
    if part:
        yield tuple(part)


def perform(task: Task) -> list[Outcome]:
    """One task, in a worker."""
    job, families, files = task
    if not any(file.url for found in files.values() for file in found):
        return [outcome.packed() for outcome in work(job, families, files, lambda file: None)]
    with TemporaryDirectory(prefix="tbreport-") as scratch:
        fetched = moved(files, Path(scratch))
        return [outcome.packed() for outcome in work(job, families, fetched, lambda file: None)]


def sendable(error: Exception) -> Exception:
    """An exception that can be pickled."""
    try:
        pickle.loads(pickle.dumps(error))
    except Exception:
        return RuntimeError(f"{type(error).__name__}: {error}")
    return error


def split(task: Task) -> list[Task]:
    """A task of each family."""
    job, families, files = task
    return [(job, (one,), {name: files[name] for name in one.folders}) for one in families]


def lost(task: Task, error: Exception) -> list[Outcome]:
    """What came of a task whose workers died."""
    return [failed(family, f"its worker died ({described(error)})") for family in task[1]]


def work(job: Job, families: Sequence[Family], files: Files, advance: Advance) -> Iterator[Outcome]:
    """Load and digest families one after another; one that fails is a problem."""
    engine = engines.choose(job.engine)
    with job.columns.opened(engine, files) if job.columns else nullcontext() as shelf:
        yield from loaded_and_digested(job, families, files, engine, shelf, advance)


def loaded_and_digested(
    job: Job,
    families: Sequence[Family],
    files: Files,
    engine: engines.Engine,
    shelf: Shelf | None,
    advance: Advance,
) -> Iterator[Outcome]:
    """The same, with what was read of files before."""
    places = {file.shown: file.path for found in files.values() for file in found}
    done = 0
    alone = False  # after a failure the next family is read by itself: the engine reads ahead
    while done < len(families):
        ahead = families[done : done + 1] if alone else families[done:]
        try:
            for _, runs in load_each(ahead, files, engine, job.joining, advance, shelf=shelf):
                crashes: list[Crash] = []
                digests = tuple(
                    job.judges.digest(
                        run if job.keeps_whole(run.name) else job.selection.of(run),
                        job.plan,
                        places,
                        crashes,
                    )
                    for run in runs
                    if job.takes(run.name)
                )
                yield Outcome(digests, tuple(crashes))
                done += 1
            alone = False
        except Exception as error:
            if alone or len(ahead) == 1:
                yield Outcome(problems=failed(families[done], described(error)).problems)
                done += 1
                alone = False
            else:
                alone = True


def failed(family: Family, reason: str) -> Outcome:
    """What is said of a family that could not be digested."""
    name = family.folders[0]
    return Outcome(problems=(Problem("TB109", name, 0, 0, f"could not be read: {reason}"),))


def described(error: Exception) -> str:
    """An exception in a clause."""
    return f"{type(error).__name__}: {error}".strip(": ").splitlines()[0]
