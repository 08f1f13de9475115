"""One run: what it writes, where, and that it writes the same again."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import torch
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
from tensorboard.plugins.hparams import metadata
from torch.utils.tensorboard import SummaryWriter

from tbreport.training import TrainingError
from tbreport.training.loop import fit, train
from tbreport.training.scenarios import SCENARIOS, Scenario

EVERY_SCENARIO = [pytest.param(scenario, id=name) for name, scenario in SCENARIOS.items()]
CPU = torch.device("cpu")
SCALARS = ["accuracy/train", "accuracy/val", "grad_norm", "loss/train", "loss/val", "lr"]
LAYERS = ["hidden1", "hidden2", "output"]


def silent(line: str) -> None:
    """Echo nothing."""


def read(folder: Path) -> EventAccumulator:
    return EventAccumulator(
        str(folder), size_guidance={"scalars": 0, "histograms": 0, "tensors": 0}
    ).Reload()


def scalars(folder: Path) -> dict[str, list[tuple[int, float]]]:
    events = read(folder)
    return {
        tag: [(event.step, event.value) for event in events.Scalars(tag)]
        for tag in sorted(events.Tags()["scalars"])
    }


def short_run(folder: Path, name: str, *, steps: int = 60, seed: int = 0) -> Path:
    scenario = SCENARIOS[name]
    with SummaryWriter(str(folder)) as writer:
        shortened = replace(scenario, recipe=replace(scenario.recipe, steps=steps))
        fit(shortened, writer, seed=seed, device=CPU, echo=silent)
    return folder


@pytest.fixture(scope="module")
def healthy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return short_run(tmp_path_factory.mktemp("healthy"), "healthy")


@pytest.mark.parametrize("scenario", EVERY_SCENARIO)
def test_every_scenario_writes_the_tags_promised(scenario: Scenario, tmp_path: Path) -> None:
    tags = read(short_run(tmp_path, scenario.name)).Tags()
    assert sorted(tags["scalars"]) == SCALARS
    assert sorted(tags["histograms"]) == [
        f"{group}/{layer}" for group in ("gradients", "weights") for layer in LAYERS
    ]
    assert "config/text_summary" in tags["tensors"]


def test_training_and_validation_stand_on_one_step_axis(healthy: Path) -> None:
    points = scalars(healthy)
    assert [step for step, _ in points["loss/train"]] == list(range(5, 61, 5))
    assert [step for step, _ in points["lr"]] == list(range(5, 61, 5))
    assert [step for step, _ in points["loss/val"]] == [0, 20, 40, 60]


def test_histograms_begin_with_the_untrained_weights(healthy: Path) -> None:
    events = read(healthy)
    assert [event.step for event in events.Histograms("weights/output")] == [0, 50]
    assert [event.step for event in events.Histograms("gradients/output")] == [50]


def test_the_same_seed_gives_the_same_scalars(healthy: Path, tmp_path: Path) -> None:
    torch.rand(5)  # what ran before in the process must not matter
    assert scalars(short_run(tmp_path, "healthy")) == scalars(healthy)


def test_another_seed_gives_other_scalars(healthy: Path, tmp_path: Path) -> None:
    assert scalars(short_run(tmp_path, "healthy", seed=1)) != scalars(healthy)


def test_the_hyper_parameters_stand_in_the_file_of_the_run(healthy: Path) -> None:
    files = [path for path in healthy.rglob("*") if path.is_file()]
    assert len(files) == 1
    plugin = read(healthy).summary_metadata
    start = metadata.parse_session_start_info_plugin_data(
        plugin["_hparams_/session_start_info"].plugin_data.content
    )
    assert start.hparams["learning_rate"].number_value == pytest.approx(0.03)
    assert start.hparams["scenario"].string_value == "healthy"
    assert start.hparams["train_samples"].number_value == 1437
    assert "_hparams_/session_end_info" in plugin


def test_a_run_gets_a_folder_of_its_own_and_tells_how_it_fares(tmp_path: Path) -> None:
    lines: list[str] = []
    folder = train("healthy", tmp_path / "runs", seed=3, device="cpu", echo=lines.append)
    assert folder == tmp_path / "runs" / "healthy-seed3"
    assert len(lines) == 9
    assert lines[-1].startswith("healthy: step 900 of 900, validation loss 0.")
    assert scalars(folder)["accuracy/val"][-1][1] > 0.9


def test_a_folder_that_holds_a_run_is_refused(tmp_path: Path) -> None:
    held = tmp_path / "healthy-seed0" / "events.out.tfevents.1.host"
    held.parent.mkdir()
    held.touch()
    with pytest.raises(TrainingError, match="holds event files already"):
        train("healthy", tmp_path, seed=0, echo=silent)
    assert list(held.parent.iterdir()) == [held]


def test_an_unknown_scenario_is_named_beside_those_there_are(tmp_path: Path) -> None:
    with pytest.raises(TrainingError, match="no scenario 'helthy'; there is: healthy, "):
        train("helthy", tmp_path, seed=0, echo=silent)


def test_an_unknown_device_leaves_no_folder(tmp_path: Path) -> None:
    with pytest.raises(TrainingError, match="no device 'cuda:99' here"):
        train("healthy", tmp_path, seed=0, device="cuda:99", echo=silent)
    assert list(tmp_path.iterdir()) == []


def test_an_interrupted_training_leaves_a_whole_file(tmp_path: Path) -> None:
    def interrupt(line: str) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        train("healthy", tmp_path, seed=0, device="cpu", echo=interrupt)
    points = scalars(tmp_path / "healthy-seed0")
    assert points["loss/train"][-1][0] == 100


def test_the_records_hold_neither_host_name_nor_path(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("socket.gethostname", lambda: "a-host-like-no-other")
    (path,) = short_run(tmp_path, "healthy").iterdir()
    assert "a-host-like-no-other" in path.name  # torch's doing: the name at least came through
    written = path.read_bytes()
    assert b"a-host-like-no-other" not in written
    assert str(tmp_path).encode() not in written
