"""Many digests together: groups of runs that differ in their seed alone, and each run's outcome."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np

from tbreport.analysis.pairs import NO_MEASURES
from tbreport.analysis.roles import HELD_OUT, ONE_SIDED
from tbreport.model import Float64s, Goal, HParam, RunDigest, Statistics
from tbreport.wording import count, natural

# "mnist-seed0", "mnist/seed_3", "lm.s12", "rep=2": a word of its own, with a number; but "vit-s-16"
# is a small model. CleanRL ends its names with the seed and the time: "Hopper-v4__ppo__1__17…".
SEED = re.compile(
    r"(?:^|[-_./ ])(?:(?:seed|rng|rep|repeat|replica)[-_=]?|s=?)\d+(?=$|[-_./ ])"
    r"|__\d+__\d{10}(?=$|/)",
    re.IGNORECASE,
)
SEED_HPARAM = re.compile(r"(^|[^a-z])(random_?|rng_?|torch_?)?seed$", re.IGNORECASE)
NO_OUTCOME = NO_MEASURES | {"explained variance"}
Options = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Outcome:
    """How good a run was, by the series that stands for it."""

    run: str
    tag: str
    goal: Goal
    value: float  # the best


@dataclass(frozen=True, slots=True)
class Group:
    """Runs that differ in their seed alone, and what they reached in one tag."""

    name: str
    tag: str
    goal: Goal
    runs: tuple[str, ...]
    values: Float64s


def groups(digests: Sequence[RunDigest], least: int) -> tuple[Group, ...]:
    """The groups of at least so many runs that have an outcome in the same tag."""
    every = []
    ordered = sorted(digests, key=lambda digest: natural(digest.run))
    for (name, _), members in but_for_seed(ordered).items():
        tag = common_tag(members) if len(members) >= least else None
        if tag is not None:
            reached = [outcome(member, tag) for member in members]
            known = [one for one in reached if one is not None]
            if len(known) >= least:
                every.append(
                    Group(
                        name or name_without_seed(known[0].run),
                        tag,
                        known[0].goal,
                        tuple(one.run for one in known),
                        np.array([one.value for one in known]),
                    )
                )
    return tuple(every)


def but_for_seed(
    digests: Iterable[RunDigest],
) -> dict[tuple[str, tuple[tuple[str, HParam], ...]], list[RunDigest]]:
    """Runs by their names and hyper-parameters without the seed.

    Where hyper-parameters name the seed and the name of the run does not, the name may be anything,
    and is "".
    """
    found: dict[tuple[str, tuple[tuple[str, HParam], ...]], list[RunDigest]] = {}
    for digest in digests:
        settings = without_seed(digest.hparams)
        by_hparams = len(settings) < len(digest.hparams) and settings
        is_any = by_hparams and not SEED.search(digest.run)
        name = "" if is_any else name_without_seed(digest.run)
        found.setdefault((name, settings), []).append(digest)
    return found


def name_without_seed(run: str) -> str:
    """The name of a run without its seed; "." where nothing else is left."""
    return SEED.sub("", run).strip("-_./ ") or "."


def without_seed(hparams: Mapping[str, HParam]) -> tuple[tuple[str, HParam], ...]:
    """The hyper-parameters but for seeds, in order of their names."""
    return tuple((name, value) for name, value in sorted(hparams.items()) if not is_seed(name))


@lru_cache(4096)
def is_seed(hparam: str) -> bool:
    """Whether a hyper-parameter is the seed, by its name."""
    return SEED_HPARAM.search(hparam) is not None


def common_tag(digests: Sequence[RunDigest]) -> str | None:
    """The tag that all runs have and by which they are judged: a metric first, then a loss."""
    if not digests:
        return None
    shared = set.intersection(*({one.tag for one in candidates(digest)} for digest in digests))
    ranked = sorted(
        (one for one in candidates(digests[0]) if one.tag in shared), key=rank, reverse=True
    )
    return ranked[0].tag if ranked else None


def candidates(digest: RunDigest) -> Iterable[Statistics]:
    """The series of a run that say how good it was."""
    return (
        one
        for one in digest.statistics
        if one.kind == "scalars"
        and one.best is not None
        and one.role.goal is not None
        and one.role.metric not in NO_OUTCOME
        and math.isfinite(one.best)
    )


def rank(one: Statistics) -> tuple[bool, bool, bool, bool, int]:
    """Validation before training, metrics before losses, totals before parts, long before short."""
    is_loss = one.role.metric.endswith("loss")
    held_out = one.role.split in HELD_OUT
    is_whole = one.role.metric not in ONE_SIDED
    return held_out, not is_loss, is_whole, one.role.metric == "loss", one.points


def outcome(digest: RunDigest, tag: str) -> Outcome | None:
    """What a run reached in a tag."""
    for one in candidates(digest):
        if one.tag == tag and one.best is not None and one.role.goal is not None:
            return Outcome(digest.run, tag, one.role.goal, one.best)
    return None


def seed_group(digests: Sequence[RunDigest], options: Options) -> str:
    least = options["min_runs"]
    return "" if groups(digests, least) else f"no {least} runs that differ in their seed alone"


def several(digests: Sequence[RunDigest], options: Options) -> str:
    least = options.get("min_runs", 2)
    return "" if len(digests) >= least else f"{count(len(digests), 'run')} of {least}"


def with_hparams(digests: Sequence[RunDigest], options: Options) -> str:
    holders = [digest for digest in digests if digest.hparams]
    least = options["min_runs"]
    if len(holders) < least:
        return f"{len(holders)} of {count(least, 'run')} with hyper-parameters"
    return "" if common_tag(holders) else "no metric or loss that all runs have"


# What a detector of all runs needs: as needs.NEEDS, of the digests.
NEEDS: dict[str, Callable[[Sequence[RunDigest], Options], str]] = {
    "seed group": seed_group,
    "several runs": several,
    "hparams": with_hparams,
}


def ranks(values: Float64s) -> Float64s:
    """The ranks of values, those of equal ones averaged."""
    _, inverse, counts = np.unique(values, return_inverse=True, return_counts=True)
    ends = np.cumsum(counts)
    found: Float64s = (ends - (counts - 1) / 2)[inverse]
    return found


def rank_correlation(x: Float64s, y: Float64s, draws: int, seed: int) -> tuple[float, float]:
    """Spearman's correlation, and its two-sided p-value by permutation; 0 and 1 of a constant."""
    a, b = ranks(x) - (len(x) + 1) / 2, ranks(y) - (len(y) + 1) / 2
    scale = float(np.sqrt((a @ a) * (b @ b)))
    if scale == 0:
        return 0.0, 1.0
    shuffled = np.random.default_rng(seed).permuted(np.tile(b, (draws, 1)), axis=1)
    found = float(a @ b) / scale
    as_far = int((np.abs(shuffled @ a) / scale >= abs(found) - 1e-12).sum())
    return found, (as_far + 1) / (draws + 1)


def benjamini_hochberg(p: Float64s) -> Float64s:
    """Adjusted so that a share of what is marked, not of all, may be marked wrongly."""
    order = np.argsort(p)[::-1]
    scaled = p[order] * len(p) / np.arange(len(p), 0, -1)
    found = np.empty(len(p))
    found[order] = np.minimum.accumulate(np.minimum(scaled, 1.0))
    return found
