"""Deterministic jobs: every step of the candidate against the baseline's own, without statistics.

It guards against bit rot, not against noise. All steps count: a tolerance for a share of them is a
cliff that noise falls off.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from tbreport.gate.baseline import DIGITS, rounded
from tbreport.gate.collecting import holds, on_grid
from tbreport.gate.model import Check, Golden
from tbreport.gate.rules import Pairing
from tbreport.model import Float64s, RunDigest
from tbreport.wording import count


def repeats(pairing: Pairing, golden: Golden) -> Iterator[Check]:
    """One check a gated tag and run: is each step what the newest baseline run has there?"""
    for tag in pairing.limits:
        holders = [run for run in pairing.baseline.runs if tag in run.curves]
        for digest in pairing.candidates:
            if not holds(digest, tag) or not holders:
                continue
            yield compare(pairing, tag, digest, holders[-1].curves[tag], golden)


def compare(
    pairing: Pairing, tag: str, digest: RunDigest, expected: Float64s, golden: Golden
) -> Check:
    """Hold one series against the golden one."""
    grid = pairing.baseline.grids[tag]
    found, present = on_grid(digest.display[tag], grid)
    found = rounded(found, DIGITS[True])
    differs = ~present | ~alike(found, rounded(expected, DIGITS[True]), golden)
    n_different = int(differs.sum())
    if not n_different:
        reason = f"all {count(len(grid), 'step')} are the same{tolerance(golden)}"
        return pairing.check(tag, "golden", "pass", reason, digest)
    first = int(np.flatnonzero(differs)[0])
    seen = exact(found[first]) if present[first] else "nothing"
    reason = (
        f"{n_different:,} of {count(len(grid), 'step')} differ{tolerance(golden)}, the first at "
        f"step {grid[first]}: {seen}, expected {exact(expected[first])}"
    )
    return pairing.check(tag, "golden", "fail", reason, digest)


def alike(found: Float64s, expected: Float64s, golden: Golden) -> npt.NDArray[np.bool_]:
    """Where two series are the same; NaN is never, unless it is expected."""
    with np.errstate(invalid="ignore"):
        close = np.abs(found - expected) <= golden.atol + golden.rtol * np.abs(expected)
    finite = np.isfinite(found) & np.isfinite(expected)
    same = np.zeros(len(found), bool)
    if golden.expect_nonfinite:
        same = (np.isnan(found) & np.isnan(expected)) | (np.isinf(found) & (found == expected))
    return (finite & close) | same


def exact(value: float) -> str:
    """All digits that count."""
    return f"{value:.9g}"


def tolerance(golden: Golden) -> str:
    """What is taken for the same, in words."""
    if not golden.rtol and not golden.atol:
        return ""
    return f" within rtol {golden.rtol:g}, atol {golden.atol:g}"
