"""Seeded makers of curves and of runs that hold them: healthy, overfit, diverging, spiky, flat."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from tbreport.model import Float64s, HistogramSeries, Problem, Run, Series, SetAside, Source

START = 1_700_000_000.0  # s since the Unix epoch


def healthy(
    n: int = 200, *, seed: int = 0, noise: float = 0.02, start: float = 2.3, end: float = 0.3
) -> Float64s:
    """A loss that falls and flattens, with multiplicative noise."""
    x = np.linspace(0, 6, n)
    return (end + (start - end) * np.exp(-x)) * jitter(n, seed, noise)


def overfit(
    n: int = 200, *, seed: int = 0, noise: float = 0.02, rise: float = 0.5, turn: float = 0.4
) -> Float64s:
    """A validation loss that turns at a share of the run and ends a share above its best."""
    x = np.linspace(0, 1, n)
    falling = healthy(n, noise=0)
    at_turn = falling[round(turn * (n - 1))]
    rising = at_turn * (1 + rise * (x - turn) / (1 - turn))
    return np.where(x < turn, falling, rising) * jitter(n, seed, noise)


def diverging(
    n: int = 200, *, seed: int = 0, noise: float = 0.02, to: float = 4.0, turn: float = 0.5
) -> Float64s:
    """A loss that falls, and from a share of the run on climbs to a value and stays there."""
    x = np.linspace(0, 1, n)
    climb = np.clip((x - turn) / 0.2, 0, 1)
    falling = healthy(n, seed=seed, noise=0)
    return (falling * (1 - climb) + to * climb) * jitter(n, seed, noise)


def spiky(
    n: int = 400, *, seed: int = 0, noise: float = 0.02, height: float = 3.0, at: int = 300,
    healing: int = 5,
) -> Float64s:  # fmt: skip
    """A healthy loss that jumps to a multiple of itself once, and heals within some points."""
    values = healthy(n, seed=seed, noise=noise)
    heal = np.arange(len(values[at : at + healing])) / healing
    values[at : at + healing] *= height - (height - 1) * heal
    return values


def flat(n: int = 200, *, seed: int = 0, noise: float = 0.02, level: float = 1.0) -> Float64s:
    """Noise around a level."""
    return level * jitter(n, seed, noise)


def lasting(
    n: int = 200, *, seed: int = 0, noise: float = 0.02, correlation: float = 0.7
) -> Float64s:
    """A healthy loss whose noise lasts from point to point (AR(1), stationary)."""
    fresh = np.random.default_rng(seed).normal(size=n + 50) * np.sqrt(1 - correlation**2)
    drift = np.zeros(n + 50)
    for i in range(1, n + 50):
        drift[i] = correlation * drift[i - 1] + fresh[i]
    return healthy(n, noise=0) * np.exp(noise * drift[50:])


def jitter(n: int, seed: int, noise: float) -> Float64s:
    """Factors around one, log-normal."""
    return np.exp(noise * np.random.default_rng(seed).normal(size=n))


def broken(values: Float64s, *places: int | slice, value: float = np.nan) -> Float64s:
    """The same values, non-finite in some places."""
    values = values.copy()
    for place in places:
        values[place] = value
    return values


def series(
    tag: str,
    values: npt.ArrayLike,
    *,
    steps: npt.ArrayLike | None = None,
    wall_times: npt.ArrayLike | None = None,
    original_steps: npt.ArrayLike | None = None,
) -> Series:
    """A scalar series; by default a point a step and a second."""
    ys = np.asarray(values, np.float64)
    xs = np.arange(len(ys)) if steps is None else np.asarray(steps, np.int64)
    times = START + xs if wall_times is None else np.asarray(wall_times, np.float64)
    original = None if original_steps is None else np.asarray(original_steps, np.int64)
    return Series("run", tag, Source(".", tag), xs, times.astype(np.float64), ys, original)


def run(
    scalars: Mapping[str, Any] | Sequence[Series] = (),
    *,
    histograms: Sequence[HistogramSeries] = (),
    problems: Sequence[Problem] = (),
    superseded: Sequence[SetAside] = (),
    **more: Any,
) -> Run:
    """A run of some series, or of tags and their values."""
    held = [series(tag, values) for tag, values in scalars.items()] if isinstance(
        scalars, Mapping
    ) else scalars  # fmt: skip
    return Run(
        name="run",
        folders=(".",),
        files=(),
        scalars={one.tag: one for one in sorted(held, key=lambda one: one.tag)},
        histograms={one.tag: one for one in histograms},
        problems=tuple(problems),
        superseded=tuple(superseded),
        **more,
    )


def histograms(
    tag: str, counts: Sequence[Sequence[float]], *, original_steps: npt.ArrayLike | None = None
) -> HistogramSeries:
    """A histogram series whose buckets are one wide and begin at zero."""
    n = len(counts)
    sizes = [len(row) for row in counts]
    every = np.array([count for row in counts for count in row], np.float64)
    total = np.array([sum(row) for row in counts], np.float64)
    return HistogramSeries(
        run="run",
        tag=tag,
        source=Source(".", tag),
        steps=np.arange(n),
        wall_times=START + np.arange(n, dtype=np.float64),
        offsets=np.concatenate(([0], np.cumsum(sizes, dtype=np.int64))),
        edges=np.concatenate([np.arange(size + 1, dtype=np.float64) for size in sizes] or [every]),
        counts=every,
        min=np.zeros(n),
        max=np.array(sizes, np.float64),
        num=total,
        sum=np.full(n, np.nan),
        sum_squares=np.full(n, np.nan),
        original_steps=None if original_steps is None else np.asarray(original_steps, np.int64),
    )


def layer(tag: str, saves: Sequence[npt.ArrayLike], *, style: str = "v2") -> HistogramSeries:
    """The histograms of values: v1 with exponential buckets and sums, v2 with thirty equal ones."""
    rows = [buckets(np.asarray(values, np.float64).ravel(), style) for values in saves]
    flat_values = [np.asarray(values, np.float64).ravel() for values in saves]
    keeps = style == "v1"
    return HistogramSeries(
        run="run",
        tag=tag,
        source=Source(".", tag),
        steps=np.arange(len(rows)) * 50,
        wall_times=START + np.arange(len(rows), dtype=np.float64),
        offsets=np.concatenate(([0], np.cumsum([len(c) for _, c in rows], dtype=np.int64))),
        edges=np.concatenate([edges for edges, _ in rows]),
        counts=np.concatenate([counts for _, counts in rows]),
        min=np.array([values.min() for values in flat_values]),
        max=np.array([values.max() for values in flat_values]),
        num=np.array([len(values) for values in flat_values], np.float64),
        sum=np.array([values.sum() if keeps else np.nan for values in flat_values]),
        sum_squares=np.array([values @ values if keeps else np.nan for values in flat_values]),
    )


def buckets(values: Float64s, style: str) -> tuple[Float64s, Float64s]:
    """Edges and counts as a writer of the style has them; empty outer buckets are left out."""
    low, high = float(values.min()), float(values.max())
    if low == high:
        return np.array([low, high]), np.array([float(len(values))])
    if style == "v2":
        counts, edges = np.histogram(values, 30, (low, high))
        return edges, counts.astype(np.float64)
    positive = 1e-12 * 1.1 ** np.arange(600)
    edges = np.concatenate((-positive[::-1], [0.0], positive))
    counts = np.histogram(values, edges)[0].astype(np.float64)
    used = np.flatnonzero(counts)
    kept = slice(used[0], used[-1] + 1)
    edges = edges[used[0] : used[-1] + 2].copy()
    edges[0], edges[-1] = low, high
    return edges, counts[kept]


def layers(
    saves: Mapping[str, Sequence[npt.ArrayLike]], *, style: str = "v2"
) -> dict[str, HistogramSeries]:
    """Histograms of several tags."""
    return {tag: layer(tag, values, style=style) for tag, values in saves.items()}


def problem(code: str, *, path: str = "tfevents.1700000000.0", **more: Any) -> Problem:
    """A problem of the run "run"."""
    found: dict[str, Any] = {"offset": 120, "length": 34, "detail": "as made up", **more}
    return Problem(code, path, run="run", **found)
