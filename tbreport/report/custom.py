"""Layouts of custom scalars → charts, as the writers of the logs asked for them.

Layouts of several runs are one: categories and charts of the same title are joined, as TensorBoard
joins them. Tags are named by regular expressions, which come from strangers: one that could take
long to answer is refused.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from tbreport.exhibits import Layout, LayoutChart
from tbreport.model import RunDigest
from tbreport.report.document import Chart
from tbreport.report.galleries import description, scalar_statistics, slug, trace, unique

MOST_CHARTS = 60
LONGEST = 200  # characters of an expression
MOST_REPEATS = 3  # in an expression: the time grows with that power of a tag's length
REPEAT = re.compile(r"(?<!\\)(?:\\\\)*([*+]|\{\d*,?\d*\})")
DANGER = re.compile(r"\)\s*[*+{]|\\[1-9]|\(\?(?![:iP])|\(\?P=")


def charts(digests: Sequence[RunDigest]) -> tuple[tuple[Chart, ...], tuple[str, ...]]:
    """The charts of all layouts, and notes on what of them cannot be drawn."""
    wanted = joined(
        [
            one.content
            for digest in digests
            for one in digest.exhibits
            if isinstance(one.content, Layout)
        ]
    )
    tags = {tag for digest in digests for tag in digest.display}
    found: list[Chart] = []
    notes: list[str] = []
    ids = unique(f"layout-{slug(category)}-{slug(chart.title)}" for category, chart in wanted)
    for id, (category, chart) in list(zip(ids, wanted, strict=True))[:MOST_CHARTS]:
        tests = []
        for source in chart.patterns:
            why = refusal(source)
            if why:
                notes.append(f"{category or 'layout'}, {chart.title}: {source[:80]!r} {why}.")
            else:
                tests.append(re.compile(source))
        named = {tag for margin in chart.margins for tag in margin} | {
            tag for tag in tags if any(test.match(tag[: 2 * LONGEST]) for test in tests)
        }
        traces = tuple(
            trace(digest, statistics)
            for digest in digests
            for tag, statistics in scalar_statistics(digest).items()
            if tag in named
        )
        if traces:
            found.append(Chart(id, chart.title, category, traces, (), description("", traces)))
        else:
            notes.append(f"{category or 'layout'}, {chart.title}: no tag of any run is named.")
    if wanted[MOST_CHARTS:]:
        notes.append(f"{len(wanted) - MOST_CHARTS:,} further charts are not drawn.")
    return tuple(found), tuple(dict.fromkeys(notes))


def joined(layouts: Sequence[Layout]) -> list[tuple[str, LayoutChart]]:
    """Category and chart in the order in which they first come."""
    found: dict[tuple[str, str], LayoutChart] = {}
    for layout in dict.fromkeys(layouts):
        for category, wanted in layout.categories:
            for chart in wanted:
                known = found.get((category, chart.title), LayoutChart(chart.title))
                found[category, chart.title] = LayoutChart(
                    chart.title,
                    tuple(dict.fromkeys((*known.patterns, *chart.patterns))),
                    tuple(dict.fromkeys((*known.margins, *chart.margins))),
                )
    return [(category, chart) for (category, _), chart in found.items()]


def refusal(source: str) -> str:
    """Why an expression is not used; "" where it may be.

    Groups that repeat and references back can take time that doubles with each character.
    """
    if len(source) > LONGEST:
        return f"is longer than {LONGEST} characters"
    if DANGER.search(source) or len(REPEAT.findall(source)) > MOST_REPEATS:
        return "could take too long to look for"
    try:
        re.compile(source)
    except (re.error, OverflowError, RecursionError) as error:
        return f"is no regular expression ({error})"
    return ""
