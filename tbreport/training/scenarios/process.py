"""Runs whose process was stopped, begun again, or slowed down."""

from __future__ import annotations

from dataclasses import replace

from tbreport.training.scenarios.healthy import DIGITS
from tbreport.training.scenarios.recipe import Scenario

SCENARIOS = (
    Scenario(
        name="resumed",
        task="digits-mlp",
        description="stopped at 60 % and resumed from a checkpoint at 50 %: two event files",
        recipe=replace(DIGITS, course="resumed"),
        shows=("TB106",),
    ),
    Scenario(
        name="crashed",
        task="digits-mlp",
        description="killed at 60 %, in the middle of a record",
        recipe=replace(DIGITS, course="crashed"),
        expects={"TB101": "warning"},
    ),
    Scenario(
        name="slow-dataloader",
        task="digits-mlp",
        description="from the middle on each batch takes 40 ms longer to load",
        recipe=replace(DIGITS, steps=450, stall_ms=40.0),
        expects={"TB412": "warning"},
    ),
)
