"""EXECUTORS: who does the work, and what happens when a worker dies.

Anything with `submit` as in `concurrent.futures.Executor` will do. A task whose worker died is
tried again, then in pieces and by itself, so that only what kills workers is lost.
"""

from __future__ import annotations

import gc
import os
import signal
import sys
import threading
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Executor, Future
from contextlib import AbstractContextManager, contextmanager
from itertools import islice
from typing import TypeVar

from tbreport.errors import ExecutorUnusable, MissingExtra
from tbreport.settings import nearest

TRIES = 2  # of a task and of each of its pieces
CONNECT_S = 10
AHEAD = 3  # tasks that wait or are under way, for each worker
AT_HAND = 8  # processes at most, where nobody asked for any
PAYS = 40  # families of folders, from which on processes repay their start: some 30 ms

Task = TypeVar("Task")
Made = TypeVar("Made")


class Workers:
    """An executor, begun with the first task, and how to begin it anew.

    Args:
        begin: gives the executor; called again once it is broken.
        width: how many tasks it works on at once.
        serves: whether it should be begun for so many families of folders.
    """

    def __init__(
        self,
        begin: Callable[[], Executor],
        width: int,
        serves: Callable[[int], bool] = lambda families: True,
    ) -> None:
        self._begin = begin
        self._executor: Executor | None = None
        self.width = width
        self.serves = serves

    @classmethod
    def of(cls, executor: Executor) -> Workers:
        """Anyone's executor."""
        width = getattr(executor, "_max_workers", None)
        return cls(lambda: executor, width if isinstance(width, int) else processors())

    def submit(self, function: Callable[[Task], Made], task: Task) -> Future[Made]:
        """Hand in a task."""
        if self._executor is None:
            self._executor = self._begin()
        return self._executor.submit(function, task)

    def begins(self) -> bool:
        """Whether it can be begun: not every system has processes or semaphores to give."""
        try:
            self.submit(abs, 0)
        except (OSError, ImportError, NotImplementedError):
            from multiprocessing import active_children

            for child in active_children():  # of a pool that has only some of its processes
                child.terminate()
            return False
        return True

    def renew(self) -> None:
        """Begin anew: the executor may be broken."""
        self._executor = self._begin()


def in_order(
    workers: Workers,
    function: Callable[[Task], Made],
    tasks: Sequence[Task],
    split: Callable[[Task], list[Task]],
    lost: Callable[[Task, Exception], Made],
    meanwhile: Callable[[], None] = lambda: None,
) -> Iterator[tuple[Task, Made]]:
    """Each task with what came of it, in their order; few are under way at a time.

    Args:
        split: a task in pieces, which are tried by themselves.
        lost: what stands for a task whose workers die each time.
        meanwhile: called once, when the workers have the first tasks.
    """
    left = ((task, handed_in(workers, function, task)) for task in tasks)
    waiting = deque(islice(left, AHEAD * workers.width))
    if waiting:
        meanwhile()
    while waiting:
        task, future = waiting.popleft()
        try:
            yield task, outcome(future)
        except Exception:
            again = [task, *(one for one, _ in waiting)]
            waiting.clear()
            for one in again:
                yield from carefully(workers, function, one, split, lost)
        waiting.extend(islice(left, AHEAD * workers.width - len(waiting)))


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
    with pool("spawn", processors()) as begin:
        yield Workers(begin, processors())


@contextmanager
def at_hand() -> Iterator[Workers | None]:
    """Copies of this process, where they are cheap and safe and there is a processor for them.

    Safe are forks of a process with no other thread, which might hold a lock, on Linux: macOS's
    libraries do not bear them.
    """
    width = min(processors(), AT_HAND)
    if width == 1 or sys.platform != "linux":
        yield None
        return
    with pool("fork", width) as begin:
        workers = Workers(begin, width)
        workers.serves = lambda families: families >= PAYS and is_alone() and workers.begins()
        yield workers


def is_alone() -> bool:
    """Whether this process has no other thread, as remote storage begins them."""
    return threading.active_count() == 1


@contextmanager
def pool(method: str, width: int) -> Iterator[Callable[[], Executor]]:
    """What begins a pool of processes, and each time it is called a new one for the last."""
    pools: list[Executor] = []

    def begin() -> Executor:
        from concurrent.futures import ProcessPoolExecutor
        from multiprocessing import get_context

        while pools:
            pools.pop().shutdown(wait=False, cancel_futures=True)
        pools.append(ProcessPoolExecutor(width, get_context(method), initializer=attend))
        return pools[-1]

    try:
        yield begin
    finally:
        while pools:
            pools.pop().shutdown(wait=True, cancel_futures=True)


def attend() -> None:
    """Leave Ctrl-C to the process that began this one, and end with it however it ends."""
    from multiprocessing import connection, parent_process

    signal.signal(signal.SIGINT, signal.SIG_IGN)
    gc.freeze()  # or each search for garbage copies the memory that was forked
    parent = parent_process()

    def follow() -> None:
        if parent is not None:
            connection.wait([parent.sentinel])
            os._exit(1)

    threading.Thread(target=follow, daemon=True).start()


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
    """The executor of a name: ``threads``, ``processes``, ``dask://HOST:PORT``.

    Without a name it is what is at hand, if anything is.

    Raises:
        ExecutorUnusable: there is none of that name.
    """
    if name is None:
        with at_hand() as workers:
            yield workers
        return
    kind, _, address = name.partition("://")
    if kind not in EXECUTORS or (kind == "dask") != bool(address):
        known = ("threads", "processes", "dask://HOST:PORT")
        raise ExecutorUnusable(f"there is no executor {name!r}", hint=nearest(name, known))
    with EXECUTORS[kind](address) as workers:
        yield workers
