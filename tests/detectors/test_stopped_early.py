"""TB506 stopped-early."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from tbreport.model import RunDigest
from tests.curves import START, healthy, run, series
from tests.findings import experiment, findings

HOUR = 3600.0


def runs(
    lengths: Sequence[int],
    name: str = "trial{}",
    begins: Sequence[float] | None = None,
    hparams: Mapping[str, Sequence[Any]] | None = None,
) -> Sequence[RunDigest]:
    """Runs of so many points, ten seconds each; the last ones begin three hours later."""
    begun = begins or [3 * HOUR * (2 * i >= len(lengths)) for i in range(len(lengths))]
    made = {
        name.format(i): run(
            [
                series(
                    "val/loss",
                    healthy(n, seed=i),
                    wall_times=START + begun[i] + 10.0 * np.arange(n),
                )
            ]
        )
        for i, n in enumerate(lengths)
    }
    given = {n: {k: v[i] for k, v in (hparams or {}).items()} for i, n in enumerate(made)}
    return experiment(made, given)


FIRES = {
    "one of five": runs([400, 400, 150, 400, 400], begins=[0, 0, 0, 3 * HOUR, 3 * HOUR]),
    "seeds of one setting": runs([150, 400, 400, 400], name="sweep/lr1/seed{}/logs"),
    "one of its seeds, beside longer runs": (
        *runs([150, 400, 400, 400], name="a-seed{}"),
        *runs([800, 800, 800, 800, 800], name="b-seed{}"),
    ),
    "after a few points": runs([3, 400, 400, 400, 400]),
}
QUIET = {
    "noise only": runs([400, 398, 402, 400, 399]),
    "near miss: four fifths of the way": runs([321, 400, 400, 400, 400]),
    "near miss: lengths of all kinds, as early stopping gives": runs([150, 400, 230, 400, 310]),
    "near miss: two of five": runs([150, 150, 400, 400, 400]),
    "near miss: three runs": runs([150, 400, 400]),
    "near miss: it may still run": runs([400, 400, 400, 400, 150], begins=[0, 0, 0, 0, 3100.0]),
    "of another length on purpose": runs(
        [100, 400, 400, 400, 400], hparams={"max_epochs": [1.0, 4.0, 4.0, 4.0, 4.0]}
    ),
    "of another kind": experiment(
        {
            **{f"trial{i}": run({"val/loss": healthy(400, seed=i)}) for i in range(4)},
            "other": run({"val/loss": healthy(100), "test/loss": healthy(100)}),
        }
    ),
    "in folders of their own": runs([150, 400, 400, 400, 400], name="{}/logs"),
}


def test_it_tells_how_far_the_run_and_its_siblings_went() -> None:
    (finding,) = findings("TB506", FIRES["one of five"])

    assert finding.severity == "info"
    assert finding.run == ""
    assert finding.message == (
        "trial2 ends at step 149, 37 % of the way that 4 runs like it went, to step 399"
    )


def test_several_that_stopped_are_one_finding() -> None:
    (finding,) = findings("TB506", runs([200, 100, *[400] * 8]))

    assert finding.message.startswith("trial1 ends at step 99")
    assert finding.message.endswith("; likewise trial0")
