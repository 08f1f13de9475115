"""TB103 unreadable-file."""

from __future__ import annotations

from tests.curves import healthy, problem, run
from tests.findings import findings

FIRES = {"a file with the problem": run({"loss": healthy()}, problems=[problem("TB103")])}
QUIET = {
    "noise only": run({"loss": healthy()}),
    "near miss: another problem": run({"loss": healthy()}, problems=[problem("TB104")]),
}


def test_it_says_what_the_file_is() -> None:
    (finding,) = findings(
        "TB103", run(problems=[problem("TB103", detail="it is a Git LFS pointer")])
    )

    assert finding.severity == "warning"
    assert finding.message == (
        "tfevents.1700000000.0 could not be read as an event file: it is a Git LFS pointer"
    )
