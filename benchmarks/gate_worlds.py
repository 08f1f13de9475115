"""Simulated trainings, many at once, and the gate's own judgement of them."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
from scipy.signal import lfilter

from tbreport.gate import statistics
from tbreport.gate.collecting import thinned
from tbreport.gate.comparing import worse_is_greater
from tbreport.gate.summaries import STATS, Terms, best
from tbreport.model import Float64s

T = 1000
BATCH = 2_000_000  # points that are made at once


@dataclass(frozen=True, slots=True)
class World:
    """Where the curves come from; `shift`, `slow` and `every` are the candidate's alone."""

    rho: float = 0.9
    se: float = 0.05  # of a point
    ss: float = 0.02  # of the level between seeds
    dtau: float = 0.05  # of the logarithm of τ between seeds
    shift: float = 0.0
    slow: float = 1.0
    drift: float = 0.0  # added in the last tenth, a share of the level


@dataclass(frozen=True, slots=True)
class Gate:
    """What is asked of them."""

    n: int
    m: int
    metrics: int = 1
    stats: tuple[str, ...] = ("final", "auc")
    alpha: float = 0.05
    min_effect: float = 0.001


def curves(world: World, shape: tuple[int, ...], rng: np.random.Generator) -> Float64s:
    """Curves of `shape` [..., T]."""
    t = np.arange(T)
    tau = 125 * world.slow * np.exp(rng.normal(0, world.dtau, (*shape, 1)))
    white = rng.standard_normal((*shape, T))
    white[..., 1:] *= math.sqrt(1 - world.rho**2)  # of unit variance from the first point on
    noise = lfilter([1.0], [1.0, -world.rho], white, axis=-1)
    level = 2 * (1 + world.shift) + rng.normal(0, world.ss, (*shape, 1))
    late = world.drift * 2 * np.clip((t - 0.9 * T) / (0.1 * T), 0, 1)
    found: Float64s = level + 8 * np.exp(-t / tau) + world.se * noise + late
    return found


def failures(world: World, gate: Gate, trials: int, rng: np.random.Generator) -> float:
    """The share of trials in which the gate fails."""
    size = max(1, BATCH // (T * gate.metrics * (gate.n + gate.m)))
    failed = 0
    for start in range(0, trials, size):
        failed += int(verdicts(world, gate, min(size, trials - start), rng).sum())
    return failed / trials


def verdicts(world: World, gate: Gate, trials: int, rng: np.random.Generator) -> np.ndarray:
    """Whether the gate fails, of each trial."""
    steps = thinned(np.arange(T, dtype=np.int64))
    theirs = curves(replace(world, shift=0, slow=1, drift=0), (trials, gate.metrics, gate.m), rng)
    ours = curves(world, (trials, gate.metrics, gate.n), rng)
    p = judged(steps, ours[..., steps], theirs[..., steps], gate)
    least: np.ndarray = statistics.holm(p.reshape(trials, -1)).min(axis=1)
    return least < gate.alpha


def judged(steps: np.ndarray, ours: Float64s, theirs: Float64s, gate: Gate) -> Float64s:
    """p [..., stats] of [..., runs, steps], as `comparing.tested` has it."""
    *lead, m, _ = theirs.shape
    n = ours.shape[-2]
    flat = theirs.reshape(-1, len(steps))
    level = np.median(best(steps, flat, Terms("lower")).reshape(*lead, m), axis=-1)
    p = []
    for stat in gate.stats:
        sides = []
        for curves_of, runs in ((ours, n), (theirs, m)):
            target = np.repeat(1.05 * level.ravel(), runs)[:, None]
            rows = curves_of.reshape(-1, len(steps))
            found = STATS[stat](steps, rows, Terms("lower", target=target))  # type: ignore[arg-type]
            sides.append(np.minimum(found, T + 1.0).reshape(*lead, runs))
        a, b, _ = worse_is_greater(sides[0], sides[1], "lower")
        p.append(statistics.compare(a, b).p(math.log1p(gate.min_effect)))
    return np.stack(p, axis=-1)


def limit(alpha: float, trials: int) -> float:
    """The rate that chance alone exceeds once in a thousand times."""
    return alpha + 3 * math.sqrt(alpha * (1 - alpha) / trials)
