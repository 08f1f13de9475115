"""The gate's promise, measured: ``python -m benchmarks.gate [--trials 1500] [--part NAME]``.

Curves a + b·exp(−t/τ) with AR(1) noise, whose level and speed differ between seeds, go through the
gate's own summaries, statistics and adjustment, many trials at once. Printed are the rates of
false failures without any regression, the power, the rates with confirmation, and what another
estimate of the variance would do; the command exits 1 if a rate of false failures is beyond
alpha + 3·sqrt(alpha(1−alpha)/trials), or the power not what was promised.

``tests/gate/test_simulation.py`` runs a part of it, and holds it to `judge` itself.
"""

from __future__ import annotations

import argparse
import itertools
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from benchmarks.gate_worlds import Gate, T, World, curves, failures, judged, limit
from tbreport.gate import statistics
from tbreport.gate.aligning import alignment, values_at
from tbreport.gate.collecting import thinned
from tbreport.model import Display, Float64s

PROMISED = {  # power at alpha 1 % and 5 % for effects of 2, 3, 4, 5 seed sd
    (1, 3): ((0.08, 0.14, 0.23, 0.32), (0.33, 0.53, 0.71, 0.85)),
    (1, 5): ((0.15, 0.32, 0.54, 0.75), (0.45, 0.73, 0.91, 0.98)),
    (1, 10): ((0.24, 0.54, 0.81, 0.95), (0.54, 0.84, 0.97, 1.0)),
    (1, 20): ((0.30, 0.65, 0.90, 0.99), (0.59, 0.88, 0.98, 1.0)),
    (3, 5): ((0.42, 0.80, 0.96, 1.0), (0.78, 0.97, 1.0, 1.0)),
    (3, 10): ((0.63, 0.95, 1.0, 1.0), (0.89, 1.0, 1.0, 1.0)),
    (5, 10): ((0.83, 1.0, 1.0, 1.0), (0.97, 1.0, 1.0, 1.0)),
}
EVERY_STAT = ("final", "auc", "ttt")
RHOS = (0.0, 0.5, 0.9, 0.99)  # of the noise from point to point
SIDES = ((1, 3), (1, 5), (1, 10), (3, 5))


@dataclass(frozen=True, slots=True)
class Asked:
    """How much is simulated."""

    trials: int
    seed: int
    rho: Sequence[float]

    def rng(self) -> np.random.Generator:
        """What a part of the simulation begins with."""
        return np.random.default_rng(self.seed)


def unchanged(asked: Asked) -> Iterator[tuple[str, float]]:
    """False failures over the grid without a regression; a row is the same whatever others are."""
    for rho, ratio, (n, m), metrics in itertools.product(asked.rho, (0, 0.3, 1), SIDES, (1, 10)):
        rng = np.random.default_rng(
            [asked.seed, round(100 * rho), round(10 * ratio), n, m, metrics]
        )
        world = World(rho=rho, ss=0.05 * ratio)
        rate = failures(world, Gate(n, m, metrics), asked.trials, rng)
        yield f"rho {rho:<4} ss/se {ratio:<3} {n} v {m:<2} {metrics:2} metrics", rate


def measured_power(
    n: int, m: int, effect: float, alpha: float, trials: int, rng: np.random.Generator
) -> float:
    """How often a worsening of normal seeds is found."""
    a, b = rng.standard_normal((trials, n)) + effect, rng.standard_normal((trials, m))
    return float((statistics.compare(a, b).p() < alpha).mean())


SEEDS = {
    "normal": lambda rng, shape: rng.standard_normal(shape),
    "t3": lambda rng, shape: rng.standard_t(3, shape),
    "lognormal": lambda rng, shape: rng.lognormal(0, 0.5, shape),
    "10 % stuck": lambda rng, shape: rng.standard_normal(shape) + 4 * (rng.random(shape) < 0.1),
}


def confirmed(
    m: int, effect: float, kind: str, trials: int, rng: np.random.Generator
) -> tuple[float, float]:
    """The failures of one run at 5 %, and those that two fresh runs confirm at 5 %."""
    draw = SEEDS[kind]
    baseline = draw(rng, (trials, m))
    first = statistics.compare(draw(rng, (trials, 1)) + effect, baseline).p() < 0.05
    fresh = statistics.compare(draw(rng, (trials, 2)) + effect, baseline).p() < 0.05
    return float(first.mean()), float((first & fresh).mean())


CHANGES = {
    "nothing": World(),
    "+1 %": World(shift=0.01),
    "+2 %": World(shift=0.02),
    "+5 %": World(shift=0.05),
    "+10 %": World(shift=0.1),
    "slower x1.3": World(slow=1.3),
    "late drift 10 %": World(drift=0.1),
}


def by_one_variance(ours: Float64s, theirs: Float64s, *, pooled: bool) -> Float64s:
    """The p of Student's t with pooled variance, or of Welch's, whatever the spreads."""
    n, m = ours.shape[-1], theirs.shape[-1]
    difference = ours.mean(axis=-1) - theirs.mean(axis=-1)
    a, b = ours.var(axis=-1, ddof=1), theirs.var(axis=-1, ddof=1)
    square, freedom = a / n + b / m, np.full(difference.shape, float(n + m - 2))
    if pooled:
        square = ((n - 1) * a + (m - 1) * b) / (n + m - 2) * (1 / n + 1 / m)
    else:
        freedom = square**2 / ((a / n) ** 2 / (n - 1) + (b / m) ** 2 / (m - 1))
    return statistics.Comparison(difference, np.sqrt(square), np.sqrt(b), freedom).p()


def tell_unchanged(asked: Asked) -> bool:
    """False failures of the whole grid; whether none is beyond what chance allows."""
    allowed = limit(0.05, asked.trials)
    print(f"False failures at alpha 5 %, {asked.trials} trials a row, allowed {allowed:.3f}")
    rates = dict(unchanged(asked))
    for name, rate in rates.items():
        print(f"  {name}  {rate:.3f}")
    worst = max(rates.values())
    print(f"  mean {sum(rates.values()) / len(rates):.4f}, worst {worst:.4f} of {len(rates)} rows")
    return worst <= allowed


def tell_changed(asked: Asked) -> bool:
    """Failures of changed jobs, by what counts as a change."""
    rng = asked.rng()
    for least in (0.001, 0.01):
        print(f"Failures of changed jobs: final, auc and ttt, min_effect {least:.1%}, level 1 % sd")
        for name, world in CHANGES.items():
            found = [
                failures(world, Gate(n, m, 1, EVERY_STAT, min_effect=least), asked.trials, rng)
                for n, m in ((1, 5), (1, 10), (3, 5), (3, 10))
            ]
            print(f"  {name:16}" + "".join(f"  {rate:.3f}" for rate in found))
    return True


def tell_power(asked: Asked) -> bool:
    """Power at some effects; whether it is what was promised."""
    print("Power at 2, 3, 4, 5 seed sd, measured (promised)")
    rng, gap = asked.rng(), 0.0
    for (n, m), promised in PROMISED.items():
        for alpha, row in zip((0.01, 0.05), promised, strict=True):
            rates = [measured_power(n, m, e, alpha, 20 * asked.trials, rng) for e in (2, 3, 4, 5)]
            gap = max(gap, *(abs(a - b) for a, b in zip(rates, row, strict=True)))
            shown = "  ".join(f"{a:.3f} ({b:.2f})" for a, b in zip(rates, row, strict=True))
            print(f"  {n} v {m:<2} at {alpha:.0%}  {shown}")
    print(f"  largest gap {gap:.3f}")
    return gap <= 0.03


def tell_confirmed(asked: Asked) -> bool:
    """Failures with confirmation, of seeds that are not normal too."""
    print("One run at 5 %, and confirmed by two fresh ones, at 0, 3 and 4 seed sd")
    rng = asked.rng()
    for kind in SEEDS:
        for m in (5, 10, 20):
            pairs = [confirmed(m, effect, kind, 20 * asked.trials, rng) for effect in (0, 3, 4)]
            shown = "  ".join(f"{first:.3f} {both:.3f}" for first, both in pairs)
            print(f"  {kind:10} m {m:<2}  {shown}")
    return True


def tell_variance(asked: Asked) -> bool:
    """The gate's variance against pooled throughout and Welch throughout."""
    print("Failures at 1 %: pooled, Welch, the gate; of normal seeds")
    rng = asked.rng()
    for n, m, effect, spread in VARIANCES:
        ours = effect + spread * rng.standard_normal((20 * asked.trials, n))
        theirs = rng.standard_normal((20 * asked.trials, m))
        p = (
            by_one_variance(ours, theirs, pooled=True),
            by_one_variance(ours, theirs, pooled=False),
            statistics.compare(ours, theirs).p(),
        )
        shown = "  ".join(f"{float((one < 0.01).mean()):.3f}" for one in p)
        print(f"  {n} v {m:<2} {effect} seed sd worse, spread x{spread}:  {shown}")
    return True


# Candidate and baseline runs, worsening in seed sd, × the spread of the baseline.
VARIANCES = ((3, 5, 0, 1), (3, 20, 0, 1), (3, 5, 3, 1), (3, 10, 3, 1), (3, 5, 0, 2), (3, 20, 0, 2))


def tell_cadence(asked: Asked) -> bool:
    """False failures of runs that log at other steps than a baseline of every step."""
    allowed = limit(0.05, asked.trials)
    print(f"False failures at other cadences, 1 v 5, {asked.trials} trials, allowed {allowed:.3f}")
    rng, grid = asked.rng(), thinned(np.arange(T, dtype=np.int64))
    rates = []
    for every, offset in ((1, 0), (7, 0), (7, 3), (45, 20)):
        steps = np.arange(offset, T, every, dtype=np.int64)
        found = alignment([steps], grid)
        failed = 0
        for _ in range(asked.trials):
            theirs, ours = curves(World(), (5,), rng)[:, grid], curves(World(), (1,), rng)[:, steps]
            points = Display(steps, steps.astype(np.float64), ours[0])
            met = values_at(points, grid, found, theirs.mean(axis=0))
            p = judged(grid[found.kept], met[None, None], theirs[None][..., found.kept], Gate(1, 5))
            failed += bool(statistics.holm(p).min() < 0.05)
        rates.append(failed / asked.trials)
        print(f"  every {every:2} from {offset:2}, {found.how} steps  {rates[-1]:.3f}")
    return max(rates) <= allowed


PARTS: dict[str, Callable[[Asked], bool]] = {
    "unchanged": tell_unchanged,
    "changed": tell_changed,
    "power": tell_power,
    "confirmed": tell_confirmed,
    "variance": tell_variance,
    "cadence": tell_cadence,
}


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.gate", description=__doc__)
    parser.add_argument("--trials", type=int, default=1500)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--part", choices=PARTS, action="append", help="repeatable; else all")
    parser.add_argument(
        "--rho", type=float, choices=RHOS, action="append", help="of part unchanged; else all"
    )
    given = parser.parse_args()
    asked, kept = Asked(given.trials, given.seed, given.rho or RHOS), True
    for name in given.part or PARTS:
        began = time.perf_counter()
        kept &= PARTS[name](asked)
        print(f"  {time.perf_counter() - began:.0f} s\n", flush=True)
    return int(not kept)


if __name__ == "__main__":
    sys.exit(main())
