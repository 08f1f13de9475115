"""TB503 seed-spread."""

from __future__ import annotations

from tests.detectors.test_seed_outlier import NORMAL, seeds
from tests.findings import findings

FIRES = {"three seeds": seeds([0.2, 0.3, 0.4]), "many": seeds([0.2, 0.3, 0.25, 0.35, 0.4])}
QUIET = {
    "noise only": seeds(NORMAL),
    "near miss: a spread of 8 %": seeds([0.28, 0.30, 0.325]),
    "near miss: two seeds": seeds([0.2, 0.4]),
    "near miss: settings": seeds([0.2, 0.3, 0.4], name="setting{}x"),
}


def test_it_tells_the_range() -> None:
    (finding,) = findings("TB503", FIRES["three seeds"])

    assert finding.severity == "info"
    assert finding.message.startswith("3 seeds of a reach 0.2")
    assert 30 < finding.evidence["spread_percent"] < 36
