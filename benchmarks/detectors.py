"""How often the detectors cry wolf, and what they find: ``python -m benchmarks.detectors``.

Real runs: `algoperf_dev/` under the folder that TBREPORT_SHARED_DATA names, the training curves of
AlgoPerf submissions with a label that says whether a run reached its target; what an alarm fires on
there is, nearly always, a false one. Needs pyarrow. Without the variable that part is left out.

Trainings: those of `benchmarks.scenarios`, from the folder given by `--scenarios`. Simulated runs:
the seeded makers of `tests/curves.py`. Speed: runs of 20 tags × 1,000 points. With `--docs` the
tables replace those of docs/detectors.md.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import os
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

import numpy as np

from benchmarks import scenarios
from benchmarks.corpus import healthy_runs, ill_runs
from benchmarks.shares import shown
from tbreport.analysis.detector import every_detector
from tbreport.analysis.examination import detect
from tbreport.model import Finding, Float64s, Run
from tests.curves import diverging, healthy, lasting, overfit, run, series, spiky

DOCS = Path(__file__).parents[1] / "docs" / "detectors.md"
FENCE = "```"
SEEDS = 100
TAGS = (
    "train/loss val/loss train/accuracy val/accuracy lr grad_norm train/box_loss val/box_loss "
    "train/cls_loss val/cls_loss metrics/mAP_0.5 metrics/precision metrics/recall time/fps epoch "
    "gpu_memory val/f1 train/top5 val/top5 test/loss"
)


def main() -> None:
    """Print every table, or write them into the docs."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--scenarios", type=Path, metavar="FOLDER", help="see benchmarks.scenarios")
    parser.add_argument("--docs", action="store_true", help="write to docs/detectors.md")
    given = parser.parse_args()
    if not given.docs:
        tables(given.scenarios)
        return
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        tables(given.scenarios)
    before, _, after = DOCS.read_text(encoding="utf-8").partition(FENCE)
    _, _, after = after.partition(FENCE)
    page = f"{before}{FENCE}\n{printed.getvalue().strip()}\n{FENCE}{after}"
    DOCS.write_text(page, encoding="utf-8")


def tables(trainings: Path | None) -> None:
    """Print every table."""
    folder = os.environ.get("TBREPORT_SHARED_DATA")
    if folder:
        for reached in (True, False):
            report(reached, list(algoperf(Path(folder) / "algoperf_dev", reached)))
    else:
        print("TBREPORT_SHARED_DATA is not set: no real runs", file=sys.stderr)
    if trainings is not None:
        scenarios.report(trainings)
    synthetic()
    simulated()
    speed()


def algoperf(folder: Path, reached: bool) -> Iterator[tuple[str, Run]]:
    """Workload and run of the labeled curves."""
    import pandas as pd

    labels = pd.read_csv(folder / "labels.csv").set_index("run")
    curves = pd.read_parquet(folder / "curves.parquet")
    for name, points in curves.groupby("run"):
        if labels.reached_target[name] == reached:
            held = [
                series(str(tag), rows.value.to_numpy(), steps=rows.step.to_numpy())
                for tag, rows in points.groupby("tag", observed=True)
            ]
            yield labels.workload[name], run(held)


def report(reached: bool, runs: Sequence[tuple[str, Run]]) -> None:
    """Fires by detector, severity and workload."""
    found = [(workload, detect(one)) for workload, one in runs]
    print(f"\nAlgoPerf runs that {'reached' if reached else 'missed'} their target: {len(runs)}\n")
    for detector in sorted(every_detector(), key=lambda one: one.code):
        if detector.scope != "run":
            continue
        fired = [
            (w, f.severity) for w, all_found in found for f in all_found if f.code == detector.code
        ]
        severities = Counter(severity for _, severity in fired)
        hits = sum(any(f.code == detector.code for f in all_found) for _, all_found in found)
        print(f"{detector.code} {detector.name:22} {shown(hits, len(found))}  {dict(severities)}")
        for workload, count in sorted(Counter(workload for workload, _ in fired).items()):
            print(f"      {workload:32} {shown(count, sum(w == workload for w, _ in found))}")
    for title, counted in (("error", {"error"}), ("warning or error", {"warning", "error"})):
        hits = sum(bool(severities_of(all_found) & counted) for _, all_found in found)
        print(f"all   {title:22} {shown(hits, len(found))}")


def severities_of(findings: Iterable[Finding]) -> set[str]:
    """How grave a run's findings are."""
    return {finding.severity for finding in findings}


def synthetic(first_seed: int = 0) -> None:
    """False alarms on the healthy runs of the corpus, and how many of the ill ones are found."""
    print("\nSynthetic healthy runs: those with a warning, and with an error\n")
    counts: dict[str, list[set[str]]] = {}
    for kind, one in healthy_runs(first_seed):
        counts.setdefault(kind, []).append(severities_of(detect(one)))
    for kind, found in [*counts.items(), ("all", [s for kinds in counts.values() for s in kinds])]:
        warned, failed = (sum(level in s for s in found) for level in ("warning", "error"))
        print(f"{kind:22} warning {shown(warned, len(found))}  error {failed}")
    print("\nSynthetic ill runs: those on which the right detector fires\n")
    right: dict[str, list[bool]] = {}
    for kind, expected, one in ill_runs(first_seed):
        right.setdefault(kind, []).append(bool(codes(one) & set(expected)))
    for kind, hits in [*right.items(), ("all", [hit for kinds in right.values() for hit in kinds])]:
        print(f"{kind:22} {shown(sum(hits), len(hits))}")


def simulated() -> None:
    """The share of seeds on which the detector fires, by length of the curve and noise."""
    scenarios: tuple[tuple[str, str, Callable[[int, int, float], Run]], ...] = (
        ("TB202", "healthy", lambda n, seed, e: alone(healthy(n, seed=seed, noise=e))),
        (
            "TB202",
            "ends past its start",
            lambda n, seed, e: alone(diverging(n, seed=seed, noise=e)),
        ),
        ("TB202", "loses half", lambda n, seed, e: alone(diverging(n, seed=seed, noise=e, to=1.2))),
        ("TB203", "healthy", lambda n, seed, e: alone(healthy(n, seed=seed, noise=e))),
        ("TB203", "spike of 3 times", lambda n, seed, e: alone(spike(n, seed, e, 3.0))),
        ("TB203", "spike of 1.5 times", lambda n, seed, e: alone(spike(n, seed, e, 1.5))),
        ("TB301", "healthy", lambda n, seed, e: pair(n, seed, healthy(n, seed=seed, noise=e))),
        (
            "TB301",
            "healthy, lasting noise",
            lambda n, seed, e: pair(n, seed, lasting(n, seed=seed, noise=e)),
        ),
        ("TB301", "rise of 10 %", lambda n, seed, e: pair(n, seed, turned(n, seed, e, 0.1))),
        ("TB301", "rise of 30 %", lambda n, seed, e: pair(n, seed, turned(n, seed, e, 0.3))),
    )
    lengths, noises = (12, 20, 60, 200, 1000), (0.01, 0.03, 0.1)
    print(f"\nSimulated: share of {SEEDS} seeds that fire, at a noise of 1, 3 and 10 %\n")
    print(f"{'':28}" + "".join(f"{n:>18d}" for n in lengths) + "  points")
    for code, title, make in scenarios:
        cells = []
        for n in lengths:
            shares = [
                sum(code in codes(make(n, seed, noise)) for seed in range(SEEDS)) / SEEDS
                for noise in noises
            ]
            cells.append("  ".join(f"{share:.2f}" for share in shares))
        print(f"{code} {title:22}" + "".join(f"{cell:>18}" for cell in cells))


def alone(values: Float64s) -> Run:
    """A run of one loss."""
    return run({"loss": values})


def pair(n: int, seed: int, val: Float64s) -> Run:
    """A validation loss beside a sound training loss."""
    return run({"train/loss": healthy(n, seed=seed + SEEDS), "val/loss": val})


def spike(n: int, seed: int, noise: float, height: float) -> Float64s:
    """A loss with one spike at a random place past its first tenth."""
    at = int(n * np.random.default_rng(seed).uniform(0.1, 0.95))
    return spiky(n, seed=seed, noise=noise, height=height, at=at)


def turned(n: int, seed: int, noise: float, rise: float) -> Float64s:
    """A validation loss that ends a share above its best."""
    return overfit(n, seed=seed, noise=noise, rise=rise)


def codes(one: Run) -> set[str]:
    """The codes of what is found in a run."""
    return {finding.code for finding in detect(one)}


def speed(n_runs: int = 100) -> None:
    """Seconds for a thousand runs, from a hundred."""
    runs = [
        run({tag: healthy(1000, seed=20 * i + k) for k, tag in enumerate(TAGS.split())})
        for i in range(n_runs)
    ]
    detect(runs[0])
    began = time.process_time()
    for one in runs:
        detect(one)
    took = (time.process_time() - began) * 1000 / n_runs
    print(f"\nSpeed: {took:.2f} s for 1,000 runs of 20 tags × 1,000 points, CPU time")


if __name__ == "__main__":
    main()
