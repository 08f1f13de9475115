"""TB412 slow-step."""

from __future__ import annotations

import numpy as np
import pytest

from tbreport.model import Run
from tests.curves import START, flat, healthy, run, series
from tests.findings import findings


def timed(taken: np.ndarray) -> Run:
    """A loss whose points come after so many seconds each."""
    return run([series("loss", healthy(len(taken)), wall_times=START + np.cumsum(taken))])


def slowed(n: int = 200, ratio: float = 3.0, at: int = 100, noise: float = 0.1) -> np.ndarray:
    return flat(n, noise=noise) * np.where(np.arange(n) < at, 1.0, ratio)


FIRES = {
    "three times as long": timed(slowed()),
    "half as long again": timed(slowed(ratio=1.5, noise=0.02)),
    "late": timed(slowed(at=160)),
    "on a machine that others use too": timed(
        slowed() * np.where(np.arange(200) % 11 < 1, 4.0, 1.0) * flat(200, seed=1, noise=0.4)
    ),
}
PAUSE = flat(200, noise=0.1)
PAUSE[100] = 4000.0
QUIET = {
    "noise only": timed(flat(200, noise=0.5)),
    "near miss: a fifth longer": timed(slowed(ratio=1.2, noise=0.02)),
    "near miss: within the noise": timed(slowed(ratio=1.6, noise=0.5)),
    "near miss: slow for a while": timed(slowed() * np.where(np.arange(200) < 150, 1.0, 1 / 3)),
    "near miss: a pause": timed(PAUSE),
    "near miss: slow first steps": timed(slowed(ratio=0.3, at=20)),
    "near miss: 39 points": timed(slowed(39, at=20)),
}


def test_twice_as_long_is_a_warning_with_what_it_cost() -> None:
    (finding,) = findings("TB412", timed(slowed(noise=0.0)))

    assert finding.severity == "warning"
    assert finding.steps == (100, 199)
    assert finding.evidence["slowdown_ratio"] == 3.0
    assert "from step 100 on a step takes 3.0 s in place of 1.0 s" in finding.message


def test_half_as_long_again_is_information() -> None:
    assert [f.severity for f in findings("TB412", FIRES["half as long again"])] == ["info"]


def test_a_second_that_was_lost_is_information() -> None:
    (finding,) = findings("TB412", timed(0.005 * slowed(noise=0.0)))

    assert finding.evidence["time_lost_s"] == pytest.approx(1.0, abs=0.02)
    assert finding.severity == "info"


def test_steps_under_a_second_are_told_in_milliseconds() -> None:
    (finding,) = findings("TB412", timed(0.01 * slowed(noise=0.0)))

    assert "takes 30 ms in place of 10 ms" in finding.message
