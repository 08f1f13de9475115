"""What a candidate is held against: its curves over the bands of the baseline's."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import islice
from typing import TYPE_CHECKING

import numpy as np

from tbreport import wording
from tbreport.model import RunDigest
from tbreport.report import galleries
from tbreport.report.crowds import quantiles
from tbreport.report.document import Chart, Crowd
from tbreport.report.gating import TONES, gravity

if TYPE_CHECKING:
    from tbreport.gate.model import Reference, Verdict

GROUP = "against the baseline"
MOST = 12  # charts: what failed comes first


def charts(verdict: Verdict, digests: Sequence[RunDigest]) -> tuple[Chart, ...]:
    """One chart a gated metric, those that failed first."""
    by_run = {digest.run: digest for digest in digests}
    ordered = sorted(verdict.references, key=lambda one: rank(one, verdict))
    every = (draw(one, by_run) for one in ordered)
    drawn = list(islice((chart for chart in every if chart is not None), MOST))
    ids = galleries.unique(chart.id for chart in drawn)
    return tuple(replace(chart, id=id) for chart, id in zip(drawn, ids, strict=True))


def rank(reference: Reference, verdict: Verdict) -> int:
    """How bad the worst check of a metric is; 0 is a failure."""
    asked = reference.job, reference.tag
    found = [gravity(check) for check in verdict.checks if (check.job, check.tag) == asked]
    return min(found, default=len(TONES))


def draw(reference: Reference, by_run: dict[str, RunDigest]) -> Chart | None:
    """The candidate's lines over the baseline; None where it has none, or the baseline no value."""
    tag, curves = reference.tag, np.array(reference.curves)
    curves[~np.isfinite(curves)] = np.nan
    held = np.flatnonzero(np.isfinite(curves).any(axis=0))
    traces = tuple(
        galleries.trace(digest, known[tag])
        for run in reference.runs
        if (digest := by_run.get(run)) is not None
        and tag in (known := galleries.scalar_statistics(digest))
    )
    if not traces or not len(held):
        return None
    of = f"the baseline's {wording.count(len(curves), 'run')}"
    bands = Crowd(
        len(traces), of, reference.steps[held].astype(np.float64), quantiles(curves[:, held])
    )
    told = f"{galleries.description(tag, traces)}; bands of {of}"
    id = f"gate-{galleries.slug(f'{reference.job}-{tag}')}"
    return Chart(id, tag, GROUP, traces, (), told, bands)
