"""A chart as an SVG file that stands alone: title, legend, axes, and colors for light and dark.

No script, no style of others, no address: it can be embedded anywhere. Colors are attributes, for
programs that know no style sheets; a style sheet has the dark ones.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from itertools import accumulate, takewhile

from tbreport.model import Display, Float64s
from tbreport.report import charts, plots
from tbreport.report.charts import GRAY, Key, Note, dashes
from tbreport.report.document import Chart
from tbreport.report.scales import Frame, tick_labels, ticks
from tbreport.report.svg import TICK_HEIGHT, curve, scaled_group, tone_color
from tbreport.report.theme import dark_style, light, run_class, run_color

WIDTH, PLOT = 720, 300  # px: of a sheet, and the height of its plot
SIDE, HEAD, FOOT = 20, 62, 46  # px around the plot; a legend comes on top
LETTERS = 11  # px, and 16 of a title, 12 of what stands under it
LONGEST = {"title": 72, "subtitle": 112, "key": 44}  # in letters of middle width

MEASURED = 6000  # points of all traces together
MEANS = 200  # of a trace of more than twice as many points; it stands faint behind them
FEW_TRACES = 8  # whose measured points can be told apart
FAINT = "0.28"

KEY_HEIGHT, SWATCH = 18, 24  # px
MOST_KEYS = 24

ILLEGAL = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")  # in XML 1.0
WIDE = frozenset("FW")  # of East Asian letters, which take the room of two


@dataclass(frozen=True, slots=True)
class Sheet:
    """A chart, and the words over it."""

    chart: Chart
    title: str
    subtitle: str
    is_evidence: bool = False  # drawn as it was measured, and nothing else


def drawing(sheet: Sheet, colors: Mapping[str, int]) -> str:
    """The whole file; the same sheet gives the same bytes."""
    chart = sheet.chart
    keys = legend(chart, colors)
    columns = max(1, (WIDTH - 2 * SIDE) // max(map(key_width, keys), default=1))
    top = HEAD + (KEY_HEIGHT * -(-len(keys) // columns) + 8 if keys else 0)
    measured = plots.excerpt(chart, plots.exact, MEASURED, len(chart.traces))
    marks = tick_labels(ticks(*measured.y, PLOT // TICK_HEIGHT))
    left = SIDE + 8 + 7 * max(map(len, marks), default=0)
    frame = Frame(
        WIDTH, top + PLOT + FOOT, measured.x, measured.y, left, right=SIDE, top=top, bottom=FOOT
    )
    means = measured if sheet.is_evidence else averaged(chart)
    behind = faint(chart, measured, means, frame, colors)
    remarks = charts.notes(chart)
    if chart.crowd:
        of = chart.crowd.of
        remarks.append(Note(f"gray: where nine tenths and half of {of} lie, their median", "muted"))
    if behind:
        remarks.append(Note("faint: as measured; strong: means of stretches", "muted"))
    return file(
        sheet,
        frame,
        words(SIDE, 32, shortened(sheet.title, "title"), "ink", 'font-size="16" font-weight="600"'),
        words(SIDE, 51, shortened(sheet.subtitle, "subtitle"), "muted", 'font-size="12"'),
        *legend_rows(keys, columns),
        *plots.shapes(chart, means, frame, colors, behind),
        words(WIDTH - SIDE, frame.floor + 34, "step", "muted", 'text-anchor="end"'),
        noted(remarks, frame),
    )


def averaged(chart: Chart) -> plots.Excerpt:
    """All traces of a chart, long ones as the means of stretches.

    Extremes stand in the means only where what was measured cannot stand behind them.
    """
    n = len(chart.traces)

    def choose(points: Display, most: int) -> tuple[Float64s, Float64s]:
        if len(points.steps) <= 2 * most:
            return plots.exact(points, len(points.steps))
        return plots.averaged(points, most, extremes=n > FEW_TRACES)

    return plots.excerpt(chart, choose, MEANS * n, n)


def faint(
    chart: Chart,
    measured: plots.Excerpt,
    means: plots.Excerpt,
    frame: Frame,
    colors: Mapping[str, int],
) -> str:
    """What was measured, behind the means of it; "" where nothing was averaged or is too much."""
    if len(measured.traces) > FEW_TRACES:
        return ""
    lines = [
        curve(frame, x, y, colors.get(trace.run, 0), dash)
        for trace, (x, y), (fewer, _), dash in zip(
            measured.traces, measured.points, means.points, dashes(chart, colors), strict=False
        )
        if len(x) > len(fewer)
    ]
    attributes = f'fill="none" stroke-width="4" opacity="{FAINT}"'
    return scaled_group("faint", attributes, "".join(lines)) if lines else ""


def legend(chart: Chart, colors: Mapping[str, int]) -> list[Key]:
    """Every line by its name; runs by their color, where tags are told apart by their dash."""
    keys = charts.keys(chart, colors)
    traces = chart.traces[: chart.crowd.lead] if chart.crowd else chart.traces
    runs = list(dict.fromkeys(trace.run for trace in traces))
    if len(runs) > 1:
        of_runs = dict(zip((t.run for t in traces), dashes(chart, colors), strict=False))
        keys = [Key(run, colors.get(run, 0), "" if keys else of_runs[run]) for run in runs] + keys
    if len(keys) > MOST_KEYS:
        more = Key(f"and {len(keys) - MOST_KEYS + 1:,} more", GRAY, "")
        return [*keys[: MOST_KEYS - 1], more]
    return keys


def legend_rows(keys: Sequence[Key], columns: int) -> Iterator[str]:
    """A short line and a name for each key, row by row."""
    width = max(map(key_width, keys), default=0)
    for place, key in enumerate(keys):
        x, y = SIDE + width * (place % columns), HEAD + 4 + KEY_HEIGHT * (place // columns)
        dash = f' stroke-dasharray="{key.dash}"' if key.dash else ""
        yield (
            f'<path class="{run_class(key.color)}" stroke="{run_color(key.color)}" fill="none"'
            f' stroke-width="2"{dash} d="M{x} {y}h{SWATCH - 6}"/>'
        )
        yield words(x + SWATCH, y + 4, shortened(key.name, "key"), "ink")


def key_width(key: Key) -> int:
    """The room of a key, px."""
    return SWATCH + 16 + round(6.4 * reach(shortened(key.name, "key")))


def noted(notes: Iterable[Note], frame: Frame) -> str:
    """What must be said beside a chart, under it."""
    spans = " · ".join(
        f'<tspan class="note {note.tone}" fill="{note_color(note)}">{clean(note.text)}</tspan>'
        for note in notes
    )
    y = frame.floor + 34
    return f'<text class="muted" x="{SIDE}" y="{y}" fill="{light("muted")}">{spans}</text>'


def note_color(note: Note) -> str:
    return light("muted") if note.tone == "muted" else tone_color("ink", note.tone)


def words(x: int, y: int, text: str, token: str, attributes: str = "") -> str:
    """One line of text in a color of the theme."""
    return (
        f'<text class="{token}" x="{x}" y="{y}" fill="{light(token)}"'
        f"{' ' if attributes else ''}{attributes}>{clean(text)}</text>"
    )


def file(sheet: Sheet, frame: Frame, *parts: str) -> str:
    """The document around the parts of a picture."""
    told = sheet.chart.description or sheet.subtitle
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {frame.width} {frame.height}"'
        f' width="{frame.width}" height="{frame.height}" role="img" font-family="sans-serif"'
        f' font-size="{LETTERS}">\n<title>{clean(sheet.title)}</title>\n<desc>{clean(told)}</desc>'
        f"\n<style>{dark_style()}</style>\n"
        f'<rect class="panel" width="100%" height="100%" fill="{light("panel")}"/>\n'
        + "\n".join(filter(None, parts))
        + "\n</svg>\n"
    )


def clean(text: str) -> str:
    """Text that XML can hold, escaped."""
    return escape(ILLEGAL.sub("\ufffd", text))


def shortened(text: str, use: str) -> str:
    """A text that fits; of a longer one both ends, where runs and tags differ from each other."""
    most = LONGEST[use]
    text = " ".join(text.split())
    if reach(text) <= most:
        return text
    return f"{beginning(text, most // 2)}…{beginning(text[::-1], most - most // 2 - 1)[::-1]}"


def beginning(text: str, most: int) -> str:
    """As many letters as have room."""
    room = accumulate(map(reach, text))
    return text[: sum(1 for _ in takewhile(lambda taken: taken <= most, room))]


def reach(text: str) -> int:
    """How many letters of middle width take the room of a text."""
    return sum(2 if unicodedata.east_asian_width(letter) in WIDE else 1 for letter in text)
