"""How long a gate takes: ``python -m benchmarks.gate_speed`` judges 20 v 20 runs of 20 tags.

Event files of 10,000 points a tag are written into a temporary folder, and baseline and candidate
go through `tbreport gate` once each way; the time of judging alone is taken in this process.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from tbreport.gate.baseline import read
from tbreport.gate.judge import judge
from tbreport.gate.model import Limit, Policy
from tbreport.gating import Reading, digests_of
from tbreport.options import Options
from tests.eventwriter import frame, scalar, version

RUNS, TAGS, POINTS = 20, 20, 10_000


def write_run(folder: Path, rng: np.random.Generator) -> None:
    """One run: every tag at every step."""
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


def main() -> int:
    rng = np.random.default_rng(0)
    with tempfile.TemporaryDirectory() as temporary:
        place = Path(temporary)
        for side in ("main", "pr"):
            for seed in range(RUNS):
                write_run(place / side / f"job-seed{seed}", rng)
        tool = [sys.executable, "-m", "tbreport"]
        subprocess.run([*tool, "baseline", "create", str(place / "main"), "-o",
                        str(place / "base.json")], check=True)  # fmt: skip
        began = time.perf_counter()
        digests, _, _ = digests_of([place / "pr"], Reading(Options()))
        read_s = time.perf_counter() - began
        policy = Policy((Limit("loss_*", "lower"),))
        began = time.perf_counter()
        baselines = read(place / "base.json")
        parse_s = time.perf_counter() - began
        for label in ("judging, scipy.special imported by it", "judging again"):
            began = time.perf_counter()
            verdict = judge(digests, baselines, policy)
            print(f"{label}: {time.perf_counter() - began:.3f} s, {len(verdict.checks)} checks")
        print(f"reading and digesting the candidate: {read_s:.2f} s; the baseline: {parse_s:.3f} s")
        for baseline in ("base.json", "main"):
            began = time.perf_counter()
            subprocess.run([*tool, "gate", str(place / "pr"), "--baseline", str(place / baseline),
                            "--metric", "loss_*=lower", "--exit-zero", "--format",
                            f"text={place / 'out.txt'}"], check=True)  # fmt: skip
            print(f"tbreport gate against {baseline}: {time.perf_counter() - began:.2f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main())
