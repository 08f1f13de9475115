"""Many runs in one chart: which of them are drawn as lines, and bands of quantiles over all.

More than a hundred lines take seconds to draw, and none of them can be followed. The ill and the
best stay lines, those that a reader filters out become lines, and the bands say where all lie.
"""

from __future__ import annotations

from collections.abc import Container, Sequence
from dataclasses import replace

import numpy as np

from tbreport import wording
from tbreport.model import SEVERITIES, Display, Float64s, RunDigest
from tbreport.report import galleries, plots, runs
from tbreport.report.document import Block, Chart, Crowd, Prose, Table, Trace

MANY = 100  # runs that a chart draws one by one; as MOST_LINES of templates/js/curves.js
MANY_PAIRS = 100  # charts of one run each: nobody scrolls through more
MANY_FINDINGS = 100  # that are drawn, the gravest
MANY_ROWS = 1_000  # of a table with a row a run
LEAD = 10  # ill runs, and as many of the best
QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)
BINS = 60  # of steps


def leading(digests: Sequence[RunDigest], compare: str | None = None) -> tuple[str, ...]:
    """The runs that stay lines where there are many: the one compared with, the ill, the best."""
    return foremost(digests, compare) if len(digests) > MANY else ()


def paired(digests: Sequence[RunDigest], compare: str | None = None) -> tuple[str, ...]:
    """The same runs, where all runs together have too many charts of train and validation."""
    many = sum(len(digest.pairs) for digest in digests) > MANY_PAIRS
    return foremost(digests, compare) if many else ()


def listed(digests: Sequence[RunDigest], compare: str | None = None) -> frozenset[str]:
    """The runs that tables name: all of a thousand, else the ill and then the best of them."""
    if len(digests) <= MANY_ROWS:
        return frozenset(digest.run for digest in digests)
    others = [digest.run for digest in digests]
    ordered = (*foremost(digests, compare, MANY_ROWS // 2, MANY_ROWS), *others)
    return frozenset(list(dict.fromkeys(ordered))[:MANY_ROWS])


def foremost(
    digests: Sequence[RunDigest],
    compare: str | None,
    n_ill: int = LEAD,
    n_best: int = LEAD,
) -> tuple[str, ...]:
    """The run that others are compared with, the ill ones, the best; at most so many of each."""
    ill = sorted(
        (digest for digest in digests if digest.worst in ("warning", "error")),
        key=lambda digest: -SEVERITIES.index(digest.worst or "info"),
    )
    chosen = [run for run in (compare,) if run] + [digest.run for digest in ill[:n_ill]]
    return tuple(dict.fromkeys(chosen + best(digests, n_best)))


def best(digests: Sequence[RunDigest], most: int) -> list[str]:
    """The runs with the best values of the foremost metric, the best first."""
    roles = [runs.by_role(digest) for digest in digests]
    keys = runs.foremost(roles)
    if not keys:
        return []
    key = next((key for key in keys if key[1] != "train"), keys[0])
    reached = []
    for digest, by_key in zip(digests, roles, strict=True):
        found = by_key.get(key)
        if found is not None and found.best is not None:
            reached.append((-found.best if found.role.goal == "max" else found.best, digest.run))
    return [run for _, run in sorted(reached)[:most]]


def shortened(blocks: Sequence[Block], shown: Container[str]) -> tuple[Block, ...]:
    """The blocks, of long tables with a row a run only the rows of some runs."""
    found: list[Block] = []
    for block in blocks:
        if isinstance(block, Table) and len(block.runs) > MANY_ROWS:
            kept = [place for place, run in enumerate(block.runs) if run in shown]
            rows = tuple(block.rows[place] for place in kept)
            found.append(excerpt(len(rows), len(block.rows)))
            block = replace(block, rows=rows, runs=tuple(block.runs[place] for place in kept))
        found.append(block)
    return tuple(found)


def with_rows(
    digests: Sequence[RunDigest], shown: Container[str]
) -> tuple[Sequence[RunDigest], tuple[Block, ...]]:
    """The runs that have rows of their own, and what is said of how many there are."""
    if len(digests) <= MANY_ROWS:
        return digests, ()
    kept = [digest for digest in digests if digest.run in shown]
    return kept, (excerpt(len(kept), len(digests)),)


def excerpt(n_shown: int, n_rows: int) -> Prose:
    """How many rows of a table there are."""
    text = f"{n_shown:,} of {n_rows:,} rows: the ill and the best runs; all with --format json."
    return Prose(text, "muted")


def scalars(
    digests: Sequence[RunDigest], lead: Sequence[str], shown: Container[str]
) -> tuple[Chart, ...]:
    """One chart a tag; where there are many runs, with bands over all, the leading runs first.

    Args:
        shown: the runs that can be drawn one by one.
    """
    if not lead:
        return galleries.scalars(digests)
    ordered = sorted(digests, key=lambda digest: digest.run not in lead)
    return tuple(
        replace(
            chart,
            traces=tuple(trace for trace in chart.traces if trace.run in shown),
            crowd=crowd(chart.traces, lead),
        )
        for chart in galleries.scalars(ordered)
    )


def of_leading(digests: Sequence[RunDigest], lead: Sequence[str]) -> Sequence[RunDigest]:
    """The digests of the leading runs; all where there are few."""
    return [digest for digest in digests if digest.run in lead] if lead else digests


def crowd(traces: Sequence[Trace], lead: Sequence[str]) -> Crowd | None:
    """The bands over all traces of a chart, whose first ones are those of `lead`."""
    filled = [trace.points for trace in traces if len(trace.points.steps)]
    if len(traces) <= MANY or not filled:
        return None
    middles, means = binned(filled)
    held = np.flatnonzero(np.isfinite(means).any(axis=0))
    return Crowd(
        sum(trace.run in lead for trace in traces),
        f"all {wording.count(len(traces), 'run')}",
        middles[held],
        quantiles(means[:, held]),
    )


def quantiles(columns: Float64s) -> Float64s:
    """`QUANTILES` of each column's finite values: a row each; every column has some."""
    full = np.isfinite(columns).all(axis=0)
    rows = np.empty((len(QUANTILES), columns.shape[1]))
    rows[:, full] = np.quantile(columns[:, full], QUANTILES, axis=0)
    for at in np.flatnonzero(~full):
        rows[:, at] = np.nanquantile(columns[:, at], QUANTILES)
    return rows


def binned(series: Sequence[Display]) -> tuple[Float64s, Float64s]:
    """The middles of equal bins of the steps, and what each series was there on average.

    A run that ended has no part in what comes later: nothing is made up for it.

    Returns:
        Steps [BINS]; means of the finite values [series, BINS], NaN in a bin without any.
    """
    steps = np.concatenate([points.steps for points in series]).astype(np.float64)
    low = steps.min()
    width = max(steps.max() + 1 - low, 1.0) / BINS  # beyond 2^53 adding 1 changes nothing
    amounts, counts = plots.sums(*series)
    rows = np.repeat(np.arange(len(series)), [len(points.steps) for points in series])
    bins = np.minimum(((steps - low) / width).astype(np.int64), BINS - 1)
    places = bins + BINS * rows
    totals = np.bincount(places, amounts, minlength=BINS * len(series))
    sizes = np.bincount(places, counts, minlength=BINS * len(series))
    means = np.divide(totals, sizes, out=np.full(len(sizes), np.nan), where=sizes > 0)
    return low + width * (np.arange(BINS) + 0.5), means.reshape(-1, BINS)


def undrawn(n_findings: int) -> tuple[Block, ...]:
    """That only the gravest findings have a chart; nothing where all have."""
    if n_findings <= MANY_FINDINGS:
        return ()
    text = f"On the page the {MANY_FINDINGS} gravest of {n_findings:,} findings are drawn."
    return (Prose(text, "muted"),)


def remark(lead: Sequence[str], n_runs: int) -> tuple[Block, ...]:
    """What is drawn of so many runs; nothing where all are."""
    if not lead:
        return ()
    drawn = wording.count(len(lead), "run")
    return (
        Prose(
            f"Drawn here: {drawn} of {n_runs:,}, the ill and the best; others with --runs.", "muted"
        ),
    )
