"""What a detector looks at."""

from __future__ import annotations

import numpy as np
import pytest

from tbreport.analysis.subject import RunSubject
from tests.curves import broken, healthy, overfit, run, series


def judged(*tags: str) -> list[str]:
    return [curve.tag for curve in RunSubject(run(dict.fromkeys(tags, healthy()))).judged_losses]


def test_a_curve_has_only_finite_points() -> None:
    subject = RunSubject(run([series("loss", broken(healthy(10), 3), steps=range(0, 100, 10))]))

    (curve,) = subject.losses

    assert len(curve) == 9
    assert 30 not in curve.steps


def test_parts_are_judged_only_where_their_split_has_no_total() -> None:
    assert judged("train/loss", "train/box_loss", "val/box_loss") == ["train/loss", "val/box_loss"]
    assert judged("train/box_loss", "train/cls_loss") == ["train/box_loss", "train/cls_loss"]


@pytest.mark.parametrize(
    "other", ["rollout/ep_rew_mean", "train/policy_gradient_loss", "loss_D", "train/adv_loss"]
)
def test_losses_of_games_and_of_reinforcement_learning_are_not_judged(other: str) -> None:
    assert judged("train/loss", "train/value_loss", other) == []


def test_an_entropy_penalty_alone_is_no_reinforcement_learning() -> None:
    assert judged("train/loss", "train/entropy_loss", "val/loss") == ["train/loss", "val/loss"]


def test_rewards_of_preferred_answers_are_no_reinforcement_learning() -> None:
    assert judged("train/loss", "train/chosen_reward", "train/reject_reward") == ["train/loss"]


def test_a_critic_beside_a_reward_is_no_game() -> None:
    subject = RunSubject(run({"critic_loss": healthy(), "rollout/ep_rew_mean": healthy()}))

    assert not subject.is_game
    assert subject.has_reinforcement


def test_a_loss_that_touches_zero_is_not_judged() -> None:
    subject = RunSubject(run({"train/loss": healthy() - 0.3, "val/loss": healthy()}))

    assert [curve.tag for curve in subject.judged_losses] == ["val/loss"]


def test_errors_that_training_lowers_are_the_losses_of_a_run_that_names_none() -> None:
    assert judged("RMSE/train", "RMSE/test", "lr") == ["RMSE/test", "RMSE/train"]
    assert judged("train/ppl", "valid/ppl") == ["train/ppl", "valid/ppl"]
    assert judged("train/mse", "val/accuracy") == ["train/mse"]
    assert judged("train/loss", "val/mae") == ["train/loss"]
    assert judged("train/mse", "rollout/ep_rew_mean") == []


def test_segments_begin_where_the_learning_rate_was_raised() -> None:
    rates = np.tile(np.linspace(1, 0.01, 50), 4)
    subject = RunSubject(run({"train/loss": healthy(200), "lr": rates}))

    assert subject.rises.tolist() == [50, 100, 150]
    parts = [part.steps[[0, -1]].tolist() for part in subject.segments(subject.judged_losses[0])]
    assert parts == [[0, 49], [50, 99], [100, 149], [150, 199]]


def test_without_a_rise_the_whole_curve_is_one_segment() -> None:
    subject = RunSubject(run({"train/loss": healthy(200), "lr": np.linspace(1, 0.01, 200)}))

    (whole,) = subject.segments(subject.judged_losses[0])
    assert whole is subject.judged_losses[0]


def test_cycles_shorter_than_the_running_median_are_not_told_apart() -> None:
    rates = np.where(np.arange(400) % 5 < 3, 1.0, 0.1)
    subject = RunSubject(run({"train/loss": healthy(400), "lr": rates}))

    (whole,) = subject.segments(subject.judged_losses[0])
    assert whole is subject.judged_losses[0]


def test_training_went_on_while_validation_turned() -> None:
    (match,) = RunSubject(run({"train/loss": healthy(), "val/loss": overfit()})).matches

    assert match.train_went_on
    assert match.train_at_best == pytest.approx(match.train.smooth[match.val.turn_index])


def test_training_that_rises_with_validation_did_not_go_on() -> None:
    both = {"train/loss": overfit(seed=1), "val/loss": overfit(seed=2)}
    (match,) = RunSubject(run(both)).matches

    assert not match.train_went_on


def test_the_longest_epoch_tag_lays_a_pair() -> None:
    at_once = np.linspace(0, 1e-3, 1000)
    subject = RunSubject(
        run(
            [
                series("train_loss", healthy(1000), wall_times=at_once),
                series("val_loss", healthy(10), wall_times=at_once[:10] + 1),
                series("epoch", np.arange(1000) // 100, wall_times=at_once),
            ]
        )
    )

    assert [match.comparison.axis for match in subject.matches] == ["epochs"]


def test_a_checkpoint_is_chosen_by_tests_where_nothing_was_validated() -> None:
    tutorial = RunSubject(run(dict.fromkeys(("Loss/train", "Loss/test"), healthy())))
    both = RunSubject(run(dict.fromkeys(("val/loss", "test/accuracy"), healthy())))

    assert tutorial.chosen is not None
    assert tutorial.chosen.tag == "Loss/test"
    assert both.chosen is not None
    assert both.chosen.tag == "val/loss"


def test_a_checkpoint_is_chosen_by_recall_only_where_there_is_no_other_metric() -> None:
    several = RunSubject(run(dict.fromkeys(("val/loss", "val/recall", "val/wer"), healthy())))
    alone = RunSubject(run(dict.fromkeys(("val/loss", "val/recall"), healthy())))

    assert several.chosen is not None
    assert several.chosen.tag == "val/wer"
    assert alone.chosen is not None
    assert alone.chosen.tag == "val/recall"
