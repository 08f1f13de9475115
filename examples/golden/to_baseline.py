"""Golden files of Megatron-LM or torchtitan in, a golden baseline of tbreport out.

    python to_baseline.py megatron golden_values.json --job gpt --rtol 0.05 -o baseline.json
    python to_baseline.py torchtitan losses.txt --tag loss_metrics/global_avg_loss -o baseline.json

Megatron's file is {tag: {"start_step", "end_step", "step_interval", "values": {step: value}}};
torchtitan's has a line "step loss" for each step. Values that are not numbers become NaN, which
equals nothing unless --expect-nonfinite says that it is expected.
"""

from __future__ import annotations

import argparse
import json
import math
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from tbreport import __version__
from tbreport.gate.baseline import write
from tbreport.gate.model import Baseline, BaselineRun, Golden

Curves = Mapping[str, Mapping[int, float]]  # tag → step → value


def megatron(text: str, tag: str) -> Curves:
    """Every tag of the file."""
    return {
        name: {int(step): number(value) for step, value in entry["values"].items()}
        for name, entry in json.loads(text).items()
    }


def torchtitan(text: str, tag: str) -> Curves:
    """The one tag that the file speaks of."""
    rows = (line.split() for line in text.splitlines() if line.strip() and line[0] != "#")
    return {tag: {int(row[0]): number(row[1]) for row in rows}}


READERS = {"megatron": megatron, "torchtitan": torchtitan}


def number(value: object) -> float:
    """A value as event files hold it, a float32: 7.1 is 7.0999999; "nan" and the like are NaN."""
    try:
        return float(np.float32(str(value)))
    except ValueError:
        return math.nan


def baseline(job: str, curves: Curves, golden: Golden) -> Baseline:
    """One golden run."""
    ordered = {tag: sorted(points.items()) for tag, points in sorted(curves.items())}
    grids = {tag: np.array([step for step, _ in points]) for tag, points in ordered.items()}
    values = {tag: np.array([value for _, value in points]) for tag, points in ordered.items()}
    return Baseline(job, {}, grids, (BaselineRun("golden", None, None, {}, values),), golden)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("kind", choices=READERS)
    parser.add_argument("file", type=Path)
    parser.add_argument("--job", default=".")
    parser.add_argument("--tag", default="loss_metrics/global_avg_loss")
    parser.add_argument("--rtol", type=float, default=0.0)
    parser.add_argument("--atol", type=float, default=0.0)
    parser.add_argument("--expect-nonfinite", action="store_true")
    parser.add_argument("-o", "--output", type=Path, default=Path("baseline.json"))
    asked = parser.parse_args()
    curves = READERS[asked.kind](asked.file.read_text(encoding="utf-8"), asked.tag)
    golden = Golden(asked.rtol, asked.atol, asked.expect_nonfinite)
    text = write([baseline(asked.job, curves, golden)], __version__)
    asked.output.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
