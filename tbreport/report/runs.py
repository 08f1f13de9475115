"""The table of runs: how far each came, how well, and how it went."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from tbreport import wording
from tbreport.model import SEVERITIES, Finding, RunDigest, Statistics
from tbreport.report.document import Cell, Column, Spark, Table, Tone
from tbreport.report.galleries import scalar_statistics

MAX_METRICS = 4  # pairs of columns: a wider table is no longer read
MIN_POINTS = 10  # of a loss, before a run counts as judged
SPARK_POINTS = 48
LEADING = ("reward", "loss")  # stand first: what a run is after
OF_TRAINING = ("TB2", "TB3", "TB4")  # codes of detectors that judge how a training went

Key = tuple[str, str]  # metric, split


def table(digests: Sequence[RunDigest], compare: str | None = None) -> Table:
    """One row a run.

    Columns: the run, its status, steps and time, then for each of the foremost metrics by role the
    last value with a sparkline and, unless it is of training, the best and where, the best of all
    runs set off; learning rate. A reward is told like a metric of held-out samples, whatever its
    split.
    """
    roles = [by_role(digest) for digest in digests]
    keys = foremost(roles)
    columns = [
        Column("run"),
        Column("status"),
        Column("steps", "right"),
        Column("time", "right"),
    ]
    for key in keys:
        metric = key[0]
        title = " ".join(key).strip()
        columns.append(Column(title, "right", optional=metric != "loss" and not has_best(key)))
        if has_best(key):
            columns += [Column("best", "right"), Column("at", "right", optional=True)]
    rates = [learning_rate(by_key) for by_key in roles]
    if any(rates):
        columns.append(Column("learning rate", "right", optional=True))
    winners = {key: winner([by_key.get(key) for by_key in roles]) for key in keys}
    rows = []
    for digest, by_key, rate in zip(digests, roles, rates, strict=True):
        row = [Cell(digest.run, tone="strong" if digest.run == compare else "plain")]
        row += [status(digest), *extent(digest)]
        for key in keys:
            row += metric_cells(digest, by_key.get(key), winners[key], with_best=has_best(key))
        if any(rates):
            last = rate.last if rate else None
            row.append(Cell(wording.number(last), last))
        rows.append(tuple(row))
    return Table(tuple(columns), tuple(rows), tuple(digest.run for digest in digests))


def winner(found: Sequence[Statistics | None]) -> float | None:
    """The best value that any run reached; None where none did."""
    known = [one for one in found if one is not None and one.best is not None]
    if not known:
        return None
    better = min if known[0].role.goal == "min" else max
    return better(one.best for one in known if one.best is not None)


def has_best(key: Key) -> bool:
    """Whether the best value is worth a column: that of training says nothing but for a reward."""
    metric, split = key
    return split != "train" or metric == "reward"


def learning_rate(by_key: Mapping[Key, Statistics]) -> Statistics | None:
    """A run's learning rate, if it was logged."""
    return by_key.get(("learning rate", "train")) or by_key.get(("learning rate", ""))


def by_role(digest: RunDigest) -> dict[Key, Statistics]:
    """The series that stands for each metric and split of a run.

    A paired series wins over others of its role, then the one with more points.
    """
    paired = {tag for _, train, val in digest.pairs for tag in (train, val)}
    found: dict[Key, Statistics] = {}
    for statistics in scalar_statistics(digest).values():
        role = statistics.role
        if not role.metric:
            continue
        key = (role.metric, role.split or "")
        other = found.get(key)
        if other is None or rank(statistics, paired) > rank(other, paired):
            found[key] = statistics
    return found


def rank(statistics: Statistics, paired: set[str]) -> tuple[bool, int]:
    return statistics.tag in paired, statistics.points


def foremost(roles: Sequence[Mapping[Key, Statistics]]) -> list[Key]:
    """The metrics that the table shows: rewards, losses, held-out samples, what most runs have.

    Args:
        roles: `by_role` of every run.
    """
    counts: dict[Key, int] = {}
    for by_key in roles:
        for key, statistics in by_key.items():
            if statistics.role.goal is not None:
                counts[key] = counts.get(key, 0) + 1
    most = max(counts.values(), default=0)
    splits = ("train", "val", "", "test")

    def order(key: Key) -> tuple[bool, bool, bool, int, str, int]:
        metric, split = key
        is_rare = 2 * counts[key] < most
        told = (is_rare, split not in ("val", "test"), split == "train")
        return (*told, -counts[key], metric, splits.index(split))

    leading = sorted(
        (key for key in counts if key[0] in LEADING),
        key=lambda key: (LEADING.index(key[0]), splits.index(key[1])),
    )
    others = sorted((key for key in counts if key[0] not in LEADING), key=order)
    return (leading + others)[:MAX_METRICS]


def was_examined(digest: RunDigest) -> bool:
    """Whether a detector of training looked at the run."""
    return any(
        not reason for code, reason in digest.coverage.items() if code.startswith(OF_TRAINING)
    )


def is_judged(digest: RunDigest) -> bool:
    """Whether the detectors of training had a loss or metric that is long enough."""
    return was_examined(digest) and any(
        statistics.role.goal is not None and statistics.points >= MIN_POINTS
        for statistics in scalar_statistics(digest).values()
    )


def status(digest: RunDigest) -> Cell:
    """The gravest finding's name, or how it stands otherwise; sorted by how grave it is."""
    if not digest.points:
        return Cell("no data", SEVERITIES.index("warning"), "warning")
    grave: list[Finding] = [
        f for f in digest.findings if f.severity == digest.worst and not f.accepted
    ]
    if grave and digest.worst in ("warning", "error"):
        others = len({*leads(digest)} - {grave[0].name})
        more = f" +{others}" if others and not grave[0].because_of else ""
        tone: Tone = digest.worst
        return Cell(grave[0].name + more, SEVERITIES.index(digest.worst), tone)
    return Cell("healthy", -1, "ok") if is_judged(digest) else Cell("not judged", 0, "muted")


def leads(digest: RunDigest) -> list[str]:
    """Of what a run is ill, without what follows from it."""
    return list(dict.fromkeys(f.name for f in digest.findings if counts(f) and not f.because_of))


def counts(finding: Finding) -> bool:
    """Whether a finding is more than information and not accepted."""
    return finding.severity != "info" and not finding.accepted


def extent(digest: RunDigest) -> tuple[Cell, Cell]:
    """The last step, and the time between the first and the last point."""
    lasts = [found.last_step for found in digest.statistics if found.last_step is not None]
    last = max(lasts, default=None)
    if digest.first_wall_time is None or digest.last_wall_time is None:
        spent = None
    else:
        spent = digest.last_wall_time - digest.first_wall_time
    return (
        Cell("–" if last is None else f"{last:,}", last),
        Cell(wording.duration(spent), spent),
    )


def metric_cells(
    digest: RunDigest, statistics: Statistics | None, winner: float | None, *, with_best: bool
) -> list[Cell]:
    """The last value with a sparkline and, if wanted, the best value and its step."""
    if statistics is None:
        return [Cell("–")] + [Cell("–"), Cell("")] * with_best
    text = f"{statistics.tag} of {digest.run}: "
    text += f"{wording.number(statistics.first)} → {wording.number(statistics.last)}"
    lost = statistics.last is not None and not np.isfinite(statistics.last)
    cells = [
        Cell(
            wording.number(statistics.last),
            None if lost else statistics.last,
            "error" if lost else "plain",
            Spark(sampled(digest, statistics.tag), digest.run, text),
        ),
    ]
    if with_best:
        step = statistics.best_step
        tone: Tone = "strong" if statistics.best == winner else "plain"
        cells.append(Cell(wording.number(statistics.best), statistics.best, tone))
        cells.append(Cell("" if step is None else f"{step:,}", step, "muted"))
    return cells


def sampled(digest: RunDigest, tag: str) -> tuple[float, ...]:
    """A series at evenly spaced steps, a few points for a sparkline; NaN where it is not finite."""
    points = digest.display[tag]
    if not len(points.steps):
        return ()
    wanted = np.linspace(points.steps[0], points.steps[-1], min(SPARK_POINTS, len(points.steps)))
    places = np.minimum(np.searchsorted(points.steps, wanted), len(points.steps) - 1)
    return tuple(points.values[places].tolist())
