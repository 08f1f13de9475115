"""The gate on real repeated trainings: ``python -m benchmarks.gate_records FOLDER``.

FOLDER holds `runs.csv` with the columns run, group, last_step and final_val_loss: trainings of the
same code with other seeds, by group. Event files are written of them; groups are split at random
into candidate and baseline, and each split goes through `tbreport.gating.gate` with event files
and a baseline file. Nothing changed within a group, so every failure is a false one; the copies
whose loss is 0.5 % higher should all fail.

Splits of one group are not independent: the intervals are bootstrapped over groups.
"""

from __future__ import annotations

import argparse
import csv
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from tbreport import __version__
from tbreport.gate.baseline import write
from tbreport.gate.collecting import build
from tbreport.gate.model import Limit, Policy
from tbreport.gating import Reading, digests_of, gate
from tbreport.model import RunDigest
from tbreport.options import Options
from tests.eventwriter import scalar
from tests.eventwriter import write as write_events

TAG = "val/loss"
REGRESSION = 1.005
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
            report = gate(*sides, policy=policy, reading_of=READING)
            assert report.verdict is not None
            failed += report.verdict.outcome == "fail"
        found[group] = failed / splits
    return found


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.gate_records", description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--splits", type=int, default=40, help="of each group")
    parser.add_argument("--seed", type=int, default=0)
    asked = parser.parse_args()
    rng = np.random.default_rng(asked.seed)
    with tempfile.TemporaryDirectory() as temporary:
        place = Path(temporary)
        digests = prepare(groups(asked.folder), place)
        for setting in SETTINGS:
            began = time.perf_counter()
            values = np.array(list(rates(setting, digests, place, asked.splits, rng).values()))
            resampled = rng.choice(values, (4000, len(values))).mean(axis=1)
            low, high = np.quantile(resampled, (0.025, 0.975))
            change = "unchanged" if setting.factor == 1 else f"{100 * (setting.factor - 1):+.1f} %"
            print(
                f"{setting.n} v {setting.m:<2} alpha {setting.alpha:.0%} "
                f"min_effect {setting.min_effect:.1%} {change:9}: fails "
                f"{values.mean():.4f} [{low:.4f}, {high:.4f}]  {len(values)} groups, "
                f"{time.perf_counter() - began:.0f} s",
                flush=True,
            )
    return 0


if __name__ == "__main__":
    sys.exit(main())
