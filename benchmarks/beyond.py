"""Many runs, remote storage, workers, tables: ``python -m benchmarks.beyond ROW… [--corpora DIR]``.

Each row times whole commands, imports included, one after another in one process group: `export`
against tbparse; `again` with nothing new, and with a hundredth of the runs grown, against the first
time, and that against a tenth of the runs; `s3` (moto's server on this machine) against the disk;
`dask` two worker processes against one.
Corpora are made below the folder where they are missing.
"""

from __future__ import annotations

import argparse
import logging
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from benchmarks import many
from benchmarks.corpora import CORPORA, Corpus, events, frame, simple_value, write
from benchmarks.modules import compile_modules

TBPARSE = """
import sys
from tbparse import SummaryReader
SummaryReader(sys.argv[1], extra_columns={"dir_name", "wall_time"}).scalars.to_parquet(sys.argv[2])
"""
CLUSTER = """
import sys
from distributed import LocalCluster
if __name__ == "__main__":
    number = int(sys.argv[1])
    with LocalCluster(n_workers=number, threads_per_worker=1, dashboard_address=None) as found:
        print(found.scheduler_address, flush=True)
        sys.stdin.read()
"""


TURNS = 5  # of what is compared by its best time
clock = "wall"  # or "processor", where the machine is shared
written = ["text", "html"]  # formats, of the rows of `again`


def timed(*command: object, **environment: str) -> tuple[float, float]:
    """Seconds of a command by the chosen clock, and the most memory it had, in GB."""
    began = time.perf_counter()
    process = subprocess.Popen(
        [str(word) for word in command],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env={**os.environ, **environment},
    )
    _, status, used = os.wait4(process.pid, 0)
    if status:
        raise RuntimeError(f"{command} ended with {status}")
    wall = time.perf_counter() - began
    seconds = wall if clock == "wall" else used.ru_utime + used.ru_stime
    return seconds, used.ru_maxrss / 1e6


def tbreport(*arguments: object) -> tuple[float, float]:
    return timed(sys.executable, "-m", "tbreport", *arguments)


def corpus(folder: Path, name: str) -> Path:
    """A corpus, made where it is missing."""
    if not (folder / name).exists():
        write(CORPORA[name], folder / name)
    return folder / name


def runs(folder: Path, count: int) -> Path:
    """So many unlike runs; those of a larger corpus, linked, where there is one."""
    whole = folder / "ten-thousand"
    if count == 10_000 and whole.exists():
        return whole
    target = folder / f"runs-{count}"
    if not target.exists() and whole.exists():
        target.mkdir()
        for path in sorted(whole.iterdir())[:count]:
            (target / path.name).symlink_to(path)
    elif not target.exists():
        many.main(target, count)
    return target


def export(folder: Path, scratch: Path, count: int) -> Iterator[tuple[str, float]]:
    logdir = corpus(folder, "runs")
    ours = min(tbreport("export", logdir, "-o", scratch / "a.parquet")[0] for _ in range(3))
    theirs, _ = timed(sys.executable, "-c", TBPARSE, logdir, scratch / "b.parquet")
    yield "export 1 M scalars to Parquet, s", ours
    yield "tbparse and to_parquet, s", theirs
    yield "ratio (50)", theirs / ours


def again(folder: Path, scratch: Path, count: int) -> Iterator[tuple[str, float]]:
    logdir = runs(folder, count)
    command = ("summarize", logdir, "--cache", scratch / "cache")

    def outputs(name: str) -> list[object]:
        return [word for one in written for word in ("--format", f"{one}={scratch / name}.{one}")]

    def same(*names: str) -> bool:
        return all(
            len({(scratch / f"{name}.{one}").read_bytes() for name in names}) == 1
            for one in written
        )

    first, memory = tbreport(*command, *outputs("a"))
    yield f"{count} runs for the first time, s", first
    yield "peak memory, GB (1.5)", memory
    second, memory = tbreport(*command, *outputs("b"))
    assert same("a", "b")
    yield "again, s", second
    yield "again, peak memory, GB", memory
    yield "ratio (3)", first / second
    if shutil.which("strace"):
        yield "again, bytes read of each event file (4096)", read_of_each(logdir, command)
    with grown(logdir) as number:
        third, _ = tbreport(*command, *outputs("c"))
    yield f"again after {number} runs grew, s", third
    yield "share of the first time (0.4)", third / first
    if count >= 10:
        command = ("summarize", runs(folder, count // 10), "--cache", scratch / "tenth")
        tenth, _ = tbreport(*command, *outputs("d"))
        yield f"{count // 10} runs, s", tenth
        yield "times the tenth (11)", first / tenth


def read_of_each(logdir: Path, command: tuple[object, ...]) -> float:
    """Bytes of event files that a command reads, for each of them, by strace."""
    calls = "trace=read,pread64,readv,preadv,mmap"
    words = ["strace", "-f", "-y", "-qq", "-e", calls, sys.executable, "-m", "tbreport", *command]
    with tempfile.TemporaryFile("w+") as told:
        outcome = subprocess.run(
            [*map(str, words), "--format", "json=-"], stdout=subprocess.DEVNULL, stderr=told
        )
        if outcome.returncode:
            raise RuntimeError("strace may not trace here")
        told.seek(0)
        calls_of = [line for line in told if "tfevents" in line]
    read = sum(int(line.rsplit("= ", 1)[1], 0) for line in calls_of)  # an address, of mmap
    return read / sum(1 for _ in logdir.glob("*/*tfevents*"))


@contextmanager
def grown(logdir: Path) -> Iterator[int]:
    """One run in a hundred with a point more, as long as this lasts; how many they are."""
    paths = [path for run in sorted(logdir.iterdir())[::100] for path in run.iterdir()]
    record = frame(next(events(Corpus("one more", 1, 1, 1, simple_value))))
    sizes = [path.stat().st_size for path in paths]
    for path in paths:
        with path.open("ab") as stream:
            stream.write(record)
    yield len(paths)
    for path, size in zip(paths, sizes, strict=True):
        os.truncate(path, size)


@contextmanager
def cluster(workers: int) -> Iterator[str]:
    """The address of a cluster that runs."""
    with subprocess.Popen(
        [sys.executable, "-c", CLUSTER, str(workers)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as process:
        assert process.stdout is not None
        yield process.stdout.readline().strip().removeprefix("tcp://")
        process.terminate()


def dask(folder: Path, scratch: Path, count: int) -> Iterator[tuple[str, float]]:
    logdir = runs(folder, count)
    seconds: dict[int, list[float]] = {1: [], 2: []}
    for _ in range(TURNS):
        for workers, taken in seconds.items():
            with cluster(workers) as address:
                command = ("summarize", logdir, "--no-cache", "--executor", f"dask://{address}")
                tbreport(*command, "--runs", "0$", "--format", f"json={scratch / 'a'}")  # imports
                taken.append(tbreport(*command, "--format", f"json={scratch / 'b'}")[0])
    for workers, taken in seconds.items():
        yield f"{count} runs with Dask, {workers} worker(s), s", min(taken)
    yield "ratio (1.4)", min(seconds[1]) / min(seconds[2])


def s3(folder: Path, scratch: Path, count: int) -> Iterator[tuple[str, float]]:
    import boto3
    from moto.server import ThreadedMotoServer

    os.environ |= {
        "AWS_ACCESS_KEY_ID": "testing",
        "AWS_SECRET_ACCESS_KEY": "testing",
        "AWS_DEFAULT_REGION": "us-east-1",
    }
    logdir = corpus(folder, "runs")
    logging.getLogger("werkzeug").propagate = False
    logging.getLogger("werkzeug").setLevel(logging.INFO)
    logging.getLogger("werkzeug").addHandler(logging.NullHandler())
    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    os.environ["AWS_ENDPOINT_URL"] = "http://{}:{}".format(*server.get_host_and_port())
    client = boto3.client("s3")
    client.create_bucket(Bucket="runs")
    for path in logdir.rglob("*tfevents*"):
        key = path.relative_to(logdir).as_posix()
        client.put_object(Bucket="runs", Key=key, Body=path.read_bytes())
    common = ("--no-cache", "--format", f"json={scratch / 'a'}")
    disk = min(tbreport("summarize", logdir, *common)[0] for _ in range(2))
    asked = Asked()
    logging.getLogger("werkzeug").addHandler(asked)
    remote = min(tbreport("summarize", "s3://runs", *common)[0] for _ in range(2))
    server.stop()
    yield "summarize 1 M points from the disk, s", disk
    yield "from S3 on loopback, s", remote
    yield "ratio (3)", remote / disk
    files = sum(1 for _ in logdir.rglob("*tfevents*"))
    yield f"requests ({files} files and 1 list page)", asked.count / 2


class Asked(logging.Handler):
    """Counts what the server was asked for, by the lines of its log."""

    count = 0

    def emit(self, record: logging.LogRecord) -> None:
        self.count += "GET /" in record.getMessage()


ROWS: Mapping[str, Callable[[Path, Path, int], Iterator[tuple[str, float]]]] = {
    "export": export,
    "again": again,
    "dask": dask,
    "s3": s3,
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("rows", nargs="+", choices=ROWS)
    parser.add_argument("--corpora", type=Path)
    parser.add_argument("--runs", type=int, default=1_000)
    parser.add_argument("--clock", choices=("wall", "processor"), default="wall")
    parser.add_argument("--format", action="append", help="for again: text and html by default")
    arguments = parser.parse_args()
    compile_modules()
    global clock, written
    clock, written = arguments.clock, arguments.format or written
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    with tempfile.TemporaryDirectory() as name:
        scratch = Path(name)
        for row in arguments.rows:
            for label, number in ROWS[row](arguments.corpora or scratch, scratch, arguments.runs):
                print(f"{row}: {label}: {number:.2f}", flush=True)
            shutil.rmtree(scratch / "cache", ignore_errors=True)


if __name__ == "__main__":
    main()
