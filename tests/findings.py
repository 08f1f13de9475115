"""What one detector tells of a run, whatever the others say."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from tbreport.analysis.detector import DetectorSettings, every_detector
from tbreport.analysis.digest import digest, plan_for
from tbreport.analysis.examination import detect, detect_experiment
from tbreport.analysis.roles import RoleRules
from tbreport.model import Blob, Finding, Run, RunDigest


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


def told(looked_at: Run | Sequence[RunDigest]) -> tuple[Finding, ...]:
    """The findings of every detector, those that ship disabled among them."""
    settings = DetectorSettings(select=("TB", *(one.code for one in every_detector())))
    if isinstance(looked_at, Run):
        return detect(looked_at, settings)
    return detect_experiment(looked_at, settings)


def experiment(
    runs: Mapping[str, Run], hparams: Mapping[str, Mapping[str, Any]] | None = None
) -> tuple[RunDigest, ...]:
    """The digests of several runs, by name."""

    def never(blob: Blob) -> bytes:
        raise AssertionError("no blob is read")

    return tuple(
        digest(
            replace(one, name=name, hparams=(hparams or {}).get(name, {})),
            plan_for(len(runs)),
            never,
            DetectorSettings(),
            RoleRules(),
        )
        for name, one in runs.items()
    )
