"""What the report says of detectors that could not look, and of checkpoints."""

from __future__ import annotations

from tbreport.report.coverage import blocks, checkpoints
from tbreport.report.document import Facts, Table
from tests.curves import healthy, overfit, run
from tests.findings import experiment

RUNS = experiment(
    {
        "alone": run({"train/loss": healthy()}),
        "both": run({"train/loss": healthy(), "val/loss": overfit(noise=0.0, turn=0.5)}),
    }
)


def test_a_detector_that_could_not_look_is_told_with_the_reason() -> None:
    facts, table = blocks(RUNS, ["TB301 overfitting", "TB202 diverging-loss"])

    assert isinstance(facts, Facts)
    assert isinstance(table, Table)
    texts = {row[0].text: [cell.text for cell in row[1:]] for row in table.rows}
    assert texts["TB301 overfitting"] == ["1 of 2", "no validation loss (1 run)"]
    assert "TB202 diverging-loss" not in texts


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


def test_without_validation_there_is_no_checkpoint_to_name() -> None:
    assert RUNS[0].checkpoint is None
    assert checkpoints(RUNS[:1]) == ()
