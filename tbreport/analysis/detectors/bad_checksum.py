"""TB102."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from tbreport.analysis.damage import damage
from tbreport.analysis.detector import Observation, detector
from tbreport.model import Finding, Problem
from tbreport.wording import count


@detector("TB102", scope="problem")
def bad_checksum(problems: Sequence[Problem], earlier: Sequence[Finding]) -> Iterator[Observation]:
    """Records whose content does not fit their checksum.

    What it looks for
        Records whose length is sound and whose payload has another CRC-32C than the one written
        behind it.

    Why it matters
        At least one bit of the record is not what the writer wrote. Each such record is left out;
        those after it are read, which TensorBoard does not do.

    What to do
        Copy the file again from where it was written. If the original is damaged too, suspect the
        disk, the network share, or a tool that took the file for text.

    Options
        None.

    Known false positives
        Writers that do not compute checksums; none of the usual ones is known to.

    Source
        The framing of TFRecord files.
    """
    evidence = damage(problems)
    yield Observation(
        "warning",
        f"{problems[0].path} has {count(int(evidence['places']), 'record')} with a wrong checksum, "
        f"the first at byte {problems[0].offset:,} ({problems[0].detail})",
        "Copy the file again from where it was written; only the damaged records were left out.",
        evidence=evidence,
    )
