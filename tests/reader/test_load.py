"""Folders become runs: tags, problems and the account of set-aside points come along."""

from __future__ import annotations

from pathlib import Path

import pytest
from tensorboard.compat.proto.event_pb2 import Event
from tensorboard.compat.proto.summary_pb2 import Summary, SummaryMetadata
from tensorboard.plugins.hparams.plugin_data_pb2 import HParamsPluginData

from tbreport.model import Run, Source
from tbreport.reader.engine import ENGINES
from tbreport.reader.layouts import LAYOUTS, families
from tbreport.reader.load import load_families, read_blob
from tbreport.reader.logdir import FoundFile, discover, inputs
from tests.eventwriter import START, curve, rows_histogram, scalar, text, write


def loaded(logdir: Path, *, join: bool = True) -> dict[str, Run]:
    """Every run under a folder, by name."""
    files = discover(inputs([str(logdir)])).folders()
    joining = tuple(LAYOUTS) if join else ()
    found = load_families(families(files), files, ENGINES["python"], joining)
    return {run.name: run for run in found}


@pytest.fixture
def keras(tmp_path: Path) -> Path:
    """A training and a validation folder; the first one resumed, the second one torn."""
    write(tmp_path / "fit/train", curve("epoch_loss", [3, 2, 1]))
    write(
        tmp_path / "fit/train",
        [
            *curve("epoch_loss", [9], first=2, start=START + 50),
            rows_histogram("kernel", 2, [[0, 1, 2]], "histograms"),
            text("notes", 2, "words"),
        ],
        time=1_800_000_000,
    )
    torn = write(tmp_path / "fit/validation", curve("epoch_loss", [4, 3, 2]))
    torn.write_bytes(torn.read_bytes()[:-5])
    return tmp_path


def test_joined_folders_are_one_run_with_their_folder_before_each_tag(keras: Path) -> None:
    (run,) = loaded(keras).values()

    assert run.name == "fit"
    assert list(run.scalars) == ["train/epoch_loss", "validation/epoch_loss"]
    assert list(run.histograms) == ["train/kernel"]
    assert [(blob.kind, blob.tag) for blob in run.blobs] == [("text", "train/notes")]
    assert run.layout == "splits"
    assert run.folders == ("fit/train", "fit/validation")


def test_a_joined_series_keeps_where_it_was_written(keras: Path) -> None:
    series = loaded(keras)["fit"].series("train/epoch_loss")

    assert (series.run, series.tag) == ("fit", "train/epoch_loss")
    assert series.source == Source("fit/train", "epoch_loss")


def test_files_problems_and_set_aside_points_come_along(keras: Path) -> None:
    run = loaded(keras)["fit"]

    assert [file.folder for file in run.files] == ["fit/train", "fit/train", "fit/validation"]
    assert [(problem.code, problem.run) for problem in run.problems] == [("TB101", "fit")]
    assert [(entry.tag, entry.points) for entry in run.superseded] == [("train/epoch_loss", 1)]


def test_unjoined_folders_are_runs_as_in_tensorboard(keras: Path) -> None:
    found = loaded(keras, join=False)

    assert list(found) == ["fit/train", "fit/validation"]
    assert list(found["fit/train"].scalars) == ["epoch_loss"]
    assert found["fit/train"].layout == "folder"


def test_a_run_has_its_own_folder_first(tmp_path: Path) -> None:
    write(tmp_path / "a/validation", curve("epoch_loss", [1]))
    write(tmp_path / "a/train", curve("epoch_loss", [1]))
    write(tmp_path / "a", curve("lr", [0.1]))

    (run,) = loaded(tmp_path).values()

    assert run.folders == ("a", "a/train", "a/validation")
    assert list(run.scalars) == ["lr", "train/epoch_loss", "validation/epoch_loss"]


def test_hparams_of_a_session_folder_are_the_runs(tmp_path: Path) -> None:
    found = HParamsPluginData()
    found.session_start_info.hparams["lr"].number_value = 0.1
    plugin = SummaryMetadata.PluginData(plugin_name="hparams", content=found.SerializeToString())
    value = Summary.Value(
        tag="_hparams_/session_start_info", metadata=SummaryMetadata(plugin_data=plugin)
    )
    session = Event(wall_time=START, summary=Summary(value=[value]))
    write(tmp_path / "run", curve("loss", [2, 1]))
    write(tmp_path / "run/1700000001.25", [session, scalar("hparam/accuracy", 0, 0.9)])

    (run,) = loaded(tmp_path).values()

    assert run.hparams == {"lr": 0.1}
    assert list(run.scalars) == ["hparam/accuracy", "loss"]
    assert run.layout == "add_hparams"


def test_colliding_folders_are_two_runs_and_lose_nothing(tmp_path: Path) -> None:
    write(tmp_path / "run", [*curve("train/loss", [5, 4]), *curve("lr", [1])])
    write(tmp_path / "run/train", curve("loss", [2, 1]))

    found = loaded(tmp_path)

    assert found["run"].series("train/loss").values.tolist() == [5.0, 4.0]
    assert found["run/train"].series("loss").values.tolist() == [2.0, 1.0]


def test_the_same_tag_in_two_folders_never_meets(tmp_path: Path) -> None:
    """Attempts are a matter of one folder: `train` does not set aside `validation`."""
    write(tmp_path / "train", curve("loss", [3, 2, 1]))
    write(tmp_path / "validation", curve("loss", [6, 5, 4], start=START + 100))

    (run,) = loaded(tmp_path).values()

    assert {tag: len(series) for tag, series in run.scalars.items()} == {
        "train/loss": 3,
        "validation/loss": 3,
    }
    assert run.superseded == ()


def test_a_folder_of_nothing_but_broken_files_is_a_run_with_its_problems(tmp_path: Path) -> None:
    (tmp_path / "events.out.tfevents.1700000000.host.1.0").write_bytes(b"")

    (run,) = loaded(tmp_path).values()

    assert run.scalars == {}
    assert [problem.code for problem in run.problems] == ["TB103"]


def test_the_caller_is_told_of_every_file(keras: Path) -> None:
    files = discover(inputs([str(keras)])).folders()
    told: list[FoundFile] = []

    list(load_families(families(files), files, ENGINES["python"], advance=told.append))

    assert [file.shown for file in told] == [f.shown for found in files.values() for f in found]


def test_a_blob_is_read_from_its_place(keras: Path) -> None:
    (blob,) = loaded(keras)["fit"].blobs
    files = {file.shown: file.path for file in discover(inputs([str(keras)])).files}

    event = Event.FromString(read_blob(files[blob.path], blob))

    assert event.summary.value[0].tensor.string_val == [b"words"]


def test_a_blob_of_a_file_that_is_gone_raises(keras: Path) -> None:
    (blob,) = loaded(keras)["fit"].blobs

    with pytest.raises(FileNotFoundError):
        read_blob(keras / "gone", blob)
