"""The table of scenarios: complete, consistent, and readable without torch."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace

import pytest

from tbreport.training import TrainingError
from tbreport.training.scenarios import SCENARIOS, Scenario, find
from tbreport.training.tasks import TASKS
from tbreport.training.tasks.task import Task
from tbreport.training.updates import OPTIMIZERS, SCHEDULES

EVERY_SCENARIO = [pytest.param(scenario, id=label) for label, scenario in SCENARIOS.items()]
NAMES = {
    "healthy", "overfitting", "underfitting", "diverging", "nan", "loss-spike",
    "loss-spike-lasting", "vanishing-gradients", "exploding-gradients", "dead-relu",
    "saturated-tanh", "poor-init", "frozen-layers", "label-noise", "label-leak", "no-warmup",
    "lr-restarts", "step-decay", "resumed", "crashed", "clipped-always", "slow-dataloader",
    "imbalanced",
}  # fmt: skip


def of_digits(label: str, seed: int = 0, **changes: object) -> Task:
    recipe = replace(SCENARIOS[label].recipe, **changes)  # type: ignore[arg-type]
    return next(TASKS["digits-mlp"](recipe, seed, None))


def test_the_table_is_read_without_torch() -> None:
    program = (
        "import sys; sys.modules.update(torch=None, sklearn=None);"
        "import tbreport.training.devices;"
        "from tbreport.training.scenarios import SCENARIOS; print(*SCENARIOS)"
    )
    listed = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert listed.stdout.split() == list(SCENARIOS)


def test_the_list_tells_findings_by_name() -> None:
    listed = subprocess.run(
        [sys.executable, "-m", "tbreport", "train", "--list"],
        capture_output=True,
        text=True,
        check=True,
    )
    lines = listed.stdout.splitlines()
    assert len(lines) == 2 * len(SCENARIOS)
    at = next(n for n, line in enumerate(lines) if line.startswith("diverging "))
    assert lines[at + 1].strip() == "gives: TB202 diverging-loss (error)"


def test_without_torch_the_loop_cannot_be_imported() -> None:
    program = (
        "import sys; sys.modules.update(torch=None)\n"
        "try: import tbreport.training.loop\n"
        "except ImportError as error: print(error.name)"
    )
    tried = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert tried.stdout.strip() == "torch"


def test_every_kind_of_run_is_there() -> None:
    assert {scenario.name for scenario in SCENARIOS.values()} >= NAMES


def test_every_task_has_a_healthy_run() -> None:
    healthy = {s.task for s in SCENARIOS.values() if s.name == "healthy"}
    assert healthy == set(TASKS)


@pytest.mark.parametrize("scenario", EVERY_SCENARIO)
def test_a_scenario_names_what_exists(scenario: Scenario) -> None:
    assert scenario.task in TASKS
    assert scenario.recipe.schedule in SCHEDULES
    assert scenario.recipe.optimizer in OPTIMIZERS


@pytest.mark.parametrize("scenario", EVERY_SCENARIO)
def test_a_description_is_one_line(scenario: Scenario) -> None:
    assert scenario.description
    assert len(scenario.description.splitlines()) == 1


@pytest.mark.parametrize("schedule", SCHEDULES)
def test_a_schedule_reaches_its_highest_and_never_zero(schedule: str) -> None:
    shares = [SCHEDULES[schedule](step / 900) for step in range(900)]  # type: ignore[index]
    assert max(shares) == pytest.approx(1.0, abs=0.01)
    assert min(shares) > 0


def test_a_name_alone_means_its_first_task() -> None:
    assert find("healthy").task == "digits-mlp"
    assert find("healthy", "gan").label == "healthy-gan"
    assert find("healthy-gan").task == "gan"


def test_a_task_without_the_scenario_is_refused() -> None:
    with pytest.raises(TrainingError, match="of these it is: digits-mlp, text-classifier"):
        find("overfitting", "gan")


def test_the_share_of_mislabeled_samples_is_exact() -> None:
    recipe = SCENARIOS["overfitting"].recipe
    _, wrong = of_digits("overfitting", 3).train.tensors
    _, right = of_digits("overfitting", 3, mislabeled=0.0).train.tensors
    assert int((wrong != right).sum()) == round(recipe.mislabeled * len(right))


def test_no_sample_is_in_training_and_validation() -> None:
    task = of_digits("healthy")
    assert len(task.train) + len(task.val) == 1797


def test_leaked_samples_are_in_both() -> None:
    task = of_digits("label-leak")
    recipe = SCENARIOS["label-leak"].recipe
    assert len(task.train) == 300 + recipe.leaked_copies * len(task.val)


def test_rare_classes_are_rare() -> None:
    _, labels = of_digits("imbalanced").train.tensors
    counts = labels.bincount().tolist()
    assert max(counts[1::2]) < 0.25 * min(counts[0::2])


def test_layers_that_were_left_frozen_have_no_gradients() -> None:
    model = of_digits("frozen-layers").model
    assert [p.requires_grad for p in model.parameters()] == [False, False, True, True, True, True]
