"""TB105 bad-wall-time."""

from __future__ import annotations

from tests.curves import healthy, problem, run
from tests.findings import findings

FIRES = {"a file with the problem": run({"loss": healthy()}, problems=[problem("TB105")])}
QUIET = {
    "noise only": run({"loss": healthy()}),
    "near miss: another problem": run({"loss": healthy()}, problems=[problem("TB102")]),
}


def test_events_that_were_left_out_are_a_warning() -> None:
    (finding,) = findings("TB105", run(problems=[problem("TB105", count=2)]))

    assert finding.severity == "warning"
    assert finding.message.startswith("tfevents.1700000000.0 has 2 events without a usable wall")
