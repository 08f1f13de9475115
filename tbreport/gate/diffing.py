"""Baselines in words: what one holds, and what changes between two, as Markdown."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

import numpy as np

from tbreport.analysis.roles import guess
from tbreport.gate import statistics
from tbreport.gate.baseline import SHOWN, rounded, summary
from tbreport.gate.comparing import signed
from tbreport.gate.model import Baseline
from tbreport.model import Float64s
from tbreport.wording import count, number, plain

ALPHA = 0.05
HEAD = "| job | metric | stat | before | after | change | runs |\n|---|---|---|---|---|---|---|"


def changes(before: Sequence[Baseline], after: Sequence[Baseline]) -> str:
    """The relative change of each metric's mean, as a table that a review can read."""
    old = {place(baseline): baseline for baseline in before}
    new = {place(baseline): baseline for baseline in after}
    rows = [
        row
        for key in sorted(old.keys() | new.keys())
        for row in compared(key, old.get(key), new.get(key))
    ]
    return "\n".join([HEAD, *rows]) if rows else "Nothing changes."


def place(baseline: Baseline) -> tuple[str, tuple[tuple[str, str], ...]]:
    """What a baseline is found by."""
    return baseline.job, tuple(sorted(baseline.key.items()))


def compared(
    key: tuple[str, tuple[tuple[str, str], ...]], old: Baseline | None, new: Baseline | None
) -> Iterator[str]:
    """One row a metric and stat of a job that changed."""
    job = " ".join((key[0], *(f"{name}={value}" for name, value in key[1])))
    tags = sorted({tag for side in (old, new) if side for tag in side.grids})
    for tag in tags:
        for stat in SHOWN:
            a, b = levels(old, tag, stat), levels(new, tag, stat)
            if len(a) == len(b) and (a == b).all():
                continue
            ends = (shown(a), shown(b))
            change = "new" if not len(a) else "gone" if not len(b) else relative(a, b)
            cells = (job, tag, stat, *ends, change, f"{len(a)} → {len(b)}")
            yield "| " + " | ".join(escaped(cell) for cell in cells) + " |"


def levels(baseline: Baseline | None, tag: str, stat: str) -> Float64s:
    """One number a run; none where there is no baseline."""
    if baseline is None:
        return np.empty(0)
    curves = [rounded(run.curves[tag], 7) for run in baseline.runs if tag in run.curves]
    return np.array([summary(stat, baseline.grids[tag], values) for values in curves])


def shown(values: Float64s) -> str:
    """The mean, and the standard deviation between runs where there are several."""
    if not len(values):
        return "–"
    mean = float(values.mean())
    if len(values) < 2 or not mean:
        return number(mean)
    return f"{number(mean)} ± {100 * float(values.std(ddof=1)) / abs(mean):.2g} %"


def relative(before: Float64s, after: Float64s) -> str:
    """The change of the mean as a share."""
    mean = float(before.mean())
    return signed((float(after.mean()) - mean) / abs(mean)) if mean else "–"


def escaped(text: str) -> str:
    """A cell that no name can leave."""
    text = plain(text)
    for mark in "\\|`*_<>[]&@#":
        text = text.replace(mark, f"\\{mark}")
    return text


def overview(baselines: Sequence[Baseline]) -> str:
    """Jobs, their runs and metrics, and the worsening that one run against them can show."""
    return "\n\n".join("\n".join(described(baseline)) for baseline in baselines) or "no job"


def described(baseline: Baseline) -> Iterator[str]:
    key = ", ".join(f"{name}={value}" for name, value in sorted(baseline.key.items()))
    m = len(baseline.runs)
    yield f"{plain(baseline.job)}{f' ({plain(key)})' if key else ''}: {count(m, 'run')}" + (
        ", golden" if baseline.golden else ""
    )
    for run in baseline.runs:
        yield f"  {plain(run.id)}" + (f"  seed {plain(run.seed)}" if run.seed else "")
    for tag, grid in baseline.grids.items():
        values = levels(baseline, tag, "final")
        goal = guess(tag).goal or "no goal"
        yield (
            f"  {plain(tag)} ({goal}): final {shown(values)}, {count(len(grid), 'step')} to "
            f"{grid[-1]}{detectable(values)}"
        )


def detectable(values: Float64s) -> str:
    """The worsening that one run shows 80 % of the time, alone of its family."""
    m, mean = len(values), float(values.mean()) if len(values) else 0.0
    if m < statistics.FEWEST or not mean:
        return "; too few runs for a test"
    effects = np.linspace(0.5, 20, 391)
    found = statistics.power(1, m, effects, ALPHA) >= statistics.POWER
    if not found.any():
        return ""
    share = float(effects[found.argmax()]) * float(values.std(ddof=1)) / abs(mean)
    return f"; one run shows {signed(share)}" if math.isfinite(share) else ""
