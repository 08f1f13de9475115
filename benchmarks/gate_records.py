"""The gate on real repeated trainings: ``python -m benchmarks.gate_records FOLDER``.

FOLDER holds `runs.csv` with the columns run, group, last_step and final_val_loss: trainings of the
same code with other seeds, by group. Event files are written of them; groups are split at random
into candidate and baseline, and each split goes through `tbreport.gating.gate` with event files
and a baseline file. Nothing changed within a group, so every failure is a false one; the copies
whose loss is 0.5 % higher should all fail.

Splits of one group are not independent: the intervals are bootstrapped over groups.

``--numbers`` judges 4,000 splits of each group by the gate's statistics, without event files, and
beside them by a rule that holds `min_effect` against the estimate.
"""

from __future__ import annotations

import argparse
import csv
import math
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from tbreport import __version__
from tbreport.gate import statistics
from tbreport.gate.baseline import write
from tbreport.gate.collecting import build
from tbreport.gate.model import Limit, Policy
from tbreport.gating import Reading, digests_of, gate
from tbreport.model import Float64s, RunDigest
from tbreport.options import Options
from tests.eventwriter import scalar
from tests.eventwriter import write as write_events

TAG = "val/loss"
REGRESSION = 1.005
SPLITS = 4_000  # of each group, by numbers
READING = Reading(Options())


@dataclass(frozen=True, slots=True)
class Setting:
    """One row of the result."""

    n: int
    m: int
    alpha: float
    min_effect: float
    factor: float = 1.0


SETTINGS = (
    Setting(1, 5, 0.05, 0.0),
    Setting(1, 10, 0.05, 0.0),
    Setting(3, 5, 0.05, 0.0),
    Setting(1, 5, 0.01, 0.0),
    Setting(1, 10, 0.01, 0.0),
    Setting(3, 5, 0.01, 0.0),
    Setting(1, 5, 0.01, 0.001),
    Setting(1, 10, 0.01, 0.001),
    Setting(3, 5, 0.01, 0.001),
    Setting(1, 5, 0.01, 0.0, REGRESSION),
    Setting(1, 5, 0.01, 0.001, REGRESSION),
    Setting(1, 10, 0.01, 0.001, REGRESSION),
)


def groups(folder: Path) -> dict[str, list[tuple[str, int, float]]]:
    """Run, last step and loss of each training by group; runs of another length are another."""
    found: dict[str, list[tuple[str, int, float]]] = {}
    with (folder / "runs.csv").open(newline="", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            entry = row["run"], int(row["last_step"]), float(row["final_val_loss"])
            found.setdefault(f"{row['group']}-{row['last_step']}", []).append(entry)
    return found


def prepare(
    runs: Mapping[str, Sequence[tuple[str, int, float]]], place: Path
) -> dict[str, list[RunDigest]]:
    """Event files of every run, as it was and worse, and the digests of the former by group."""
    for members in runs.values():
        for name, step, loss in members:
            for factor in (1.0, REGRESSION):
                folder = place / f"{factor:g}" / f"job-seed{name[1:].replace('r', '')}"
                write_events(folder, [scalar(TAG, step, loss * factor)])
    digests, _, _ = digests_of([place / "1"], READING, detect=False)
    by_name = {digest.run: digest for digest in digests}
    return {
        group: [by_name[f"job-seed{name[1:].replace('r', '')}"] for name, _, _ in members]
        for group, members in runs.items()
    }


def rates(
    setting: Setting,
    digests: Mapping[str, Sequence[RunDigest]],
    place: Path,
    splits: int,
    rng: np.random.Generator,
) -> dict[str, float]:
    """The share of splits of each group that is large enough in which the gate fails."""
    found = {}
    limit = Limit(TAG, "lower", ("final",))
    path = place / "baseline.json"
    policy = Policy(
        (limit,), alpha=setting.alpha, min_effect=setting.min_effect, baseline=(str(path),)
    )
    for group, members in digests.items():
        if len(members) < setting.n + setting.m:
            continue
        failed = 0
        for _ in range(splits):
            order = rng.permutation(len(members))
            baseline = [members[i] for i in order[setting.n : setting.n + setting.m]]
            path.write_text(write([build("job", {}, baseline, [TAG])], __version__), "utf-8")
            folder = place / f"{setting.factor:g}"
            sides = [
                f"job-seed{k}={folder / members[i].run}" for k, i in enumerate(order[: setting.n])
            ]
            report = gate(*sides, policy=policy, reading_of=READING, closely=False)
            assert report.verdict is not None
            failed += report.verdict.outcome == "fail"
        found[group] = failed / splits
    return found


def by_numbers(
    setting: Setting, losses: Mapping[str, Sequence[float]], rng: np.random.Generator
) -> tuple[Float64s, Float64s]:
    """The failures of each group by the gate's rule, and if the estimate were all that counts."""
    found = []
    margin = math.log1p(setting.min_effect)
    for group in losses.values():
        if len(group) < setting.n + setting.m:
            continue
        order = np.argsort(rng.random((SPLITS, len(group))), axis=1)
        drawn = np.log(np.array(group))[order[:, : setting.n + setting.m]]
        ours = drawn[:, : setting.n] + math.log(setting.factor)
        compared = statistics.compare(ours, drawn[:, setting.n :])
        estimated = (compared.p() < setting.alpha) & (compared.difference > margin)
        found.append(((compared.p(margin) < setting.alpha).mean(), estimated.mean()))
    both = np.array(found, np.float64)
    return both[:, 0], both[:, 1]


def interval(values: Float64s, rng: np.random.Generator) -> str:
    """The mean over groups, and where it lies with other groups."""
    resampled = rng.choice(values, (4000, len(values))).mean(axis=1)
    low, high = np.quantile(resampled, (0.025, 0.975))
    return f"{values.mean():.4f} [{low:.4f}, {high:.4f}]"


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.gate_records", description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--splits", type=int, default=40, help="of each group")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--numbers", action="store_true", help="without event files")
    parser.add_argument("--rows", type=int, nargs="+", choices=range(1, len(SETTINGS) + 1))
    asked = parser.parse_args()
    runs = groups(asked.folder)
    with tempfile.TemporaryDirectory() as temporary:
        place = Path(temporary)
        digests = {} if asked.numbers else prepare(runs, place)
        losses = {group: [loss for _, _, loss in members] for group, members in runs.items()}
        for row in asked.rows or range(1, len(SETTINGS) + 1):
            setting, rng = SETTINGS[row - 1], np.random.default_rng([asked.seed, row])
            began = time.perf_counter()
            if asked.numbers:
                gated, estimated = by_numbers(setting, losses, rng)
                shown = f"{interval(gated, rng)}, by the estimate {interval(estimated, rng)}"
            else:
                gated = np.array(list(rates(setting, digests, place, asked.splits, rng).values()))
                shown = interval(gated, rng)
            change = "unchanged" if setting.factor == 1 else f"{100 * (setting.factor - 1):+.1f} %"
            print(
                f"{row:2}  {setting.n} v {setting.m:<2} alpha {setting.alpha:.0%} "
                f"min_effect {setting.min_effect:.1%} {change:9}: fails {shown}  "
                f"{len(gated)} groups, {time.perf_counter() - began:.0f} s",
                flush=True,
            )
    return 0


if __name__ == "__main__":
    sys.exit(main())
