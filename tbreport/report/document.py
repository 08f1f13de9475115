"""The one document between analysis and renderers: sections of blocks, no HTML and no Plotly.

`sections.compose` makes it; each format renders it (`formats.FORMATS`). Everything that a reader
sees in the page, the terminal or a comment stands here once. Text is plain: names come from
strangers, and escaping is each renderer's duty.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from html import escape
from typing import TYPE_CHECKING, Literal, TypeAlias

from tbreport.distribution import Distribution
from tbreport.model import (
    Display,
    Finding,
    Float64s,
    HistogramSeries,
    Problem,
    RunDigest,
    Severity,
    Split,
)

if TYPE_CHECKING:
    from tbreport.gate.contrast import Contrast
    from tbreport.gate.model import Verdict
    from tbreport.report.showcase import Album, GraphTree, Parallel, PrChart, Scatters

FRAME_HEIGHT = 800  # px, of a report in a notebook

Tone = Literal["plain", "muted", "strong", "ok", "info", "warning", "error"]


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell of a table: the text that is shown, and what a program sorts by."""

    text: str
    value: float | None = None
    tone: Tone = "plain"
    spark: Spark | None = None


@dataclass(frozen=True, slots=True)
class Spark:
    """A curve of a few points for a sparkline; NaN where the series is not finite."""

    values: tuple[float, ...]
    run: str  # gives the color
    label: str  # the text alternative: "loss/val of baseline: 2.31 → 0.312"


@dataclass(frozen=True, slots=True)
class Column:
    """A table's column."""

    title: str
    align: Literal["left", "right"] = "left"
    optional: bool = False  # left out first where the width is short


@dataclass(frozen=True, slots=True)
class Prose:
    """A paragraph."""

    text: str
    tone: Tone = "plain"


@dataclass(frozen=True, slots=True)
class Facts:
    """Named values, in reading order."""

    items: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of cells; `runs[i]` is the run that row i speaks of, where it speaks of one."""

    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    runs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Trace:
    """One line of a chart."""

    run: str
    tag: str
    points: Display
    split: Split | None = None  # train is drawn dashed where both splits share a chart
    renumbered: bool = False  # steps are not those that were written
    restarts: tuple[int, ...] = ()  # steps at which a later attempt took over


@dataclass(frozen=True, slots=True)
class Mark:
    """A step range that a finding speaks of, shaded; or a single step, a line."""

    steps: tuple[int, int]
    tone: Tone
    label: str  # short: "best 76", "NaN from 88"


@dataclass(frozen=True, slots=True)
class Crowd:
    """Bands beneath the lines: of runs that are too many for a line each, or of a baseline."""

    lead: int  # so many of the chart's first traces are lines all the same
    of: str  # whose bands they are: "all 1,204 runs"
    steps: Float64s  # [n]
    quantiles: Float64s  # [5, n], over those runs: 5, 25, 50, 75 and 95 %


@dataclass(frozen=True, slots=True)
class Chart:
    """Curves of one tag over runs, or of one train/validation pair."""

    id: str  # unique in the report, stable for the same input
    title: str
    group: str  # the tag's prefix: charts of a group stand together
    traces: tuple[Trace, ...]
    marks: tuple[Mark, ...] = ()
    description: str = ""  # the text alternative: "loss/val: 3 runs, baseline last 0.312, …"
    crowd: Crowd | None = None
    threshold: float | None = None  # the value that a curve of evidence had to cross


@dataclass(frozen=True, slots=True)
class HistogramChart:
    """Histograms of one run × tag over its steps: ridgelines, or bands of percentiles."""

    id: str
    title: str
    group: str
    run: str
    tag: str
    series: HistogramSeries
    total: int  # histograms that were written, of which `series` holds those drawn
    description: str = ""
    distribution: Distribution | None = None  # of the buckets as written; None: of `series`
    marks: tuple[Mark, ...] = ()


@dataclass(frozen=True, slots=True)
class FindingItem:
    """A finding with the curve that shows it."""

    finding: Finding
    anchor: str  # the permalink's id
    chart: Chart | HistogramChart | None = None
    follows: str = ""  # what it follows from, where another finding explains it: told after that


@dataclass(frozen=True, slots=True)
class FindingList:
    """Findings by story, the gravest first: a cause, then what follows from it."""

    items: tuple[FindingItem, ...]


@dataclass(frozen=True, slots=True)
class Gallery:
    """Charts side by side, by group."""

    charts: tuple[Chart | HistogramChart, ...]


@dataclass(frozen=True, slots=True)
class LayerMap:
    """Measures of a run's layers over steps, a row a layer."""

    run: str
    group: str  # the prefix that the tags share
    tags: tuple[str, ...]  # from the input to the output
    distributions: tuple[Distribution, ...]  # one a tag


# A string, so that what is shown of images and graphs is imported where it is made.
Block: TypeAlias = (
    "Prose | Facts | Table | FindingList | Gallery | LayerMap"
    " | Album | PrChart | GraphTree | Parallel | Scatters"
)


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the report with a heading of its own."""

    id: str
    title: str
    blocks: tuple[Block, ...]
    count: int | None = None  # shown beside the title in the table of contents


@dataclass(frozen=True, slots=True)
class Headline:
    """The verdict: the one sentence that a hurried reader takes home."""

    severity: Severity | None  # None: nothing was found
    title: str  # "3 of 6 runs are ill"
    detail: str  # "2 errors, 1 warning; 12 detectors ran"


@dataclass(frozen=True, slots=True)
class Report:
    """What `compose` makes and every format renders."""

    title: str
    version: str  # tbreport's
    created_at: float  # s since the Unix epoch, UTC
    headline: Headline
    summary: str  # "6 runs · 42 tags · 1,204,551 points · 7 files, 61.3 MB"
    sections: tuple[Section, ...]
    runs: tuple[RunDigest, ...]
    findings: tuple[Finding, ...] = ()  # of the whole experiment
    problems: tuple[Problem, ...] = ()  # of no run: folders that could not be entered
    colors: Mapping[str, int] = field(default_factory=dict)  # run → place in the palette
    verdict: Verdict | None = None  # the gate's, where there is one
    contrast: Contrast | None = None  # of `tbreport diff`
    detectors: Mapping[str, str] = field(default_factory=dict)  # as `compose` takes them

    def _repr_html_(self) -> str:
        """The page for a notebook, in a frame of its own that may run its script and no more."""
        from tbreport.report import html  # jinja2, where nothing else needs it

        page = escape(html.render(self))
        return (
            f'<iframe sandbox="allow-scripts allow-downloads" width="100%" height="{FRAME_HEIGHT}"'
            f' style="border: 0" srcdoc="{page}"></iframe>'
        )
