"""What one detector tells of a run, whatever the others say."""

from __future__ import annotations

from collections.abc import Sequence

from tbreport.analysis.detector import DetectorSettings
from tbreport.analysis.examination import detect, detect_experiment
from tbreport.model import Finding, Run, RunDigest


def findings(
    code: str, looked_at: Run | Sequence[RunDigest], settings: DetectorSettings | None = None
) -> tuple[Finding, ...]:
    """The findings of a detector in a run, or in the digests of an experiment.

    Those that another detector takes the place of are not among them.
    """
    settings = settings or DetectorSettings(select=("TB", code))
    if isinstance(looked_at, Run):
        found = detect(looked_at, settings)
    else:
        found = detect_experiment(looked_at, settings)
    return tuple(finding for finding in found if finding.code == code)
