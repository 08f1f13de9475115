"""A sketch: by it a run is judged as by its whole digest."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tbreport.gate.collecting import build
from tbreport.gate.judge import judge
from tbreport.gate.model import Baseline, Limit, Policy
from tbreport.gating import Reading, digests_of
from tbreport.model import Float64s, RunDigest
from tbreport.options import Options
from tests.eventwriter import curve, write
from tests.gate.runs import falling

READING = Reading(Options())
LIMIT = Limit("val/loss", "lower", ("final", "auc", "best", "ttt"))


def nan_tail(values: Float64s) -> Float64s:
    return np.where(np.arange(len(values)) > 0.9 * len(values), np.nan, values)


def diverged(values: Float64s) -> Float64s:
    return np.where(np.arange(len(values)) > 0.7 * len(values), 3 * values[0], values)


@pytest.mark.parametrize("change", [np.copy, nan_tail, diverged, lambda values: values[:50]])
def test_the_verdict_is_that_of_the_whole_digests(tmp_path: Path, change: object) -> None:
    for seed in range(5):
        write(tmp_path / "main" / f"lm-seed{seed}", curve("val/loss", falling(seed)))
    write(tmp_path / "pr" / "lm-seed9", curve("val/loss", change(falling(9))))  # type: ignore[operator]
    stored = baseline_of(digests_of([tmp_path / "main"], READING)[0])

    whole, sketched = (
        judge(
            digests_of([tmp_path / "pr"], READING, closely=closely)[0],
            [stored],
            Policy((LIMIT,)),
        )
        for closely in (True, False)
    )

    assert whole == sketched


def test_equal_steps_of_several_runs_are_one_array(tmp_path: Path) -> None:
    for seed, n in ((0, 200), (1, 200), (2, 100)):
        write(tmp_path / f"lm-seed{seed}", curve("val/loss", falling(seed, n=n)))

    first, second, shorter = (
        digest.display["val/loss"].steps
        for digest in digests_of([tmp_path], READING, closely=False)[0]
    )

    assert first is second
    assert list(shorter) == list(first[:100])


def test_a_baseline_of_sketches_is_that_of_the_whole_digests(tmp_path: Path) -> None:
    for seed in range(3):
        write(tmp_path / f"lm-seed{seed}", curve("val/loss", falling(seed)))

    whole, sketched = (
        baseline_of(digests_of([tmp_path], READING, closely=closely)[0])
        for closely in (True, False)
    )

    assert [run.id for run in whole.runs] == [run.id for run in sketched.runs]
    for one, other in zip(whole.runs, sketched.runs, strict=True):
        np.testing.assert_array_equal(one.curves["val/loss"], other.curves["val/loss"])


def baseline_of(digests: list[RunDigest]) -> Baseline:
    return build("lm", {}, digests, ["val/loss"])
