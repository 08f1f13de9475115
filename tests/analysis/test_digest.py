"""What is kept of a run."""

from __future__ import annotations

import pickle
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from tbreport.analysis.detector import Detector, DetectorSettings, Observation
from tbreport.analysis.digest import Plan, digest, plan_for
from tbreport.analysis.roles import RoleRules
from tbreport.model import Blob, Role, Run, RunDigest, SetAside
from tbreport.report import plots
from tbreport.settings import Table
from tests.curves import START, broken, healthy, histograms, overfit, problem, run, series

PLAN = Plan(points_per_series=100, histogram_steps=5, histogram_buckets=10)


def never(blob: Blob) -> bytes:
    raise AssertionError(f"{blob.tag} was read")


def digested(looked_at: Run, plan: Plan = PLAN, roles: RoleRules | None = None) -> RunDigest:
    return digest(looked_at, plan, never, DetectorSettings(), roles or RoleRules())


def blob(kind: str, tag: str, step: int) -> Blob:
    return Blob(kind, tag, step, START + step, "tfevents.1700000000.0", 0, 1)


def test_what_the_reader_found_is_kept() -> None:
    aside = SetAside("loss", "resumed", 3, 5, 7, "a", "b")
    read = run({"loss": healthy()}, problems=[problem("TB104")], superseded=[aside])
    read = replace(read, hparams={"lr": 0.1}, layout="leaves")

    kept = digested(read)

    assert (kept.run, kept.folders, kept.layout) == ("run", (".",), "leaves")
    assert (kept.problems, kept.superseded, kept.hparams) == (
        read.problems,
        (aside,),
        {"lr": 0.1},
    )


def test_findings_are_the_gravest_first() -> None:
    ill = run({"train/loss": healthy(), "val/loss": overfit()}, problems=[problem("TB104")])

    severities = [finding.severity for finding in digested(ill).findings]

    assert severities[0] == "error"
    assert set(severities[1:]) == {"info"}
    assert digested(ill).worst == "error"


def test_pairs_are_named() -> None:
    assert digested(run({"train/loss": healthy(), "val/loss": healthy()})).pairs == (
        ("loss", "train/loss", "val/loss"),
    )


def test_statistics_speak_of_all_points() -> None:
    values = broken(np.array([5.0, 4.0, 0.0, 3.0, 2.0, 1.0, 6.0]), 2)
    read = run([series("val/loss", values, steps=range(10, 80, 10))])

    (found,) = digested(read).statistics

    assert (found.tag, found.kind, found.points) == ("val/loss", "scalars", 7)
    assert found.role == Role("loss", "val", "min")
    assert (found.first_step, found.last_step) == (10, 70)
    assert (found.first_wall_time, found.last_wall_time) == (START + 10, START + 70)
    assert (found.first, found.last, found.min, found.max) == (5.0, 6.0, 1.0, 6.0)
    assert (found.nonfinite, found.first_nonfinite_step) == (1, 30)


def test_the_best_is_the_best_value_by_the_roles_goal() -> None:
    values = np.append(np.linspace(0, 1, 50), np.linspace(0.9, 0, 50))

    by_tag = {s.tag: s for s in digested(run({"accuracy": values, "lr": values})).statistics}

    assert (by_tag["accuracy"].best, by_tag["accuracy"].best_step) == (1.0, 49)
    assert by_tag["lr"].best is None


def test_the_checkpoint_to_keep_is_no_wild_point() -> None:
    values = np.append(np.linspace(0, 1, 50), np.linspace(0.9, 0, 50))
    values[5] = 9.0

    kept = digested(run({"val/accuracy": values})).checkpoint

    assert kept is not None
    assert (kept.value, kept.step) == (1.0, 49)


def test_a_last_value_that_is_not_finite_is_shown_as_written() -> None:
    (found,) = digested(run({"loss": broken(healthy(), -1)})).statistics

    assert np.isnan(found.last)


@pytest.mark.parametrize("values", [[], [np.nan], [np.nan, np.inf]])
def test_statistics_of_nothing_finite_are_none(values: list[float]) -> None:
    (found,) = digested(run({"loss": values})).statistics

    assert (found.min, found.max, found.best, found.best_step) == (None,) * 4
    assert found.nonfinite == len(values)


def test_every_kind_is_counted_by_tag() -> None:
    read = replace(
        run({"loss": healthy(10)}, histograms=[histograms("w", [[1.0], [2.0]])]),
        blobs=(blob("images", "sample", 7), blob("text", "note", 0), blob("images", "sample", 3)),
    )

    kept = digested(read)

    assert [(s.kind, s.tag, s.points) for s in kept.statistics] == [
        ("histograms", "w", 2),
        ("images", "sample", 2),
        ("scalars", "loss", 10),
        ("text", "note", 1),
    ]
    assert (kept.statistics[1].first_step, kept.statistics[1].last_step) == (3, 7)
    assert kept.points == 15


def test_a_renumbered_series_is_marked() -> None:
    read = run(
        [series("loss", healthy(5), original_steps=[0] * 5)],
        histograms=[histograms("w", [[1.0]] * 3, original_steps=[0] * 3)],
    )

    assert [found.renumbered for found in digested(read).statistics] == [True, True]


def test_display_points_are_thinned_and_stay_paired() -> None:
    read = run({"loss": healthy(10_000)})
    shown = digested(read).display["loss"]

    assert 80 < len(shown.steps) <= 100
    assert shown.values.tolist() == read.scalars["loss"].values[shown.steps].tolist()
    assert shown.wall_times.tolist() == (START + shown.steps).tolist()


def test_the_means_of_a_thinned_series_are_those_of_all_points() -> None:
    values = np.random.default_rng(0).exponential(size=20_000)  # its extremes lie far above 1
    points = digested(run({"loss": values}), plan_for(1)).display["loss"]

    amounts, weights = plots.sums(points)
    _, drawn = plots.averaged(points, 200, extremes=False)

    assert len(points.steps) <= 1000
    assert amounts.sum() / weights.sum() == pytest.approx(values.mean(), rel=1e-3)
    assert np.median(drawn) == pytest.approx(values.mean(), rel=0.05)


def test_the_sums_of_several_series_are_those_of_each() -> None:
    empty = digested(run({"loss": healthy(0)})).display["loss"]
    thinned = digested(run({"loss": healthy(10_000)})).display["loss"]
    whole = digested(run({"loss": broken(healthy(50), 3)})).display["loss"]
    series = (empty, thinned, empty, whole, thinned, empty)

    together = plots.sums(*series)

    assert whole.means is None
    assert thinned.means is not None
    for of_all, of_each in zip(together, zip(*map(plots.sums, series), strict=True), strict=True):
        assert of_all.tolist() == np.concatenate(of_each).tolist()


def test_tags_that_the_plan_keeps_stay_whole() -> None:
    kept = digested(
        run({"val/loss": healthy(1000), "lr": healthy(1000)}), replace(PLAN, keep=("^val/",))
    )

    assert len(kept.display["val/loss"].steps) == 1000
    assert len(kept.display["lr"].steps) <= 100


def test_histograms_are_thinned() -> None:
    kept = digested(run(histograms=[histograms("w", [[1.0] * 40] * 20)]))

    assert len(kept.histograms["w"]) == 5
    assert len(kept.histograms["w"].counts) == 50


def test_the_settings_say_what_tags_mean() -> None:
    roles = RoleRules.parse(Table("roles", "", {"energy": {"metric": "loss", "goal": "min"}}))

    assert digested(run({"energy": healthy()}), roles=roles).statistics[0].role == Role(
        "loss", None, "min"
    )


def test_wall_times_are_those_of_the_points() -> None:
    read = run({"loss": healthy(10)}, histograms=[histograms("w", [[1.0]] * 30)])

    assert digested(read).first_wall_time == START
    assert digested(read).last_wall_time == START + 29
    assert digested(run()).first_wall_time is None


def test_a_detector_that_crashes_is_reported_and_the_digest_is_made(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def crash(subject: Any, earlier: Any) -> Iterator[Observation]:
        raise ZeroDivisionError("a bug")

    broken_one = Detector("TB999", "run", (), (), crash)
    monkeypatch.setattr("tbreport.analysis.detector.every_detector", lambda: (broken_one,))
    crashes: list[str] = []

    kept = digest(
        run({"loss": healthy()}),
        PLAN,
        never,
        DetectorSettings(),
        RoleRules(),
        lambda one, error: crashes.append(f"{one.name}: {error}"),
    )

    assert crashes == ["crash: a bug"]
    assert len(kept.statistics) == 1


@pytest.mark.parametrize(
    ("runs", "points"), [(0, 1000), (1, 1000), (50, 1000), (100, 500), (500, 100), (10_000, 100)]
)
def test_the_more_runs_the_fewer_points_each(runs: int, points: int) -> None:
    assert plan_for(runs).points_per_series == points


def test_a_digest_among_a_thousand_is_small() -> None:
    read = run({f"metric_{i}": healthy(1000) for i in range(20)})

    assert len(pickle.dumps(digested(read, plan_for(1000)))) <= 64 * 1024
