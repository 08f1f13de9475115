"""The sample runs: how they are made, and that the folder and its manifest tell one story."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from tbreport.training import samples
from tbreport.training.scenarios import find

SAMPLE_RUNS = Path(__file__).parents[2] / "sample_runs"
EVENT_FILE = re.compile(r"events\.out\.tfevents\.\d+\.\d+")


@pytest.fixture(scope="module")
def runs() -> dict[str, Any]:
    manifest = json.loads((SAMPLE_RUNS / "manifest.json").read_text(encoding="utf-8"))
    return manifest["runs"]  # type: ignore[no-any-return]


def test_the_manifest_names_the_folders_there_are(runs: dict[str, Any]) -> None:
    folders = {path.parent for path in SAMPLE_RUNS.rglob("*tfevents*")}
    assert sorted(runs) == sorted(path.relative_to(SAMPLE_RUNS).as_posix() for path in folders)


def test_the_samples_are_those_that_the_command_makes(runs: dict[str, Any]) -> None:
    made = dict.fromkeys(name.split("/")[0] for name in runs)
    assert list(made) == [f"{label}-seed{seed}" for label, seed in samples.SAMPLES]


def test_every_run_is_one_event_file_that_names_no_host(runs: dict[str, Any]) -> None:
    for name in runs:
        (path,) = (SAMPLE_RUNS / name).iterdir()
        assert EVENT_FILE.fullmatch(path.name)


def test_the_findings_expected_are_those_of_the_scenario(runs: dict[str, Any]) -> None:
    for name, run in runs.items():
        expected = find(run["scenario"], run["task"]).expects
        assert run["expects"] == ({} if name.endswith("/pretrain") else dict(expected))


def test_a_run_says_how_it_was_made(runs: dict[str, Any]) -> None:
    for run in runs.values():
        words = run["command"].split()
        assert words[:3] == ["tbreport", "train", run["scenario"]]
        assert words[-6:] == ["--out", "sample_runs", "--seed", str(run["seed"]), "--device", "cpu"]
        assert run["torch"]
        assert run["python"]


def test_there_are_several_tasks_and_two_groups_of_seeds(runs: dict[str, Any]) -> None:
    assert len({run["task"] for run in runs.values()}) >= 5
    kinds = [(run["scenario"], run["task"]) for run in runs.values()]
    stages = sum("/" in name for name in runs)
    assert len(set(kinds)) <= len(kinds) - 2 - stages // 2


def test_the_samples_are_small() -> None:
    size = sum(path.stat().st_size for path in SAMPLE_RUNS.rglob("*") if path.is_file())
    assert size <= 8_000_000


def test_making_samples_keeps_the_host_name_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("socket.gethostname", lambda: "a-host-like-no-other")
    monkeypatch.setattr(samples, "SAMPLES", (("nan-linear-regression", 0),))
    samples.make(tmp_path, lambda line: None)
    written = {path.relative_to(tmp_path): path for path in tmp_path.rglob("*") if path.is_file()}
    assert len(written) == 2
    for name, path in written.items():
        assert "a-host-like-no-other" not in str(name)
        assert b"a-host-like-no-other" not in path.read_bytes()
