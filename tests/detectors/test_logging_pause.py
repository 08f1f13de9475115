"""TB415 logging-pause."""

from __future__ import annotations

import numpy as np

from tests.curves import START, healthy, run, series
from tests.findings import findings


def paused(seconds: float, n: int = 100) -> np.ndarray:
    """Wall times of a point every ten seconds, with one hole."""
    return START + 10.0 * np.arange(n) + np.where(np.arange(n) > 60, seconds, 0.0)


FIRES = {"an hour": run([series("loss", healthy(100), wall_times=paused(3600))])}
QUIET = {
    "noise only": run(
        [series("loss", healthy(100), wall_times=START + np.cumsum(50 * healthy(100, noise=1)))]
    ),
    "near miss: 29 minutes": run([series("loss", healthy(100), wall_times=paused(1740))]),
    "near miss: a point every half hour": run(
        [series("loss", healthy(100), wall_times=START + 1860.0 * np.arange(100))]
    ),
    "near miss: another series went on": run(
        [
            series("loss", healthy(100), wall_times=paused(3600)),
            series("system/power", healthy(90), wall_times=START + 100.0 * np.arange(90)),
        ]
    ),
}


def test_it_tells_how_long_and_after_which_step() -> None:
    (finding,) = findings("TB415", FIRES["an hour"])

    assert finding.severity == "info"
    assert finding.message == "no point was logged for 60 min after step 60"
    assert finding.steps == (60, 61)
    assert finding.evidence["pauses"] == 1
