"""TB302 loss-up-metric-up."""

from __future__ import annotations

import numpy as np

from tests.curves import flat, healthy, overfit, run
from tests.findings import findings

RISING = 0.95 - 0.2 * healthy(noise=0.01)
TURNED = {"train/loss": healthy(), "val/loss": overfit()}

FIRES = {
    "an accuracy that still rises": run({**TURNED, "val/accuracy": RISING}),
    "a test accuracy where there is no validation": run(
        {"Loss/train": healthy(), "Loss/test": overfit(), "Accuracy/test": RISING}
    ),
    "an error that stays low": run({**TURNED, "val/wer": healthy(noise=0.01)}),
    "of two metrics one falls a little": run(
        {
            **TURNED,
            "val/accuracy": RISING,
            "val/f1": np.where(np.arange(200) < 120, 0.8, 0.78),
        }
    ),
}
QUIET = {
    "noise only": run(
        {"train/loss": healthy(), "val/loss": healthy(seed=1), "val/accuracy": RISING}
    ),
    "near miss: the accuracy falls too": run(
        {**TURNED, "val/accuracy": np.where(np.arange(200) < 80, RISING, RISING - 0.2)}
    ),
    "near miss: of two metrics one falls": run(
        {**TURNED, "val/accuracy": RISING, "val/f1": 1 / overfit()}
    ),
    "near miss: nine evaluations of the metric": run({**TURNED, "val/accuracy": RISING[:9]}),
    "near miss: a test accuracy beside validation": run(
        {**TURNED, "val/accuracy": 1 / overfit(), "test/accuracy": RISING}
    ),
    "near miss: only the training accuracy": run({**TURNED, "train/accuracy": RISING}),
    "the best accuracy so far, which cannot fall": run(
        {**TURNED, "best_val_acc": np.maximum.accumulate(RISING), "val/acc": 1 / overfit()}
    ),
    "a throughput": run({**TURNED, "val/samples_per_second": flat()}),
}


def test_it_takes_the_place_of_overfitting_as_information() -> None:
    looked_at = FIRES["an accuracy that still rises"]
    (finding,) = findings("TB302", looked_at)

    assert findings("TB301", looked_at) == ()
    assert finding.severity == "info"
    assert finding.tags == ("train/loss", "val/loss", "val/accuracy")
    assert finding.advice.startswith("Choose the checkpoint by val/accuracy: step ")
