"""The numbers of a page: a Report in, a JSON manifest and the bytes of its columns out."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np

from tbreport.analysis.thin import thin
from tbreport.model import Display, Float64s
from tbreport.report import assets, bands
from tbreport.report.charts import dashes, marked_value
from tbreport.report.columns import BLOCKS, Columns
from tbreport.report.document import (
    Chart,
    Crowd,
    FindingList,
    Gallery,
    HistogramChart,
    Mark,
    Report,
    Trace,
)
from tbreport.report.grouping import seed_groups, settings
from tbreport.report.labelling import Spot
from tbreport.report.plots import LOOKS, Look, excerpt, framed, mark_spots
from tbreport.report.ridgelines import Ridges
from tbreport.report.scales import Frame
from tbreport.report.theme import run_place

VERSION = 1

# Tags of one run that were written together share their wall times if those differ by less than
# this share of the run's duration: half a pixel in a chart 1,000 px wide.
CLOCK_TOLERANCE = 0.0005


@dataclass(frozen=True)  # no slots: cached_property needs a __dict__
class Payload:
    """What the page's script reads, and how much of the series it holds."""

    manifest: Mapping[str, Any]  # strict JSON
    columns: bytes
    places: Mapping[str, int]  # a chart's id → its place in the manifest
    drawn: int  # points of the scalar series in the charts
    total: int  # points that those series have

    @cached_property
    def packed_manifest(self) -> str:
        """What the columns mean, as strict JSON."""
        text = json.dumps(
            self.manifest,
            ensure_ascii=False,
            allow_nan=False,
            separators=(",", ":"),
            sort_keys=True,
        )
        return assets.packed(assets.valid(text).encode())

    @cached_property
    def packed_columns(self) -> str:
        """The numbers; a higher level of gzip takes three times as long for 0.2 % less."""
        return assets.packed(self.columns, 6)

    @property
    def weight(self) -> int:
        """The bytes that it takes in the page."""
        return len(self.packed_manifest) + len(self.packed_columns)


def pack(report: Report, ridges: Mapping[str, Ridges], limit: int | None = None) -> Payload:
    """Collect what the charts of a report need, at most `limit` points a series."""
    points = {
        (digest.run, statistics.tag): statistics.points
        for digest in report.runs
        for statistics in digest.statistics
        if statistics.kind == "scalars"
    }
    packer = Packer(report.colors, points, limit)
    seeds, hparams = seed_groups(report.runs), settings(report.runs)
    charts = [
        packer.histogram(chart, ridges[chart.id], is_evidence=is_evidence)
        if isinstance(chart, HistogramChart)
        else packer.curves(chart, is_evidence=is_evidence)
        for chart, is_evidence in every_chart(report)
    ]
    manifest = {
        "version": VERSION,
        "runs": [
            sparse(
                name=run,
                color=run_place(report.colors.get(run, 0)),
                seeds=seeds.get(run, ""),
                hparams=hparams.get(run),
            )
            for run in packer.runs
        ],
        "tags": list(packer.tags),
        "blocks": [[block, packer.columns.lengths[block]] for block in BLOCKS],
        "columns": packer.columns.entries,
        "charts": charts,
    }
    return Payload(
        manifest,
        packer.columns.to_bytes(),
        {chart.id: place for place, (chart, _) in enumerate(every_chart(report))},
        drawn=sum(packer.drawn.values()),
        total=sum(points.get(series, drawn) for series, drawn in packer.drawn.items()),
    )


def every_chart(report: Report) -> Iterator[tuple[Chart | HistogramChart, bool]]:
    """The charts in reading order, and whether each is a finding's evidence."""
    for section in report.sections:
        for block in section.blocks:
            if isinstance(block, FindingList):
                yield from ((item.chart, True) for item in block.items if item.chart)
            elif isinstance(block, Gallery):
                yield from ((chart, False) for chart in block.charts)


@dataclass(slots=True)
class Packer:
    """Numbers the runs and tags, and adds columns as charts need them."""

    colors: Mapping[str, int]
    totals: Mapping[tuple[str, str], int]  # points that were read of each series
    limit: int | None
    columns: Columns = field(default_factory=Columns)
    runs: dict[str, int] = field(default_factory=dict)
    tags: dict[str, int] = field(default_factory=dict)
    drawn: dict[tuple[str, str], int] = field(default_factory=dict)
    clocks: dict[tuple[str, int], tuple[Float64s, int]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for run in self.colors:
            place(self.runs, run)

    def curves(self, chart: Chart, *, is_evidence: bool) -> dict[str, Any]:
        """A chart of scalars. Evidence is drawn as measured, never smoothed."""
        return sparse(
            kind="curves",
            title=chart.title,
            evidence=is_evidence,
            traces=[
                self.trace(trace, dash)
                for trace, dash in zip(chart.traces, dashes(chart, self.colors), strict=True)
            ],
            marks=curve_marks(chart, LOOKS["evidence" if is_evidence else "card"]),
            crowd=self.crowd(chart.crowd) if chart.crowd else None,
            threshold=chart.threshold,
        )

    def crowd(self, crowd: Crowd) -> dict[str, Any]:
        """The bands beneath the lines of a chart."""
        return {
            "lead": crowd.lead,
            "of": crowd.of,
            "steps": self.columns.floats(crowd.steps),
            "quantiles": [self.columns.floats(row) for row in crowd.quantiles],
        }

    def trace(self, trace: Trace, dash: str) -> dict[str, Any]:
        """One line: its columns, and what the script must know to draw it."""
        points = thinned(trace.points, self.limit)
        self.drawn[trace.run, trace.tag] = len(points.steps)
        total = self.totals.get((trace.run, trace.tag), 0)
        steps = self.columns.integers(points.steps)
        return sparse(
            run=place(self.runs, trace.run),
            tag=place(self.tags, trace.tag),
            steps=steps,
            times=self.clock(trace.run, steps, points.wall_times),
            values=self.columns.floats(points.values),
            of=total if total > len(points.steps) else None,
            dash=dash,
            renumbered=trace.renumbered,
            restarts=list(trace.restarts),
        )

    def clock(self, run: str, steps: int, wall_times: Float64s) -> int:
        """The column of wall times for a run's step grid."""
        if (run, steps) in self.clocks and len(wall_times):
            known, column = self.clocks[run, steps]
            if np.abs(known - wall_times).max() <= CLOCK_TOLERANCE * np.ptp(known):
                return column
        column = self.columns.times(wall_times)
        self.clocks[run, steps] = (wall_times, column)
        return column

    def histogram(
        self, chart: HistogramChart, ridges: Ridges, *, is_evidence: bool
    ) -> dict[str, Any]:
        """Histograms over steps: the shares step by step, the percentiles one after the other."""
        steps = self.columns.integers(ridges.steps)
        return sparse(
            kind="ridges",
            title=chart.title,
            evidence=is_evidence,
            run=place(self.runs, chart.run),
            tag=place(self.tags, chart.tag),
            steps=steps,
            times=self.clock(chart.run, steps, ridges.held.wall_times),
            low=ridges.low,
            high=ridges.high,
            bins=ridges.shares.shape[1],
            shares=self.columns.shares(ridges.shares.ravel()),
            levels=self.columns.floats(ridges.held.percentiles.T.ravel()),
            tallest=ridges.tallest,
            marks=level_marks(chart, ridges) if chart.marks else None,
        )


def thinned(points: Display, limit: int | None) -> Display:
    """At most `limit` of the points, extremes kept."""
    if limit is None or len(points.steps) <= limit:
        return points
    kept = thin(points.steps, points.values, limit)
    return Display(points.steps[kept], points.wall_times[kept], points.values[kept])


def curve_marks(chart: Chart, look: Look) -> list[dict[str, Any]]:
    """The marks of curves, and where their words stand."""
    if not chart.marks:
        return []
    shown = excerpt(chart, look.choose)
    frame = framed(shown, look)
    spotted = zip(chart.marks, mark_spots(chart, shown, frame), strict=True)
    return [mark_entry(mark, marked_value(chart, mark), spot, frame) for mark, spot in spotted]


def level_marks(chart: HistogramChart, ridges: Ridges) -> list[dict[str, Any]]:
    """The marks of percentiles, and where their words stand."""
    drawn = bands.levels(ridges.held, LOOKS["evidence"])
    spotted = zip(chart.marks, bands.mark_spots(chart, drawn), strict=True)
    return [mark_entry(mark, None, spot, drawn.frame) for mark, spot in spotted]


def mark_entry(mark: Mark, value: float | None, spot: Spot, frame: Frame) -> dict[str, Any]:
    """A mark, with the value that gets a ring.

    Its words stand at a height: px above the ring, without one a share of the plot.
    """
    above = frame.floor - spot.middle
    height = above / (frame.floor - frame.top) if value is None else frame.down(value) - spot.middle
    return sparse(
        first=mark.steps[0],
        last=mark.steps[1],
        tone=mark.tone,
        label=mark.label,
        value=value,
        height=round(height, 3),
        leftwards=spot.leftwards,
    )


def sparse(**entry: Any) -> dict[str, Any]:
    """An entry without what is False, None or empty: absent means that to the script too."""
    return {name: value for name, value in entry.items() if value or type(value) in (int, float)}


def place(numbers: dict[str, int], name: str) -> int:
    """The number of a name; the next one if it is new."""
    return numbers.setdefault(name, len(numbers))
