"""Reports with a verdict, made by hand; one of them with names that try to leave their place."""

from __future__ import annotations

from dataclasses import replace

from tbreport.gate.model import Check, Verdict
from tbreport.report import gating
from tbreport.report.document import Report, Section
from tests.report.documents import typical

HOSTILE = (
    "::error::title=x",
    "]]><b>&amp;",
    "<!-- tbreport:x --> --> <script>",
    "two\nlines\r::set-output name=a::b",
    "\x1b[31mred\x1b[0m",
    "=cmd|' /C calc'!A0",
    "a|b `c` *d* [e](https://x.invalid) @someone #12 www.x.invalid",
    'quoted "\\" %0A { } , :',
)


def verdict(names: tuple[str, ...] = ("val/loss", "train/loss", "acc", "tokens")) -> Verdict:
    """A failed, an inconclusive, a warned and a passed check, of these tags in turn."""
    kinds = ("fail", "inconclusive", "warn", "pass")
    checks = tuple(
        Check(
            f"job {name}", name, "final", kinds[place % 4],
            f"8 % worse of {name}; what is in doubt", 2.352, 2.31, 1, 10, 0.018, 4.6, 0.004, 0.03,
            0.002, 0.004, direction="lower", runs=(f"run {name}",),
        )
        for place, name in enumerate(names)
    )  # fmt: skip
    return Verdict("fail", checks, True, checks[:1], ("a note",))


def report(found: Verdict | None = None) -> Report:
    """A report led by the gate's section."""
    found = found or verdict()
    usual = typical(n=40, n_histograms=1)
    section = Section("gate", "Gate", gating.blocks(found, usual.runs), len(found.checks))
    return replace(
        usual,
        title="Training gate",
        headline=gating.headline(found),
        sections=(section, *usual.sections),
        verdict=found,
    )


def hostile() -> Report:
    """Every name that is known to break a format, in every kind of check."""
    return report(verdict(tuple(name for name in HOSTILE for _ in range(4))))
