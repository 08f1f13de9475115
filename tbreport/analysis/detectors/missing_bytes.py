"""TB108."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from tbreport.analysis.damage import damage
from tbreport.analysis.detector import Observation, detector
from tbreport.model import Finding, Problem
from tbreport.wording import count


@detector("TB108", scope="problem")
def missing_bytes(problems: Sequence[Problem], earlier: Sequence[Finding]) -> Iterator[Observation]:
    """Bytes that had to be skipped, because the length of a record was damaged.

    What it looks for
        Records whose length does not fit its checksum: where the next one begins is then unknown,
        and it is searched for by its checksums.

    Why it matters
        Events are lost: at least one, and as many as fit into the bytes skipped. TensorBoard stops
        at such a place without a word and shows the rest of the file as if it were not there.

    What to do
        Copy the file again from where it was written. If the original is damaged too, two processes
        may have written to the same file, or the disk was full for a while.

    Options
        None.

    Known false positives
        None known.

    Source
        The framing of TFRecord files.
    """
    evidence = damage(problems)
    yield Observation(
        "warning",
        f"{problems[0].path} is damaged: {count(int(evidence['lost_bytes']), 'byte')} were skipped "
        f"from byte {problems[0].offset:,} on ({problems[0].detail})",
        "Copy the file again from where it was written; only one process may write to it.",
        evidence=evidence,
    )
