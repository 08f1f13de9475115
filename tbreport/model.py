"""The nouns: what passes from the reader to the analysis, and from there to the report.

Frozen dataclasses without behaviour beyond lookup. Arrays are read-only; wall times are float64
seconds since the Unix epoch, UTC; steps are int64; paths are relative to the logdir, with "/".
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from tbreport.distribution import Distribution
    from tbreport.exhibits import Exhibit

Int64s = npt.NDArray[np.int64]
Float64s = npt.NDArray[np.float64]

Severity = Literal["info", "warning", "error"]
SEVERITIES: tuple[Severity, ...] = ("info", "warning", "error")  # rising

Split = Literal["train", "val", "test"]
Goal = Literal["min", "max"]
HParam = bool | float | str


@dataclass(frozen=True, slots=True)
class EventFile:
    """One ``…tfevents…`` file and how far it could be read."""

    path: str
    folder: str  # as TensorBoard names the run; "." is the logdir itself
    size: int  # bytes
    records: int  # sound ones
    good_bytes: int  # offset after the last sound record: where a reader of a grown file goes on
    first_wall_time: float | None  # of any event, the version event included
    last_wall_time: float | None
    file_version: str  # "brain.Event:2", or "" where the file does not say
    writer: str  # SourceMetadata.writer, or ""


@dataclass(frozen=True, slots=True)
class Problem:
    """Something wrong in the bytes, and where."""

    code: str  # TB1xx
    path: str
    offset: int  # bytes from the file's start
    length: int  # bytes that could not be used
    detail: str  # one clause, with the numbers: "payload checksum is 0x12, should be 0x34"
    count: int = 1  # places like this one that the entry stands for
    run: str = ""


@dataclass(frozen=True, slots=True)
class Source:
    """Where a series was written: the folder as TensorBoard names it, and the tag there."""

    folder: str
    tag: str


@dataclass(frozen=True, slots=True)
class Series:
    """The scalars of one run × tag."""

    run: str
    tag: str
    source: Source
    steps: Int64s  # [n], strictly rising once attempts are resolved
    wall_times: Float64s  # [n]
    values: Float64s  # [n]; NaN and ±inf stay
    original_steps: Int64s | None = None  # [n], as written, where `steps` had to be renumbered

    def __len__(self) -> int:
        return len(self.steps)


@dataclass(frozen=True, slots=True)
class HistogramSeries:
    """The histograms of one run × tag, ragged: writers trim empty buckets.

    Histogram i has the counts ``counts[offsets[i]:offsets[i + 1]]`` between the edges
    ``edges[offsets[i] + i:offsets[i + 1] + i + 1]``, one more than counts, never falling.
    One without buckets (all were empty) has no counts and the single edge NaN.
    """

    run: str
    tag: str
    source: Source
    steps: Int64s  # [n]
    wall_times: Float64s  # [n]
    offsets: Int64s  # [n + 1], into counts
    edges: Float64s  # [offsets[n] + n]
    counts: Float64s  # [offsets[n]]
    min: Float64s  # [n]
    max: Float64s  # [n]
    num: Float64s  # [n], how many values were counted
    sum: Float64s  # [n], NaN where the encoding does not keep it (tensors)
    sum_squares: Float64s  # [n], likewise
    original_steps: Int64s | None = None

    def __len__(self) -> int:
        return len(self.steps)

    def bucket(self, index: int) -> tuple[Float64s, Float64s]:
        """Edges [k + 1] and counts [k] of one histogram, as views."""
        start, stop = self.offsets[index], self.offsets[index + 1]
        return self.edges[start + index : stop + index + 1], self.counts[start:stop]


@dataclass(frozen=True, slots=True)
class Blob:
    """A reference to a payload that is decoded only when it is asked for."""

    kind: str  # a name in reader.kinds.KINDS
    tag: str
    step: int
    wall_time: float
    path: str
    offset: int  # of the record's payload (an Event) in the file, bytes
    length: int  # of that payload, bytes
    index: int = 0  # position in the event's summary; 0 for graphs and run metadata


SetAsideReason = Literal[
    "resumed",  # an earlier attempt's points at or past the step where a later one began
    "abandoned",  # an earlier attempt that a later one covers whole
    "concurrent",  # written by another writer at the same time
    "purged",  # the writer said so itself: SessionLog START
    "repeated",  # the same step again; the last point counts
]


@dataclass(frozen=True, slots=True)
class SetAside:
    """Points that were read and do not count, and why."""

    tag: str
    reason: SetAsideReason
    points: int
    first_step: int
    last_step: int
    path: str  # the file that held them
    kept: str  # the file that was used instead; the same where one file holds both


@dataclass(frozen=True, slots=True)
class Run:
    """One training as a person means it."""

    name: str  # path under the logdir; the logdir itself is "."
    folders: tuple[str, ...]
    files: tuple[EventFile, ...]
    scalars: Mapping[str, Series]  # by tag, sorted
    histograms: Mapping[str, HistogramSeries]
    blobs: tuple[Blob, ...] = ()
    hparams: Mapping[str, HParam] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()
    superseded: tuple[SetAside, ...] = ()
    layout: str = "folder"  # the name in reader.layouts.LAYOUTS by which the folders were joined

    def series(self, tag: str) -> Series:
        """The scalars of a tag; where there are none, a KeyError lists the tags there are."""
        try:
            return self.scalars[tag]
        except KeyError:
            known = ", ".join(self.scalars) or "none"
            message = f"run {self.name!r} has no scalar tag {tag!r}; it has: {known}"
            raise KeyError(message) from None


@dataclass(frozen=True, slots=True)
class Role:
    """What a tag means."""

    metric: str  # "loss", "accuracy", "learning rate", … or "" where the name says nothing
    split: Split | None
    goal: Goal | None


@dataclass(frozen=True, slots=True)
class Pair:
    """The training and validation series of one metric."""

    metric: str
    train: Series
    val: Series


@dataclass(frozen=True, slots=True)
class Finding:
    """What a detector found, with its evidence."""

    code: str
    name: str
    severity: Severity
    run: str  # "" for one of the whole experiment
    tags: tuple[str, ...]
    steps: tuple[int, int] | None  # first and last, inclusive
    message: str  # one sentence with its numbers
    evidence: Mapping[str, float]  # the unit stands in the name: "rise_percent", "best_step"
    advice: str
    because_of: str = ""  # the code of the finding of the same run that it follows from
    accepted: str = ""  # the reason, where the settings say that it is known
    accepted_until: str = ""  # the last day on which that holds: "2027-01-31"


@dataclass(frozen=True, slots=True)
class Display:
    """The points of one series that are drawn: extremes, ends and non-finite ones kept."""

    steps: Int64s  # [k]
    wall_times: Float64s  # [k]
    values: Float64s  # [k]
    means: npt.NDArray[np.float32] | None = None  # [k], `thin.between`; None if all are drawn


@dataclass(frozen=True, slots=True)
class Statistics:
    """One series in numbers, over all of its points."""

    tag: str
    kind: str  # "scalars", "histograms", …
    role: Role
    points: int
    first_step: int | None
    last_step: int | None
    first_wall_time: float | None
    last_wall_time: float | None
    first: float | None = None  # scalars alone from here on
    last: float | None = None  # as written: may be NaN
    min: float | None = None  # of the finite values
    max: float | None = None
    best: float | None = None  # of the finite values, by the role's goal
    best_step: int | None = None
    nonfinite: int = 0
    first_nonfinite_step: int | None = None
    renumbered: bool = False


@dataclass(frozen=True, slots=True)
class Foregone:
    """What another validation series loses by the choice of a checkpoint."""

    tag: str
    value: float  # of the smoothed curve at the chosen step
    best: float  # of the smoothed curve


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """Which checkpoint of a run to keep, by the validation series that counts."""

    tag: str
    step: int
    value: float
    last_step: int
    last: float  # level at the end
    after_s: float  # between the two; 0 where the clock stood still
    foregone: tuple[Foregone, ...] = ()  # of the other validation series, by tag


@dataclass(frozen=True, slots=True)
class RunDigest:
    """All that is kept of a run once it was analysed: small and picklable."""

    run: str
    folders: tuple[str, ...]
    layout: str
    files: tuple[EventFile, ...]
    problems: tuple[Problem, ...]
    superseded: tuple[SetAside, ...]
    hparams: Mapping[str, HParam]
    findings: tuple[Finding, ...]
    statistics: tuple[Statistics, ...]  # sorted by kind, then tag
    display: Mapping[str, Display]  # scalar tag → points to draw
    histograms: Mapping[str, HistogramSeries]  # thinned in steps and buckets, for drawing
    pairs: tuple[tuple[str, str, str], ...]  # metric, training tag, validation tag
    first_wall_time: float | None = None  # of the points, not of the files
    last_wall_time: float | None = None
    coverage: Mapping[str, str] = field(default_factory=dict)  # code → why not; "" where it looked
    checkpoint: Checkpoint | None = None  # None without a validation series
    distributions: Mapping[str, Distribution] = field(default_factory=dict)  # of `histograms`
    exhibits: tuple[Exhibit, ...] = ()  # sorted by kind, tag, step; what was not opened is missing

    @property
    def points(self) -> int:
        """Points of every kind that count, after attempts are resolved."""
        return sum(statistics.points for statistics in self.statistics)

    @property
    def worst(self) -> Severity | None:
        """The severity of the gravest finding that is not accepted; None if there are none."""
        found = {finding.severity for finding in self.findings if not finding.accepted}
        return next((severity for severity in reversed(SEVERITIES) if severity in found), None)
