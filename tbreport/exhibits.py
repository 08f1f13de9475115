"""What blobs hold, decoded for a report: pictures, clips, texts, curves, layouts and graphs.

Nouns without behavior, small enough to travel in a digest. What cannot be shown has a flaw, a
clause that says why.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt


@dataclass(frozen=True, slots=True)
class Picture:
    """One encoded image, known to be of a raster format."""

    media: str  # "image/png"
    encoded: bytes
    width: int  # pixels as logged
    height: int
    is_reduced: bool = False  # `encoded` has fewer pixels than that


@dataclass(frozen=True, slots=True)
class Clip:
    """One encoded sound."""

    media: str  # "audio/wav"
    encoded: bytes
    duration_s: float | None = None  # where the header says it
    peaks: tuple[float, ...] = ()  # loudest of each stretch, 0 … 1, where the samples are plain


@dataclass(frozen=True, slots=True)
class Text:
    """The beginning of a text, as Markdown."""

    words: str
    length: int  # characters as logged


@dataclass(frozen=True, slots=True)
class PrCurve:
    """Precision over recall, thresholds rising evenly from 0 to 1.

    The numbers are of all thresholds that were logged, of which the curve may hold fewer.
    """

    precision: npt.NDArray[np.float64]  # [k], 0 … 1; NaN where nothing was taken as positive
    recall: npt.NDArray[np.float64]  # [k], 0 … 1
    average: float  # precision, weighted by the recall that each threshold adds
    f1: float  # the greatest
    threshold: float  # where that is


@dataclass(frozen=True, slots=True)
class LayoutChart:
    """A chart that the writer of the log asked for."""

    title: str
    patterns: tuple[str, ...] = ()  # regular expressions of tags
    margins: tuple[tuple[str, str, str], ...] = ()  # tags of a value and of its bounds


@dataclass(frozen=True, slots=True)
class Layout:
    """Charts by category."""

    categories: tuple[tuple[str, tuple[LayoutChart, ...]], ...]


@dataclass(frozen=True, slots=True)
class Op:
    """One node of a model's graph."""

    name: str  # with its name scopes: "Net/Linear[fc]/matmul"
    kind: str
    shape: str = ""  # of its outputs: "64×10"; "" where the graph does not say


@dataclass(frozen=True, slots=True)
class Scope:
    """A name scope of a graph, or a single operation."""

    name: str  # the last part
    kind: str  # of the operation; "" of a scope
    shape: str
    ops: int  # operations in it; 1 for an operation itself
    kinds: tuple[tuple[str, int], ...] = ()  # the most frequent ones first
    children: tuple[Scope, ...] = ()
    left_out: int = 0  # children that are not told


Content = tuple[Picture, ...] | tuple[Clip, ...] | Text | PrCurve | Layout | Scope


@dataclass(frozen=True, slots=True)
class Exhibit:
    """What one blob holds, or why that cannot be shown."""

    kind: str  # a name in reader.kinds.KINDS
    tag: str
    step: int
    wall_time: float
    content: Content | None
    flaw: str = ""  # "an SVG may run scripts"; beside content it speaks of a part
