"""What a notebook holds: runs, frames made when they are asked for, and what was wrong."""

from __future__ import annotations

import gc
import zipfile
from pathlib import Path

import pytest

import tbreport
from tbreport.errors import BadArchive, EngineUnusable, NoEventFiles, NoSuchLogdir
from tbreport.experiment import load
from tbreport.reader.kinds import KINDS
from tests.eventwriter import START, content, curve, rows_histogram, text, write

FRAMES = [*("scalars", "histograms", "hparams", "text", "images", "audio", "tensors", "pr_curves")]


@pytest.fixture
def logdir(tmp_path: Path) -> Path:
    """A Keras-like run, another one, and a file that holds nothing."""
    runs = tmp_path / "runs"
    write(runs / "fit/train", curve("loss", [3, 2, 1]))
    write(runs / "fit/validation", curve("loss", [4, 3, 2]))
    write(
        runs / "base",
        [
            *curve("loss", [5, 4]),
            text("notes", 1, "words"),
            rows_histogram("w", 1, [[0, 1, 2]], "histograms"),
        ],
    )
    write(runs / "empty", []).write_bytes(b"")
    return runs


def test_runs_are_held_by_name_in_order(logdir: Path) -> None:
    found = load(logdir)

    assert list(found.runs) == ["base", "empty", "fit"]
    assert found.runs["fit"].series("train/loss").values.tolist() == [3.0, 2.0, 1.0]
    assert found.title == "runs"


def test_without_joining_every_folder_is_a_run(logdir: Path) -> None:
    found = load(logdir, join=False)

    assert list(found.runs) == ["base", "empty", "fit/train", "fit/validation"]


def test_problems_of_all_runs_are_together(logdir: Path) -> None:
    assert [(problem.code, problem.run) for problem in load(logdir).problems] == [
        ("TB103", "empty")
    ]


def test_what_is_no_run_has_its_problems_too(logdir: Path) -> None:
    (logdir / "base" / "loop").symlink_to(logdir / "base" / "loop")
    (logdir / "base" / "gone.tfevents").symlink_to(logdir / "gone")

    assert {problem.code for problem in load(logdir).problems} == {"TB103", "TB109"}


@pytest.mark.parametrize("name", FRAMES)
def test_a_property_is_the_frame_of_its_kind(logdir: Path, name: str) -> None:
    found = load(logdir)

    assert getattr(found, name) is found.frame(name)


def test_a_frame_is_made_once(logdir: Path) -> None:
    found = load(logdir)

    assert found.scalars is found.scalars
    assert found.frame("scalars", wide=True) is not found.scalars


@pytest.mark.parametrize("kind", KINDS)
def test_there_is_a_frame_of_every_kind(logdir: Path, kind: str) -> None:
    assert "run" in load(logdir).frame(kind)


def test_frames_hold_what_the_runs_hold(logdir: Path) -> None:
    found = load(logdir)

    assert len(found.scalars) == 8
    assert found.text["value"].tolist() == ["words"]
    assert found.histograms["counts"][0].tolist() == [2.0]


def test_an_engine_is_taken_by_name(logdir: Path) -> None:
    by_python, by_tbparse = load(logdir, engine="python"), load(logdir, engine="tbparse")

    assert by_python.scalars.equals(by_tbparse.scalars)


def test_an_unknown_engine_is_refused(logdir: Path) -> None:
    with pytest.raises(EngineUnusable, match="there is no engine 'rust'"):
        load(logdir, engine="rust")


def test_several_inputs_are_one_experiment(logdir: Path) -> None:
    found = load(logdir / "base", f"mine={logdir / 'fit'}")

    assert list(found.runs) == ["base", "mine"]
    assert found.title == "base, mine"
    assert found.text["value"].tolist() == ["words"]


def test_two_inputs_alike_never_share_a_run(logdir: Path, tmp_path: Path) -> None:
    write(tmp_path / "other" / "runs" / "base", curve("loss", [9]))

    found = load(logdir / "base", tmp_path / "other" / "runs" / "base")

    assert sorted(len(run.scalars["loss"]) for run in found.runs.values()) == [1, 2]


def test_an_archive_is_kept_as_long_as_its_experiment(logdir: Path, tmp_path: Path) -> None:
    archive = tmp_path / "artifact.zip"
    with zipfile.ZipFile(archive, "w") as zipped:
        for path in logdir.rglob("*tfevents*"):
            zipped.write(path, path.relative_to(logdir))
    found = load(archive)
    scratch = next(iter(found._paths.values()))

    assert found.title == "artifact"
    assert found.text["value"].tolist() == ["words"]
    assert scratch.exists()
    del found
    gc.collect()
    assert not scratch.exists()


def test_a_broken_archive_is_refused(tmp_path: Path) -> None:
    (tmp_path / "runs.zip").write_bytes(b"PK")

    with pytest.raises(BadArchive):
        load(tmp_path / "runs.zip")


def test_an_archive_of_nothing_is_refused_and_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(scratch))
    with zipfile.ZipFile(tmp_path / "runs.zip", "w") as zipped:
        zipped.writestr("model.pt", b"weights")

    with pytest.raises(NoEventFiles, match="'runs'"):
        load(tmp_path / "runs.zip")

    assert list(scratch.iterdir()) == []


def test_nothing_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(NoSuchLogdir):
        load(tmp_path / "gone")


def test_no_path_at_all_is_refused() -> None:
    with pytest.raises(NoEventFiles):
        load()


def test_a_single_event_file_is_an_experiment(logdir: Path) -> None:
    (path,) = (logdir / "base").iterdir()

    found = load(path)

    assert list(found.runs) == ["."]
    assert found.title == "base"


def test_an_experiment_says_what_it_holds(logdir: Path) -> None:
    assert repr(load(logdir)) == "<Experiment 'runs': 3 runs, 3 scalar tags, 8 points, 1 problem>"


def test_an_attempt_that_was_replaced_is_not_in_the_frames(tmp_path: Path) -> None:
    write(tmp_path, curve("loss", [9, 8, 7]))
    write(tmp_path, curve("loss", [3, 2], start=START + 100), time=1_800_000_000)

    found = load(tmp_path)

    assert found.scalars["value"].tolist() == [3.0, 2.0]
    assert [entry.reason for entry in found.runs["."].superseded] == ["abandoned"]


def test_load_is_what_users_import(tmp_path: Path) -> None:
    (tmp_path / "events.out.tfevents.1700000000.host.1.0").write_bytes(content(curve("a", [1])))

    assert len(tbreport.load(tmp_path).scalars) == 1


def test_every_public_name_can_be_imported() -> None:
    assert sorted(tbreport.PUBLIC) == sorted(tbreport.__all__)
    assert [name for name in tbreport.__all__ if not hasattr(tbreport, name)] == []


def test_an_error_in_a_notebook_ends_with_its_hint() -> None:
    with pytest.raises(tbreport.TbreportError) as raised:
        tbreport.load("nowhere")

    assert raised.value.__notes__ == ["hint: '.' exists; try: tbreport inspect ."]
