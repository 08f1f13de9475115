"""The table of scenarios: complete, consistent, and readable without torch."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tbreport.training.loop import SCHEDULES
from tbreport.training.scenarios import SCENARIOS, Scenario
from tbreport.training.tasks import TASKS

EVERY_SCENARIO = [pytest.param(scenario, id=name) for name, scenario in SCENARIOS.items()]


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


def test_the_three_kinds_of_run_are_there() -> None:
    assert {"healthy", "overfitting", "diverging"} <= set(SCENARIOS)


@pytest.mark.parametrize("scenario", EVERY_SCENARIO)
def test_a_scenario_names_a_task_and_a_schedule_that_exist(scenario: Scenario) -> None:
    assert scenario.task in TASKS
    assert scenario.recipe.schedule in SCHEDULES


@pytest.mark.parametrize("scenario", EVERY_SCENARIO)
def test_a_description_is_one_line(scenario: Scenario) -> None:
    assert scenario.description
    assert len(scenario.description.splitlines()) == 1


def test_the_share_of_mislabeled_samples_is_exact() -> None:
    recipe = SCENARIOS["overfitting"].recipe
    clean = type(recipe)(train_samples=recipe.train_samples)
    _, wrong = TASKS["digits-mlp"](recipe, 3).train.tensors
    _, right = TASKS["digits-mlp"](clean, 3).train.tensors
    assert int((wrong != right).sum()) == round(recipe.mislabeled * len(right))


def test_no_sample_is_in_training_and_validation() -> None:
    task = TASKS["digits-mlp"](SCENARIOS["healthy"].recipe, 0)
    assert len(task.train) + len(task.val) == 1797
