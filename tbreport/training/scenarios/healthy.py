"""Runs that go well: one for each task, and some that only look odd."""

from __future__ import annotations

from dataclasses import replace

from tbreport.training.scenarios.recipe import Recipe, Scenario

DIGITS = Recipe()
# task → the recipe of its healthy run, from which the ill ones differ
RECIPES = {
    "digits-mlp": DIGITS,
    "linear-regression": Recipe(
        steps=360, batch_size=32, learning_rate=0.05, momentum=0.0, weight_decay=0.0
    ),
    "image-cnn": Recipe(steps=450, learning_rate=0.02, width=16, activation="relu"),
    "transfer-learning": Recipe(
        steps=120,
        batch_size=32,
        learning_rate=0.02,
        schedule="warmup-cosine",
        width=16,
        activation="relu",
        clip_norm=5.0,
    ),
    "text-classifier": Recipe(
        steps=360,
        batch_size=32,
        learning_rate=2e-3,
        optimizer="adamw",
        weight_decay=0.1,
        clip_norm=1.0,
        width=32,
        dropout=0.5,
        label_smoothing=0.1,
    ),
    "language-model": Recipe(
        steps=300,
        batch_size=16,
        learning_rate=3e-3,
        schedule="warmup-cosine",
        optimizer="adamw",
        weight_decay=0.1,
        clip_norm=1.0,
        width=48,
        depth=2,
    ),
    "gan": Recipe(
        steps=900, learning_rate=1e-3, schedule="constant", optimizer="adam", weight_decay=0.0
    ),
}

DESCRIPTIONS = {
    "digits-mlp": "a moderate learning rate that decays, weight decay, all of the samples",
    "linear-regression": "a line through points with noise, by gradient descent",
    "image-cnn": "two convolutions with pooling, then a dense layer",
    "transfer-learning": "pretrained on five classes, fine-tuned on the others with frozen layers",
    "text-classifier": "an LSTM tells prose from code, with dropout and clipping",
    "language-model": "a small GPT, pretrained, then fine-tuned by low-rank adapters",
    "gan": "generator and discriminator in balance",
}

SCENARIOS = (
    *(
        Scenario(
            name="healthy",
            task=task,
            description=DESCRIPTIONS[task],
            recipe=recipe,
            is_home=task == "digits-mlp",
        )
        for task, recipe in RECIPES.items()
    ),
    Scenario(
        name="wide",
        task="digits-mlp",
        description="healthy, with four times as many hidden units",
        recipe=replace(DIGITS, width=256),
    ),
    Scenario(
        name="lr-restarts",
        task="digits-mlp",
        description="healthy: the learning rate falls by a cosine and starts over, three times",
        recipe=replace(DIGITS, schedule="restarts"),
    ),
    Scenario(
        name="step-decay",
        task="digits-mlp",
        description="healthy: the learning rate is divided by ten at a half and three quarters",
        recipe=replace(DIGITS, schedule="steps"),
    ),
    Scenario(
        name="frozen-blocks",
        task="language-model",
        description="healthy: fine-tuned with the embedding and the first block frozen",
        recipe=replace(RECIPES["language-model"], frozen=("embedding", "position", "block1")),
        shows=("TB409",),
    ),
)
