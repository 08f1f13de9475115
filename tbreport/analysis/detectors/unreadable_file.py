"""TB103."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from tbreport.analysis.damage import damage
from tbreport.analysis.detector import Observation, detector
from tbreport.model import Finding, Problem


@detector("TB103", scope="problem")
def unreadable_file(
    problems: Sequence[Problem], earlier: Sequence[Finding]
) -> Iterator[Observation]:
    """A file named like an event file that holds no event.

    What it looks for
        Empty files, Git LFS pointers that were never replaced by their content, and files that are
        something else; also records whose payload is no event.

    Why it matters
        Nothing of such a file is in this report. If it was a run, the run is missing.

    What to do
        Git LFS: `git lfs pull`. An empty file: the writer was killed before its first flush, or the
        disk was full. Anything else: rename it, since every name with `tfevents` in it is read.

    Options
        None.

    Known false positives
        None known.

    Source
        Public repositories, where pointers and empty files are common.
    """
    first = problems[0]
    yield Observation(
        "warning",
        f"{first.path} could not be read as an event file: {first.detail}",
        "Fetch the file's content (`git lfs pull` for a pointer) or remove it; "
        "nothing of it is in this report.",
        evidence=damage(problems),
    )
