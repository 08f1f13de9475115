"""Which runs differ in their seed alone, and by what they are judged."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from tbreport.analysis.ensemble import but_for_seed, common_tag, name_without_seed
from tbreport.model import RunDigest
from tests.curves import healthy, run
from tests.findings import experiment


@pytest.mark.parametrize(
    ("name", "left"),
    [
        ("mnist-seed0", "mnist"),
        ("mnist/seed_3/logs", "mnist/logs"),
        ("lm.s12", "lm"),
        ("lm/s=4", "lm"),
        ("HalfCheetah-v4__ppo__1__1700000000", "HalfCheetah-v4__ppo"),
    ],
)
def test_a_seed_is_left_out_of_a_name(name: str, left: str) -> None:
    assert name_without_seed(name) == left


@pytest.mark.parametrize(
    "name",
    [
        "vit-s-16", "vit_s_32", "gpt2-124", "size_10", "fold3", "v2", "2024-05-01", "version_0",
        "lr-0.001", "steps100", "resnet50", "bs-32", "HalfCheetah-v4__ppo", "run_7",
    ],
)  # fmt: skip
def test_other_numbers_stay_in_a_name(name: str) -> None:
    assert name_without_seed(name) == name


def named(*names: str) -> Sequence[RunDigest]:
    hparams = {name: {"lr": 0.1, "seed": float(i)} for i, name in enumerate(names)}
    return experiment({name: run({"val/loss": healthy(20)}) for name in names}, hparams)


def sizes(*names: str) -> list[int]:
    return [len(members) for members in but_for_seed(named(*names)).values()]


def test_names_that_hold_the_seed_tell_runs_of_equal_hyperparameters_apart() -> None:
    assert sizes("old-seed0", "old-seed1", "new-seed0", "new-seed1") == [2, 2]


def test_names_without_a_seed_may_be_anything_where_a_hyperparameter_is_the_seed() -> None:
    assert sizes("brave-fox", "shy-owl", "7c1d") == [3]


def judged_by(*tags: str) -> str | None:
    held = run({tag: healthy(20) for tag in tags})
    return common_tag(experiment({"a": held, "b": held}))


def test_a_whole_metric_goes_before_precision_and_recall() -> None:
    assert judged_by("val/recall", "val/precision", "val/loss", "val/auc") == "val/auc"
    assert judged_by("val/recall", "val/loss") == "val/recall"


def test_the_best_loss_so_far_does_not_go_before_a_metric() -> None:
    assert judged_by("best_val_loss", "val_acc", "val_loss") == "val_acc"


def test_of_metrics_alike_the_first_is_taken_as_for_a_checkpoint() -> None:
    assert judged_by("val/f1", "val/accuracy") == "val/accuracy"


def test_the_variance_explained_by_a_critic_judges_no_policy() -> None:
    assert judged_by("rollout/ep_rew_mean", "train/explained_variance") == "rollout/ep_rew_mean"
