"""TB405 clipping-always-on."""

from __future__ import annotations

import numpy as np

from tests.curves import flat, run
from tests.findings import findings

FIRES = {
    "always": run({"grad_norm": np.full(100, 1.0)}),
    "from the middle on": run({"grad_norm": np.append(flat(100, level=0.5), np.full(110, 1.0))}),
    "but for a few": run({"grad_norm": np.where(np.arange(100) % 20 == 3, 0.5, 1.0)}),
}
QUIET = {
    "noise only": run({"grad_norm": flat(noise=0.1)}),
    "near miss: four of five": run({"grad_norm": np.where(np.arange(100) % 5, 1.0, 0.5)}),
    "near miss: some above": run({"grad_norm": np.where(np.arange(100) % 20 == 3, 2.0, 1.0)}),
    "near miss: nineteen points": run({"grad_norm": np.ones(19)}),
    "zero": run({"grad_norm": np.zeros(100)}),
}


def test_it_tells_the_level() -> None:
    (finding,) = findings("TB405", FIRES["from the middle on"])

    assert finding.severity == "info"
    assert finding.evidence == {
        "level": 1.0,
        "share_percent": 100.0,
        "threshold_percent": 90.0,
    }


def test_norms_of_several_layers_are_one_finding() -> None:
    norm = np.ones(100)

    (finding,) = findings("TB405", run({f"grad_norm/{layer}": norm for layer in "abc"}))

    assert finding.tags == ("grad_norm/a", "grad_norm/b", "grad_norm/c")
