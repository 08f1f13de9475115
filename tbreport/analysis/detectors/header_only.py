"""TB104."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from tbreport.analysis.detector import Observation, detector
from tbreport.model import Finding, Problem


@detector("TB104", scope="problem")
def header_only(problems: Sequence[Problem], earlier: Sequence[Finding]) -> Iterator[Observation]:
    """An event file to which no value was ever written.

    What it looks for
        Files that hold the version event, which every writer writes first, and nothing else.

    Why it matters
        Mostly it does not: a second writer was opened and never used. But if it is the only file of
        its folder, a training logged nothing.

    What to do
        Open the writer where it is used. A training that was killed early needs a shorter flush
        interval (`flush_secs`) to leave anything behind.

    Options
        None.

    Known false positives
        A training that has only begun.

    Source
        Frameworks that open a writer for every process or callback.
    """
    yield Observation(
        "info",
        f"{problems[0].path} holds no value, only the header that a writer begins with",
        "Nothing to do if another file of the folder has the values; "
        "else the training logged nothing.",
        evidence={"size_bytes": sum(problem.length for problem in problems)},
    )
