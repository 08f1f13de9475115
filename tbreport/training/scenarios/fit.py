"""Runs whose model fits the samples too well, not at all, or the wrong ones."""

from __future__ import annotations

from dataclasses import replace

from tbreport.training.scenarios.healthy import DIGITS, RECIPES
from tbreport.training.scenarios.recipe import Scenario

SCENARIOS = (
    Scenario(
        name="overfitting",
        task="digits-mlp",
        description="150 samples, 30 % of them mislabeled, and no weight decay",
        # wrong labels, so that accuracy falls too: on clean digits the loss alone rises (TB302)
        recipe=replace(DIGITS, weight_decay=0.0, train_samples=150, mislabeled=0.3),
        expects={"TB301": "error"},
    ),
    Scenario(
        name="overfitting",
        task="text-classifier",
        description="120 paragraphs, 20 % of them mislabeled, no dropout or decay, twice the rate",
        recipe=replace(
            RECIPES["text-classifier"],
            learning_rate=4e-3,
            weight_decay=0.0,
            dropout=0.0,
            label_smoothing=0.0,
            train_samples=120,
            mislabeled=0.2,
        ),
        expects={"TB301": "error"},
        is_home=False,
    ),
    Scenario(
        name="underfitting",
        task="digits-mlp",
        description="a learning rate ten thousand times too small",
        recipe=replace(DIGITS, learning_rate=3e-6),
        expects={"TB204": "warning"},
    ),
    Scenario(
        name="label-noise",
        task="digits-mlp",
        description="300 samples, 40 % of them mislabeled, learned by heart by a wide model",
        recipe=replace(
            DIGITS,
            train_samples=300,
            mislabeled=0.4,
            weight_decay=0.0,
            width=256,
            learning_rate=0.1,
        ),
        expects={"TB301": "error"},
    ),
    Scenario(
        name="label-leak",
        task="digits-mlp",
        description="each validation sample is among the 300 noisy training samples, eight times",
        recipe=replace(
            DIGITS, train_samples=300, mislabeled=0.3, leaked_copies=8, weight_decay=1e-3
        ),
        shows=("TB305",),
    ),
    Scenario(
        name="imbalanced",
        task="digits-mlp",
        description="every second class has a tenth of its samples",
        recipe=replace(DIGITS, rare_share=0.1),
    ),
)
