"""Why a detector cannot look at a run."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from tbreport.analysis.detector import DetectorSettings
from tbreport.analysis.examination import coverage
from tbreport.analysis.needs import NEEDS
from tbreport.analysis.subject import RunSubject
from tbreport.model import Float64s, SetAside
from tests.curves import START, healthy, histograms, run, series

ALL = DetectorSettings()


def reason(need: str, looked_at: object, **options: object) -> str:
    return NEEDS[need](RunSubject(looked_at), options)  # type: ignore[arg-type]


def test_a_run_that_has_all_lacks_nothing() -> None:
    both = run({"train/loss": healthy(), "val/loss": healthy()})

    assert reason("loss", both) == reason("validation pair", both) == ""


@pytest.mark.parametrize(
    ("scalars", "expected"),
    [
        ({}, "no validation loss"),
        ({"train/loss": healthy()}, "no validation loss"),
        ({"val/loss": healthy()}, "no training loss beside the validation loss"),
        (
            {"train/loss": healthy(), "val/loss": healthy(9)},
            "the longest validation loss has 9 evaluations of 10",
        ),
        (
            {"train/loss": healthy() - 1, "val/loss": healthy() - 1},
            "no validation loss that is positive throughout",
        ),
        (
            {"train/loss": healthy(), "val/loss": healthy(), "loss_D": healthy()},
            "a game of two networks, whose losses may rise as it learns",
        ),
    ],
)
def test_a_pair_that_cannot_be_judged_says_why(scalars: dict[str, object], expected: str) -> None:
    assert reason("validation pair", run(scalars)) == expected


def test_a_pair_without_a_common_axis_says_so() -> None:
    times = START + 5000.0 * (1 + healthy(20).argsort().argsort())
    apart = run(
        [series("train/loss", healthy(1000)), series("val/loss", healthy(20), wall_times=times)]
    )

    assert reason("validation pair", apart).startswith("no common axis: their steps cover")


def test_how_many_points_are_needed_is_the_options_word() -> None:
    short = run({"loss": healthy(12)})

    assert reason("loss", short, min_points=10) == ""
    assert reason("loss", short, min_points=40) == "the longest loss has 12 points of 40"


def test_histograms_of_too_few_saves_say_so() -> None:
    layered = run(histograms=[histograms("weights/a", [[1.0, 2.0]] * 3)])

    assert reason("weights", layered, saves=3) == ""
    assert reason("weights", layered, saves=4) == "the histograms of weights have 3 saves of 4"
    assert reason("weights", layered, checks=5) == "the histograms of weights have 3 saves of 6"


def test_shares_of_too_few_saves_say_so_unless_there_are_histograms() -> None:
    shares = {"zero_share/relu": np.ones(2)}
    both = run(shares, histograms=[histograms("activations/a", [[1.0, 2.0]] * 3)])

    assert reason("zero shares", run(shares), saves=2) == ""
    assert reason("zero shares", run(shares), saves=3) == "the longest zero share has 2 points of 3"
    assert reason("zero shares", both, saves=3) == ""


def test_a_pace_needs_points_and_a_clock_that_goes_on() -> None:
    still = run([series("loss", healthy(50), wall_times=np.full(50, START))])
    aside = SetAside("loss", "resumed", 5, 10, 14, "a", "b")

    assert reason("pace", run({"loss": healthy(50)}), min_points=40) == ""
    assert reason("pace", run({"loss": healthy(30)}), min_points=40) == (
        "the longest series has 30 points of 40"
    )
    assert reason("pace", still, min_points=40) == "wall times that do not rise"
    assert reason("pace", replace(run({"loss": healthy(50)}), superseded=(aside,))).startswith(
        "points of several attempts"
    )


@pytest.mark.parametrize(
    ("losses", "expected"),
    [
        (healthy(), ""),
        (healthy(19), "the longest loss of a player has 19 points of 20"),
        (healthy() - 1, "losses of players below zero, as of a critic"),
    ],
)
def test_a_game_is_judged_by_losses_that_can_be_won(losses: Float64s, expected: str) -> None:
    assert reason("game", run({"loss_G": losses, "loss_D": losses}), min_points=20) == expected


@pytest.mark.parametrize("need", NEEDS)
def test_a_run_of_nothing_meets_no_need(need: str) -> None:
    assert reason(need, run()) != ""


def test_a_detector_without_needs_looks_at_everything() -> None:
    assert coverage(RunSubject(run()), ALL)["TB107"] == ""


@pytest.mark.parametrize(
    "need", ["gradient norm", "gradients", "activations", "weights", "zero shares"]
)
def test_layers_of_a_game_are_not_judged(need: str) -> None:
    game = run({"loss_G": healthy(), "loss_D": healthy(), "grad_norm": healthy()})

    assert reason(need, game).startswith("a game of two networks")
