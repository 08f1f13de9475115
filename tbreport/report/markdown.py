"""Report → Markdown for a comment on a pull request or a step summary.

The first line is a hidden marker by which a bot finds its own comment and updates it. Names come
from strangers: they cannot end a cell, open a tag, mention a person or link an issue. Code hosts
take 65,536 characters a comment; what does not fit is left out from the end, and that is said.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from tbreport import wording
from tbreport.model import Finding
from tbreport.report.document import Block, Cell, Facts, FindingList, Prose, Report, Section, Table
from tbreport.report.galleries import slug
from tbreport.report.terminal import SIGNS, sparkline
from tbreport.wording import plain

LONGEST = 65_000  # characters
LONGEST_LINE = 1_000  # of the headline
ORDER = ("contrast", "gate", "findings", "compared", "runs", "checkpoints", "coverage")
ROWS = 50  # of a table
PUNCTUATION = re.compile(r"([\\`*_\[\]<>#|~&$])")
# a list, a rule or an underlined heading
LINE_START = re.compile(r"^([-+](?=\s|$)|[-=](?=[-=\s]*$)|\d(?=\d*[.)](\s|$)))")


def render(report: Report) -> str:
    """The comment: the verdict, what decided it, and the rest folded away."""
    severity = report.headline.severity
    sign = SIGNS.get(severity or "", "✓")
    pieces = [
        f"<!-- tbreport:{slug(report.title)} -->\n",
        f"### {sign} {line(report.headline.title)}\n\n{line(report.headline.detail)}\n",
    ]
    sections = {section.id: section for section in report.sections}
    shown = [sections[id] for id in ORDER if id in sections]
    for place, section in enumerate(shown):
        pieces += list(folded(section)) if place else list(opened(section))
    pieces.append(f"\n<sub>{text(report.title)} · {text(report.summary)}</sub>\n")
    return fitted(pieces)


def line(words: str) -> str:
    """The beginning of a text: names may be as long as a comment, and a verdict is not left out."""
    return text(words if len(words) <= LONGEST_LINE else f"{words[:LONGEST_LINE]}…")


def fitted(pieces: list[str]) -> str:
    """The pieces that fit, from the first on."""
    note = "\n*The rest is too long for a comment; see the whole report.*\n"
    whole = ""
    for piece in pieces:
        if len(whole) + len(piece) > LONGEST - len(note):
            return whole + note
        whole += piece
    return whole


def opened(section: Section) -> Iterator[str]:
    """A section whose first table or findings are seen at once."""
    yield f"\n{block(section.blocks[0])}"
    if section.blocks[1:]:
        rest = "\n".join(filter(None, map(block, section.blocks[1:])))
        if rest:
            yield f"\n<details><summary>More</summary>\n\n{rest}\n</details>\n"


def folded(section: Section) -> Iterator[str]:
    """A section behind its title."""
    body = "\n".join(filter(None, map(block, section.blocks)))
    if body:
        count = "" if section.count is None else f" ({section.count:,})"
        title = f"{text(section.title)}{count}"
        yield f"\n<details><summary>{title}</summary>\n\n{body}\n</details>\n"


def block(found: Block) -> str:
    """One block; galleries have no place in a comment."""
    if isinstance(found, Prose):
        return f"{text(found.text)}\n"
    if isinstance(found, Facts):
        return "".join(f"- {text(name)}: {text(value)}\n" for name, value in found.items)
    if isinstance(found, Table):
        return table(found)
    if isinstance(found, FindingList):
        return "".join(
            f"- **{item.finding.severity}** {item.finding.code} {text(item.finding.name)} "
            f"{text(item.finding.run)}: {text(item.finding.message)}"
            f"{accepted(item.finding)}"
            f"{f' (follows from {item.follows})' if item.follows else ''}\n"
            for item in found.items[:ROWS]
        ) + more(len(found.items))
    return ""


def accepted(found: Finding) -> str:
    """Until when a finding is accepted and why; empty for one that is not."""
    if not found.accepted:
        return ""
    return f" ({wording.acceptance(text(found.accepted), found.accepted_until)})"


def table(found: Table) -> str:
    """A table of pipes."""
    lines = [
        row(text(column.title) or " " for column in found.columns),
        row("---:" if column.align == "right" else "---" for column in found.columns),
        *(row(cell(c) for c in cells) for cells in found.rows[:ROWS]),
    ]
    return "\n".join(lines) + "\n" + more(len(found.rows))


def more(count: int) -> str:
    """What was left out."""
    return f"\nand {wording.count(count - ROWS, 'more row')}\n" if count > ROWS else ""


def row(cells: Iterator[str]) -> str:
    return f"| {' | '.join(cells)} |"


def cell(found: Cell) -> str:
    """A cell; what is wrong stands out, curves are sparklines."""
    shown = text(found.text)
    if shown and found.tone in ("error", "warning"):
        shown = f"**{shown}**"
    return f"{sparkline(found.spark.values)} {shown}".strip() if found.spark else shown


def text(words: str) -> str:
    """Text as itself, whatever it is: no mark-up, no mention, no link, no second line."""
    escaped = PUNCTUATION.sub(r"\\\1", plain(words).strip())
    escaped = LINE_START.sub(lambda start: f"&#{ord(start[0][0])};{start[0][1:]}", escaped)
    # An empty comment ends a word for the code host, which links what it knows after parsing.
    return re.sub(r"(@|\\#|:(?=/)|\bwww(?=\.))", r"\1<!-- -->", escaped)
