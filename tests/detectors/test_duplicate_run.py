"""TB504 duplicate-run."""

from __future__ import annotations

from tests.curves import flat, healthy, run
from tests.findings import experiment, findings

FIRES = {
    "a copy": experiment({"a": run({"loss": healthy()}), "b": run({"loss": healthy()})}),
    "equal but for the clock": experiment(
        {
            "a": run({"loss": healthy(), "samples_per_second": flat(seed=1)}),
            "b": run({"loss": healthy(), "samples_per_second": flat(seed=2)}),
        }
    ),
}
QUIET = {
    "noise only": experiment({"a": run({"loss": healthy()}), "b": run({"loss": healthy(seed=1)})}),
    "near miss: one series differs": experiment(
        {
            "a": run({"loss": healthy(), "val/loss": flat()}),
            "b": run({"loss": healthy(), "val/loss": flat(seed=1)}),
        }
    ),
    "near miss: constant series": experiment(
        {"a": run({"loss": flat(noise=0)}), "b": run({"loss": flat(noise=0)})}
    ),
    "near miss: nine points": experiment(
        {"a": run({"loss": healthy(9)}), "b": run({"loss": healthy(9)})}
    ),
    "runs of nothing": experiment({"a": run(), "b": run()}),
}


def test_it_names_the_runs() -> None:
    (finding,) = findings("TB504", FIRES["a copy"])

    assert finding.severity == "info"
    assert finding.message == "a and b are equal, number by number, in 1 tag"
