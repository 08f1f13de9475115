"""TB104 header-only."""

from __future__ import annotations

from tbreport.analysis.detector import detect
from tests.curves import healthy, problem, run

FIRES = {"a file with the problem": run({"loss": healthy()}, problems=[problem("TB104")])}
QUIET = {
    "noise only": run({"loss": healthy()}),
    "near miss: another problem": run({"loss": healthy()}, problems=[problem("TB103")]),
}


def test_it_is_information() -> None:
    (finding,) = detect(FIRES["a file with the problem"])

    assert finding.severity == "info"
    assert finding.evidence == {"size_bytes": 34}
