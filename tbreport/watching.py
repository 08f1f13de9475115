"""watch: what a logdir looks like while runs are written, again and again.

Each look is a whole summary, of which only the families that changed are read. A run is said to
have stopped once nothing was written for longer than writers usually wait.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from tbreport.errors import LogdirError
from tbreport.model import Finding, RunDigest, Severity
from tbreport.options import Options
from tbreport.pipeline import summarize
from tbreport.remembering import InMemory
from tbreport.report.document import Report
from tbreport.wording import listed

if TYPE_CHECKING:
    from tbreport.reader.columns import Columns

MOST = 5  # sentences of one look that say the same


@dataclass(frozen=True, slots=True)
class Row:
    """One run at a look."""

    run: str
    points: int
    step: int | None  # the last of any scalar
    metric: str  # the series that tells most: validation before training
    value: float | None
    worst: Severity | None
    written: float | None  # wall time of the last event
    stopped: bool


@dataclass(frozen=True, slots=True)
class Look:
    """What one look saw."""

    at: float
    rows: tuple[Row, ...]
    news: tuple[str, ...]  # sentences: what was found, stopped, went on or vanished since the last
    report: Report | None = None
    trouble: str = ""  # why nothing could be seen


@dataclass(slots=True)
class Watch:
    """What was seen so far."""

    paths: tuple[str | Path, ...]
    options: Options
    stopped_after_s: float
    columns: Columns | None = None  # of files whose reading is dear
    values: InMemory = field(default_factory=InMemory)
    _told: set[tuple[str, str, tuple[str, ...]]] = field(default_factory=set)
    _stopped: dict[str, bool] = field(default_factory=dict)

    def look(self, now: float) -> Look:
        """Look once; an empty or missing logdir is waited for.

        Args:
            now: seconds since the Unix epoch.

        Raises:
            SettingsError: the settings cannot be used.
        """
        before, self.values = self.values, InMemory()
        try:
            report = summarize(
                *self.paths,
                options=self.options,
                values=Passing(before, self.values),
                columns=self.columns,
                crashes=[],
            )
        except LogdirError as error:
            self.values = before
            return Look(now, (), (), trouble=str(error))
        rows = tuple(self.row(digest, now) for digest in report.runs)
        return Look(now, rows, tuple(self.news(report, rows)), report)

    def row(self, digest: RunDigest, now: float) -> Row:
        """A run's line."""
        scalars = [one for one in digest.statistics if one.kind == "scalars"]
        chosen = sorted(
            scalars, key=lambda one: (one.role.split != "val", one.role.goal is None, one.tag)
        )
        written = max(
            (file.last_wall_time for file in digest.files if file.last_wall_time is not None),
            default=None,
        )
        return Row(
            digest.run,
            digest.points,
            max((one.last_step for one in scalars if one.last_step is not None), default=None),
            chosen[0].tag if chosen else "",
            chosen[0].last if chosen else None,
            digest.worst,
            written,
            written is not None and now - written > self.stopped_after_s,
        )

    def news(self, report: Report, rows: tuple[Row, ...]) -> Iterator[str]:
        """What is told once."""
        yield from self.gone({row.run for row in rows})
        found: dict[str, list[Finding]] = {}
        for finding in (*report.findings, *(f for run in report.runs for f in run.findings)):
            key = (finding.run, finding.code, finding.tags)
            if finding.severity != "info" and not finding.accepted and key not in self._told:
                self._told.add(key)
                found.setdefault(finding.code, []).append(finding)
        for findings in found.values():
            yield from map(sentence, findings[:MOST])
            if others := findings[MOST:]:
                runs = list(dict.fromkeys(where(finding) for finding in others))
                yield f"{listed(runs)}: {title(others[0])}"
        stopped, again = list[Row](), list[str]()
        for row in rows:
            before = self._stopped.get(row.run)
            self._stopped[row.run] = row.stopped
            if row.stopped and not before:
                stopped.append(row)
            elif before and not row.stopped:
                again.append(row.run)
        for row in stopped if len(stopped) <= MOST else ():
            yield f"{row.run}: stopped writing at {moment(row.written)}"
        if len(stopped) > MOST:
            last = max(row.written or 0.0 for row in stopped)
            runs = [row.run for row in stopped]
            yield f"{listed(runs)}: stopped writing, the last at {moment(last)}"
        yield from each(again, "writes again")

    def gone(self, there: Container[str]) -> Iterator[str]:
        """Forget the runs that are no longer there: should they come back, all is told afresh."""
        runs = [run for run in self._stopped if run not in there]
        for run in runs:
            del self._stopped[run]
        self._told = {key for key in self._told if not key[0] or key[0] not in runs}
        yield from each(runs, "no longer there")


@dataclass(frozen=True, slots=True)
class Passing:
    """Takes values from one look to the next, so that what no longer counts is let go."""

    before: InMemory
    after: InMemory

    def found(self, keys: Sequence[bytes]) -> dict[bytes, bytes]:
        values = self.before.found(keys)
        self.after.put(values)
        return values

    def put(self, values: Mapping[bytes, bytes]) -> None:
        self.after.put(values)


def sentence(finding: Finding) -> str:
    """A finding in a line."""
    return f"{where(finding)}: {title(finding)}: {finding.message}"


def where(finding: Finding) -> str:
    """The run that a finding speaks of."""
    return finding.run or "all runs"


def title(finding: Finding) -> str:
    """What a finding is called."""
    return f"{finding.severity} {finding.code} {finding.name}"


def each(runs: Sequence[str], words: str) -> Iterator[str]:
    """The same of some runs: a sentence each, or one of them all where they are many."""
    yield from (f"{run}: {words}" for run in (runs if len(runs) <= MOST else [listed(runs)]))


def moment(wall_time: float | None) -> str:
    """A wall time as people write it, UTC; one that no calendar has as it is."""
    if wall_time is None:
        return ""
    try:
        return f"{datetime.fromtimestamp(wall_time, UTC):%Y-%m-%d %H:%M:%S} UTC"
    except (OverflowError, ValueError, OSError):
        return f"{wall_time:.4g} s"


def follow(
    watch: Watch,
    show: Callable[[Look], None],
    *,
    interval_s: float,
    clock: Callable[[], float],
    sleep: Callable[[float], None],
    looks: int | None = None,
) -> None:
    """Look, show, wait, until someone stops it.

    Args:
        looks: how many times; None for ever.
    """
    count = 0
    while True:
        began = clock()
        show(watch.look(began))
        count += 1
        if looks is not None and count >= looks:
            return
        sleep(max(0.0, interval_s - (clock() - began)))
