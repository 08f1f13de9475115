"""TB403 exploding-gradient."""

from __future__ import annotations

import numpy as np

from tests.curves import diverging, flat, healthy, run, spiky
from tests.findings import findings


def jumping(*places: int, height: float = 10.0, noise: float = 0.1) -> np.ndarray:
    values = flat(400, noise=noise)
    values[list(places)] *= height
    return values


FIRES = {
    "three jumps": run({"grad_norm": jumping(100, 200, 300), "loss": healthy(400)}),
    "one, where the loss spikes": run(
        {"grad_norm": jumping(300), "loss": spiky(height=6.0, healing=3)}
    ),
    "tenfold growth": run({"grad_norm": flat(400) * np.geomspace(0.1, 30, 400)}),
    "alone": run({"grad_norm": jumping(100, 200, 300)}),
    "beside a step that was skipped": run(
        {"grad_norm": np.where(np.arange(400) == 50, 0.0, jumping(100, 200, 300))}
    ),
}
QUIET = {
    "noise only": run({"grad_norm": flat(400, noise=0.3), "loss": healthy(400)}),
    "near miss: two jumps": run({"grad_norm": jumping(100, 200), "loss": healthy(400)}),
    "near miss: four times the level": run({"grad_norm": jumping(100, 200, 300, height=3.9)}),
    "near miss: within the noise": run({"grad_norm": flat(400, noise=0.7)}),
    "near miss: in the first points": run({"grad_norm": jumping(3, 5, 8)}),
    "near miss: a norm that grows threefold": run(
        {"grad_norm": flat(400) * np.geomspace(1, 9, 400)}
    ),
    "a learning rate that was raised": run(
        {
            "grad_norm": jumping(101, 201, 301),
            "lr": np.where(np.isin(np.arange(400) // 10, (10, 20, 30)), 1.0, 0.1),
        }
    ),
    "a game": run({"grad_norm": jumping(100, 200, 300), "loss_D": flat(400)}),
}


def test_it_tells_the_highest_and_counts_all() -> None:
    values = jumping(100, 300)
    values[200] *= 30

    (finding,) = findings("TB403", run({"grad_norm": values}))

    assert finding.severity == "warning"
    assert "at step 200; 3 jumps in all" in finding.message
    assert finding.steps == (100, 300)


def test_a_jump_before_a_divergence_is_enough() -> None:
    loss = diverging(400, noise=0.005)
    turn = int(findings("TB202", run({"loss": loss}))[0].steps[0])  # type: ignore[index]

    (finding,) = findings("TB403", run({"grad_norm": jumping(turn + 1), "loss": loss}))

    assert finding.message.endswith("where the loss breaks out too")


def test_norms_of_several_layers_are_one_finding_under_the_worst() -> None:
    low, high = jumping(100, 200, 300), jumping(100, 200, 300, height=20.0)

    (finding,) = findings("TB403", run({"grad_norm/a": low, "grad_norm/b": high}))

    assert finding.tags == ("grad_norm/b", "grad_norm/a")
    assert finding.message.endswith("; likewise grad_norm/a")
