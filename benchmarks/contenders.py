"""One reading of one logdir, in a process of its own.

    python -m benchmarks.contenders NAME LOGDIR

Imports come before the clock. Prints one line of JSON: wall seconds, processor seconds, points
read, and the bytes by which the process's memory rose at most above what it was before the reading.
"""

from __future__ import annotations

import json
import resource
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from benchmarks.corpora import CORPORA, VERSION, events, frame

Read = Callable[[str], int]  # the points of a logdir


def tbreport_load() -> Read:
    """To `Run`s."""
    import tbreport

    def read(logdir: str) -> int:
        runs = tbreport.load(logdir).runs.values()
        scalars = sum(len(series) for run in runs for series in run.scalars.values())
        return scalars + sum(len(h) for run in runs for h in run.histograms.values())

    return read


def tbreport_frame() -> Read:
    """To one long frame of all scalars."""
    import tbreport

    return lambda logdir: len(tbreport.load(logdir).scalars)


def tbreport_histograms() -> Read:
    """To one frame of all histograms."""
    import tbreport

    return lambda logdir: len(tbreport.load(logdir).histograms)


def tbparse_frame() -> Read:
    """tbparse's frame of all scalars."""
    from tbparse import SummaryReader

    return lambda logdir: len(SummaryReader(logdir).scalars)


def tbparse_histograms() -> Read:
    """tbparse's frame of all histograms."""
    from tbparse import SummaryReader

    return lambda logdir: len(SummaryReader(logdir).histograms)


def accumulator() -> Read:
    """TensorBoard's EventAccumulator of every run, nothing sampled."""
    from tensorboard.backend.event_processing import event_accumulator

    everything = dict.fromkeys(event_accumulator.DEFAULT_SIZE_GUIDANCE, 0)

    def read(logdir: str) -> int:
        points = 0
        for folder in sorted({path.parent for path in Path(logdir).rglob("*tfevents*")}):
            found = event_accumulator.EventAccumulator(str(folder), size_guidance=everything)
            found.Reload()
            points += sum(len(found.Scalars(tag)) for tag in found.Tags()["scalars"])
        return points

    return read


CONTENDERS = {
    "load": tbreport_load,
    "frame": tbreport_frame,
    "histograms": tbreport_histograms,
    "tbparse": tbparse_frame,
    "tbparse-histograms": tbparse_histograms,
    "accumulator": accumulator,
}


def warm_up(read: Read) -> None:
    """Let what is imported on first use be imported."""
    with tempfile.TemporaryDirectory() as folder:
        event = next(events(CORPORA["runs"]))
        path = Path(folder) / "events.out.tfevents.1700000000.host.1.0"
        path.write_bytes(frame(VERSION) + frame(event))
        read(folder)


def memory() -> int:
    """Bytes that this process has in memory."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize()


def main(name: str, logdir: str) -> None:
    read = CONTENDERS[name]()
    warm_up(read)
    before = memory()
    wall, processor = time.perf_counter(), time.process_time()
    points = read(logdir)
    found = {
        "wall": time.perf_counter() - wall,
        "processor": time.process_time() - processor,
        "points": points,
        "memory": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 - before,
    }
    print(json.dumps(found))


if __name__ == "__main__":
    main(*sys.argv[1:])
