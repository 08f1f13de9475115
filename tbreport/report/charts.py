"""What is drawn of a chart, whoever draws it: the static pictures and the page's script agree."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import count

import numpy as np

from tbreport import wording
from tbreport.report.document import Chart, HistogramChart, Mark, Tone
from tbreport.report.theme import DASHED, PALETTE, run_dash

GRAY = len(PALETTE) - 1  # the palette's last color
MOST_KEYS = 6
LEVEL_DASH = "2 3"  # of a threshold


@dataclass(frozen=True, slots=True)
class Key:
    """One line of a chart's own legend."""

    name: str
    color: int
    dash: str


@dataclass(frozen=True, slots=True)
class Note:
    """A few words in a chart's caption."""

    text: str
    tone: Tone


def dashes(chart: Chart, colors: Mapping[str, int]) -> list[str]:
    """The dash of each trace: training beside validation, else the run's.

    Where a chart shows several tags of one run, which share its color, the tags are told apart.
    """
    has_pair = {trace.split for trace in chart.traces} >= {"train", "val"}
    if len({trace.run for trace in chart.traces}) == 1:
        usual = {"train": DASHED, "val": ""} if has_pair else {}
        places = count(1 if has_pair else 0)
        return [
            usual.pop(trace.split)
            if trace.split in usual
            else run_dash(len(PALETTE) * next(places))
            for trace in chart.traces
        ]
    if has_pair:
        return [DASHED if trace.split == "train" else "" for trace in chart.traces]
    tags = list(dict.fromkeys(trace.tag for trace in chart.traces))
    if len(tags) > 1:
        return [run_dash(len(PALETTE) * tags.index(trace.tag)) for trace in chart.traces]
    return [run_dash(colors.get(trace.run, 0)) for trace in chart.traces]


def marked_value(chart: Chart, mark: Mark) -> float | None:
    """The finite value at the single step that a mark speaks of; validation goes first."""
    if mark.steps[0] != mark.steps[1]:
        return None
    for trace in sorted(chart.traces, key=lambda trace: trace.split != "val"):
        values = trace.points.values[trace.points.steps == mark.steps[0]]
        if values.size and np.isfinite(values[0]):
            return float(values[0])
    return None


def caption(chart: Chart | HistogramChart) -> str:
    """Whose curves these are, where the title does not say it."""
    if isinstance(chart, HistogramChart):
        drawn = len(chart.series)
        of = f"{drawn} of {chart.total:,} steps" if drawn < chart.total else f"{drawn} steps"
        return f"{chart.run} · {of}"
    runs = list(dict.fromkeys(trace.run for trace in chart.traces))
    if len(runs) == 1:
        return runs[0] if runs[0] != chart.title else ""
    if chart.crowd and chart.crowd.lead < len(runs):
        return f"{chart.crowd.lead:,} of {len(runs):,} runs, bands over all"
    if chart.crowd:
        return f"{len(runs):,} runs over {chart.crowd.of}"
    return f"{len(runs):,} runs"


def keys(chart: Chart | HistogramChart, colors: Mapping[str, int]) -> list[Key]:
    """A legend of its own for a chart whose lines the page's list of runs does not tell apart."""
    if isinstance(chart, HistogramChart):
        return []
    level = [] if chart.threshold is None else [Key("threshold", GRAY, LEVEL_DASH)]
    if len({trace.tag for trace in chart.traces}) == 1 and not level:
        return []
    found = [
        Key(trace.tag, colors.get(trace.run, 0), dash)
        for trace, dash in zip(chart.traces, dashes(chart, colors), strict=True)
    ]
    if len({trace.run for trace in chart.traces}) == 1:
        return found + level
    # The page's list tells the runs apart by their colors: what is left to say are the tags.
    told = list({key.name: Key(key.name, GRAY, key.dash) for key in found}.values())
    if len(told) > MOST_KEYS:
        more = Key(f"and {len(told) - MOST_KEYS + 1} more", GRAY, "")
        return [*told[: MOST_KEYS - 1], more]
    return told


def notes(chart: Chart | HistogramChart) -> list[Note]:
    """What must be said beside a chart: values that are not finite, steps that were renumbered."""
    if isinstance(chart, HistogramChart):
        return [
            Note(f"{mark.label}, {wording.span(mark.steps)}", mark.tone) for mark in chart.marks
        ]
    found = []
    firsts: dict[str, int] = {}
    for trace in chart.traces:
        lost = trace.points.steps[~np.isfinite(trace.points.values)]
        if lost.size:
            firsts[trace.run] = min(int(lost[0]), firsts.get(trace.run, int(lost[0])))
    if firsts:
        of = "" if len(firsts) == 1 else f", {len(firsts):,} runs"
        found.append(Note(f"not finite from step {min(firsts.values()):,}{of}", "error"))
    restarts = sorted({step for trace in chart.traces for step in trace.restarts})
    if restarts:
        more = f" and {len(restarts) - 1:,} more" if restarts[1:] else ""
        resumed = len({trace.run for trace in chart.traces if trace.restarts})
        of = "" if resumed == 1 else f", {resumed:,} runs"
        found.append(Note(f"restart at step {restarts[0]:,}{more}{of}", "muted"))
    if any(trace.renumbered for trace in chart.traces):
        found.append(Note("steps renumbered", "muted"))
    return found
