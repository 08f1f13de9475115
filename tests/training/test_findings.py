"""A scenario gives exactly the warnings and errors that it declares, and the infos it is for.

    pytest tests/training -m slow

trains all of them with five seeds; the suite trains a few of them once. Codes whose detector is
not in the table are left out on both sides.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import pytest

import tbreport
from tbreport.analysis.detector import every_detector
from tbreport.training.loop import train
from tbreport.training.scenarios import SCENARIOS, Scenario
from tests.training.runs import silent

CODES = {detector.code for detector in every_detector()}
# what else the machine does while a run trains can slow its steps down
OF_THE_MACHINE = {"TB412", "TB415"}
SEEDS = range(5)
QUICK = ("healthy-linear-regression", "nan-linear-regression", "loss-spike", "crashed")
MOST_SECONDS = 60


def check(scenario: Scenario, seed: int, out: Path) -> None:
    folder = train(scenario.label, out, seed=seed, device="cpu", echo=silent)
    runs = tbreport.load(folder).runs
    last = "finetune" if "finetune" in runs else "."
    for name, run in runs.items():
        found = tbreport.detect(run)
        expected = scenario.expects if name == last else {}
        chance = OF_THE_MACHINE - set(expected)
        grave = {f.code: f.severity for f in found if f.severity != "info"}
        grave = {code: severity for code, severity in grave.items() if code not in chance}
        infos = {f.code for f in found if f.severity == "info"}
        told = "\n".join(f"{f.code} {f.severity}: {f.message}" for f in found)
        assert grave == {c: s for c, s in expected.items() if c in CODES}, f"{name}\n{told}"
        if name == last:
            assert CODES.intersection(scenario.shows) <= infos, f"{name}\n{told}"


@pytest.mark.parametrize("label", QUICK)
def test_a_scenario_gives_what_it_declares(label: str, tmp_path: Path) -> None:
    check(SCENARIOS[label], 0, tmp_path)


@pytest.mark.slow
@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("label", SCENARIOS)
def test_a_scenario_gives_what_it_declares_with_every_seed(
    label: str, seed: int, tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    start = time.process_time()
    check(SCENARIOS[label], seed, tmp_path)
    seconds = time.process_time() - start
    record_property("scenario", label)
    record_property("seconds", seconds)
    assert seconds < MOST_SECONDS
