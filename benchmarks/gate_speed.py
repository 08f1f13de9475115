"""How long a gate takes: ``python -m benchmarks.gate_speed`` judges 20 v 20 runs of 20 tags.

Event files of 10,000 points a tag are written into a temporary folder, and the candidate goes
through `tbreport gate` against a baseline file and against the baseline's runs, in turn; the time
of judging alone is taken in this process. Modules are compiled before, as pip does.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from benchmarks.modules import compile_modules
from tbreport.gate.baseline import read
from tbreport.gate.judge import judge
from tbreport.gate.model import Limit, Policy
from tbreport.gating import Reading, digests_of
from tbreport.options import Options
from tests.eventwriter import frame, scalar, version

RUNS, TAGS, POINTS = 20, 20, 10_000
TURNS = 7


def write_run(folder: Path, rng: np.random.Generator) -> None:
    """One run, tag after tag."""
    folder.mkdir(parents=True)
    steps = np.arange(POINTS)
    level = (1 + 2 * np.exp(-steps / 1000)) * (1 + rng.normal(0, 0.01))
    with (folder / "events.out.tfevents.1700000000.host.1.0").open("wb") as file:
        file.write(frame(version().SerializeToString()))
        for tag in range(TAGS):
            values = (level + rng.normal(0, 0.01, POINTS)).tolist()
            name = f"loss_{tag}"
            file.write(
                b"".join(
                    frame(scalar(name, step, value).SerializeToString())
                    for step, value in enumerate(values)
                )
            )


def report_of(place: Path) -> None:
    """Time each part in this process, then the whole command in turns, and print both."""
    base = place / "base.json"
    called(place, "baseline", "create", "main", "-o", base.name)
    began = time.perf_counter()
    digests, _, _ = digests_of([place / "pr"], Reading(Options()), ("^loss_",), closely=False)
    read_s = time.perf_counter() - began
    policy = Policy((Limit("loss_*", "lower"),))
    began = time.perf_counter()
    baselines = read(base)
    parse_s = time.perf_counter() - began
    began = time.perf_counter()
    verdict = judge(digests, baselines, policy)
    judge_s = time.perf_counter() - began
    print(f"reading the candidate: {read_s:.2f} s; the baseline file: {parse_s:.3f} s")
    print(f"judging: {judge_s:.3f} s, {len(verdict.checks)} checks")
    took: dict[str, list[float]] = {"base.json": [], "main": []}
    for _ in range(TURNS):
        for baseline, seconds in took.items():
            began = time.perf_counter()
            called(place, "gate", "pr", "--baseline", baseline, "--metric", "loss_*=lower",
                   "--exit-zero", "--format", "text=out.txt")  # fmt: skip
            seconds.append(time.perf_counter() - began)
    for baseline, seconds in took.items():
        print(f"tbreport gate against {baseline}: {statistics.median(seconds):.2f} s, "
              f"{min(seconds):.2f} to {max(seconds):.2f} in {TURNS} turns")  # fmt: skip


def called(place: Path, *words: str) -> None:
    """Run tbreport."""
    tool = [sys.executable, "-m", "tbreport", *words]
    subprocess.run(tool, cwd=place, stderr=subprocess.DEVNULL, check=True)


def main() -> int:
    rng = np.random.default_rng(0)
    compile_modules()
    with tempfile.TemporaryDirectory() as temporary:
        place = Path(temporary)
        for side in ("main", "pr"):
            for seed in range(RUNS):
                write_run(place / side / f"job-seed{seed}", rng)
        report_of(place)
    return 0


if __name__ == "__main__":
    sys.exit(main())
