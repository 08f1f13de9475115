"""What the engines find is what tbparse hands out, file by file and run by run."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tbparse import SummaryReader

from tbreport.experiment import load
from tbreport.reader import tbparse_engine
from tbreport.reader.engine import Scan
from tests.oracle.corpus import EVENTS, FOLDERS, scans

# TensorBoard's `make_ndarray`, and so tbparse, raises for what these hold.
UNREADABLE = {
    "tensorflow1/by_hand": "a type that it does not list",
    "tensorflow2/scalar_dtypes": "a bfloat16",
    "torch/media": "a bfloat16 of 32 bits",
}
READABLE = sorted(set(FOLDERS) - set(UNREADABLE))
TOPS = [name for name in READABLE if name.rsplit("/", 1)[0] not in FOLDERS]


def same(actual: Any, expected: Any) -> bool:
    return bool(np.array_equal(np.asarray(actual), np.asarray(expected), equal_nan=True))


@pytest.mark.parametrize("folder", READABLE)
def test_the_tbparse_engine_reads_the_scalars_of_the_others(scan: Scan, folder: str) -> None:
    for path, found in scans(scan, EVENTS / folder):
        second = tbparse_engine.scan(path, path.name, folder, {})

        assert second.problems == ()
        assert second.scalars.keys() == found.scalars.keys()
        for tag, column in second.scalars.items():
            ours = found.scalars[tag]
            order = np.argsort(ours.wall_times, kind="stable")  # tbparse loses the file's order
            assert column.steps.tolist() == ours.steps[order].tolist()
            assert column.wall_times.tolist() == ours.wall_times[order].tolist()
            assert same(column.values, ours.values[order])


@pytest.mark.parametrize("folder", READABLE)
def test_the_tbparse_engine_reads_the_legacy_histograms_of_the_others(
    scan: Scan, folder: str
) -> None:
    for path, found in scans(scan, EVENTS / folder):
        for tag, column in tbparse_engine.scan(path, path.name, folder, {}).histograms.items():
            ours = found.histograms[tag]
            for name in ("steps", "wall_times", "offsets", "edges", "counts"):
                assert same(getattr(column, name), getattr(ours, name))
            for name in ("min", "max", "num", "sum", "sum_squares"):
                assert same(getattr(column, name), getattr(ours, name))


@pytest.mark.parametrize("folder", UNREADABLE)
def test_what_tbparse_cannot_read_is_a_problem_of_that_engine_alone(
    scan: Scan, folder: str
) -> None:
    for path, found in scans(scan, EVENTS / folder):
        (problem,) = tbparse_engine.scan(path, path.name, folder, {}).problems

        assert problem.code == "TB103"
        assert found.problems == ()


def tbparse_points(logdir: Path, kind: str) -> dict[tuple[str, str], Any]:
    """(folder, tag) → tbparse's rows, through its own frames."""
    reader = SummaryReader(
        str(logdir), extra_columns={"wall_time", "dir_name"}, event_types={"scalars", "tensors"}
    )
    rows = getattr(reader, kind)
    if not len(rows):
        return {}
    return {(folder or ".", tag): held for (folder, tag), held in rows.groupby(["dir_name", "tag"])}


@pytest.mark.parametrize("top", TOPS)
def test_runs_that_are_not_joined_hold_what_tbparses_frames_hold(top: str) -> None:
    runs = load(EVENTS / top, join=False).runs
    replaced = {(name, entry.tag) for name, run in runs.items() for entry in run.superseded}

    for kind in ("scalars", "tensors"):
        for (folder, tag), rows in tbparse_points(EVENTS / top, kind).items():
            series = runs[folder].scalars.get(tag)
            if series is None or (folder, tag) in replaced or series.original_steps is not None:
                continue
            timed = rows[np.isfinite(rows["wall_time"])]
            assert series.steps.tolist() == timed["step"].tolist()
            assert series.wall_times.tolist() == timed["wall_time"].tolist()
            assert same(series.values, timed["value"].astype(float))


@pytest.mark.parametrize("top", TOPS)
def test_what_is_kept_of_a_restarted_run_is_among_tbparses_points(top: str) -> None:
    runs = load(EVENTS / top, join=False).runs

    for (folder, tag), rows in tbparse_points(EVENTS / top, "scalars").items():
        series = runs[folder].scalars.get(tag)
        if series is not None and series.original_steps is None:
            points = set(zip(series.steps, series.wall_times, strict=True))
            assert points <= set(zip(rows["step"], rows["wall_time"], strict=True))


@pytest.mark.parametrize("top", [top for top in TOPS if top != "torch/wall_times"])  # they fall
def test_the_tbparse_engine_loads_the_same_series(top: str) -> None:
    ours = load(EVENTS / top, join=False).runs
    theirs = load(EVENTS / top, join=False, engine="tbparse").runs

    assert ours.keys() == theirs.keys()
    for name, run in ours.items():
        assert run.scalars.keys() == theirs[name].scalars.keys()
        purged = {entry.tag for entry in run.superseded if entry.reason == "purged"}
        for tag in run.scalars.keys() - purged:  # tbparse does not tell of a SessionLog START
            other = theirs[name].scalars[tag]
            assert run.scalars[tag].steps.tolist() == other.steps.tolist()
            assert same(run.scalars[tag].values, other.values)
