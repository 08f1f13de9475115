"""TB504."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Sequence

from tbreport.analysis.detector import Observation, detector
from tbreport.analysis.ensemble import candidates
from tbreport.model import Finding, RunDigest, Statistics
from tbreport.wording import count, listed, natural


@detector("TB504", scope="experiment", needs=("several runs",))
def duplicate_run(
    digests: Sequence[RunDigest], earlier: Sequence[Finding], *, min_points: int = 10
) -> Iterator[Observation]:
    """Two runs whose losses and metrics are equal, number by number.

    What it looks for
        Runs that have the same tags with a goal, and in each the same points. Information.

    Why it matters
        A copied folder counts twice in every mean; two seeds that give the same numbers mean that
        the seed is not used.

    What to do
        Remove the copy, or check that the seed reaches the data order and the initialization.

    Options
        min_points: of at least one of the series, which must not be constant.

    Known false positives
        None known: equal numbers do not come by chance.

    Source
        Own.
    """
    resembling: dict[tuple[Hashable, ...], list[RunDigest]] = {}
    for digest in sorted(digests, key=lambda digest: natural(digest.run)):
        series = judged(digest)
        if any(one.points >= min_points and one.min != one.max for one in series):
            numbers = tuple((one.tag, one.points, one.min, one.max, one.best) for one in series)
            resembling.setdefault(numbers, []).append(digest)
    alike: dict[tuple[tuple[str, bytes, bytes], ...], list[str]] = {}
    for found in resembling.values():
        for digest in found if len(found) > 1 else ():
            alike.setdefault(content_of(digest), []).append(digest.run)
    for content, runs in alike.items():
        if len(runs) > 1:
            yield Observation(
                "info",
                f"{listed(runs)} are equal, number by number, in {count(len(content), 'tag')}",
                "Remove the copy, or check that the seed is used.",
                tags=tuple(tag for tag, _, _ in content),
                evidence={"runs": len(runs), "equal_tags": len(content)},
            )


def judged(digest: RunDigest) -> list[Statistics]:
    """The series that are compared."""
    return [one for one in candidates(digest) if one.tag in digest.display]


def content_of(digest: RunDigest) -> tuple[tuple[str, bytes, bytes], ...]:
    """Tags, steps and values of these series."""
    return tuple(
        (one.tag, shown.steps.tobytes(), shown.values.tobytes())
        for one in judged(digest)
        for shown in (digest.display[one.tag],)
    )
