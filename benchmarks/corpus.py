"""Synthetic healthy and ill runs, by a name each: what detectors must leave alone, and must find.

125 healthy: a cosine with warm-up, a constant learning rate, heavy-tailed noise, step decay, a loss
that converges near zero. 150 ill: overfitting, mild overfitting of 6 to 25 %, NaN, finite
divergence, spikes, stuck at chance. Of four layouts of tags in turn: plain, Keras, Lightning,
add_scalars.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np

from tbreport.model import Float64s, Run
from tests.curves import run

EACH = 25
LAYOUTS = (
    ("loss/train", "loss/val"),
    ("train/epoch_loss", "validation/epoch_loss"),
    ("train_loss_epoch", "val_loss"),
    ("Loss_train/Loss", "Loss_val/Loss"),
)
X = np.linspace(0, 1, 200)


def noisy(values: Float64s, rng: np.random.Generator, noise: float) -> Float64s:
    return values * np.exp(noise * rng.normal(size=len(values)))


def fall(rng: np.random.Generator, end: float = 0.3) -> Float64s:
    """A loss that falls from 2.3 at some pace."""
    curve: Float64s = end + (2.3 - end) * np.exp(-rng.uniform(4, 8) * X)
    return curve


def cosine(rng: np.random.Generator) -> tuple[Float64s, Float64s]:
    shape = 0.4 + 1.9 * (1 + np.cos(np.pi * X)) / 2 * np.exp(-2 * X)
    return noisy(shape, rng, 0.02), noisy(shape * 1.1, rng, 0.01)


def constant(rng: np.random.Generator) -> tuple[Float64s, Float64s]:
    shape = fall(rng)
    return noisy(shape, rng, 0.03), noisy(shape * 1.05, rng, 0.02)


def heavy_tailed(rng: np.random.Generator) -> tuple[Float64s, Float64s]:
    shape = fall(rng)
    return shape * np.exp(0.03 * rng.standard_t(3, len(X))), noisy(shape * 1.05, rng, 0.02)


def step_decay(rng: np.random.Generator) -> tuple[Float64s, Float64s]:
    shape = fall(rng, 0.5) * np.where(X > 0.75, 0.6, np.where(X > 0.5, 0.75, 1.0))
    return noisy(shape, rng, 0.02), noisy(shape * 1.1, rng, 0.015)


def near_zero(rng: np.random.Generator) -> tuple[Float64s, Float64s]:
    shape = 2.3 * np.exp(-9 * X) + 1e-3
    return noisy(shape, rng, 0.1), noisy(shape * 1.2, rng, 0.1)


def overfitted(rng: np.random.Generator) -> tuple[Float64s, Float64s]:
    return turned(rng, rng.uniform(0.3, 1.5))


def mildly_overfitted(rng: np.random.Generator) -> tuple[Float64s, Float64s]:
    return turned(rng, rng.uniform(0.06, 0.25))


def turned(rng: np.random.Generator, rise: float) -> tuple[Float64s, Float64s]:
    """A validation loss that ends a share above its best, where training goes on."""
    shape, turn = fall(rng), rng.uniform(0.3, 0.6)
    at = np.interp(turn, X, shape)
    val = np.where(turn > X, shape, at * (1 + rise * (X - turn) / (1 - turn)))
    return noisy(shape * 0.95, rng, 0.02), noisy(val, rng, 0.01)


def nonfinite(rng: np.random.Generator) -> tuple[Float64s, Float64s]:
    train, val = constant(rng)
    after = rng.uniform(0.3, 0.9) < X
    return np.where(after, np.nan, train), np.where(after, np.nan, val)


def diverged(rng: np.random.Generator) -> tuple[Float64s, Float64s]:
    train, val = constant(rng)
    climb = np.clip((X - rng.uniform(0.3, 0.7)) / 0.1, 0, 1) * rng.uniform(2, 10)
    return train + climb, val + climb


def spiking(rng: np.random.Generator) -> tuple[Float64s, Float64s]:
    train, val = constant(rng)
    at = int(rng.uniform(0.3, 0.9) * len(X))
    train[at : at + 4] *= rng.uniform(3, 8)
    return train, val


def stuck(rng: np.random.Generator) -> tuple[Float64s, Float64s]:
    level = np.full(len(X), np.log(10))
    return noisy(level, rng, 0.01), noisy(level, rng, 0.005)


Make = Callable[[np.random.Generator], tuple[Float64s, Float64s]]
HEALTHY: tuple[Make, ...] = (cosine, constant, heavy_tailed, step_decay, near_zero)
ILL: tuple[tuple[Make, tuple[str, ...]], ...] = (  # and the codes of which one is right
    (overfitted, ("TB301",)),
    (mildly_overfitted, ("TB301",)),
    (nonfinite, ("TB201",)),
    (diverged, ("TB202",)),
    (spiking, ("TB203",)),
    (stuck, ("TB204",)),
)


def made(make: Make, seed: int) -> Run:
    """One run, in one of the layouts."""
    train, val = make(np.random.default_rng(seed))
    tags = LAYOUTS[seed % len(LAYOUTS)]
    return run({tags[0]: train, tags[1]: val})


def healthy_runs(first_seed: int = 0) -> Iterator[tuple[str, Run]]:
    for make in HEALTHY:
        for seed in range(first_seed, first_seed + EACH):
            yield make.__name__, made(make, seed)


def ill_runs(first_seed: int = 0) -> Iterator[tuple[str, tuple[str, ...], Run]]:
    for make, codes in ILL:
        for seed in range(first_seed, first_seed + EACH):
            yield make.__name__, codes, made(make, seed)
