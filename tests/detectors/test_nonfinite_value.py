"""TB201 nonfinite-value."""

from __future__ import annotations

import numpy as np

from tests.curves import broken, flat, healthy, run
from tests.findings import findings

# The steps of a real training whose gradient norm was NaN, then infinite, under a finite loss: fp16
# on a CPU, torch.amp.GradScaler with an initial scale of 2²⁴ that grows every 50 steps.
OVERFLOWS = broken(
    broken(flat(400, level=2.0), 0, 1), 2, 3, 6, 12, 138, 240, 298, 326, value=np.inf
)

FIRES = {
    "a loss that ends as NaN": run({"loss": broken(healthy(), slice(88, None))}),
    "twice in a row": run({"loss": broken(healthy(), 50, 51)}),
    "one infinite value": run({"loss": broken(healthy(), 50, value=np.inf)}),
    "a lost gradient norm": run({"loss": healthy(), "grad_norm": broken(flat(), slice(99, None))}),
    "a reward's loss": run(
        {"rollout/ep_rew_mean": flat(), "train/value_loss": broken(flat(), slice(50, None))}
    ),
    "a scaler's overflows": run({"loss": healthy(400), "grad_norm": OVERFLOWS}),
    "a ratio of nothing": run({"train/explained_variance": broken(flat(), 0, 1, 2)}),
}
QUIET = {
    "noise only": run({"loss": healthy(noise=0.3), "grad_norm": flat(noise=1.0)}),
    "near miss: huge, but finite": run({"loss": healthy() * 1e300}),
    "near miss: zero": run({"loss": np.zeros(100)}),
}


def test_a_loss_that_ends_so_is_an_error_with_the_last_good_value() -> None:
    loss = broken(healthy(100, noise=0), slice(88, None))

    (finding,) = findings(
        "TB201", run({"loss": loss, "grad_norm": flat(100, noise=0), "lr": flat(100)})
    )

    assert finding.severity == "error"
    assert (
        finding.message
        == f"loss is NaN from step 88 on; its last good value is {loss[87]:.4g} at step 87"
    )
    assert finding.steps == (88, 99)
    assert finding.evidence["gradient_norm_before"] == 1.0
    assert finding.evidence["last_good_step"] == 87
    assert "Resume before step 88" in finding.advice


def test_one_point_is_a_warning_and_two_in_a_row_an_error() -> None:
    assert [f.severity for f in findings("TB201", run({"loss": broken(healthy(), 50)}))] == [
        "warning"
    ]
    assert [f.severity for f in findings("TB201", run({"loss": broken(healthy(), 50, 60)}))] == [
        "warning"
    ]
    assert [f.severity for f in findings("TB201", run({"loss": broken(healthy(), 50, 51)}))] == [
        "error"
    ]


def test_a_scalers_first_overflows_are_information() -> None:
    (finding,) = findings("TB201", FIRES["a scaler's overflows"])

    assert finding.severity == "info"
    assert finding.message == "grad_norm is NaN or infinite at 10 of 400 points, first at step 0"


def test_an_overflow_at_the_last_point_alone_is_information() -> None:
    norm = broken(flat(400), 0, 1, -1, value=np.inf)

    assert [
        f.severity for f in findings("TB201", run({"loss": healthy(400), "grad_norm": norm}))
    ] == ["info"]


def test_what_fails_with_the_loss_is_one_finding_under_the_first() -> None:
    ill = {
        "train/loss": broken(healthy(), slice(88, None)),
        "val/loss": broken(healthy(), slice(90, None)),
        "val/accuracy": broken(flat(), slice(90, None)),
        "grad_norm": broken(flat(), slice(88, None)),
    }

    (finding,) = findings("TB201", run(ill))

    assert finding.tags == ("train/loss", "grad_norm", "val/accuracy", "val/loss")
    assert finding.severity == "error"


def test_what_was_undefined_before_the_loss_failed_is_told_apart() -> None:
    ill = {"loss": broken(healthy(), slice(88, None)), "auc": broken(flat(), 0)}

    assert [(f.severity, f.tags) for f in findings("TB201", run(ill))] == [
        ("error", ("loss",)),
        ("info", ("auc",)),
    ]


def test_a_metric_is_information() -> None:
    (finding,) = findings("TB201", FIRES["a ratio of nothing"])

    assert finding.severity == "info"


def test_a_loss_that_is_blank_between_evaluations_is_information() -> None:
    blanks = np.full(100, np.nan)
    blanks[9::10] = healthy(10)

    assert [f.severity for f in findings("TB201", run({"val/loss": blanks}))] == ["info"]


def test_blanks_between_evaluations_may_differ_by_one_point() -> None:
    blanks = np.full(200, np.nan)
    blanks[np.linspace(9, 199, 21).astype(int)] = healthy(21)

    assert [f.severity for f in findings("TB201", run({"val/loss": blanks}))] == ["info"]


def test_every_other_point_may_be_blank() -> None:
    blanks = broken(healthy(), slice(0, None, 2))

    assert [f.severity for f in findings("TB201", run({"val/loss": blanks}))] == ["info"]


def test_a_loss_that_fails_in_most_places_at_random_is_no_blank() -> None:
    places = np.flatnonzero(np.random.default_rng(0).random(200) < 0.6)

    assert [f.severity for f in findings("TB201", run({"loss": broken(healthy(), *places)}))] == [
        "error"
    ]


def test_where_the_evaluation_alone_fails_the_learning_rate_is_not_to_blame() -> None:
    ill = {"train/loss": healthy(), "val/loss": broken(healthy(), slice(88, None))}

    (finding,) = findings("TB201", run(ill))

    assert finding.severity == "error"
    assert finding.advice.startswith("The training loss stays finite, so look at the evaluation")


def test_a_training_loss_that_ended_before_acquits_no_weights() -> None:
    ill = {"train/loss": healthy(50), "val/loss": broken(healthy(), slice(88, None))}

    (finding,) = findings("TB201", run(ill))

    assert finding.advice.startswith("Resume before step 88")


def test_one_more_is_so_and_two_more_are() -> None:
    one = {"a": broken(flat(), 0, 1), "b": broken(flat(), 0)}

    assert findings("TB201", run(one))[0].message.endswith("first at step 0, and so is b")
    assert findings("TB201", run({**one, "c": broken(flat(), 0)}))[0].message.endswith(
        "and so are b and c"
    )


def test_a_loss_that_never_was_finite_has_no_last_good_value() -> None:
    (finding,) = findings("TB201", run({"loss": np.full(100, np.nan)}))

    assert finding.message == "loss is NaN from step 0 on, its first point"
    assert "last_good_value" not in finding.evidence


def test_where_nothing_was_finite_there_is_no_step_to_go_back_to() -> None:
    (finding,) = findings("TB201", run({"loss": np.full(50, np.nan)}))

    assert finding.advice.startswith("Start again; lower the learning rate")
