"""Digests of runs made by hand: seeded curves with seed spread, every point kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from tbreport.analysis.detector import DetectorSettings
from tbreport.analysis.digest import Plan, digest
from tbreport.analysis.roles import RoleRules
from tbreport.gate.collecting import build
from tbreport.gate.model import Baseline, Check, Limit, Verdict
from tbreport.model import Blob, HParam, Run, RunDigest, Series, Source

LOSS = "val/loss"
LIMIT = Limit(LOSS, "lower")
PLAN = Plan(1000, 4, 30, (".*",))


def no_payload(blob: Blob) -> bytes:
    raise AssertionError("no blob is read here")


def digest_of(
    name: str,
    series: Mapping[str, Sequence[float] | np.ndarray],
    steps: Sequence[int] | np.ndarray | None = None,
    hparams: Mapping[str, HParam] | None = None,
) -> RunDigest:
    """A run with these series, at steps 0, 1, 2, … unless others are given."""
    scalars = {}
    for tag, values in sorted(series.items()):
        found = np.asarray(values, np.float64)
        at = np.arange(len(found)) if steps is None else np.asarray(steps)
        at = at.astype(np.int64)
        scalars[tag] = Series(name, tag, Source(name, tag), at, 1.7e9 + at, found)
    run = Run(name, (name,), (), scalars, {}, hparams=hparams or {})
    return digest(run, PLAN, no_payload, DetectorSettings(), RoleRules())


def falling(seed: int, *, shift: float = 0.0, n: int = 200, spread: float = 0.01) -> np.ndarray:
    """A loss that falls to 1, with its own level a seed."""
    rng = np.random.default_rng(seed)
    curve = (1 + 2 * np.exp(-np.arange(n) / 25)) * (1 + shift + rng.normal(0, spread))
    found: np.ndarray = curve + rng.normal(0, 0.003, n)
    return found


def candidate(seed: int = 100, **changes: float) -> RunDigest:
    """A run of the job "lm"."""
    return digest_of(f"lm-seed{seed}", {LOSS: falling(seed, **changes)})  # type: ignore[arg-type]


def baseline_runs(m: int = 6, **changes: float) -> list[RunDigest]:
    return [candidate(seed, **changes) for seed in range(m)]


def baseline(m: int = 6, **changes: float) -> Baseline:
    """So many runs of the job "lm"."""
    return build("lm", {}, baseline_runs(m, **changes), [LOSS])


def outcomes(verdict: Verdict) -> dict[tuple[str, str], str]:
    """Verdict of each check by tag and stat."""
    return {(check.tag, check.stat): check.verdict for check in verdict.checks}


def check_of(verdict: Verdict, stat: str, tag: str = LOSS) -> Check:
    """The check of a tag and stat."""
    (found,) = (check for check in verdict.checks if (check.tag, check.stat) == (tag, stat))
    return found
