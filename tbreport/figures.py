"""Series of an experiment → plotly figures for a notebook, with the look of the report.

    experiment = tbreport.load("runs")
    figures.scalars(experiment, tag="loss/val", smoothing=0.6)

Every point is drawn. Smoothing is TensorBoard's; names are escaped, since plotly reads some HTML.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from html import escape
from typing import Any, Literal

import numpy as np
import plotly.graph_objects as go

from tbreport.analysis.subject import RunSubject
from tbreport.analysis.thin import evenly
from tbreport.errors import NothingToCompare
from tbreport.experiment import Experiment
from tbreport.model import Float64s, Run, Series
from tbreport.report import theme
from tbreport.report.ridgelines import ridges
from tbreport.settings import nearest
from tbreport.wording import natural

Axis = Literal["step", "relative", "wall"]

RAW_OPACITY = 0.25
RISE = 0.2  # height of the tallest ridge, as a share of the rows
LAST_MS = 253_402_300_800_000  # the end of the year 9999, since the Unix epoch
DARK = 1  # the place of dark colors in the tables of `theme`


def scalars(
    experiment: Experiment,
    tag: str,
    *,
    runs: str = "",
    smoothing: float = 0.0,
    axis: Axis = "step",
    log: bool = False,
    dark: bool = False,
) -> go.Figure:
    """A line for each run that has the tag.

    Args:
        runs: a regular expression that a run's name must hold.
        smoothing: the weight of TensorBoard's slider; the raw line stays, faint.
        axis: steps, hours since the series' first point, as in TensorBoard, or the clock (UTC).

    Raises:
        NothingToCompare: no run has the tag.
    """
    chosen = [
        (place, experiment.runs[name].scalars[tag])
        for place, name in enumerate(sorted(experiment.runs, key=natural))
        if tag in experiment.runs[name].scalars and re.search(runs, name)
    ]
    if not chosen:
        known = sorted({tag for run in experiment.runs.values() for tag in run.scalars})
        which = f"no run whose name matches {runs!r}" if tag in known else "no run"
        hint = "" if tag in known else nearest(tag, known)
        raise NothingToCompare(f"{which} has the tag {tag!r}", hint=hint)
    figure = go.Figure(layout=layout(tag, axis, log=log, dark=dark))
    for place, series in chosen:
        line = {"color": run_color(place, dark), "dash": plotly_dash(theme.run_dash(place))}
        figure.add_traces(lines(series, series.run, line, smoothing, axis))
    return figure


def pair(
    experiment: Experiment,
    run: str,
    *,
    metric: str = "loss",
    smoothing: float = 0.0,
    axis: Axis = "step",
    log: bool = False,
    dark: bool = False,
) -> go.Figure:
    """Training (dashed) and validation of a metric of one run.

    Raises:
        NothingToCompare: there is no such run, or it has no such pair.
    """
    pairs = RunSubject(run_named(experiment, run)).pairs
    found = next((pair for pair in pairs if pair.metric == metric), None)
    if found is None:
        raise NothingToCompare(
            f"run {run!r} has no pair of training and validation {metric}",
            hint=f"it has: {', '.join(pair.metric for pair in pairs) or 'none'}",
        )
    figure = go.Figure(layout=layout(run, axis, log=log, dark=dark))
    color = run_color(sorted(experiment.runs, key=natural).index(run), dark)
    for series, dash in ((found.train, theme.DASHED), (found.val, "")):
        line = {"color": color, "dash": plotly_dash(dash)}
        figure.add_traces(lines(series, series.tag, line, smoothing, axis))
    return figure


def histograms(experiment: Experiment, run: str, tag: str, *, dark: bool = False) -> go.Figure:
    """The histograms of a tag as ridgelines, later steps in front.

    Raises:
        NothingToCompare: there is no such run, or it has no histograms of the tag.
    """
    held = run_named(experiment, run).histograms
    if tag not in held:
        raise NothingToCompare(f"run {run!r} has no histograms {tag!r}", hint=nearest(tag, held))
    shown = ridges(held[tag])
    n, color = len(shown.steps), run_color(sorted(experiment.runs, key=natural).index(run), dark)
    middles = (np.arange(shown.shares.shape[1]) + 0.5) / shown.shares.shape[1]
    x = shown.low + middles * (shown.high - shown.low)
    rise = max(1.0, RISE * n)
    figure = go.Figure(layout=layout(f"{tag} of {run}", "step", log=False, dark=dark))
    for row, (step, heights) in enumerate(zip(shown.steps, shown.heights, strict=True)):
        figure.add_scatter(
            x=np.concatenate((x[:1], x, x[-1:])),
            y=np.concatenate(([row], row - rise * heights, [row])),
            name=f"step {step:,}",
            mode="lines",
            fill="toself",
            fillcolor=faded(color, 0.22 + 0.63 * (row + 1) / n),
            line={"color": token("panel", dark), "width": 0.8},
            hoverinfo="name",
        )
    labelled = evenly(n, 5)
    figure.update_yaxes(
        range=[n - 1, -rise],
        showgrid=False,
        tickvals=labelled,
        ticktext=[f"{step:,}" for step in shown.steps[labelled]],
    )
    figure.update_layout(showlegend=False, xaxis_title="value", hovermode="closest")
    return figure


def run_named(experiment: Experiment, name: str) -> Run:
    """The run of a name; where there is none, the hint is the nearest that there is."""
    if name not in experiment.runs:
        raise NothingToCompare(f"there is no run {name!r}", hint=nearest(name, experiment.runs))
    return experiment.runs[name]


def lines(
    series: Series, name: str, line: dict[str, Any], smoothing: float, axis: Axis
) -> Sequence[go.Scatter]:
    """The line of a series; where it is smoothed, the raw one under it."""
    x, label = across(series, axis), escape(name, quote=False)
    smoothed = smooth(series.values, smoothing)
    raw = go.Scatter(
        x=x, y=series.values, name=label, line={**line, "width": 1}, opacity=RAW_OPACITY,
        showlegend=False, hoverinfo="skip",
    )  # fmt: skip
    drawn = go.Scatter(x=x, y=smoothed, name=label, mode="lines", line={**line, "width": 1.6})
    return [raw, drawn] if smoothing > 0 else [drawn]


def across(series: Series, axis: Axis) -> Any:
    """Where the points of a series stand."""
    if axis == "step":
        return series.steps
    if axis == "wall":
        ms = series.wall_times * 1000
        known = np.abs(ms) < LAST_MS  # no calendar has NaN or what lies beyond
        return np.where(known, ms, np.nan).astype("datetime64[ms]")
    return (series.wall_times - series.wall_times[:1]) / 3600


def smooth(values: Float64s, weight: float) -> Float64s:
    """TensorBoard's moving average, debiased; values that are not finite pass through.

    Equal values stay as they are.
    """
    if weight <= 0 or not len(values) or (values == values[0]).all():
        return values
    last, smoothed = 0.0, values.copy()
    for n, place in enumerate(np.flatnonzero(np.isfinite(values)), 1):
        last = weight * last + (1 - weight) * values[place]
        smoothed[place] = last / (1 if weight == 1 else 1 - weight**n)
    return smoothed


def layout(title: str, axis: Axis, *, log: bool, dark: bool) -> go.Layout:
    """What every figure has in common: the report's colors, and no more ink than it needs."""
    line = {"gridcolor": token("grid", dark), "zeroline": False, "ticks": ""}
    names = {"step": "step", "relative": "hours", "wall": ""}
    return go.Layout(
        template="none",
        title={"text": escape(title, quote=False), "x": 0, "xanchor": "left", "xref": "paper"},
        font={"family": "system-ui, sans-serif", "size": 12, "color": token("muted", dark)},
        title_font={"size": 15, "color": token("ink", dark)},
        paper_bgcolor=token("panel", dark),
        plot_bgcolor=token("panel", dark),
        margin={"l": 56, "r": 16, "t": 48, "b": 44},
        hovermode="x unified",
        hoverlabel={"bgcolor": token("panel", dark), "font": {"color": token("ink", dark)}},
        showlegend=True,
        xaxis={**line, "showgrid": False, "title": names[axis]},
        yaxis={**line, "type": "log" if log else "linear"},
    )


def token(name: str, dark: bool) -> str:
    return theme.TOKENS[name][DARK if dark else 0]


def run_color(place: int, dark: bool) -> str:
    return theme.PALETTE[theme.run_place(place)][DARK if dark else 0]


def faded(color: str, share: float) -> str:
    channels = ", ".join(str(int(color[at : at + 2], 16)) for at in (1, 3, 5))
    return f"rgba({channels}, {share:.2f})"


def plotly_dash(dash: str) -> str:
    """Lengths "5 3" as plotly wants them."""
    return ",".join(f"{length}px" for length in dash.split()) or "solid"
