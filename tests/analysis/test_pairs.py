"""Which series are compared, and along which axis."""

from __future__ import annotations

import numpy as np
import pytest

from tbreport.analysis.pairs import compare, find_pairs, same_range
from tbreport.analysis.roles import guess
from tbreport.model import Pair, Series
from tests.curves import START, series


def paired(*tags: str) -> list[tuple[str, str]]:
    """The pairs among tags of twenty points each."""
    return paired_series(*(series(tag, np.full(20, i)) for i, tag in enumerate(tags)))


def paired_series(*held: Series) -> list[tuple[str, str]]:
    found = find_pairs({one.tag: one for one in held}, {one.tag: guess(one.tag) for one in held})
    return [(pair.train.tag, pair.val.tag) for pair in found]


@pytest.mark.parametrize(
    ("train", "val"),
    [
        ("train/epoch_loss", "validation/epoch_loss"),
        ("epoch_loss", "epoch_val_loss"),
        ("train_loss_epoch", "val_loss"),
        ("train/loss", "eval/loss"),
        ("Loss/train", "Loss/val"),
        ("Loss/train", "Loss/test"),
        ("Loss_train/Loss", "Loss_val/Loss"),
        ("train/acc", "val/accuracy"),
        ("train/box_loss", "val/box_loss"),
        ("loss", "val_loss"),
        ("train_loss", "val_nll"),
    ],
)
def test_writers_spellings_make_a_pair(train: str, val: str) -> None:
    assert paired(train, val) == [(train, val)]


def test_parts_of_a_loss_are_paired_part_by_part() -> None:
    tags = ["train/box_loss", "train/cls_loss", "val/box_loss", "val/cls_loss"]

    assert paired(*tags) == [
        ("train/box_loss", "val/box_loss"),
        ("train/cls_loss", "val/cls_loss"),
    ]


def test_top_1_is_never_compared_with_top_5() -> None:
    assert paired("train/acc_top5", "val/acc_top1", "val/acc_top5") == [
        ("train/acc_top5", "val/acc_top5")
    ]


def test_a_test_series_does_not_stand_beside_a_validation_series() -> None:
    assert paired("train/loss", "val/loss", "test/loss") == [("train/loss", "val/loss")]


def test_clocks_and_throughput_have_no_pair() -> None:
    assert paired("train/epoch", "val/epoch", "train/runtime", "eval/runtime") == []
    assert paired("train/samples_per_second", "eval/samples_per_second") == []


def test_the_epoch_mean_is_preferred_to_the_batches_where_validation_is_by_epoch() -> None:
    pairs = paired_series(
        series("train_loss_step", np.ones(1000)),
        series("train_loss_epoch", np.ones(10), steps=np.arange(99, 1000, 100)),
        series("val_loss", np.ones(10), steps=np.arange(99, 1000, 100)),
    )

    assert pairs == [("train_loss_epoch", "val_loss")]


def test_the_epoch_mean_is_preferred_even_where_batches_end_at_the_same_step() -> None:
    assert paired("train/batch_loss", "train/epoch_loss", "validation/epoch_loss") == [
        ("train/epoch_loss", "validation/epoch_loss")
    ]


def test_the_same_values_under_two_tags_are_one_pair() -> None:
    by_epoch, by_iteration = np.arange(1, 11), np.arange(100, 1001, 100)
    pairs = paired_series(
        series("train/epoch_loss", by_epoch, steps=by_epoch),
        series("validation/epoch_loss", by_epoch, steps=by_epoch),
        series("validation/evaluation_loss_vs_iterations", by_epoch, steps=by_iteration),
    )

    assert pairs == [("train/epoch_loss", "validation/epoch_loss")]


def test_a_summary_of_one_point_is_no_partner_where_there_is_a_curve() -> None:
    pairs = paired_series(
        series("train/loss", np.ones(12)),
        series("train/train_loss", [1.0], steps=[11]),
        series("eval/loss", np.ones(12)),
    )

    assert pairs == [("train/loss", "eval/loss")]


def pair(train: Series, val: Series) -> Pair:
    return Pair("loss", train, val)


def test_the_same_range_of_steps_is_compared_by_step() -> None:
    comparison = compare(
        pair(series("train", np.ones(100)), series("val", np.ones(10), steps=range(9, 100, 10)))
    )

    assert (comparison.axis, comparison.reason) == ("steps", "")
    assert comparison.val_x.tolist() == list(range(9, 100, 10))


def test_a_last_evaluation_one_interval_after_the_last_training_log_is_the_same_range() -> None:
    comparison = compare(
        pair(
            series("train", np.ones(2), steps=[500, 1000]),
            series("val", np.ones(6), steps=range(200, 1201, 200)),
        )
    )

    assert comparison.axis == "steps"


def test_training_by_batch_and_validation_by_epoch_are_compared_by_wall_time() -> None:
    comparison = compare(
        pair(
            series("train", np.ones(1000)),
            series("val", np.ones(10), wall_times=START + np.arange(100, 1001, 100)),
        )
    )

    assert comparison.axis == "wall time"
    assert comparison.reason == "their steps cover different ranges"
    assert comparison.val_x.tolist() == list(range(100, 1001, 100))


def written_at_once(n: int, after: float) -> np.ndarray:
    return START + after + 1e-4 * np.arange(n)


def test_a_log_written_at_once_is_compared_by_the_epoch_tag() -> None:
    train = series("train", np.ones(1000), wall_times=written_at_once(1000, 0))
    val = series("val", np.ones(10), wall_times=written_at_once(10, 1))
    epochs = series("epoch", np.arange(1000) // 100)

    comparison = compare(pair(train, val), epochs)

    assert comparison.axis == "epochs"
    assert comparison.train_x[[0, 550, 999]].tolist() == [0, 5, 9]
    assert comparison.val_x.tolist() == list(range(10))


def test_a_pair_that_fits_on_no_axis_is_not_compared_and_says_why() -> None:
    train = series("train", np.ones(1000), wall_times=written_at_once(1000, 0))
    val = series("val", np.ones(10), wall_times=written_at_once(10, 1))

    comparison = compare(pair(train, val))

    assert comparison.axis is None
    assert comparison.reason == (
        "their steps cover different ranges; their wall times do not run side by side; "
        "no epoch tag connects their steps"
    )


@pytest.mark.parametrize("points", [0, 1])
def test_hardly_any_points_do_not_crash(points: int) -> None:
    few = series("val", np.ones(points))

    assert compare(pair(series("train", np.ones(1000)), few), few).axis is None


def test_five_percent_is_the_same_range() -> None:
    fine = np.arange(0, 1001.0)

    assert same_range(fine, np.arange(0, 951.0))
    assert not same_range(fine, np.arange(0, 940.0))
