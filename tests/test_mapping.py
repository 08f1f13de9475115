"""The report is the same whoever does the work, and whatever happens to the workers."""

from __future__ import annotations

import gc
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tbreport import mapping
from tbreport.analysis.curve import Curve
from tbreport.analysis.subject import RunSubject
from tbreport.errors import ExecutorUnusable
from tbreport.executors import opened, processes
from tbreport.model import Run
from tbreport.pipeline import summarize
from tbreport.processors import processors
from tbreport.report import machine
from tbreport.workers import Workers, in_order
from tests.deadly import square
from tests.eventwriter import curve, write

RUNS = 12
SAMPLES = Path(__file__).parents[1] / "sample_runs"
PATIENCE_S = 300  # for what would hang


@pytest.fixture
def runs(tmp_path: Path) -> Path:
    for number in range(RUNS):
        values = np.exp(-np.arange(40) / (5 + number)) + number
        write(tmp_path / "runs" / f"run_{number:02}", curve("loss", values))
    return tmp_path / "runs"


def document(runs: Path, executor: Executor | Workers | None = None) -> str:
    return machine.render(summarize(runs, executor=executor))


def test_a_run_that_was_judged_is_let_go_at_once() -> None:
    def in_memory() -> list[object]:
        return [one for one in gc.get_objects() if isinstance(one, Run | Curve | RunSubject)]

    gc.collect()
    before = len(in_memory())
    gc.disable()  # the bytes of arrays do not count, so garbage that holds them is sought late
    try:
        report = summarize(SAMPLES)
        left = len(in_memory()) - before
    finally:
        gc.enable()

    assert len(report.runs) > 10
    assert left == 0


class Foreign(Executor):
    """Anyone's executor, which says nothing of how many workers it has."""

    def __init__(self, pool: ThreadPoolExecutor) -> None:
        self.pool = pool

    def submit(self, function: Any, /, *args: Any, **options: Any) -> Any:
        return self.pool.submit(function, *args, **options)


def test_threads_and_anyones_executor_give_the_same_bytes(runs: Path) -> None:
    expected = document(runs)

    with opened("threads") as workers, ThreadPoolExecutor(3) as pool:
        assert document(runs, workers) == expected
        assert document(runs, Foreign(pool)) == expected


def test_a_worker_that_dies_is_tried_again_and_only_what_kills_is_lost(tmp_path: Path) -> None:
    tasks = [(tmp_path, number) for number in range(6)]

    with processes("") as workers:
        done = in_order(workers, square, tasks, lambda task: [task], lambda task, error: -1)
        assert [made for _, made in done] == [0, 1, 4, 9, -1, 25]


def test_a_task_that_kills_is_taken_to_pieces() -> None:
    class Fragile(Executor):
        def submit(self, function: Any, /, *args: Any, **options: Any) -> Any:
            if 4 in args[0]:
                raise RuntimeError("the worker is gone")
            with ThreadPoolExecutor(1) as pool:
                return pool.submit(function, *args)

    def pieces(task: Sequence[int]) -> list[list[int]]:
        return [[one] for one in task]

    tasks = [[1, 2], [3, 4, 5], [6]]
    workers = Workers(Fragile, 1)
    found = [m for _, m in in_order(workers, sum, tasks, pieces, lambda task, error: 0)]
    assert found == [3, 3, 0, 5, 6]


def test_processes_give_the_same_bytes(runs: Path) -> None:
    with opened("processes") as workers:
        assert document(runs, workers) == document(runs)


FORKED = """
import os, sys
from tbreport.executors import at_hand
from tbreport.pipeline import summarize
from tbreport.report import machine
from tbreport.workers import in_order
from tests.deadly import pid

with at_hand() as workers:
    assert workers.serves(40) and not workers.serves(39)
    workers.serves = lambda families: True
    found = in_order(workers, pid, range(6), lambda task: [task], lambda task, error: 0)
    assert os.getpid() not in {made for _, made in found}
    print(machine.render(summarize(sys.argv[1], executor=workers)), end="")
"""
FORKLESS = """
import os, sys
from tbreport import executors
from tbreport.pipeline import summarize
from tbreport.report import machine

def refuse(fork=os.fork, count=[]):
    count.append(1)
    if len(count) > 1:
        raise BlockingIOError(11, "Resource temporarily unavailable")
    return fork()

os.fork = refuse
executors.PAYS = 2
with executors.at_hand() as workers:
    print(machine.render(summarize(sys.argv[1], executor=workers)), end="")
"""
FOLLOWED = """
from tbreport.executors import at_hand
from tests.deadly import pid

with at_hand() as workers:
    print(*{workers.submit(pid, number).result() for number in range(8)}, flush=True)
    input()
"""
needs_two = pytest.mark.skipif(
    processors() < 2 or sys.platform != "linux", reason="there is one processor, or no Linux"
)


@needs_two
def test_copies_of_the_process_give_the_same_bytes(runs: Path) -> None:
    command = [sys.executable, "-c", FORKED, str(runs)]
    forked = subprocess.run(command, capture_output=True, text=True)
    assert (forked.stderr, forked.stdout) == ("", document(runs))


@needs_two
def test_where_nothing_can_be_forked_the_process_does_it_all(runs: Path) -> None:
    command = [sys.executable, "-c", FORKLESS, str(runs)]
    forkless = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE_S)
    assert (forkless.stderr, forkless.stdout) == ("", document(runs))


@needs_two
def test_workers_end_with_the_process_that_began_them_however_it_ends() -> None:
    command = [sys.executable, "-c", FOLLOWED]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as caller:
        assert caller.stdout is not None
        workers = [int(word) for word in caller.stdout.readline().split()]
        assert workers
        caller.kill()
    deadline = time.monotonic() + PATIENCE_S
    while any(runs_still(worker) for worker in workers):
        assert time.monotonic() < deadline
        time.sleep(0.05)


def runs_still(process: int) -> bool:
    """Whether a process of that number is there and no zombie."""
    try:
        return "State:\tZ" not in Path(f"/proc/{process}/status").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return False


def test_a_process_with_threads_is_not_forked() -> None:
    done = threading.Event()
    other = threading.Thread(target=done.wait)
    other.start()
    try:
        with opened(None) as workers:
            assert workers is None or not workers.serves(1000)
    finally:
        done.set()
        other.join()


def test_few_runs_are_not_handed_out(runs: Path) -> None:
    def begin() -> Executor:
        raise AssertionError("it does not pay")

    assert document(runs, Workers(begin, 2, lambda families: families > RUNS)) == document(runs)


def test_a_family_that_fails_is_a_problem_and_the_others_are_there(
    runs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    loaded = mapping.load_each

    def failing(families: Any, *args: Any, **options: Any) -> Iterator[Any]:
        for family, found in loaded(families, *args, **options):
            if family.head == "run_05":
                raise MemoryError("no room")
            yield family, found

    monkeypatch.setattr(mapping, "load_each", failing)

    report = summarize(runs)
    assert [digest.run for digest in report.runs] == [
        f"run_{number:02}" for number in range(RUNS) if number != 5
    ]
    (finding,) = [found for found in report.findings if found.code == "TB109"]
    assert "run_05" in str(finding)
    assert "no room" in str(finding)


def test_a_file_that_vanishes_after_it_was_found_is_a_problem_of_its_run(runs: Path) -> None:
    (path,) = (runs / "run_05").iterdir()

    report = summarize(runs, begin=lambda found: path.unlink())
    assert len(report.runs) == RUNS
    assert [problem.code for problem in report.runs[5].problems] == ["TB109"]


def test_what_is_appended_while_a_run_is_read_is_left_for_the_next_time(runs: Path) -> None:
    (path,) = (runs / "run_05").iterdir()
    size = path.stat().st_size

    with path.open("ab") as stream:
        stream.write(b"\x20\0\0")  # a record has only begun
        stream.flush()
        report = summarize(runs)
    assert report.runs[5].points == 40
    (problem,) = report.runs[5].problems
    assert (problem.code, problem.offset) == ("TB101", size)


@pytest.mark.parametrize("name", ["thread", "dask", "dask://", "processes://here"])
def test_an_executor_that_there_is_not_is_refused(name: str) -> None:
    with pytest.raises(ExecutorUnusable), opened(name):
        pass


def test_a_dask_scheduler_that_does_not_answer_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tbreport.executors.CONNECT_S", 0.3)

    with pytest.raises(ExecutorUnusable, match=r"127\.0\.0\.1:9"), opened("dask://127.0.0.1:9"):
        pass


def test_a_dask_cluster_gives_the_same_bytes_though_a_worker_is_killed(runs: Path) -> None:
    import dask
    from distributed import LocalCluster

    # A result that lies with the dead is asked for as long as a connection may take to come about.
    patience = dask.config.set({"distributed.comm.timeouts.connect": "2s"})
    with (
        patience,
        LocalCluster(
            n_workers=2,
            threads_per_worker=1,
            processes=True,
            dashboard_address=None,
            scheduler_kwargs={"dashboard_address": ":0"},  # any free port: 8787 may be taken
            silence_logs=50,
        ) as cluster,
    ):
        address = cluster.scheduler_address.removeprefix("tcp://")
        killed: list[int] = []

        def kill(file: object) -> None:
            if not killed:
                worker = next(iter(cluster.workers.values()))
                killed.append(worker.process.pid)
                os.kill(killed[0], 9)

        with opened(f"dask://{address}") as workers:
            found = machine.render(summarize(runs, executor=workers, advance=kill))

    assert killed
    assert found == document(runs)
