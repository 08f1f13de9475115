"""TB108 missing-bytes."""

from __future__ import annotations

from tests.curves import healthy, problem, run
from tests.findings import findings

FIRES = {"a file with the problem": run({"loss": healthy()}, problems=[problem("TB108")])}
QUIET = {
    "noise only": run({"loss": healthy()}),
    "near miss: another problem": run({"loss": healthy()}, problems=[problem("TB102")]),
}


def test_it_says_how_many_bytes_were_skipped_and_where() -> None:
    (finding,) = findings("TB108", run(problems=[problem("TB108", length=2048)]))

    assert finding.severity == "warning"
    assert finding.message == (
        "tfevents.1700000000.0 is damaged: 2,048 bytes were skipped from byte 120 on (as made up)"
    )
