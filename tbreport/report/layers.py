"""Histograms of many layers: a table that holds every one, and charts of those worth looking at."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from tbreport import wording
from tbreport.analysis.layers import depth
from tbreport.analysis.thin import evenly
from tbreport.distribution import Distribution
from tbreport.model import SEVERITIES, Finding, Float64s, RunDigest
from tbreport.report import galleries, layermaps
from tbreport.report.document import (
    Block,
    Cell,
    Chart,
    Column,
    Gallery,
    HistogramChart,
    Mark,
    Prose,
    Spark,
    Table,
    Tone,
)
from tbreport.report.galleries import group_of, slug, tag_order, unique

MOST_ROWS = 1_000
MOST_CHARTS = 120  # about 4 kB each, and a page of 40 screens
SPARKED = 150  # rows; beyond that the curves alone would take a megabyte
SPARK_POINTS = 12

Layer = tuple[str, RunDigest]  # tag, run


def order(layer: Layer) -> tuple[object, ...]:
    """By group, from the input to the output, then by run."""
    tag, digest = layer
    is_other, group, name = tag_order(tag)
    return is_other, group, depth(tag), name, wording.natural(digest.run)


def blocks(digests: Sequence[RunDigest]) -> tuple[tuple[Block, ...], int | None]:
    """Maps of deep networks, a table of all layers from the input to the output, their charts."""
    layers = sorted(((tag, digest) for digest in digests for tag in digest.histograms), key=order)
    if not layers:
        return (), None
    found: list[Block] = [*layermaps.maps(layers)]
    if len(layers) > 1:
        found.append(table(layers[:MOST_ROWS]))
    chosen = worth_drawing(layers, MOST_CHARTS)
    said = []
    if len(layers) > MOST_ROWS:
        said.append(f"{MOST_ROWS:,} of {len(layers):,} rows.")
    if len(chosen) < len(layers):
        said.append(
            f"{len(chosen):,} of {len(layers):,} charts: those with findings, "
            "and others evenly from the input to the output."
        )
    if said:
        found.append(Prose(" ".join(said), "muted"))
    found.append(Gallery(charts(chosen)))
    return tuple(found), len(layers)


def worth_drawing(layers: Sequence[Layer], most: int) -> list[Layer]:
    """At most so many layers in the same order: first those that a finding speaks of."""
    ill = [place for place, (tag, digest) in enumerate(layers) if findings_of(tag, digest)][:most]
    well = [place for place in range(len(layers)) if place not in set(ill)]
    room = most - len(ill)
    spread = [well[int(at)] for at in evenly(len(well), room)] if well and room else []
    return [layers[place] for place in sorted([*ill, *spread])]


def findings_of(tag: str, digest: RunDigest) -> list[Finding]:
    """What was found in one layer, the gravest first."""
    found = [one for one in digest.findings if tag in one.tags]
    return sorted(found, key=lambda one: -SEVERITIES.index(one.severity))


def charts(layers: Sequence[Layer]) -> tuple[HistogramChart, ...]:
    """One chart a layer, the runs of a tag side by side, the steps of findings marked."""
    ids = unique(f"histogram-{slug(tag)}-{slug(digest.run)}" for tag, digest in layers)
    return tuple(
        chart(id, tag, digest, tuple(marks(findings_of(tag, digest))))
        for id, (tag, digest) in zip(ids, layers, strict=True)
    )


def chart(id: str, tag: str, digest: RunDigest, marked: tuple[Mark, ...]) -> HistogramChart:
    """The histograms of one layer."""
    series = digest.histograms[tag]
    total = next(
        found.points
        for found in digest.statistics
        if found.kind == "histograms" and found.tag == tag
    )
    text = f"{tag} of {digest.run}: {wording.count(total, 'histogram')}"
    if len(series):
        low, high = wording.number(series.min[-1]), wording.number(series.max[-1])
        text += f", the last from {low} to {high} at step {series.steps[-1]:,}"
    text += "".join(f"; {mark.label}" for mark in marked)
    held = digest.distributions.get(tag)
    return HistogramChart(
        id, tag, group_of(tag), digest.run, tag, series, total, text, held, marked
    )


def marks(findings: Sequence[Finding]) -> list[Mark]:
    """The step range of each finding that has one."""
    return [
        Mark(one.steps, "muted" if one.accepted else one.severity, f"{one.code} {one.name}")
        for one in findings
        if one.steps is not None
    ]


def evidence(
    finding: Finding, digest: RunDigest | None, anchor: str
) -> Chart | HistogramChart | None:
    """The curves that a finding speaks of, else the first of its layers; None without either."""
    curves = galleries.evidence(finding, digest, anchor)
    if curves is not None or digest is None or finding.steps is None:
        return curves
    tags = [tag for tag in finding.tags if tag in digest.histograms]
    marked = Mark(finding.steps, finding.severity, finding.name)
    return chart(f"evidence-{anchor}", tags[0], digest, (marked,)) if tags else None


def table(layers: Sequence[Layer]) -> Table:
    """One row a layer: norm, spread and zeros at the last step, and how they got there."""
    columns = (
        Column("layer"),
        Column("run"),
        Column("norm", "right"),
        Column("change", "right"),
        Column("spread", "right"),
        Column("zeros", "right"),
        Column("findings"),
    )
    sparked = len(layers) <= SPARKED
    rows = tuple(row(tag, digest, sparked=sparked) for tag, digest in layers)
    return Table(columns, rows, tuple(digest.run for _, digest in layers))


def row(tag: str, digest: RunDigest, *, sparked: bool) -> tuple[Cell, ...]:
    """One layer in numbers."""
    held = digest.distributions.get(tag)
    found = findings_of(tag, digest)
    codes = ", ".join(dict.fromkeys(f"{one.code} {one.name}" for one in found))
    tone: Tone = next((one.severity for one in found if not one.accepted), "muted")
    measured = (Cell("–"),) * 4 if held is None else measures(tag, digest.run, held, sparked)
    return Cell(tag), Cell(digest.run), *measured, Cell(codes, tone=tone)


def measures(tag: str, run: str, held: Distribution, sparked: bool) -> tuple[Cell, ...]:
    """The cells between the name and the findings."""

    def cell(values: Float64s, what: str, *, percent: bool = False, drawn: bool = False) -> Cell:
        finite = values[np.isfinite(values)]
        if not finite.size:
            return Cell("–")
        last = float(values[-1])
        write = wording.percent if percent else wording.number
        text = write(last) if np.isfinite(last) else wording.number(last)
        if not drawn:
            return Cell(text, last)
        few = values[evenly(len(values), SPARK_POINTS)]
        label = f"{what} of {tag} in {run}: {write(float(finite[0]))} → {text}"
        return Cell(text, last, spark=Spark(tuple(float(value) for value in few), run, label))

    finite = held.norms[np.isfinite(held.norms)]
    ratio = float(finite[-1] / finite[0] - 1) if finite.size and finite[0] > 0 else float("nan")
    return (
        cell(held.norms, "norm", drawn=sparked),
        Cell(wording.change(ratio), ratio if np.isfinite(ratio) else None),
        cell(held.spreads, "standard deviation"),
        cell(held.zeros, "zeros", percent=True),
    )
