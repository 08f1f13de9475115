"""Report → a folder of SVG files, one a chart, for a README, a paper or a wiki."""

from __future__ import annotations

from collections.abc import Iterator

from tbreport import wording
from tbreport.report import charts
from tbreport.report.document import Chart, FindingList, Gallery, Report
from tbreport.report.formats import Folder
from tbreport.report.galleries import unique
from tbreport.report.sheets import Sheet, drawing

MOST_FILES = 500  # of a folder; nobody looks through more
LONGEST_NAME = 100  # characters of a file's name, which may have 255 bytes


def render(report: Report) -> Folder:
    """The files by name; of more than `MOST_FILES` charts, the first in reading order."""
    found = list(sheets(report))
    chosen = found[:MOST_FILES]
    names = unique(one.chart.id[:LONGEST_NAME].rstrip("-") for one in chosen)
    files = {
        f"{name}.svg": drawing(one, report.colors) for name, one in zip(names, chosen, strict=True)
    }
    left = wording.count(len(found) - len(chosen), "further chart")
    remark = f"{left} left out, --tags and --runs choose" if found[MOST_FILES:] else ""
    return Folder(files, remark)


def sheets(report: Report) -> Iterator[Sheet]:
    """The curves of the report: evidence of findings, pairs, scalars, layouts."""
    for section in report.sections:
        for block in section.blocks:
            if isinstance(block, FindingList):
                for item in block.items:
                    if isinstance(item.chart, Chart):
                        title = f"{item.finding.name}: {item.finding.run}"
                        yield Sheet(item.chart, title, item.finding.message, is_evidence=True)
            elif isinstance(block, Gallery):
                for chart in block.charts:
                    if isinstance(chart, Chart):
                        yield Sheet(chart, chart.title, charts.caption(chart) or chart.group)
