"""TB505."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from tbreport.analysis.detector import Observation, detector
from tbreport.analysis.ensemble import (
    Outcome,
    benjamini_hochberg,
    common_tag,
    is_seed,
    outcome,
    rank_correlation,
)
from tbreport.model import Finding, Float64s, RunDigest
from tbreport.wording import count, number

DRAWS = 1_999
SEED = 20_231  # the same runs must give the same p-value
MOST = 30  # hyper-parameters that are looked at


@detector("TB505", scope="experiment", needs=("hparams",))
def hparam_effect(
    digests: Sequence[RunDigest],
    earlier: Sequence[Finding],
    *,
    level: float = 0.05,
    least: float = 0.5,
    min_runs: int = 8,
) -> Iterator[Observation]:
    """A hyper-parameter with which the outcome rises or falls.

    What it looks for
        The rank correlation between a number among the hyper-parameters and what the runs reached
        in the tag that all of them have; its p-value comes from permutations, and is adjusted for
        the number of hyper-parameters (Benjamini and Hochberg). Information.

    Why it matters
        It shows where the next trial should go; and what looks like an effect but is none.

    What to do
        Try further values in the better direction. Hyper-parameters that were varied together
        cannot be told apart by this.

    Options
        level: of the adjusted p-value.
        least: absolute rank correlation.
        min_runs: fewer runs are too few to say.

    Known false positives
        Hyper-parameters that follow another one, or the order in which an optimizer tried them.

    Source
        Spearman's correlation; Benjamini and Hochberg, 1995.
    """
    holders = [digest for digest in digests if digest.hparams]
    tag = common_tag(holders) if len(holders) >= min_runs else None
    if tag is None:
        return
    pairs = [(digest, found) for digest in holders if (found := outcome(digest, tag)) is not None]
    names = sorted({name for digest, _ in pairs for name in digest.hparams})
    tested = []
    for name in names[:MOST]:
        x, y = numbers(name, pairs)
        if len(x) >= min_runs and len(np.unique(x)) > 1 and not is_seed(name):
            tested.append((name, len(x), *rank_correlation(x, y, DRAWS, SEED)))
    if not tested:
        return
    goal = pairs[0][1].goal
    adjusted = benjamini_hochberg(np.array([p for *_, p in tested]))
    for (name, n, rho, _), p in zip(tested, adjusted, strict=True):
        if p <= level and abs(rho) >= least:
            better = "larger" if (rho > 0) == (goal == "max") else "smaller"
            yield Observation(
                "info",
                f"runs with a {better} {name} reach better values of {tag}: rank correlation "
                f"{number(rho)} over {count(n, 'run')}, adjusted p {number(float(p))}",
                f"Try a {better} {name}; what was varied with it cannot be told apart.",
                tags=(tag,),
                evidence={
                    "rank_correlation": rho,
                    "p_adjusted": float(p),
                    "threshold_p": level,
                    "runs": n,
                },
            )


def numbers(name: str, pairs: Sequence[tuple[RunDigest, Outcome]]) -> tuple[Float64s, Float64s]:
    """The values of a hyper-parameter and the outcomes, of the runs where it is a number."""
    known = [
        (float(digest.hparams[name]), found.value)
        for digest, found in pairs
        if isinstance(digest.hparams.get(name), (bool, float))
        and np.isfinite(float(digest.hparams[name]))
    ]
    return np.array([x for x, _ in known]), np.array([y for _, y in known])
