"""TB104 header-only."""

from __future__ import annotations

from tests.curves import healthy, problem, run
from tests.findings import findings

FIRES = {"a file with the problem": run({"loss": healthy()}, problems=[problem("TB104")])}
QUIET = {
    "noise only": run({"loss": healthy()}),
    "near miss: another problem": run({"loss": healthy()}, problems=[problem("TB103")]),
}


def test_it_is_information() -> None:
    (finding,) = findings("TB104", FIRES["a file with the problem"])

    assert finding.severity == "info"
    assert finding.evidence == {"size_bytes": 34}
