"""TB109."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from tbreport.analysis.detector import Observation, detector
from tbreport.model import Finding, Problem


@detector("TB109", scope="problem")
def unreachable_file(
    problems: Sequence[Problem], earlier: Sequence[Finding]
) -> Iterator[Observation]:
    """A file or folder that could not be opened or read to its end.

    What it looks for
        Missing permission, files that vanished between listing and reading, and read errors.

    Why it matters
        What lies there is not in this report, as far as it could not be read.

    What to do
        Give read permission, and read folders that something cleans up while they are whole.

    Options
        None.

    Known false positives
        None known.

    Source
        Shared file systems.
    """
    first = problems[0]
    yield Observation(
        "warning",
        f"{first.path} could not be read: {first.detail}",
        "Give read permission to it, or leave it out.",
        evidence={"places": sum(problem.count for problem in problems)},
    )
