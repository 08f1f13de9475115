"""TB109 unreachable-file."""

from __future__ import annotations

from tests.curves import healthy, problem, run
from tests.findings import findings

FIRES = {"a file with the problem": run({"loss": healthy()}, problems=[problem("TB109")])}
QUIET = {
    "noise only": run({"loss": healthy()}),
    "near miss: another problem": run({"loss": healthy()}, problems=[problem("TB103")]),
}


def test_it_says_why() -> None:
    (finding,) = findings("TB109", run(problems=[problem("TB109", detail="Permission denied")]))

    assert finding.severity == "warning"
    assert finding.message == "tfevents.1700000000.0 could not be read: Permission denied"
