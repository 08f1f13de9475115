"""TB101 truncated-file."""

from __future__ import annotations

from tests.curves import healthy, problem, run
from tests.findings import findings

FIRES = {"a file with the problem": run({"loss": healthy()}, problems=[problem("TB101")])}
QUIET = {
    "noise only": run({"loss": healthy()}),
    "near miss: another problem": run({"loss": healthy()}, problems=[problem("TB108")]),
}


def test_it_says_how_many_bytes_were_left() -> None:
    (finding,) = findings("TB101", FIRES["a file with the problem"])

    assert finding.severity == "warning"
    assert finding.message == (
        "tfevents.1700000000.0 ends inside a record: its last 34 bytes could not be used "
        "(as made up)"
    )
    assert finding.evidence == {"first_offset_bytes": 120, "lost_bytes": 34, "places": 1}
