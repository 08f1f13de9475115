"""More real event files, and what the programs that wrote them noted beside them.

The folder is not part of the repository: TBREPORT_SHARED_DATA names it. Its tables were made by
TensorBoard's own loader; the trainer's state and the measurements are second records by the
programs themselves.
"""

from __future__ import annotations

import json
from collections import Counter
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from tbreport.experiment import load
from tbreport.model import Series
from tbreport.reader.engine import Scan
from tbreport.reader.scan import FileScan
from tests.oracle.corpus import rows

TAG_COLUMNS = {"tag", "points", "distinct_steps", "first_step", "last_step", "backward_steps"}
TRAINER = "hf_trainer"
CHECKPOINTS = (500, 1000, 1200)


@cache
def scanned(scan: Scan, events: Path) -> dict[str, FileScan]:
    """File → its scan, for every file of the table."""
    return {
        row["file"]: scan(events / row["file"], row["file"], "folder", {})
        for row in rows(events / "manifest_files.csv")
    }


def is_close(actual: float, printed: str) -> bool:
    """Whether a value is the one that a table prints with seven digits."""
    return bool(np.isclose(actual, float(printed), rtol=1e-6, atol=0, equal_nan=True))


def as_written(number: str | float) -> float:
    """A double as a writer of float32 leaves it."""
    return float(np.float32(float(number)))


def by_step(series: Series) -> dict[int, float]:
    return dict(zip(series.steps.tolist(), series.values.tolist(), strict=True))


def test_every_file_has_its_size_records_and_values(scan: Scan, shared: Path) -> None:
    for row in rows(shared / "manifest_files.csv"):
        found = scanned(scan, shared)[row["file"]]
        points = [len(c.steps) for c in (*found.scalars.values(), *found.histograms.values())]
        graphs = sum(blob.kind == "graphs" for blob in found.blobs)
        tags = {*found.scalars, *found.histograms, *(b.tag for b in found.blobs if b.tag)}

        assert {
            "file": row["file"],
            "bytes": str(found.file.size),
            "state": {(): "ok", ("TB104",): "header_only"}[tuple(p.code for p in found.problems)],
            "records": str(found.file.records),
            "trailing_bytes": str(found.file.size - found.file.good_bytes),
            "writer": found.file.writer,
            "tags": str(len(tags)),
            "summary_values": str(sum(points) + len(found.blobs) - graphs),
            "session_logs": str(len(found.purges)),
            "graph_records": str(graphs),
        } == {name: value for name, value in row.items() if name != "sha256"}


def test_every_tag_has_its_points_and_steps(scan: Scan, shared: Path) -> None:
    for row in rows(shared / "manifest_tags.csv"):
        found = scanned(scan, shared)[row["file"]]
        if row["plugin"] == "text":
            steps = np.array([blob.step for blob in found.blobs if blob.tag == row["tag"]])
        else:
            steps = found.scalars[row["tag"]].steps

        assert {
            "tag": row["tag"],
            "points": str(len(steps)),
            "distinct_steps": str(len(set(steps.tolist()))),
            "first_step": str(steps[0]),
            "last_step": str(steps[-1]),
            "backward_steps": str(int((np.diff(steps) < 0).sum())),
        } == {name: row[name] for name in row.keys() & TAG_COLUMNS}


def test_every_scalar_has_its_values(scan: Scan, shared: Path) -> None:
    for row in rows(shared / "manifest_tags.csv"):
        if row["plugin"] == "text":
            continue
        values = scanned(scan, shared)[row["file"]].scalars[row["tag"]].values

        assert int((~np.isfinite(values)).sum()) == int(row["nonfinite"])
        assert is_close(values[0], row["first_value"])
        assert is_close(values[-1], row["last_value"])


def test_no_tag_is_there_that_the_table_does_not_have(scan: Scan, shared: Path) -> None:
    listed = Counter(row["file"] for row in rows(shared / "manifest_tags.csv"))

    for name, found in scanned(scan, shared).items():
        texts = {blob.tag for blob in found.blobs if blob.kind != "graphs"}
        assert len(found.scalars) + len(found.histograms) + len(texts) == listed[name]


def trainer_state(shared: Path, checkpoint: int) -> dict[str, dict[int, float]]:
    """Tag → step → value, as Hugging Face's Trainer kept them in a checkpoint."""
    path = shared / TRAINER / "results" / f"checkpoint-{checkpoint}" / "trainer_state.json"
    found: dict[str, dict[int, float]] = {}
    for entry in json.loads(path.read_text(encoding="utf-8"))["log_history"]:
        for name, value in entry.items():
            split, metric = ("eval", name[5:]) if name.startswith("eval_") else ("train", name)
            if name != "step":
                found.setdefault(f"{split}/{metric}", {})[entry["step"]] = as_written(value)
    return found


@pytest.mark.parametrize("checkpoint", CHECKPOINTS)
def test_a_trainers_run_is_its_saved_state(engine: str, shared: Path, checkpoint: int) -> None:
    run = load(shared / TRAINER / "runs", engine=engine).runs["run4"]

    for tag, points in trainer_state(shared, checkpoint).items():
        found = {s: v for s, v in by_step(run.scalars[tag]).items() if s <= checkpoint}
        assert (tag, found) == (tag, points)


def test_a_trainers_run_has_only_its_last_summary_beside_its_state(
    engine: str, shared: Path
) -> None:
    run = load(shared / TRAINER / "runs", engine=engine).runs["run4"]

    beside = run.scalars.keys() - trainer_state(shared, CHECKPOINTS[-1]).keys()

    assert {(tag, *run.scalars[tag].steps) for tag in beside} == {
        ("train/train_runtime", 1200),
        ("train/train_samples_per_second", 1200),
        ("train/train_steps_per_second", 1200),
        ("train/total_flos", 1200),
        ("train/train_loss", 1200),
    }


def measured(path: Path) -> dict[str, dict[int, float]]:
    """Column → global step → value, without the blanks."""
    found: dict[str, dict[int, float]] = {}
    for row in rows(path):
        for name, value in row.items():
            if name != "global_step" and value:
                step = int(float(row["global_step"]))
                found.setdefault(name, {})[step] = as_written(value)
    return found


def measurements(shared: Path, name: str) -> dict[str, Path]:
    """Run → its table of that name."""
    top = shared / "algoperf_clu"
    return {path.parent.relative_to(top).as_posix(): path for path in top.rglob(name)}


def test_resolved_runs_are_their_measurements(engine: str, shared: Path) -> None:
    """Two attempts in a folder included: the newest is the run."""
    runs = load(shared / "algoperf_clu", engine=engine).runs
    tables = measurements(shared, "measurements.csv")

    assert len(tables) == 4
    for name, path in tables.items():
        for tag, points in measured(path).items():
            assert (name, tag, by_step(runs[name].scalars[tag])) == (name, tag, points)


def test_resolved_runs_are_their_evaluations(engine: str, shared: Path) -> None:
    """The last score is logged once more, after the last evaluation."""
    runs = load(shared / "algoperf_clu", engine=engine).runs
    tables = measurements(shared, "eval_measurements.csv")

    assert len(tables) == 4
    for name, path in tables.items():
        for tag, points in measured(path).items():
            found = by_step(runs[name].scalars[tag])
            assert {step: found.get(step) for step in points} == points
            assert all(step > max(points) for step in found.keys() - points.keys())


def test_the_abandoned_attempt_is_accounted_for(engine: str, shared: Path) -> None:
    run = load(shared / "algoperf_clu", engine=engine).runs["amos/study_0/criteo1tb_jax/trial_1"]
    table = rows(shared / "manifest_tags.csv")
    logged = sum(int(row["points"]) for row in table if f"{run.name}/" in row["file"])

    kept = sum(len(series) for series in run.scalars.values())
    assert kept + sum(entry.points for entry in run.superseded) == logged
    assert {entry.reason for entry in run.superseded} == {"abandoned", "repeated"}
