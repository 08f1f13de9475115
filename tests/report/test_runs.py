"""Which columns the table of runs has."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from tbreport.model import Finding, Role
from tbreport.report import galleries
from tbreport.report.runs import by_role, foremost, status, table, winner
from tbreport.report.sections import compose
from tests.report.documents import digest, display, statistics

POINTS = display([3.0, 2.0, 1.0])


def titles(*runs: Sequence[str]) -> list[str]:
    """The columns of runs that logged these tags, without the best values and their steps."""
    digests = [
        digest(f"run {place}", dict.fromkeys(tags, POINTS)) for place, tags in enumerate(runs)
    ]
    columns = [column.title for column in table(digests).columns]
    return [title for title in columns[4:] if title not in ("best", "at")]


def test_runs_and_tags_stand_as_people_count() -> None:
    names = ["run 10", "run 9"]
    tags = {"loss/block_10": POINTS, "loss/block_9": POINTS}

    report = compose([digest(name, tags) for name in names], title="runs", version="0")
    charts = galleries.scalars(report.runs)

    assert [one.run for one in report.runs] == ["run 9", "run 10"]
    assert report.colors == {"run 9": 0, "run 10": 1}
    assert [chart.title for chart in charts] == ["loss/block_9", "loss/block_10"]


def test_what_was_held_out_stands_before_what_more_runs_have() -> None:
    usual = ("loss/train", "loss/val", "throughput", "accuracy/train", "accuracy/val")

    found = titles(usual, usual, usual[:4])

    assert found == ["loss train", "loss val", "accuracy val", "throughput"]


def test_a_metric_of_few_runs_stands_behind_that_of_all() -> None:
    roles = [digest("a", {"score/val": POINTS, "reward": POINTS})]
    roles += [digest(name, {"reward": POINTS}) for name in "bcd"]

    assert foremost([by_role(one) for one in roles]) == [("reward", ""), ("score", "val")]


def test_a_reward_stands_first_with_its_best_even_of_training() -> None:
    tags = ("reward/train", "explained variance/train", "loss/train", "throughput")

    columns = table([digest("a", dict.fromkeys(tags, POINTS))]).columns

    assert [column.title for column in columns[4:8]] == ["reward train", "best", "at", "loss train"]
    assert not columns[4].optional


def test_learning_rates_have_a_column_only_where_one_was_logged() -> None:
    assert "learning rate" not in titles(("loss/train",), ("loss/train",))
    assert titles(("loss/train",), ("learning rate",))[-1] == "learning rate"


def test_the_best_of_all_runs_is_set_off() -> None:
    series = ([3.0, 1.0], [4.0, 2.0], [np.nan])
    found = table([digest(str(n), {"loss/val": display(one)}) for n, one in enumerate(series)])
    (place,) = (place for place, column in enumerate(found.columns) if column.title == "best")

    assert [row[place].tone for row in found.rows] == ["strong", "plain", "plain"]


def test_what_is_best_is_by_the_goal() -> None:
    one = statistics("score", POINTS)
    high = [replace(one, role=Role("score", "val", "max"), best=best) for best in (1.0, 3.0)]

    assert (winner([one, None]), winner(high), winner([None])) == (1.0, 3.0, None)


def test_runs_are_sorted_by_how_ill_they_are() -> None:
    points = {"loss/train": display(np.geomspace(3.0, 0.1, 40).tolist())}
    sound = replace(digest("sound", points), coverage={"TB202": ""})
    spike = Finding("TB203", "loss-spike", "error", "ill", ("loss/train",), (1, 2), "", {}, "")
    ill = replace(sound, run="ill", findings=(spike,))

    short = digest("short", {"loss/train": POINTS})
    states = [status(one) for one in (ill, digest("none", {}), short, sound)]

    assert [cell.text for cell in states] == ["loss-spike", "no data", "not judged", "healthy"]
    assert [cell.value for cell in states] == [2, 1, 0, -1]
