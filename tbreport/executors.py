"""EXECUTORS: who does the work, and what happens when a worker dies.

Anything with `submit` as in `concurrent.futures.Executor` will do. A task whose worker died is
tried again, then in pieces and by itself, so that only what kills workers is lost.
"""

from __future__ import annotations

import os
import signal
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Executor, Future
from contextlib import AbstractContextManager, contextmanager
from typing import TypeVar

from tbreport.errors import ExecutorUnusable, MissingExtra
from tbreport.settings import nearest

TRIES = 2  # of a task and of each of its pieces
CONNECT_S = 10
AHEAD = 3  # tasks that wait or are under way, for each worker

Task = TypeVar("Task")
Made = TypeVar("Made")


class Workers:
    """An executor, and how to begin it anew.

    Args:
        begin: gives the executor; called again once it is broken.
        width: how many tasks it works on at once.
    """

    def __init__(self, begin: Callable[[], Executor], width: int | None = None) -> None:
        self._begin = begin
        self._executor = begin()
        found = width or getattr(self._executor, "_max_workers", None)
        self.width: int = found if isinstance(found, int) else processors()

    def submit(self, function: Callable[[Task], Made], task: Task) -> Future[Made]:
        """Hand in a task."""
        return self._executor.submit(function, task)

    def renew(self) -> None:
        """Begin anew: the executor may be broken."""
        self._executor = self._begin()


def in_order(
    workers: Workers,
    function: Callable[[Task], Made],
    tasks: Sequence[Task],
    split: Callable[[Task], list[Task]],
    lost: Callable[[Task, Exception], Made],
) -> Iterator[tuple[Task, Made]]:
    """Each task with what came of it, in their order; few are under way at a time.

    Args:
        split: a task in pieces, which are tried by themselves.
        lost: what stands for a task whose workers die each time.
    """
    waiting: deque[tuple[Task, Future[Made] | Exception]] = deque()
    left = iter(tasks)
    while True:
        while len(waiting) < AHEAD * workers.width:
            task = next(left, None)
            if task is None:
                break
            waiting.append((task, handed_in(workers, function, task)))
        if not waiting:
            return
        task, future = waiting.popleft()
        try:
            yield task, outcome(future)
        except Exception:
            again = [task, *(one for one, _ in waiting)]
            waiting.clear()
            for one in again:
                yield from carefully(workers, function, one, split, lost)


def handed_in(
    workers: Workers, function: Callable[[Task], Made], task: Task
) -> Future[Made] | Exception:
    """The future of a task, or why it has none."""
    try:
        return workers.submit(function, task)
    except Exception as error:  # the pool broke under an earlier task
        return error


def outcome(future: Future[Made] | Exception) -> Made:
    """What came of a task.

    Raises:
        Exception: whatever the executor raises of a worker that died.
    """
    if isinstance(future, Exception):
        raise future
    return future.result()


def carefully(
    workers: Workers,
    function: Callable[[Task], Made],
    task: Task,
    split: Callable[[Task], list[Task]],
    lost: Callable[[Task, Exception], Made],
) -> Iterator[tuple[Task, Made]]:
    """A task by itself, a few times; then its pieces."""
    reason = tried(workers, function, task)
    if not isinstance(reason, Exception):
        yield task, reason
        return
    pieces = split(task)
    if len(pieces) == 1:
        yield task, lost(task, reason)
        return
    for piece in pieces:
        yield from carefully(workers, function, piece, split, lost)


def tried(workers: Workers, function: Callable[[Task], Made], task: Task) -> Made | Exception:
    """What came of a task, or why nothing did."""
    reason: Exception = RuntimeError("it was not tried")
    for _ in range(TRIES):
        try:
            return outcome(handed_in(workers, function, task))
        except Exception as error:
            reason = error
            workers.renew()
    return reason


def processors() -> int:
    """How many processors this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


@contextmanager
def threads(address: str) -> Iterator[Workers]:
    """Threads of this process."""
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(processors()) as pool:
        yield Workers(lambda: pool, processors())


@contextmanager
def processes(address: str) -> Iterator[Workers]:
    """Processes of this machine, begun afresh: a fork would take locked locks along."""
    from concurrent.futures import ProcessPoolExecutor
    from multiprocessing import get_context

    pools: list[ProcessPoolExecutor] = []

    def begin() -> Executor:
        while pools:
            pools.pop().shutdown(wait=False, cancel_futures=True)
        context = get_context("spawn")
        pools.append(ProcessPoolExecutor(processors(), context, initializer=undisturbed))
        return pools[-1]

    try:
        yield Workers(begin, processors())
    finally:
        while pools:
            pools.pop().shutdown(wait=True, cancel_futures=True)


def undisturbed() -> None:
    """Leave Ctrl-C to the process that began this one."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


@contextmanager
def dask(address: str) -> Iterator[Workers]:
    """A Dask cluster that runs; its workers must see the same files.

    Raises:
        MissingExtra: distributed is not installed.
        ExecutorUnusable: nobody answers there.
    """
    try:
        from distributed import Client
    except ImportError as error:
        raise MissingExtra(
            f"dask:// needs distributed: {error}", hint="pip install 'tbreport[dask]'"
        ) from None
    try:
        client = Client(f"tcp://{address}", timeout=CONNECT_S, set_as_default=False)
    except OSError as error:
        raise ExecutorUnusable(
            f"no Dask scheduler answers at {address!r}: {error}",
            hint="name the scheduler's port, as in dask://127.0.0.1:8786",
        ) from None
    with client:
        width = sum(client.nthreads().values()) or 1
        yield Workers(lambda: client.get_executor(pure=False), width)


EXECUTORS: Mapping[str, Callable[[str], AbstractContextManager[Workers]]] = {
    "threads": threads,
    "processes": processes,
    "dask": dask,
}


@contextmanager
def opened(name: str | None) -> Iterator[Workers | None]:
    """The executor of a name: ``threads``, ``processes``, ``dask://HOST:PORT``; None for none.

    Raises:
        ExecutorUnusable: there is none of that name.
    """
    if name is None:
        yield None
        return
    kind, _, address = name.partition("://")
    if kind not in EXECUTORS or (kind == "dask") != bool(address):
        known = ("threads", "processes", "dask://HOST:PORT")
        raise ExecutorUnusable(f"there is no executor {name!r}", hint=nearest(name, known))
    with EXECUTORS[kind](address) as workers:
        yield workers
