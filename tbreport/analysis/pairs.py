"""Which training series a validation series is compared with, and along which axis.

Everyday PyTorch logs the training loss by batch and the validation loss by epoch, both as "step".
Laid over each other by step, such a pair shows nonsense; so steps are believed only where both
series cover the same range, then wall times, then an epoch tag. Where none fits there is no
comparison, and the reason is kept.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from tbreport.analysis.roles import core, is_loss, words
from tbreport.model import Float64s, Int64s, Pair, Role, Series, Split

Axis = Literal["steps", "wall time", "epochs"]

RANGE_TOLERANCE = 0.05  # of the longer range, by which the last positions may differ

# have a goal, but no split can overfit them
NO_MEASURES = frozenset({"throughput", "best so far"})

BATCHES = re.compile(r"\b(batch|step|iter)\b")

Positions = tuple[Float64s, Float64s]


@dataclass(frozen=True, slots=True, eq=False)
class Comparison:
    """A pair laid over one axis."""

    axis: Axis | None  # None: the two cannot be compared
    reason: str  # one clause: why not on the axes before
    train_x: Float64s  # [len(train)], in the axis' unit; empty without an axis
    val_x: Float64s  # [len(val)]


def find_pairs(scalars: Mapping[str, Series], roles: Mapping[str, Role]) -> tuple[Pair, ...]:
    """Each validation series with its training series, where there is one; sorted by tag.

    Test series take the place of validation where a metric has no other, as in many tutorials;
    a series that names no split that of training: `loss` beside `val_loss`.
    """
    pairs = []
    for metric, partners in by_name(tuple(sorted(roles.items()))):
        for val in without_copies([*partners], scalars):
            if partners[val]:
                train = best_partner(scalars[val], [scalars[tag] for tag in partners[val]], roles)
                pairs.append(Pair(metric, train, scalars[val]))
    return tuple(pairs)


@functools.lru_cache(maxsize=16)
def by_name(roles: tuple[tuple[str, Role], ...]) -> tuple[tuple[str, dict[str, list[str]]], ...]:
    """The held-out tags of each metric with the training tags they may be compared with.

    Runs of one experiment have the same tags, and their names are looked at once.
    """
    by_metric: dict[str, list[tuple[str, Split | None]]] = {}
    for tag, role in roles:
        by_metric.setdefault(role.metric, []).append((tag, role.split))
    found = []
    for metric in sorted({role.metric for _, role in roles if is_measure(role)}):
        tags = by_metric[metric]
        held_out = [tag for tag, split in tags if split == "val"] or [
            tag for tag, split in tags if split == "test"
        ]
        training = [tag for tag, split in tags if split in ("train", None)]
        found.append((metric, {val: namesakes(val, held_out, training) for val in held_out}))
    return tuple(found)


def best_partner(val: Series, several: Sequence[Series], roles: Mapping[str, Role]) -> Series:
    """The training series that suits best."""
    if len(several) == 1:
        return several[0]
    return max(several, key=lambda train: suitability(train, val, roles[train.tag]))


def is_measure(role: Role) -> bool:
    """Whether a series of this role is worth a pair."""
    return (role.goal is not None or is_loss(role.metric)) and role.metric not in NO_MEASURES


def without_copies(tags: list[str], scalars: Mapping[str, Series]) -> list[str]:
    """The tags but those that repeat the values of one before, as Keras' evaluation series do."""
    if len(tags) < 2:
        return tags
    by_values: dict[bytes, str] = {}
    for tag in tags:
        by_values.setdefault(scalars[tag].values.tobytes(), tag)
    return list(by_values.values())


def namesakes(val: str, held_out: list[str], training: list[str]) -> list[str]:
    """The training tags with the same name but for the split; else all, if each side has one name.

    So `acc_top1` meets `acc_top1` and never `acc_top5`, but `val_nll` meets `train_loss`.
    """
    same = [tag for tag in training if core(tag) == core(val)]
    if not same and len({core(tag) for tag in held_out}) == len({*map(core, training)}) == 1:
        return training
    return same


def suitability(train: Series, val: Series, role: Role) -> tuple[bool, bool, bool, bool, float]:
    """Orders the candidates: a curve, a named split, the same steps, no batches, as many points."""
    return (
        len(train) > 1,
        role.split == "train",
        same_range(train.steps, val.steps),
        not BATCHES.search(words(train.tag)),
        -abs(np.log((len(train) + 1) / (len(val) + 1))),
    )


def compare(pair: Pair, epochs: Series | None = None) -> Comparison:
    """Lay a pair over the first axis that fits; `epochs` says which epoch a step belongs to."""
    refused: list[str] = []
    for axis, lay in AXES.items():
        positions = lay(pair, epochs)
        if positions is not None:
            return Comparison(axis, "; ".join(refused), *positions)
        refused.append(REFUSALS[axis])
    nowhere = np.empty(0)
    return Comparison(None, "; ".join(refused), nowhere, nowhere)


def on_steps(pair: Pair, epochs: Series | None) -> Positions | None:
    """By step, if both series end at about the same one."""
    if not same_range(pair.train.steps, pair.val.steps):
        return None
    return as_floats(pair.train), as_floats(pair.val)


def on_wall_time(pair: Pair, epochs: Series | None) -> Positions | None:
    """By seconds since the first point, if the two were written side by side."""
    start = min((s.wall_times[0] for s in (pair.train, pair.val) if len(s)), default=0.0)
    train, val = pair.train.wall_times - start, pair.val.wall_times - start
    if any((np.diff(x) < 0).any() or len(x) < 2 or x[-1] <= x[0] for x in (train, val)):
        return None
    return (train, val) if same_range(train, val) else None


def on_epochs(pair: Pair, epochs: Series | None) -> Positions | None:
    """By epoch: the steps of one series looked up in the epoch tag, those of the other as such."""
    if epochs is None:
        return None
    kept = np.isfinite(epochs.values)
    steps, numbers = epochs.steps[kept].astype(np.float64), epochs.values[kept]
    laid = []
    for x in (as_floats(pair.train), as_floats(pair.val)):
        if same_range(x, steps):
            x = np.interp(x, steps, numbers)
        if not same_range(x, numbers):
            return None
        laid.append(x)
    return laid[0], laid[1]


AXES: dict[Axis, Callable[[Pair, Series | None], Positions | None]] = {
    "steps": on_steps,
    "wall time": on_wall_time,
    "epochs": on_epochs,
}

REFUSALS: dict[Axis, str] = {
    "steps": "their steps cover different ranges",
    "wall time": "their wall times do not run side by side",
    "epochs": "no epoch tag connects their steps",
}


def same_range(a: Float64s | Int64s, b: Float64s | Int64s) -> bool:
    """Whether two rising axes end together: within 5 %, or one logging interval of the sparser."""
    if len(a) == 0 or len(b) == 0:
        return False
    end_a, end_b = float(a[-1]), float(b[-1])
    slack = max(RANGE_TOLERANCE * max(end_a, end_b), interval(a), interval(b))
    return abs(end_a - end_b) <= slack


def interval(x: Float64s | Int64s) -> float:
    """The mean distance of two points."""
    return (float(x[-1]) - float(x[0])) / max(1, len(x) - 1)


def as_floats(series: Series) -> Float64s:
    """The steps as positions on an axis."""
    return series.steps.astype(np.float64)
