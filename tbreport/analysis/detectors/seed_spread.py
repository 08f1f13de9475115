"""TB503."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from tbreport.analysis.curves import median
from tbreport.analysis.detector import Observation, detector
from tbreport.analysis.ensemble import groups
from tbreport.model import Finding, RunDigest
from tbreport.wording import count, number, percent


@detector("TB503", scope="experiment", needs=("seed group",))
def seed_spread(
    digests: Sequence[RunDigest],
    earlier: Sequence[Finding],
    *,
    limit: float = 0.1,
    min_runs: int = 3,
) -> Iterator[Observation]:
    """Runs that differ in their seed alone and reach very different values.

    What it looks for
        Groups of runs whose hyper-parameters, or names, are the same but for the seed: the
        standard deviation of their best values is a good part of the median. Information.

    Why it matters
        A difference between two settings that is smaller than this shows nothing.

    What to do
        More seeds a setting; a smaller learning rate or a warm-up often narrows the spread.

    Options
        limit: of the standard deviation over the median.
        min_runs: smaller groups are too small to say.

    Known false positives
        Settings that differ but are neither logged as hyper-parameters nor in the name. Values near
        zero, whose shares are large.

    Source
        rliable; the limit is a matter of the field, and meant to be set.
    """
    for group in groups(digests, max(2, min_runs)):
        level, sd = median(group.values), float(group.values.std(ddof=1))
        if level != 0 and sd > limit * abs(level):
            low, high = float(group.values.min()), float(group.values.max())
            yield Observation(
                "info",
                f"{count(len(group.runs), 'seed')} of {group.name} reach {number(low)} to "
                f"{number(high)} in {group.tag}: a spread of {percent(sd / abs(level))}",
                "Run more seeds before comparing settings; a difference below this shows nothing.",
                tags=(group.tag,),
                evidence={
                    "lowest": low,
                    "highest": high,
                    "sd": sd,
                    "spread_percent": 100 * sd / abs(level),
                    "threshold_percent": 100 * limit,
                    "runs": len(group.runs),
                },
            )
