"""All seeds of all scenarios are trained only when asked for: ``pytest tests/training -m slow``.

That also prints the processor time of each scenario, and the median of all trainings.
"""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path
from statistics import median

import pytest


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if "slow" in config.option.markexpr:
        return
    slow = [
        item
        for item in items
        if item.path.parent == Path(__file__).parent and item.get_closest_marker("slow")
    ]
    config.hook.pytest_deselected(items=slow)
    items[:] = [item for item in items if item not in slow]


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    seconds: dict[str, list[float]] = defaultdict(list)
    for reports in terminalreporter.stats.values():
        for report in reports:
            found = dict(getattr(report, "user_properties", ()))
            if getattr(report, "when", "") == "call" and "seconds" in found:
                seconds[found["scenario"]].append(found["seconds"])
    if not seconds:
        return
    terminalreporter.section("processor time of the trainings")
    for label, spent in sorted(seconds.items(), key=lambda item: -max(item[1])):
        terminalreporter.write_line(
            f"{label:30} {len(spent)} runs: most {max(spent):.1f} s, median {median(spent):.1f} s"
        )
    every = [second for spent in seconds.values() for second in spent]
    terminalreporter.write_line(f"median of all {len(every)}: {median(every):.1f} s")
