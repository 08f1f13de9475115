"""Workers: an executor at work, and what happens when one of its processes dies.

A task whose worker died is tried again, then in pieces and by itself, so that only what kills
workers is lost.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor, Future
from itertools import islice
from typing import TypeVar

from tbreport.processors import processors

TRIES = 2  # of a task and of each of its pieces
AHEAD = 3  # tasks that wait or are under way, for each worker

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
