"""TB502."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from tbreport.analysis.curves import median, spread
from tbreport.analysis.detector import Observation, detector
from tbreport.analysis.ensemble import groups
from tbreport.model import Finding, RunDigest
from tbreport.wording import count, number

OF_FEW = 65  # over the squared number of runs: makes the false alarms of small groups as rare


@detector("TB502", scope="experiment", needs=("seed group",))
def seed_outlier(
    digests: Sequence[RunDigest],
    earlier: Sequence[Finding],
    *,
    spreads: float = 5.0,
    difference: float = 0.01,
    min_runs: int = 5,
) -> Iterator[Observation]:
    """A run far from the others of its kind, which differ from it in their seed alone.

    What it looks for
        Groups of runs whose hyper-parameters, or names, are the same but for the seed: one whose
        best value lies many robust standard deviations from the median of the group, and
        noticeably. Information.

    Why it matters
        Its mean says less than it seems to; a broken seed hides in it.

    What to do
        Look at the run beside its siblings; run the seed again.

    Options
        spreads: robust standard deviations from the median; of n runs 1 + 65 / n² times as many,
            since the spread of few is uncertain itself.
        difference: and the share of the median.
        min_runs: smaller groups are too small to say.

    Known false positives
        Settings that differ but are neither logged as hyper-parameters nor in the name.

    Source
        Median and MAD; rliable's advice to look at all seeds. Of 40,000 simulated groups of 5, 10
        and 20 normal values 1.0, 0.5 and 0.6 % have one that lies so far out; 11, 3.7 and 1.4 %
        without the rule for few.
    """
    for group in groups(digests, min_runs):
        level, width = median(group.values), spread(group.values)
        away = np.abs(group.values - level)
        needed = spreads * (1 + OF_FEW / len(group.values) ** 2)
        far = (away > needed * width) & (away > difference * abs(level))
        for index in np.flatnonzero(far):
            yield Observation(
                "info",
                f"{group.runs[index]} reaches {number(group.values[index])} in {group.tag}; the "
                f"median of its {count(len(group.runs), 'run')} is {number(level)}, their spread "
                f"{number(width)}",
                "Look at it beside its siblings, and run the seed again.",
                tags=(group.tag,),
                evidence={
                    "value": float(group.values[index]),
                    "median": level,
                    "spread": width,
                    "distance": float(away[index]),
                    "threshold_distance": max(needed * width, difference * abs(level)),
                    "runs": len(group.runs),
                },
            )
