"""EXECUTORS: who does the work: this machine's threads and processes, or a Dask cluster.

Anything with `submit` as in `concurrent.futures.Executor` will do (`workers.py`).
"""

from __future__ import annotations

import gc
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Executor
from contextlib import AbstractContextManager, contextmanager

from tbreport.errors import ExecutorUnusable, MissingExtra
from tbreport.processors import keep_to, processors
from tbreport.settings import nearest
from tbreport.workers import Workers

CONNECT_S = 10
AT_HAND = 8  # processes at most, where nobody asked for any
PAYS = 40  # families of folders, from which on processes repay their start: some 30 ms


@contextmanager
def threads(address: str) -> Iterator[Workers]:
    """Threads of this process."""
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(processors()) as pool:
        try:
            yield Workers(lambda: pool, processors())
        finally:  # after a Ctrl-C nobody waits for tasks that were not begun
            pool.shutdown(wait=False, cancel_futures=True)


@contextmanager
def processes(address: str) -> Iterator[Workers]:
    """Processes of this machine, begun afresh: a fork would take locked locks along."""
    with pool("spawn", processors()) as begin:
        yield Workers(begin, processors())


@contextmanager
def at_hand() -> Iterator[Workers | None]:
    """Copies of this process, where they are cheap and safe and there is a processor for them.

    Safe are forks of a process with no other thread, which might hold a lock, on Linux: macOS's
    libraries do not bear them. Where a worker died, only threads of its pool may be left.
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
    """Leave Ctrl-C to the process that began this one, and end with it however it ends.

    The other processors are left to the siblings.
    """
    from multiprocessing import connection, parent_process

    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    keep_to(1)
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
