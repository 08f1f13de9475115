"""Train several runs side by side: jobs in, a worker process for each device or so many on the CPU.

The first Ctrl-C stops the runs where they are, between two steps; all event files are whole.
Workers are begun anew and not forked, as CUDA asks for.
"""

from __future__ import annotations

import multiprocessing
import queue
import signal
import threading
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from tbreport.training import TrainingError
from tbreport.training import precision as precisions
from tbreport.training.devices import present, resolve
from tbreport.training.loop import check_free, check_samples, folder_of, train
from tbreport.training.scenarios import find
from tbreport.training.stage import Echo, Stopped

PATIENCE = 0.2  # s, between two looks at whether the workers live


@dataclass(frozen=True, slots=True)
class Job:
    """One run of a sweep; all else is the same for all of them."""

    name: str
    seed: int


@dataclass(frozen=True, slots=True)
class Settings:
    """What the runs of a sweep have in common."""

    out: Path
    task: str | None = None
    precision: str = "fp32"
    samples: Path | None = None


@dataclass(frozen=True, slots=True)
class News:
    """What a worker tells."""

    kind: Literal["line", "done", "failed", "stopped"]
    text: str
    job: Job


def sweep(
    jobs: Sequence[Job], settings: Settings, *, device: str, workers: int | None, echo: Echo
) -> Iterator[Path]:
    """Train the jobs and hand out the folder of each as it is done.

    Raises:
        TrainingError: a job cannot begin as asked, before any does; or some failed, after the rest.
        KeyboardInterrupt: the person stopped it, after the workers have closed their files.
    """
    precisions.check(settings.precision)
    check_samples(settings.samples)
    folders = [folder_of(find(job.name, settings.task), settings.out, job.seed) for job in jobs]
    for folder, times in Counter(folders).items():
        if times > 1:
            raise TrainingError(f"'{folder.name}' is asked for twice")
        check_free(folder)
    places = devices_for(device, workers)[: len(jobs)]
    context = multiprocessing.get_context("spawn")
    waiting, news, stop = context.Queue(), context.Queue(), context.Event()
    for task in (*jobs, *(None for _ in places)):
        waiting.put(task)
    processes = [
        context.Process(target=work, args=(waiting, news, stop, settings, place), daemon=True)
        for place in places
    ]
    failed: list[str] = []
    with stopping_on_interrupt(stop):
        for process in processes:
            process.start()
        left = dict.fromkeys(jobs)
        while left and (told := next_news(news, processes)):
            if told.kind == "line":
                echo(told.text)
                continue
            left.pop(told.job)
            if told.kind == "done":
                yield Path(told.text)
            elif told.kind == "failed":
                echo(f"failed: {told.text}")
                failed.append(f"{told.job.name} with seed {told.job.seed}")
        for process in processes:
            process.join()
    if stop.is_set():
        raise KeyboardInterrupt
    failed += [f"{job.name} with seed {job.seed}" for job in left]
    if failed:
        raise TrainingError(f"{len(failed)} of {len(jobs)} runs failed: {', '.join(failed)}")


def devices_for(device: str, workers: int | None) -> list[str]:
    """The device of each worker.

    Raises:
        TrainingError: several workers for one GPU.
    """
    if device in ("auto", "cuda"):
        gpus = [name for name in present() if name.startswith("cuda:")]
        if gpus:
            return gpus[:workers]
    target = str(resolve(device))
    if target != "cpu" and (workers or 1) > 1:
        raise TrainingError(f"{target} takes one run at a time", hint="leave --workers")
    return [target] * (workers or 1)


def next_news(news: Any, processes: Sequence[Any]) -> News | None:
    """What a worker tells next; None once none of them lives to tell."""
    while True:
        try:
            return news.get(timeout=PATIENCE)  # type: ignore[no-any-return]
        except queue.Empty:
            if not any(process.is_alive() for process in processes) and news.empty():
                return None


@contextmanager
def stopping_on_interrupt(stop: Any) -> Iterator[None]:
    """Turn Ctrl-C into a word to the workers, which would not close their files in time."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGINT, lambda number, frame: stop.set())
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def work(waiting: Any, news: Any, stop: Any, settings: Settings, device: str) -> None:
    """Train one job after the other, in a process of its own."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the first process tells when to stop
    job: Job | None
    while (job := waiting.get()) is not None:
        news.put(done(job, news, stop, settings, device))


def done(job: Job, news: Any, stop: Any, settings: Settings, device: str) -> News:
    """Train one job; what became of it."""

    def tell(line: str) -> None:
        news.put(News("line", f"seed {job.seed}, {line}", job))

    try:
        if stop.is_set():
            raise Stopped
        folder = train(
            job.name,
            settings.out,
            seed=job.seed,
            echo=tell,
            task=settings.task,
            device=device,
            precision=settings.precision,
            samples=settings.samples,
            should_stop=stop.is_set,
        )
    except Stopped:
        return News("stopped", "", job)
    except TrainingError as error:
        return News("failed", f"{error} ({error.hint})" if error.hint else str(error), job)
    except Exception as error:
        return News("failed", f"{type(error).__name__}: {error}", job)
    return News("done", str(folder), job)
