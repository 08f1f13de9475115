"""What the report says of detectors that could not look, and of checkpoints."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from tbreport.judging import Judges
from tbreport.model import Finding, RunDigest
from tbreport.report.coverage import blocks, checkpoints, unmet
from tbreport.report.document import Facts, Table
from tbreport.report.headline import headline
from tbreport.report.runs import status
from tbreport.settings import Settings
from tests.curves import healthy, overfit, run
from tests.findings import experiment

RUNS = experiment(
    {
        "alone": run({"train/loss": healthy()}),
        "both": run({"train/loss": healthy(), "val/loss": overfit(noise=0.0, turn=0.5)}),
    }
)


def test_a_detector_that_could_not_look_is_told_with_the_reason() -> None:
    facts, table = blocks(RUNS, {"TB301 overfitting": "", "TB202 diverging-loss": ""})

    assert isinstance(facts, Facts)
    assert isinstance(table, Table)
    texts = {row[0].text: [cell.text for cell in row[1:]] for row in table.rows}
    assert texts["TB301 overfitting"] == ["1 of 2", "no validation loss (1 run)"]
    assert "TB202 diverging-loss" not in texts


def test_runs_that_a_demanded_detector_could_not_look_at_share_a_sentence() -> None:
    several = [replace(RUNS[0], run=f"run {number}") for number in range(40)]

    (sentence,) = unmet([*several, RUNS[1]], ["TB301"])

    assert sentence.startswith("TB301 could not look at run 0, run 1, ")
    assert sentence.endswith(" and 31 more: no validation loss")


def test_a_digest_says_which_detectors_looked() -> None:
    alone, both = RUNS

    assert alone.coverage["TB301"] == "no validation loss"
    assert both.coverage["TB301"] == ""


def test_the_checkpoint_to_keep_is_the_best_by_validation() -> None:
    (table,) = checkpoints(RUNS)

    assert isinstance(table, Table)
    ((run, step, tag, *_),) = table.rows
    assert (run.text, tag.text) == ("both", "val/loss")
    assert step.value is not None
    assert 97 <= step.value <= 101


def test_a_checkpoint_says_what_it_costs_in_the_other_series() -> None:
    turned = overfit(noise=0.0, turn=0.5)
    (digest,) = experiment(
        {"a": run({"val/loss": turned, "val/accuracy": np.linspace(0.5, 0.9, 200)})}
    )

    ((*_, costs),) = checkpoints([digest])[0].rows  # type: ignore[union-attr]

    assert digest.checkpoint is not None
    assert digest.checkpoint.tag == "val/accuracy"
    (other,) = digest.checkpoint.foregone
    assert (other.tag, other.best) == ("val/loss", pytest.approx(turned.min(), rel=0.01))
    assert other.value == pytest.approx(turned[-1], rel=0.02)
    assert costs.text.startswith("val/loss ")


def test_where_all_series_are_at_their_best_a_checkpoint_costs_nothing() -> None:
    both = run({"val/loss": healthy(noise=0.0), "val/accuracy": np.linspace(0.5, 0.9, 200)})

    ((*_, costs),) = checkpoints(experiment({"a": both}))[0].rows  # type: ignore[union-attr]

    assert costs.text == ""


def test_without_validation_there_is_no_checkpoint_to_name() -> None:
    assert RUNS[0].checkpoint is None
    assert checkpoints(RUNS[:1]) == ()


def test_what_no_detector_of_training_looked_at_is_not_judged() -> None:
    blind = replace(RUNS[0], coverage={"TB106": ""}, findings=())

    assert status(RUNS[0]).text == "healthy"
    assert status(blind).text == "not judged"
    found = headline([blind], (), {"TB106 overlapping-attempts": ""})
    assert found.title == "No run could be judged: no detector looked at a training"
    assert found.severity == "info"  # a tick would say that all is well


def test_the_headline_says_of_what_how_many_runs_are_ill() -> None:
    spike = Finding("TB203", "loss-spike", "warning", "a", (), None, "", {}, "")
    gap = replace(spike, code="TB303", name="generalization-gap", severity="info")
    follows = replace(spike, code="TB304", name="wasted-training", because_of="TB203")
    slow = replace(spike, code="TB412", name="slow-step", severity="error")
    found = ((slow, spike), (spike, gap, follows), ())
    ill = [replace(RUNS[0], run=str(n), findings=found[n]) for n in range(3)]

    def said(digests: list[RunDigest]) -> tuple[str, str]:
        every = [finding for digest in digests for finding in digest.findings]
        told = headline(digests, every, {"TB203 loss-spike": ""})
        return told.title, told.detail.split("; ")[0]

    assert said(ill) == ("2 of 3 runs are ill", "loss-spike in 2 and slow-step in 1")
    assert said(ill[1:]) == ("1 of 2 runs is ill", "loss-spike")
    assert said(ill[1:2]) == ("The run is ill", "loss-spike")
    alike = [replace(ill[0], findings=(spike,)), replace(ill[0], findings=(slow,))]
    assert said(alike) == ("2 of 2 runs are ill", "slow-step in 1 and loss-spike in 1")


def test_the_headline_counts_runs_that_were_not_judged() -> None:
    sound, short = experiment({"a": run({"loss": healthy()}), "b": run({"loss": healthy(5)})})

    title = headline([sound, short], (), {"TB202 diverging-loss": ""}).title

    assert title == "None of 2 runs shows a sign of illness; 1 could not be judged"


def test_what_the_settings_make_grave_of_all_runs_is_no_damaged_file() -> None:
    copy = Finding("TB504", "duplicate-run", "error", "", (), None, "a and b are equal", {}, "")
    torn = replace(copy, code="TB109", name="unreachable-file", severity="warning")

    assert headline(RUNS[:1], [copy], {}).title == "The runs together show a sign of illness"
    assert headline(RUNS[:1], [copy, torn], {}).title == "Some files could not be read whole"


def test_a_detector_of_all_runs_that_could_not_look_is_told_too() -> None:
    names = Judges.parse(Settings()).names(RUNS)

    facts, table = blocks(RUNS, names)

    assert isinstance(facts, Facts)
    assert isinstance(table, Table)
    texts = {row[0].text: row[2].text for row in table.rows}
    assert "TB502" not in dict(facts.items)["detectors that ran"]
    assert "TB504 duplicate-run" not in texts
    assert texts["TB502 seed-outlier"] == "no 5 runs that differ in their seed alone"
    assert texts["TB505 hparam-effect"] == "0 of 8 runs with hyper-parameters"
    assert texts["TB506 stopped-early"] == "2 runs of 4"


def test_a_detector_that_could_look_at_no_run_did_not_run() -> None:
    names = Judges.parse(Settings()).names(RUNS)

    facts, table = blocks(RUNS, names)

    assert names["TB301 overfitting"] == ""
    assert names["TB403 exploding-gradient"] == "no gradient norm"
    assert isinstance(facts, Facts)
    assert isinstance(table, Table)
    ran = dict(facts.items)["detectors that ran"]
    assert "TB301" in ran
    assert "TB403" not in ran
    rows = [row for row in table.rows if row[0].text == "TB403 exploding-gradient"]
    assert [[cell.text for cell in row[1:]] for row in rows] == [
        ["0 of 2", "no gradient norm (2 runs)"]
    ]


def test_the_headline_counts_detectors_that_could_not_look() -> None:
    detectors = {"TB202 diverging-loss": "", "TB414 reward-collapse": "no reward"}

    detail = headline(RUNS, (), detectors).detail

    assert detail.endswith("; 1 detector ran, 1 could not look")
