"""TB413 one-sided-game."""

from __future__ import annotations

import numpy as np
import pytest

from tests.curves import flat, healthy, run
from tests.findings import findings

WON = np.append(np.geomspace(0.7, 1e-3, 60), flat(140, level=1e-3))

FIRES = {
    "the discriminator won": run({"loss_D": WON, "loss_G": flat() * 8}),
    "the generator won": run({"gan/d_loss": flat(), "gan/g_loss": WON}),
}
QUIET = {
    "noise only": run({"loss_D": flat(noise=0.3), "loss_G": flat(noise=0.3)}),
    "near miss: to a fiftieth": run({"loss_D": np.maximum(WON, 0.014), "loss_G": flat()}),
    "near miss: for a tenth of the run": run({"loss_D": np.append(flat(), WON[60:80])}),
    "near miss: it came back": run({"loss_D": np.append(WON, flat(50)), "loss_G": flat()}),
    "no game": run({"loss": WON}),
    "a critic whose loss crosses zero": run({"critic_loss": flat() - 1, "loss_G": flat()}),
    "the critic of an actor": run({"train/critic_loss": WON, "train/actor_loss": flat()}),
    "nineteen points": run({"loss_D": healthy(19, end=1e-4)}),
}


@pytest.mark.parametrize(
    ("name", "winner"),
    [("the discriminator won", "The discriminator"), ("the generator won", "The generator")],
)
def test_it_names_the_winner(name: str, winner: str) -> None:
    (finding,) = findings("TB413", FIRES[name])

    assert finding.severity == "warning"
    assert finding.advice.startswith(f"{winner} learns too fast")
