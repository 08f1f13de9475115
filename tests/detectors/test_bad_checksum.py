"""TB102 bad-checksum."""

from __future__ import annotations

from tests.curves import healthy, problem, run
from tests.findings import findings

FIRES = {"a file with the problem": run({"loss": healthy()}, problems=[problem("TB102")])}
QUIET = {
    "noise only": run({"loss": healthy()}),
    "near miss: another problem": run({"loss": healthy()}, problems=[problem("TB101")]),
}


def test_it_counts_the_records_of_a_file() -> None:
    places = [problem("TB102", offset=10), problem("TB102", offset=90, count=3)]

    (finding,) = findings("TB102", run(problems=places))

    assert finding.severity == "warning"
    assert finding.message == (
        "tfevents.1700000000.0 has 4 records with a wrong checksum, the first at byte 10 "
        "(as made up)"
    )
