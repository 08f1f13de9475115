"""What makes a run healthy or ill: recipes, each with the findings that it must give.

An ill run differs from the healthy one of its task by the hyper-parameters and data that its
recipe names, and by nothing else. Torch is not needed here, so the table can be listed where it is
not installed.
"""

from __future__ import annotations

from collections.abc import Mapping

from tbreport.training import TrainingError
from tbreport.training.scenarios import fit, gradients, healthy, numerics, process
from tbreport.training.scenarios.recipe import Recipe, Scenario, Schedule

__all__ = ["SCENARIOS", "Recipe", "Scenario", "Schedule", "find"]

# by label
SCENARIOS: Mapping[str, Scenario] = {
    scenario.label: scenario
    for family in (healthy, fit, numerics, gradients, process)
    for scenario in family.SCENARIOS
}


def find(name: str, task: str | None = None) -> Scenario:
    """The scenario of a name, for a task or the one that it is at home in.

    Raises:
        TrainingError: there is no such scenario, or not for the task.
    """
    if name not in SCENARIOS:
        names = dict.fromkeys(scenario.name for scenario in SCENARIOS.values())
        raise TrainingError(
            f"no scenario {name!r}; there is: {', '.join(names)}", hint="tbreport train --list"
        )
    if task is None:
        return SCENARIOS[name]
    alike = [s for s in SCENARIOS.values() if s.name == SCENARIOS[name].name]
    for scenario in alike:
        if scenario.task == task:
            return scenario
    raise TrainingError(
        f"{name!r} is no scenario of the task {task!r}; of these it is: "
        f"{', '.join(scenario.task for scenario in alike)}",
        hint="tbreport train --list",
    )
