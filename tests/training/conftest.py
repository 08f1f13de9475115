"""All seeds of all scenarios are trained only when asked for: ``pytest tests/training -m slow``."""

from __future__ import annotations

from pathlib import Path

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
