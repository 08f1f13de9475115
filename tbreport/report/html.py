"""Report → one HTML file that needs no network, no server and, for reading, no script.

Tables, findings and static pictures are plain HTML. The numbers, the page's script and Plotly's
bundle lie gzipped in it, and the script draws the charts near the screen. The same report gives
the same bytes. Names come from strangers: Jinja escapes every text, no other lies unpacked in the
page, and the policy allows three scripts by their hashes.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping, Sequence

import jinja2
from jinja2.bccache import Bucket
from markupsafe import Markup, escape

from tbreport import wording
from tbreport.errors import TooLarge
from tbreport.model import Finding
from tbreport.report import (
    allowance,
    assets,
    bands,
    charts,
    folding,
    html_exhibits,
    layermaps,
    plots,
    ridgelines,
    rows,
    showcase,
    sparkline,
    theme,
)
from tbreport.report.document import Block, Chart, HistogramChart, Report, Spark
from tbreport.report.payload import Payload, every_chart, pack
from tbreport.report.ridgelines import Ridges

LARGEST = 24_000_000  # bytes; code hosts take attachments of 25 MB
EXHIBITS = 0.4  # of the page, that images, sounds and texts may take
FEWEST = 50  # points a series, below which a chart no longer shows what was measured
OPEN = 24  # charts of a gallery that are there at once: eight screens
SIGNS = {None: "✓", "info": "i", "warning": "!", "error": "✕"}


class Compiled(jinja2.BytecodeCache):
    """Templates, compiled once in a process."""

    def __init__(self) -> None:
        self._codes: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        if bucket.key in self._codes:
            bucket.bytecode_from_string(self._codes[bucket.key])

    def dump_bytecode(self, bucket: Bucket) -> None:
        self._codes[bucket.key] = bucket.bytecode_to_string()


COMPILED = Compiled()
TEMPLATES = ("report.html.j2", "controls.html.j2", "blocks.html.j2", "end.html.j2")


def prepare() -> None:
    """Compile the templates, and read what every page holds."""
    made = environment({}, {})
    for name in TEMPLATES:
        made.get_template(name)
    assets.policy()
    assets.style()


def render(report: Report, *, max_size: int = 10_000_000, force: bool = False) -> str:
    """Write the page; of more than `max_size` bytes, it draws fewer points of each series.

    Raises:
        TooLarge: the page has more than 24 MB all the same, and `force` is not set.
    """
    report = allowance.within(report, int(EXHIBITS * max_size))
    ridges = {
        chart.id: ridgelines.ridges(chart.series, chart.distribution)
        for chart, _ in every_chart(report)
        if isinstance(chart, HistogramChart)
    }
    made = environment(report.colors, ridges)
    payload = pack(report, ridges)
    body = begin(made, report, payload)
    tail = end(made, report, payload)
    excess = len(body.encode()) + len(tail.encode()) - max_size
    if excess > 0:
        tail = end(made, report, lightened(report, ridges, payload, payload.weight - excess))
    page = body + tail
    size = len(page.encode())
    if size > LARGEST and not force:
        raise TooLarge(
            f"the report has {size / 1e6:.1f} MB, more than the {LARGEST / 1e6:.0f} MB "
            "that code hosts take",
            hint="select fewer runs or tags with --runs and --tags, or insist with --force",
        )
    return page


def lightened(
    report: Report, ridges: Mapping[str, Ridges], payload: Payload, budget: int
) -> Payload:
    """A payload of at most `budget` bytes, if that leaves `FEWEST` points a series."""
    limit = max(
        (
            len(trace.points.steps)
            for chart, _ in every_chart(report)
            if isinstance(chart, Chart)
            for trace in chart.traces
        ),
        default=0,
    )
    factor = 1.05  # where series share their steps, taking a few points away may even add bytes
    while (excess := payload.weight / max(budget, 1)) > 1 and limit > FEWEST:
        limit = max(FEWEST, int(limit / min(excess * factor, 8)))
        payload = pack(report, ridges, limit)
        factor = 2
    return payload


def begin(made: jinja2.Environment, report: Report, payload: Payload) -> str:
    """The page to its last section."""
    runs = [run["name"] for run in payload.manifest["runs"]]
    page = made.get_template("report.html.j2").render(
        report=report,
        runs=runs,
        places={run: place for place, run in enumerate(runs)},
        colors={run: report.colors.get(run, 0) for run in runs},
        numbers=payload.places,
        signs=SIGNS,
        policy=assets.policy(),
        style=Markup(assets.style()),
    )
    return assets.valid(page)


def end(made: jinja2.Environment, report: Report, payload: Payload) -> str:
    """What follows: the numbers and the scripts."""
    return made.get_template("end.html.j2").render(
        report=report,
        drawn=drawn(payload),
        loader=Markup(assets.loader()),
        packed={
            "manifest": payload.packed_manifest,
            "columns": payload.packed_columns,
            "plotly": assets.bundle().packed,
            "script": assets.script().packed,
        },
    )


def environment(colors: Mapping[str, int], ridges: Mapping[str, Ridges]) -> jinja2.Environment:
    """Jinja with the filters that the templates use."""
    made = jinja2.Environment(
        loader=jinja2.FileSystemLoader(assets.templates()),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        bytecode_cache=COMPILED,
        trim_blocks=True,
        lstrip_blocks=True,
    )

    def still(chart: Chart | HistogramChart, look: str) -> Markup:
        looks = plots.LOOKS[look]
        if isinstance(chart, Chart):
            return Markup(plots.curves(chart, colors, looks))
        color = colors.get(chart.run, 0)
        if look == "evidence":
            return Markup(bands.drawing(chart, ridges[chart.id].held, color, looks))
        size = (looks.width, looks.height)
        return Markup(ridgelines.drawing(chart, ridges[chart.id], color, *size))

    @functools.cache
    def spark(spark: Spark) -> Markup:
        return Markup(sparkline.sparkline(spark, colors.get(spark.run, 0)))

    made.globals["pr_area"] = html_exhibits.pr_area()
    made.filters |= html_exhibits.filters(colors) | {
        "kind": kind,
        "home": home,
        "date": wording.date,
        "evidence": wording.evidence,
        "message": message,
        "coded": coded,
        "groups": groups,
        "unfolded": unfolded,
        "caption": charts.caption,
        "keys": lambda chart: charts.keys(chart, colors),
        "notes": charts.notes,
        "rows": functools.partial(rows.body, draw=spark),
        "swatch": rows.swatch,
        "chapters": folding.chapters,
        "map": lambda chart: Markup(layermaps.drawing(chart, colors.get(chart.run, 0))),
        "still": still,
        "color": theme.run_color,
        "color_class": theme.run_class,
    }
    return made


def kind(block: Block) -> str:
    """The name of the macro that writes a block."""
    return type(block).__name__.lower()


def home(block: Block) -> str:
    """The template that has the macro; what no block needs is not compiled."""
    exhibited = type(block).__module__ == showcase.__name__
    return "exhibits.html.j2" if exhibited else "blocks.html.j2"


def groups(
    found: Sequence[Chart | HistogramChart],
) -> dict[str, list[Chart | HistogramChart]]:
    """Charts by group, both in the order in which they come."""
    grouped: dict[str, list[Chart | HistogramChart]] = {}
    for chart in found:
        grouped.setdefault(chart.group, []).append(chart)
    return grouped


def unfolded(grouped: Mapping[str, Sequence[Chart | HistogramChart]]) -> set[str]:
    """The groups that are open at first: those that fit, and always the first one of curves.

    The others are a click away: above long histograms stands a table of all layers.
    """
    sizes = {group: len(charts) for group, charts in grouped.items()}
    first = next(iter(grouped), "")
    opened, room = set(), OPEN
    for group, size in sizes.items():
        is_lead = group == first and isinstance(grouped[group][0], Chart)
        if is_lead or size <= room or len(sizes) == 1:
            opened.add(group)
            room -= size
    return opened


def message(finding: Finding) -> Markup:
    """A finding's message with its tags set off; a tag within a longer name is left alone."""
    names = sorted(finding.tags, key=len, reverse=True)
    pattern = "|".join(rf"(?<![\w/.-]){re.escape(name)}(?![\w/]|[.-]\w)" for name in names if name)
    pieces = re.split(f"({pattern})", finding.message) if pattern else [finding.message]
    return Markup("").join(
        Markup("<b>{}</b>").format(piece) if place % 2 else escape(unbroken(piece))
        for place, piece in enumerate(pieces)
    )


def unbroken(text: str) -> str:
    """Text whose numbers keep their percent sign in the line."""
    return text.replace(" %", "\u00a0%")


def coded(advice: str) -> Markup:
    """An advice with what stands between backticks as code."""
    return Markup("").join(
        Markup("<code>{}</code>").format(piece) if place % 2 else escape(piece)
        for place, piece in enumerate(re.split(r"`([^`]+)`", advice))
    )


def drawn(payload: Payload) -> str:
    """How much of the scalar series the charts show."""
    if payload.total == payload.drawn:
        return f"Every point of the curves is drawn: {payload.total:,}." if payload.total else ""
    return (
        f"Drawn: {payload.drawn:,} of {payload.total:,} points, the extremes kept; "
        "findings and tables use every point."
    )
