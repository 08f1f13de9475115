"""TB603 unknown-role."""

from __future__ import annotations

import numpy as np

from tbreport.model import Run
from tests.curves import START, flat, healthy, run, series
from tests.findings import findings


def apart(last: float) -> Run:
    """Training by batch, validation by epoch; wall times end after so many seconds."""
    times = START + np.linspace(last / 20, last, 20)
    return run(
        [series("train/loss", healthy(1000)), series("val/loss", healthy(20), wall_times=times)]
    )


FIRES = {
    "names that say nothing": run({"foo": healthy(), "bar": flat()}),
    "a pair on no common axis": apart(9999.0),
}
QUIET = {
    "noise only": run({"foo": flat(noise=0.3), "loss": healthy()}),
    "near miss: a pair by wall time": apart(1000.0),
    "near miss: nine points": run({"foo": flat(9)}),
    "near miss: the state of a machine": run({"gpu_memory": flat()}),
    "a game": run({"foo": flat(), "loss_D": flat()}),
}


def test_it_lists_the_tags() -> None:
    (finding,) = findings("TB603", FIRES["names that say nothing"])

    assert finding.severity == "info"
    assert finding.tags == ("bar", "foo")


def test_it_says_why_a_pair_cannot_be_compared() -> None:
    (finding,) = findings("TB603", FIRES["a pair on no common axis"])

    assert "their steps cover different ranges" in finding.message
