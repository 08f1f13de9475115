"""What an engine makes of one file: columns, blob references and problems.

Every engine fills the same `FileScan`; the contract test holds them to the same content. Points
stand in file order, as written: which of them count is decided in `attempts.py`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt

from tbreport.model import Blob, EventFile, Float64s, HParam, Int64s, Problem

MAX_PROBLEMS = 100  # listed one by one, for each code and file
MOMENTS = ("min", "max", "num", "sum", "sum_squares")  # of a histogram: one number each


@dataclass(frozen=True, slots=True)
class ScalarColumns:
    """The points of one tag in one file, in file order; arrays of equal length."""

    steps: Int64s
    wall_times: Float64s
    values: Float64s
    rising: bool = False  # whether steps rise strictly, where the engine knows


@dataclass(frozen=True, slots=True)
class HistogramColumns:
    """The histograms of one tag in one file, in file order; fields as in `HistogramSeries`."""

    steps: Int64s
    wall_times: Float64s
    offsets: Int64s
    edges: Float64s
    counts: Float64s
    min: Float64s
    max: Float64s
    num: Float64s
    sum: Float64s
    sum_squares: Float64s


@dataclass(frozen=True, slots=True)
class Purge:
    """A writer's word that earlier points at or past a step do not count (SessionLog START)."""

    step: int
    wall_time: float


@dataclass(frozen=True, slots=True)
class FileScan:
    """All that one event file holds."""

    file: EventFile
    scalars: Mapping[str, ScalarColumns]
    histograms: Mapping[str, HistogramColumns]
    blobs: tuple[Blob, ...]
    hparams: Mapping[str, HParam]
    purges: tuple[Purge, ...]
    problems: tuple[Problem, ...]
    plugins: Mapping[str, str]  # tag → plugin name, for the next file of the folder


@dataclass(slots=True)
class ProblemLog:
    """Collects problems; past `MAX_PROBLEMS` of a code the last one counts the rest.

    A hostile file can hold a million damaged records, and a report is no place for them.
    """

    path: str
    problems: list[Problem] = field(default_factory=list)
    listed: Counter[str] = field(default_factory=Counter)
    last: dict[str, int] = field(default_factory=dict)

    def add(self, code: str, offset: int, length: int, detail: str) -> None:
        """Note one place."""
        self.listed[code] += 1
        if self.listed[code] <= MAX_PROBLEMS:
            self.last[code] = len(self.problems)
            self.problems.append(Problem(code, self.path, offset, length, detail))
            return
        problem = self.problems[self.last[code]]
        self.problems[self.last[code]] = replace(
            problem, count=problem.count + 1, length=problem.length + length
        )


def rises(steps: Int64s) -> bool:
    """Whether steps rise strictly."""
    return bool((steps[1:] > steps[:-1]).all())


def int64s(numbers: npt.ArrayLike) -> Int64s:
    """An int64 array that nobody can write to."""
    array = np.asarray(numbers, np.int64)
    array.setflags(write=False)
    return array


def float64s(numbers: npt.ArrayLike) -> Float64s:
    """A float64 array that nobody can write to."""
    array = np.asarray(numbers, np.float64)
    array.setflags(write=False)
    return array
