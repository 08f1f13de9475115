"""Runs whose layers or gradients are ill."""

from __future__ import annotations

from dataclasses import replace

from tbreport.training.scenarios.healthy import DIGITS, RECIPES
from tbreport.training.scenarios.recipe import Scenario

SCENARIOS = (
    Scenario(
        name="vanishing-gradients",
        task="digits-mlp",
        description="eight sigmoid layers, one behind the other",
        recipe=replace(DIGITS, steps=450, depth=8, activation="sigmoid"),
        expects={"TB204": "warning", "TB404": "warning"},
    ),
    Scenario(
        name="exploding-gradients",
        task="text-classifier",
        description="a ReLU recurrent network over 40 words, without clipping; the rate warms up",
        # with a rate that rises it learns first, so that the norm has a level to leave
        recipe=replace(
            RECIPES["text-classifier"],
            steps=400,
            learning_rate=3.0,
            schedule="warmup",
            optimizer="sgd",
            weight_decay=0.0,
            clip_norm=None,
            dropout=0.0,
            cell="rnn",
            activation="relu",
        ),
        expects={"TB201": "error", "TB202": "error", "TB403": "warning"},
    ),
    Scenario(
        name="dead-relu",
        task="digits-mlp",
        description="ReLU units whose biases begin at -0.5",
        recipe=replace(DIGITS, activation="relu", init_bias=-0.5),
        # dead altogether: no gradient reaches the layers, and the loss stays that of guessing
        expects={"TB204": "warning", "TB404": "warning", "TB406": "warning"},
    ),
    Scenario(
        name="saturated-tanh",
        task="digits-mlp",
        description="inputs between 0 and 16 in place of 0 and 1",
        recipe=replace(DIGITS, input_scale=16.0, learning_rate=0.01),
        expects={"TB407": "warning"},
    ),
    Scenario(
        name="poor-init",
        task="digits-mlp",
        description="three of four hidden layers begin with a standard deviation of 0.001",
        recipe=replace(DIGITS, steps=450, depth=4, init_sd=0.001),
        expects={"TB204": "warning", "TB404": "warning", "TB410": "warning"},
    ),
    Scenario(
        name="frozen-layers",
        task="digits-mlp",
        description="the first layer was left frozen",
        recipe=replace(DIGITS, frozen=("hidden1",)),
        shows=("TB409",),
    ),
    Scenario(
        name="clipped-always",
        task="digits-mlp",
        description="gradients clipped to a norm of 0.05, at a learning rate to match",
        recipe=replace(DIGITS, clip_norm=0.05, learning_rate=0.3),
        shows=("TB405",),
    ),
    Scenario(
        name="one-sided-game",
        task="gan",
        description="the discriminator learns two hundred times as fast",
        recipe=replace(RECIPES["gan"], winner_factor=200.0, learning_rate=1e-5),
        expects={"TB413": "warning"},
    ),
)
