"""TB401 plateau."""

from __future__ import annotations

import numpy as np

from tests.curves import diverging, flat, healthy, lasting, run
from tests.findings import findings

STILL = np.append(healthy(150), flat(150, level=0.3))
COSINE = 0.5 * (1 + np.cos(np.linspace(0, np.pi, 300)))

FIRES = {
    "constant learning rate": run({"loss": STILL, "lr": np.full(300, 0.1)}),
    "long": run({"loss": np.append(healthy(900), flat(600, level=0.3)), "lr": np.ones(1500)}),
}
QUIET = {
    "noise only, still falling": run({"loss": healthy(noise=0.05), "lr": np.ones(200)}),
    "near miss: falls by 3 %": run(
        {"loss": STILL * np.linspace(1.1, 0.99, 300), "lr": np.ones(300)}
    ),
    "near miss: a learning rate that has decayed": run({"loss": STILL, "lr": COSINE}),
    "near miss: 29 points": run({"loss": flat(29) + healthy(29), "lr": np.ones(29)}),
    "no learning rate": run({"loss": STILL}),
    "a divergence": run({"loss": diverging(300), "lr": np.ones(300)}),
    "a validation loss": run({"val/loss": STILL, "lr": np.ones(300)}),
}


def test_it_tells_the_trend_and_its_interval() -> None:
    (finding,) = findings("TB401", FIRES["constant learning rate"])

    assert finding.severity == "info"
    assert finding.steps == (210, 299)
    evidence = finding.evidence
    assert evidence["trend_low_percent"] <= 0 <= evidence["trend_high_percent"]
    assert "over its last 90 points" in finding.message


def test_noise_that_lasts_does_not_make_a_falling_loss_flat() -> None:
    falling = lasting(300, noise=0.02) * np.linspace(1.4, 0.7, 300)

    assert findings("TB401", run({"loss": falling, "lr": np.ones(300)})) == ()
