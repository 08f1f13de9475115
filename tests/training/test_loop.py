"""One run: what it writes, where, and that it writes the same again."""

from __future__ import annotations

import functools
import math
import sys
from collections.abc import Callable
from pathlib import Path
from statistics import median

import pytest
import torch
from tensorboard.plugins.hparams import metadata

import tbreport
from tbreport.analysis.detectors.not_learning import CLASSES
from tbreport.training import TrainingError
from tbreport.training.loop import train
from tbreport.training.scenarios import SCENARIOS, Scenario
from tbreport.training.tasks.language_model import prose_and_code
from tests.training.runs import read, scalars, short_run, silent

EVERY_SCENARIO = [pytest.param(scenario, id=label) for label, scenario in SCENARIOS.items()]
TIMES = {"samples_per_second", "step_time_ms", "data_wait_share"}
OF_CLASSIFIERS = {
    *("loss/train", "accuracy/train", "lr", "grad_norm", *TIMES),
    *(f"{name}/val" for name in ("loss", "accuracy", "precision", "recall", "f1", "roc_auc")),
}
OF_LAYERS = ("layer_gradient", "saturated_share", "update_ratio", "zero_share")


@pytest.fixture(scope="module")
def shortest(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """Two steps of a scenario, trained once."""

    @functools.cache
    def run(label: str) -> Path:
        return short_run(tmp_path_factory.mktemp(label), label, steps=2)

    return run


@pytest.fixture(scope="module")
def healthy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return short_run(tmp_path_factory.mktemp("healthy"), "healthy", steps=60)


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """All of a healthy run."""
    lines: list[str] = []
    out = tmp_path_factory.mktemp("runs")
    folder = train("healthy", out, seed=3, device="cpu", echo=lines.append)
    assert len(lines) == 9
    assert lines[-1].startswith("healthy: step 900 of 900, validation loss 0.")
    return folder


def untimed(folder: Path) -> dict[str, list[tuple[int, float]]]:
    return {tag: points for tag, points in scalars(folder).items() if tag not in TIMES}


@pytest.mark.parametrize("scenario", EVERY_SCENARIO)
def test_every_scenario_trains_and_writes_its_layers(
    scenario: Scenario, shortest: Callable[[str], Path]
) -> None:
    folders = {path.parent for path in shortest(scenario.label).rglob("*tfevents*")}
    assert folders
    for folder in folders:
        tags = read(folder).Tags()
        assert any(tag.startswith("lr") for tag in tags["scalars"])
        assert any(tag.startswith("grad_norm") for tag in tags["scalars"])
        assert {tag.split("/")[0] for tag in tags["histograms"]} >= {"weights", "gradients"}


def test_a_classifier_writes_the_scalars_promised(healthy: Path) -> None:
    of_run = {tag for tag in scalars(healthy) if not tag.startswith(OF_LAYERS)}
    assert of_run == OF_CLASSIFIERS


def test_a_run_gets_a_folder_of_its_own_and_tells_how_it_fares(whole: Path) -> None:
    assert whole.name == "healthy-seed3"
    assert scalars(whole)["accuracy/val"][-1][1] > 0.9


def test_training_and_validation_stand_on_one_step_axis(whole: Path) -> None:
    points = scalars(whole)
    assert [step for step, _ in points["loss/train"]] == list(range(3, 901, 3))
    assert [step for step, _ in points["lr"]] == list(range(3, 901, 3))
    assert [step for step, _ in points["loss/val"]] == list(range(0, 901, 20))
    assert [step for step, _ in points["update_ratio/output"]] == list(range(50, 901, 50))


def test_histograms_begin_with_the_untrained_weights(healthy: Path) -> None:
    events = read(healthy)
    assert [event.step for event in events.Histograms("weights/output")][:3] == [0, 3, 6]
    assert [event.step for event in events.Histograms("gradients/output")][:2] == [3, 6]
    assert [event.step for event in events.Histograms("activations/tanh1")][:2] == [3, 6]


def test_pictures_curves_graph_layout_and_settings_are_there(healthy: Path) -> None:
    tags = read(healthy).Tags()
    assert set(tags["images"]) == {"confusion_matrix", "predictions"}
    assert {"config/text_summary", "custom_scalars__config__", "pr_curve"} <= set(tags["tensors"])
    assert tags["graph"]


def test_the_text_names_versions_and_commit_but_no_path(healthy: Path) -> None:
    (event,) = read(healthy).Tensors("config/text_summary")
    text = event.tensor_proto.string_val[0].decode()
    assert f"| torch | {torch.__version__} |" in text
    assert "| precision | fp32 |" in text
    assert "git_commit" in text


def test_the_gradient_norm_is_written_before_and_after_clipping(
    shortest: Callable[[str], Path],
) -> None:
    points = scalars(shortest("clipped-always"))
    before = [value for _, value in points["grad_norm"]]
    after = [value for _, value in points["grad_norm/clipped"]]
    assert min(before) > 0.05
    assert after == pytest.approx([0.05] * len(after), rel=1e-3)


def test_parameter_groups_have_learning_rates_of_their_own(
    shortest: Callable[[str], Path],
) -> None:
    points = scalars(shortest("healthy-transfer-learning") / "finetune")
    head, deep = points["lr/head"], points["lr/stage3"]
    assert [value for _, value in deep] == pytest.approx([0.1 * value for _, value in head])


def test_frozen_layers_do_not_move(shortest: Callable[[str], Path]) -> None:
    events = read(shortest("healthy-transfer-learning") / "finetune")
    first, *_, last = (e.histogram_value for e in events.Histograms("weights/stem.0"))
    assert list(first.bucket) == list(last.bucket)
    assert not any(tag.startswith("gradients/stem") for tag in events.Tags()["histograms"])


def test_adapters_alone_learn(shortest: Callable[[str], Path]) -> None:
    points = scalars(shortest("healthy-language-model") / "finetune")
    moved = {tag for tag in points if tag.startswith("update_ratio/")}
    assert moved
    assert all(tag.endswith((".up", ".down")) for tag in moved)


def test_the_same_seed_gives_the_same_scalars(healthy: Path, tmp_path: Path) -> None:
    torch.rand(5)  # what ran before in the process must not matter
    assert untimed(short_run(tmp_path, "healthy", steps=60)) == untimed(healthy)


@pytest.mark.parametrize("label", ["healthy-text-classifier", "healthy-gan"])
def test_dropout_and_noise_are_the_same_again(label: str, tmp_path: Path) -> None:
    first, second = (short_run(tmp_path / name, label, steps=8) for name in "ab")
    assert untimed(first) == untimed(second)


def test_another_seed_gives_other_scalars(healthy: Path, tmp_path: Path) -> None:
    assert untimed(short_run(tmp_path, "healthy", steps=60, seed=1)) != untimed(healthy)


def test_a_resumed_run_goes_on_as_if_it_had_not_stopped(healthy: Path, tmp_path: Path) -> None:
    folder = short_run(tmp_path, "resumed", steps=60)
    assert len(list(folder.iterdir())) == 2
    whole, resumed = untimed(healthy), untimed(folder)
    for tag in ("loss/train", "loss/val", "lr", "grad_norm"):
        assert dict(resumed[tag]) == dict(whole[tag]), tag
        assert len(resumed[tag]) > len(whole[tag]), tag


def test_a_crashed_run_ends_within_a_record(healthy: Path, tmp_path: Path) -> None:
    folder = short_run(tmp_path, "crashed", steps=60)
    points = untimed(folder)["loss/train"]
    assert points == [p for p in untimed(healthy)["loss/train"] if p[0] <= points[-1][0]]
    assert points[-1][0] in (35, 36)


@pytest.mark.parametrize("precision", ["bf16", "fp16"])
def test_half_precision_trains_too(tmp_path: Path, precision: str) -> None:
    points = scalars(short_run(tmp_path, "healthy", steps=20, precision=precision))
    assert all(math.isfinite(value) for _, value in points["loss/train"])
    assert ("loss_scale" in points) == (precision == "fp16")


def test_the_hyper_parameters_stand_in_the_file_of_the_run(healthy: Path) -> None:
    files = [path for path in healthy.rglob("*") if path.is_file()]
    assert len(files) == 1
    plugin = read(healthy).summary_metadata
    start = metadata.parse_session_start_info_plugin_data(
        plugin["_hparams_/session_start_info"].plugin_data.content
    )
    assert start.hparams["learning_rate"].number_value == pytest.approx(0.03)
    assert start.hparams["scenario"].string_value == "healthy"
    assert start.hparams["train_samples"].number_value == 1438
    assert start.hparams["n_classes"].number_value == 10
    assert "_hparams_/session_end_info" in plugin


@pytest.mark.parametrize(
    ("label", "metrics"),
    [
        ("healthy", {"loss/val", "accuracy/val"}),
        ("healthy-linear-regression", {"loss/val"}),
        ("healthy-gan", {"score/real", "score/invented"}),
    ],
)
def test_the_session_names_metrics_that_the_run_has(
    shortest: Callable[[str], Path], label: str, metrics: set[str]
) -> None:
    events = read(shortest(label))
    plugin = events.summary_metadata["_hparams_/experiment"].plugin_data
    experiment = metadata.parse_experiment_plugin_data(plugin.content)
    assert {info.name.tag for info in experiment.metric_infos} == metrics
    assert metrics <= set(events.Tags()["scalars"])


@pytest.mark.parametrize(
    ("label", "stage", "name", "size"),
    [
        ("healthy-transfer-learning", "finetune", "n_classes", 5),
        ("healthy-text-classifier", ".", "n_classes", 2),
        ("healthy-language-model", "pretrain", "vocab_size", len(set("".join(prose_and_code())))),
    ],
)
def test_the_number_of_classes_is_logged_from_which_the_loss_of_guessing_follows(
    shortest: Callable[[str], Path], label: str, stage: str, name: str, size: int
) -> None:
    (run,) = tbreport.load(shortest(label) / stage).runs.values()
    assert run.hparams[name] == size
    assert name in CLASSES  # as TB204 looks for it


def test_a_folder_that_holds_a_run_is_refused(tmp_path: Path) -> None:
    held = tmp_path / "healthy-seed0" / "events.out.tfevents.1.host"
    held.parent.mkdir()
    held.touch()
    with pytest.raises(TrainingError, match="holds event files already"):
        train("healthy", tmp_path, seed=0, echo=silent)
    assert list(held.parent.iterdir()) == [held]


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"name": "helthy"}, "no scenario 'helthy'; there is: healthy, "),
        ({"task": "chess"}, "no scenario of the task 'chess'; of these it is: digits-mlp, "),
        ({"device": "cuda:99"}, "no device 'cuda:99' here"),
        ({"precision": "fp8"}, "no precision 'fp8'; there is: fp32, bf16, fp16"),
    ],
)
def test_what_is_not_there_is_named_and_leaves_no_folder(
    tmp_path: Path, wrong: dict[str, str], message: str
) -> None:
    with pytest.raises(TrainingError, match=message):
        train(**{"name": "healthy", **wrong}, out=tmp_path, seed=0, echo=silent)  # type: ignore[arg-type]
    assert list(tmp_path.iterdir()) == []


def test_an_interrupted_training_leaves_a_whole_file(tmp_path: Path) -> None:
    def interrupt(line: str) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        train("healthy", tmp_path, seed=0, device="cpu", echo=interrupt)
    points = scalars(tmp_path / "healthy-seed0")
    assert points["loss/train"][-1][0] == 99


def test_the_records_hold_neither_host_name_nor_path(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("socket.gethostname", lambda: "a-host-like-no-other")
    (path,) = short_run(tmp_path, "healthy").iterdir()
    assert "a-host-like-no-other" in path.name  # torch's doing: the name at least came through
    written = path.read_bytes()
    assert b"a-host-like-no-other" not in written
    for place in (tmp_path, Path.cwd(), Path(torch.__file__).parents[1], Path(sys.prefix)):
        assert str(place).encode() not in written


def test_waiting_for_samples_is_measured(tmp_path: Path) -> None:
    points = scalars(short_run(tmp_path, "slow-dataloader", steps=20))
    share = [value for _, value in points["data_wait_share"]]
    assert median(share[10:]) > 2 * median(share[:10])
