"""How fast event files are read: ``python -m benchmarks.reading``, on Linux.

Corpora are written into a temporary folder (or into `--corpora`, where they stay). Contenders take
turns, each reading in a process of its own that has imported all it needs; the table holds medians
and their ratio beside what is promised. One thread is one processor, by affinity. Where the machine
is shared, `--clock processor` leaves out the time in which others had it.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.corpora import CORPORA, write
from benchmarks.modules import compile_modules

HERE = Path(__file__).parent
FINISHED = re.compile(r"Finished load cycle \((?P<number>[\d.]+)(?P<unit>m?s|µs)\)")
UNITS = {"s": 1.0, "ms": 1e-3, "µs": 1e-6}

Measured = Mapping[str, float]  # wall and processor seconds; points, memory where known
Run = Callable[[Path, int], Measured]  # corpus, threads


@dataclass(frozen=True, slots=True)
class Row:
    """Two contenders on one corpus: how many times the first one's time the second one takes."""

    corpus: str
    ours: str
    other: str
    promised: float
    repeat: int  # pairs; times --repeat
    threads: tuple[int, int] = (1, 1)


ROWS = (
    Row("one-file", "load", "floor", 0.5, 25),
    Row("runs", "load", "floor", 0.5, 25),
    Row("one-file", "load", "data-server", 6, 5),
    Row("runs", "load", "data-server", 6, 5),
    Row("one-file", "load", "data-server", 6, 5, (2, 2)),
    Row("runs", "load", "data-server", 6, 5, (2, 2)),
    Row("many-runs", "load", "load", 1.35, 9, (2, 1)),
    Row("one-file", "frame", "tbparse", 200, 1),
    Row("runs", "frame", "tbparse", 200, 1),
    Row("one-file", "load", "accumulator", 250, 1),
    Row("runs", "load", "accumulator", 250, 1),
    Row("runs", "summarize", "tbparse", 1 / 0.06, 1),
    Row("histograms", "histograms", "tbparse-histograms", 100, 1),
    Row("tensors", "load", "accumulator", 0, 1),
    Row("small-files", "load", "accumulator", 0, 1),
)


def reading(name: str) -> Run:
    """A contender of `contenders.py`."""

    def run(corpus: Path, threads: int) -> Measured:
        command = [sys.executable, "-m", "benchmarks.contenders", name, str(corpus)]
        found: Measured = json.loads(output(command, threads))
        return found

    return run


def floor(program: Path) -> Run:
    """The program beside this one that understands nothing."""

    def run(corpus: Path, threads: int) -> Measured:
        files = sorted(str(path) for path in corpus.rglob("*tfevents*"))
        points, wall, processor = output([str(program), *files], threads).split()
        return {"wall": float(wall), "processor": float(processor), "points": float(points)}

    return run


def data_server(corpus: Path, threads: int) -> Measured:
    """TensorBoard's Rust data server, by its own clock; nothing is handed to Python."""
    import tensorboard_data_server

    command = [tensorboard_data_server.server_binary(), "--logdir", str(corpus), "--port", "0"]
    command += ["--reload", "once", "-v", "--checksum", "--samples-per-plugin", "scalars=all"]
    with subprocess.Popen(
        command, stderr=subprocess.PIPE, text=True, encoding="utf-8", preexec_fn=pinned(threads)
    ) as server:
        assert server.stderr is not None
        for line in server.stderr:
            if match := FINISHED.search(line):
                user, system = processor_times(server.pid)
                server.kill()
                seconds = float(match["number"]) * UNITS[match["unit"]]
                return {"wall": seconds, "processor": user + system}
    raise RuntimeError("the data server ended before it had read all")


def summarize(corpus: Path, threads: int) -> Measured:
    """The whole command, from the start of its process to the terminal's table and the page."""
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "tbreport", "summarize", str(corpus), "--no-cache"]
        command += ["--format", "text", "--format", f"html={folder}/report.html"]
        before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
        output(command, threads)
        wall, after = time.perf_counter() - start, resource.getrusage(resource.RUSAGE_CHILDREN)
    user, system = after.ru_utime - before.ru_utime, after.ru_stime - before.ru_stime
    return {"wall": wall, "processor": user + system}


def processor_times(process: int) -> tuple[float, float]:
    """User and system seconds of a running process."""
    fields = Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[1].split()
    tick = os.sysconf("SC_CLK_TCK")
    return int(fields[11]) / tick, int(fields[12]) / tick


def output(command: Sequence[str], threads: int) -> str:
    done = subprocess.run(
        command, check=True, capture_output=True, text=True, preexec_fn=pinned(threads)
    )
    return done.stdout


def pinned(threads: int) -> Callable[[], None]:
    """Keeps a process to as many processors."""
    chosen = sorted(os.sched_getaffinity(0))[:threads]
    return lambda: os.sched_setaffinity(0, chosen)


def compiled(folder: Path) -> Path:
    """The floor program, for this machine."""
    program = folder / "floor"
    machine = "-march=armv8-a+crc" if os.uname().machine == "aarch64" else "-msse4.2"
    source = str(HERE / "floor.cpp")
    subprocess.run(["c++", "-O3", "-std=c++17", machine, source, "-o", str(program)], check=True)
    return program


def measure(row: Row, corpus: Path, contenders: Mapping[str, Run], arguments: Arguments) -> str:
    """One line of the table."""
    ours, other = [], []
    for _ in range(max(1, round(row.repeat * arguments.repeat))):
        ours.append(contenders[row.ours](corpus, row.threads[0]))
        other.append(contenders[row.other](corpus, row.threads[1]))
    # Time that threads share is the wall's alone.
    clock = arguments.clock if row.threads == (1, 1) else "wall"
    mine = statistics.median(found[clock] for found in ours)
    theirs = statistics.median(found[clock] for found in other)
    rose = max(
        (found["memory"] / (24 * found["points"]) for found in ours if "memory" in found),
        default=0.0,
    )
    cells = [
        CORPORA[row.corpus].description,
        f"{row.ours} ({row.threads[0]})",
        f"{mine:.4f}",
        f"{row.other} ({row.threads[1]})",
        f"{theirs:.4f}",
        f"{theirs / mine:.2f}",
        f"{row.promised:.3g}" if row.promised else "",
        f"{rose:.2f}" if rose else "",
        str(len(ours)),
    ]
    return f"| {' | '.join(cells)} |"


@dataclass(frozen=True, slots=True)
class Arguments:
    """What the command line says."""

    corpora: Path | None
    only: str
    repeat: float
    clock: str

    @classmethod
    def parse(cls) -> Arguments:
        parser = argparse.ArgumentParser(description=__doc__)
        parser.add_argument("--corpora", type=Path, help="where corpora are kept for the next time")
        parser.add_argument("--only", default="", help="rows whose names hold this")
        parser.add_argument("--repeat", type=float, default=1, help="times as many repetitions")
        parser.add_argument("--clock", choices=("wall", "processor"), default="wall")
        return cls(**vars(parser.parse_args()))


def main() -> None:
    arguments = Arguments.parse()
    compile_modules()
    with tempfile.TemporaryDirectory() as scratch:
        corpora = arguments.corpora or Path(scratch)
        names = ("load", "frame", "histograms", "tbparse", "tbparse-histograms", "accumulator")
        contenders = {name: reading(name) for name in names}
        contenders |= {
            "summarize": summarize,
            "floor": floor(compiled(Path(scratch))),
            "data-server": data_server,
        }
        print("| corpus | ours | s | other | s | ratio | promised | memory / 24 B | pairs |")
        print("|---|---|---|---|---|---|---|---|---|")
        for row in ROWS:
            if arguments.only not in f"{row.corpus} {row.ours} {row.other}":
                continue
            corpus = corpora / row.corpus
            if not corpus.exists():
                write(CORPORA[row.corpus], corpus)
            print(measure(row, corpus, contenders, arguments), flush=True)


if __name__ == "__main__":
    main()
