"""Blocks of the kinds beside scalars and histograms: what a page draws of them, no HTML yet."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from tbreport.exhibits import Exhibit, Scope

if TYPE_CHECKING:
    from tbreport.report.document import Table  # whose blocks these are among


@dataclass(frozen=True, slots=True)
class Reel:
    """What one run logged under a tag, by rising step."""

    run: str
    items: tuple[Exhibit, ...]
    total: int  # steps that were logged, of which `items` are shown


@dataclass(frozen=True, slots=True)
class Album:
    """Images, sounds or texts of one tag, the runs beside each other."""

    id: str
    kind: str  # "images", "audio", "text"
    tag: str
    reels: tuple[Reel, ...]
    left_out: int = 0  # runs of which nothing is shown


@dataclass(frozen=True, slots=True)
class PrLine:
    """The precision-recall curve of a run."""

    run: str
    step: int  # its own: the last one up to the frame's
    precision: npt.NDArray[np.float64]
    recall: npt.NDArray[np.float64]
    average: float  # precision, weighted by the recall that each threshold adds
    f1: float  # the greatest
    threshold: float  # where that is


@dataclass(frozen=True, slots=True)
class PrFrame:
    """The curves of all runs at a step."""

    step: int
    lines: tuple[PrLine, ...]


@dataclass(frozen=True, slots=True)
class PrChart:
    """Precision-recall curves of a tag, step by step."""

    id: str
    tag: str
    frames: tuple[PrFrame, ...]
    table: Table


@dataclass(frozen=True, slots=True)
class GraphTree:
    """A model's graph, and the runs that logged the same one."""

    id: str
    runs: tuple[str, ...]
    root: Scope


@dataclass(frozen=True, slots=True)
class Axis:
    """A scale: ticks as shares of its length with labels."""

    name: str
    ticks: tuple[tuple[float, str], ...]


@dataclass(frozen=True, slots=True)
class ParallelLine:
    """One run across the axes; NaN where it has no value."""

    run: str
    places: tuple[float, ...]  # one a axis, 0 … 1
    rank: float  # of its outcome, 0 is the worst and 1 the best; NaN without one


@dataclass(frozen=True, slots=True)
class Parallel:
    """Hyper-parameters and the outcome as parallel axes."""

    id: str
    axes: tuple[Axis, ...]  # the last one is the outcome
    lines: tuple[ParallelLine, ...]
    description: str


@dataclass(frozen=True, slots=True)
class Scatter:
    """The outcome over one hyper-parameter."""

    id: str
    x: Axis
    y: Axis
    points: tuple[tuple[str, float, float], ...]  # run, shares of both axes
    note: str  # "rank correlation −0.71"; what is said in place of one


@dataclass(frozen=True, slots=True)
class Scatters:
    """Small charts of the same outcome, side by side."""

    charts: tuple[Scatter, ...]
