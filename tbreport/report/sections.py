"""Digests → one Report: every section is a function, in reading order.

A section is written once and shown by every output. `@section` puts it into SECTIONS; a function
that has nothing to show answers with no blocks, and its section is left out.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from tbreport import wording
from tbreport.analysis.stories import gravity, stories
from tbreport.model import SEVERITIES, Finding, Problem, RunDigest
from tbreport.report import (
    comparison,
    crowds,
    exhibiting,
    galleries,
    gating,
    hyperparameters,
    layers,
    reading,
    references,
    reproducing,
    runs,
)
from tbreport.report import coverage as judging
from tbreport.report.document import (
    Block,
    FindingItem,
    FindingList,
    Gallery,
    Prose,
    Report,
    Section,
)
from tbreport.report.headline import dated, headline, summary

if TYPE_CHECKING:
    from tbreport.gate.model import Verdict


@dataclass(frozen=True, slots=True)
class Material:
    """What the sections are made of."""

    digests: tuple[RunDigest, ...]  # sorted by run, hyper-parameters masked
    findings: tuple[Finding, ...]  # of runs and of the experiment, the gravest first
    problems: tuple[Problem, ...]  # of no run: folders that could not be entered
    colors: Mapping[str, int]
    shown: frozenset[str]  # the runs that tables name and charts can draw
    lead: tuple[str, ...]  # those that charts draw as lines where there are many; else none
    compare: str | None  # the run that the others are held against
    detectors: Mapping[str, str]  # "TB301 overfitting" → why it could look at nothing, else ""
    masked: int  # hyper-parameters whose value is not shown
    verdict: Verdict | None  # the gate's
    beside: tuple[str, ...]  # what lies beside the event files and is not opened
    version: str  # tbreport's
    recipe: Mapping[str, str]  # what its caller tells of how it was made


Build = Callable[[Material], tuple[tuple[Block, ...], int | None]]
SECTIONS: dict[str, tuple[str, Build]] = {}  # id → title, function


def section(id: str, title: str) -> Callable[[Build], Build]:
    """Register a section; the order of the functions in this module is the reading order."""

    def register(build: Build) -> Build:
        SECTIONS[id] = (title, build)
        return build

    return register


def compose(
    digests: Sequence[RunDigest],
    *,
    title: str,
    version: str,
    created_at: float | None = None,
    findings: Sequence[Finding] = (),
    problems: Sequence[Problem] = (),
    compare: str | None = None,
    detectors: Mapping[str, str] | None = None,
    verdict: Verdict | None = None,
    beside: Sequence[str] = (),
    recipe: Mapping[str, str] | None = None,
) -> Report:
    """Make the document that every format renders.

    Args:
        created_at: s since the Unix epoch; the last point's wall time where it is not given, so
            that the same input gives the same report.
        findings: of the whole experiment.
        problems: of files and folders that belong to no run.
        compare: the run that the others are held against.
        detectors: codes and names of those chosen → why one could look at nothing, else "".
        verdict: the gate's; its findings stand among those of the experiment.
        beside: what lies beside the event files and is not opened: "2 embeddings".
        recipe: command and settings, for whoever wants to make the report again.
    """
    findings = [*(verdict.findings if verdict else ()), *findings]
    ordered = sorted(digests, key=lambda digest: wording.natural(digest.run))
    shown = tuple(mask(digest) for digest in ordered)
    masked = sum(
        before.hparams[name] != after.hparams[name]
        for before, after in zip(ordered, shown, strict=True)
        for name in before.hparams
    )
    listed = crowds.listed(shown, compare)
    every = [*findings, *(finding for digest in shown for finding in digest.findings)]
    material = Material(
        shown,
        tuple(sorted(every, key=lambda finding: -SEVERITIES.index(finding.severity))),
        tuple(problems),
        {digest.run: place for place, digest in enumerate(shown) if digest.run in listed},
        listed,
        crowds.leading(shown, compare),
        compare,
        detectors or {},
        masked,
        verdict,
        tuple(beside),
        version,
        recipe or {},
    )
    sections = []
    for id, (heading, build) in SECTIONS.items():
        blocks, count = build(material)
        if blocks:
            blocks = crowds.shortened(blocks, listed)
            sections.append(Section(id, heading, blocks, count))
    return Report(
        title,
        version,
        dated(shown, created_at),
        gating.headline(verdict) if verdict else headline(shown, material.findings, detectors),
        summary(shown),
        tuple(sections),
        shown,
        tuple(findings),
        tuple(problems),
        material.colors,
        verdict,
        detectors=material.detectors,
    )


def mask(digest: RunDigest) -> RunDigest:
    """The digest without the values of hyper-parameters that are secrets by their name."""
    hparams = {name: wording.masked(name, value) or value for name, value in digest.hparams.items()}
    return digest if hparams == digest.hparams else replace(digest, hparams=hparams)


@section("gate", "Gate")
def gate(material: Material) -> tuple[tuple[Block, ...], int | None]:
    """What was demanded of the candidate, and whether it was met."""
    if material.verdict is None:
        return (), None
    charts = references.charts(material.verdict, material.digests)
    blocks = gating.blocks(material.verdict, material.digests, charts)
    return blocks, len(material.verdict.checks)


@section("findings", "Findings")
def findings(material: Material) -> tuple[tuple[Block, ...], int | None]:
    """Every finding with its evidence, the gravest first."""
    digests = {digest.run: digest for digest in material.digests}
    ordered = by_story(material.findings)
    anchors = galleries.unique(
        galleries.slug(f"{finding.code}-{finding.run}-{'-'.join(finding.tags)}")
        for finding in ordered
    )
    items: list[FindingItem] = []
    for finding, anchor in zip(ordered, anchors, strict=True):
        digest = digests.get(finding.run) if len(items) < crowds.MANY_FINDINGS else None
        chart = layers.evidence(finding, digest, anchor)
        follows = name_of(finding.because_of, digests.get(finding.run))
        items.append(FindingItem(finding, anchor, chart, follows))
    if not items:
        text = "No detector found anything." if material.detectors else "No detector ran."
        return (Prose(text, "muted"),), 0
    return (FindingList(tuple(items)), *crowds.undrawn(len(items))), len(items)


def by_story(findings: Sequence[Finding]) -> list[Finding]:
    """The findings of each story together, the gravest story first."""
    of_run: dict[str, list[Finding]] = {}
    for finding in findings:
        of_run.setdefault(finding.run, []).append(finding)
    told = [story for members in of_run.values() for story in stories(members)]
    told.sort(key=lambda story: -gravity(story))
    return [finding for story in told for finding in story]


def name_of(code: str, digest: RunDigest | None) -> str:
    """Code and name of a finding of a run; "" where there is none."""
    found = [one for one in digest.findings if one.code == code] if digest else []
    return f"{code} {found[0].name}" if found else ""


@section("compared", "Compared")
def compared(material: Material) -> tuple[tuple[Block, ...], int | None]:
    """The other runs against one, at the same step."""
    return comparison.blocks(material.digests, material.compare), None


@section("runs", "Runs")
def run_table(material: Material) -> tuple[tuple[Block, ...], int | None]:
    """One row a run: how far, how long, how good."""
    shown, said = crowds.with_rows(material.digests, material.shown)
    return (*said, runs.table(shown, material.compare)), len(material.digests)


@section("checkpoints", "Checkpoints")
def checkpoints(material: Material) -> tuple[tuple[Block, ...], int | None]:
    """The step to keep of each run."""
    held = [digest for digest in material.digests if digest.checkpoint is not None]
    shown, said = crowds.with_rows(held, material.shown)
    return (*said, *judging.checkpoints(shown)), None


@section("pairs", "Train and validation")
def pairs(material: Material) -> tuple[tuple[Block, ...], int | None]:
    """Training and validation curves of a metric in one chart a run."""
    lead = material.lead or crowds.paired(material.digests, material.compare)
    found = galleries.pairs(crowds.of_leading(material.digests, lead))
    said = crowds.remark(lead, len(material.digests))
    return ((*said, Gallery(found)), len(found)) if found else ((), None)


@section("scalars", "Scalars")
def scalars(material: Material) -> tuple[tuple[Block, ...], int | None]:
    """One chart a tag over all runs."""
    found = crowds.scalars(material.digests, material.lead, material.shown)
    return ((Gallery(found),), len(found)) if found else ((), None)


@section("histograms", "Histograms")
def histograms(material: Material) -> tuple[tuple[Block, ...], int | None]:
    """Every layer in a table, then a chart a run and tag."""
    lead = material.lead
    blocks, count = layers.blocks(crowds.of_leading(material.digests, lead))
    return ((*crowds.remark(lead, len(material.digests)), *blocks), count) if blocks else ((), None)


@section("hparams", "Hyper-parameters")
def hparams(material: Material) -> tuple[tuple[Block, ...], int | None]:
    """What the runs were set to, against what they reached."""
    return hyperparameters.blocks(material.digests, material.masked)


def from_digests(build: exhibiting.Build) -> Build:
    """A section that needs the digests alone."""
    return lambda material: exhibiting.counted(build(material.digests))


for id, title, build in exhibiting.SECTIONS:
    section(id, title)(from_digests(build))


@section("undrawn", "Not drawn")
def undrawn(material: Material) -> tuple[tuple[Block, ...], int | None]:
    """What was found and is not drawn."""
    return exhibiting.undrawn(material.digests, material.beside), None


@section("files", "Files")
def files(material: Material) -> tuple[tuple[Block, ...], int | None]:
    """What was read, what was set aside, and what could not be read."""
    count = sum(len(digest.files) for digest in material.digests)
    return reading.blocks(material.digests, material.problems), count


@section("coverage", "Coverage")
def coverage(material: Material) -> tuple[tuple[Block, ...], int | None]:
    """Which detectors looked, so that silence can be told from blindness."""
    return judging.blocks(material.digests, material.detectors), None


@section("reproduce", "How to make it again")
def reproduce(material: Material) -> tuple[tuple[Block, ...], int | None]:
    """What made the report."""
    return reproducing.blocks(material.digests, material.version, material.recipe), None
