"""TB414 reward-collapse."""

from __future__ import annotations

import numpy as np

from tests.curves import healthy, lasting, run, spiky
from tests.findings import findings

RISING = 200 - 80 * healthy(noise=0.0) + np.random.default_rng(0).normal(0, 3, 200)
LOST = np.where(np.arange(200) < 140, RISING, RISING - 120)
# a mean over the last hundred episodes of a policy that learns nothing
WANDERING = 60 * np.log(lasting(300, noise=1.0, correlation=0.9) / healthy(300, noise=0.0))

FIRES = {
    "most is lost": run({"rollout/ep_rew_mean": LOST}),
    "a return below zero": run({"eval/mean_reward": LOST - 500}),
}
QUIET = {
    "noise only": run({"rollout/ep_rew_mean": np.random.default_rng(1).normal(0, 1, 200)}),
    "near miss: a third is lost": run(
        {"rollout/ep_rew_mean": np.where(np.arange(200) < 140, RISING, RISING - 50)}
    ),
    "near miss: it came back": run(
        {"rollout/ep_rew_mean": np.where(np.arange(200) // 40 == 3, RISING - 120, RISING)}
    ),
    "near miss: in the last points": run(
        {"rollout/ep_rew_mean": np.where(np.arange(200) < 190, RISING, RISING - 120)}
    ),
    "near miss: it only wanders": run({"rollout/ep_rew_mean": WANDERING}),
    "no reward": run({"loss": spiky()}),
    "nineteen points": run({"rollout/ep_rew_mean": LOST[::11]}),
}


def test_it_tells_the_best_step_and_what_was_lost() -> None:
    (finding,) = findings("TB414", FIRES["most is lost"])

    assert finding.severity == "warning"
    assert 80 <= finding.evidence["best_step"] < 140
    assert 60 < finding.evidence["lost_percent"] < 90


def test_no_more_than_all_of_a_gain_is_lost() -> None:
    deep = np.where(np.arange(200) < 140, RISING, RISING - 400)

    (finding,) = findings("TB414", run({"rollout/ep_rew_mean": deep}))

    assert finding.message.endswith(": 100 % of its gain is lost")
