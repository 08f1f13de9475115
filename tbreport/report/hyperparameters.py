"""Hyper-parameters: a table, the runs across parallel axes, the outcome over each number.

Only what differs between runs is drawn. The outcome is the best value of one metric, by the
rules of `analysis.ensemble`; seeds are no settings.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from tbreport import wording
from tbreport.analysis.ensemble import (
    Outcome,
    candidates,
    is_seed,
    outcome,
    rank,
    rank_correlation,
    ranks,
)
from tbreport.model import Float64s, HParam, RunDigest
from tbreport.report.document import Block, Cell, Column, Prose, Table
from tbreport.report.galleries import slug, unique
from tbreport.report.scales import domain, padded, tick_label, ticks
from tbreport.report.showcase import Axis, Parallel, ParallelLine, Scatter, Scatters

MOST_AXES = 8
MOST_LINES = 500
MOST_CHARTS = 8
MOST_POINTS = 250  # of a scatter; the correlation takes all runs
MOST_NAMES = 12  # of an axis of words
FEWEST = 3  # runs with an outcome, below which nothing can be seen
FEWEST_RANKED = 5  # below which a rank correlation says nothing
FEW = 6  # values of an axis that are ticks themselves
APART = 0.08  # share of an axis between two ticks
LONGEST = 16  # characters of a label


def blocks(digests: Sequence[RunDigest], masked: int) -> tuple[tuple[Block, ...], int | None]:
    """The section's blocks, and how many hyper-parameters there are.

    Args:
        masked: values that are not shown.
    """
    holders = [digest for digest in digests if digest.hparams]
    names = sorted({name for digest in holders for name in digest.hparams})
    if not names:
        return (), None
    found: list[Block] = [*drawings(holders, names), table(holders, names)]
    if masked:
        text = f"{wording.count(masked, 'value')} masked: the name says it is a secret."
        found.append(Prose(text, "muted"))
    return tuple(found), len(names)


def table(holders: Sequence[RunDigest], names: Sequence[str]) -> Table:
    """The settings of each run; those that differ come first."""
    values = {name: {digest.hparams.get(name) for digest in holders} for name in names}
    ordered = sorted(names, key=lambda name: (len(values[name]) == 1, name))
    columns = (Column("run"), *(Column(name, "right") for name in ordered))
    spoken = {
        name: wording.telling_apart(v for v in values[name] if isinstance(v, float))
        for name in ordered
    }
    rows = tuple(
        (Cell(digest.run), *(cell(digest.hparams.get(name), spoken[name]) for name in ordered))
        for digest in holders
    )
    return Table(columns, rows, tuple(digest.run for digest in holders))


def cell(value: object, spoken: Callable[[float], str]) -> Cell:
    if isinstance(value, float):
        return Cell(spoken(value), value)
    return Cell("–" if value is None else str(value))


def drawings(holders: Sequence[RunDigest], names: Sequence[str]) -> list[Block]:
    """Parallel axes and scatters; nothing where too few runs share an outcome."""
    reached = outcomes(holders)
    if len(reached) < FEWEST:
        return []
    scales = [
        scale
        for name in names
        if not is_seed(name)
        and (scale := scale_of(name, [d.hparams.get(name) for d in holders if d.run in reached]))
    ]
    if not scales:
        return []
    first = next(iter(reached.values()))
    goal = {"min": "lower is better", "max": "higher is better"}[first.goal]
    low, high = padded(domain(np.array([one.value for one in reached.values()])))
    marks = tuple(((tick - low) / (high - low), tick_label(tick)) for tick in ticks(low, high, 4))
    last = Axis(f"best {first.tag}", marks)
    known = [digest for digest in holders if digest.run in reached]
    heights = {digest.run: (reached[digest.run].value - low) / (high - low) for digest in known}
    telling = sorted(scales, key=lambda scale: -abs(effect(scale, known, reached)[0]))
    text = (
        f"Runs by hyper-parameters and {last.name} ({goal}): the stronger the line, the better. "
        f"{wording.count(len(known), 'run')} of {len(holders):,} have it."
    )
    if len(known) > MOST_LINES:
        text += f" {MOST_LINES} of them are drawn."
    if len(telling) > MOST_CHARTS:
        text += f" {MOST_CHARTS} of {len(telling)} hyper-parameters: those that tell most."
    every = 1 + (len(known) - 1) // MOST_POINTS
    parallel = Parallel(
        "hparams-parallel",
        (*(scale.axis for scale in telling[:MOST_AXES]), last),
        tuple(
            ParallelLine(
                digest.run,
                (
                    *(
                        scale.place(digest.hparams.get(scale.axis.name))
                        for scale in telling[:MOST_AXES]
                    ),
                    heights[digest.run],
                ),
                share,
            )
            for digest, share in zip(known, goodness(reached, known), strict=True)
        )[:MOST_LINES],
        text,
    )
    ids = unique(f"hparam-{slug(scale.axis.name)}" for scale in telling)
    charts = tuple(
        Scatter(
            id,
            scale.axis,
            last,
            tuple(
                (digest.run, place, heights[digest.run])
                for digest in known[::every]
                if not math.isnan(place := scale.place(digest.hparams.get(scale.axis.name)))
            ),
            effect(scale, known, reached)[1]
            + (f"; {len(known[::every]):,} are drawn" if every > 1 else ""),
        )
        for id, scale in list(zip(ids, telling, strict=True))[:MOST_CHARTS]
    )
    return [Prose(text, "muted"), parallel, Scatters(charts)]


def outcomes(holders: Sequence[RunDigest]) -> dict[str, Outcome]:
    """What the runs reached in the metric that most of them have; the foremost one of those."""
    every = [{one.tag: rank(one) for one in candidates(digest)} for digest in holders]
    counts = Counter(tag for tags in every for tag in tags)
    if not counts:
        return {}
    most = max(counts.values())
    foremost = {tag: value for tags in every for tag, value in tags.items()}
    tag = max((tag for tag in counts if counts[tag] >= 0.8 * most), key=lambda tag: foremost[tag])
    found = ((digest.run, outcome(digest, tag)) for digest in holders)
    return {run: one for run, one in found if one is not None}


@dataclass(frozen=True, slots=True)
class Scale:
    """How the values of a hyper-parameter lie on its axis."""

    axis: Axis
    place: Callable[[HParam | None], float]  # share of the axis; NaN off it
    is_number: bool


def scale_of(name: str, values: Sequence[HParam | None]) -> Scale | None:
    """The axis of a hyper-parameter; None where it does not differ, or in too many words."""
    given = [value for value in values if value is not None]
    numbers = [v for v in given if isinstance(v, float) and math.isfinite(v)]
    if len(set(given)) < 2:
        return None
    if len(numbers) == len(given):
        return number_scale(name, np.array(numbers))
    words = sorted({str(value) for value in given})
    if len(words) > MOST_NAMES:
        return None
    shares = {word: (place + 0.5) / len(words) for place, word in enumerate(words)}
    axis = Axis(name, tuple((share, word[:LONGEST]) for word, share in shares.items()))
    return Scale(axis, lambda value: shares.get(str(value), math.nan), False)


def number_scale(name: str, values: Float64s) -> Scale:
    """A scale of numbers, logarithmic where they are positive and span more than a factor of 30."""
    is_log = bool(values.min() > 0 and values.max() / values.min() > 30)
    low, high = padded(domain(np.log10(values) if is_log else values))
    distinct = np.unique(values)
    if len(distinct) <= FEW:
        marks = [(float(np.log10(v) if is_log else v), tick_label(float(v))) for v in distinct]
    elif is_log:
        exponents = range(math.ceil(low), math.floor(high) + 1)
        marks = [(float(exponent), tick_label(10.0**exponent)) for exponent in exponents]
    else:
        marks = [(tick, tick_label(tick)) for tick in ticks(low, high, 4)]

    def place(value: HParam | None) -> float:
        if not isinstance(value, float) or not math.isfinite(value):
            return math.nan
        return ((math.log10(value) if is_log else value) - low) / (high - low)

    shares = [((tick - low) / (high - low), label) for tick, label in marks]
    return Scale(Axis(name, tuple(apart(shares))), place, True)


def apart(shares: Sequence[tuple[float, str]]) -> Iterator[tuple[float, str]]:
    """The ticks without those that would be written over the one before."""
    last = -1.0
    for share, label in shares:
        if share - last >= APART:
            last = share
            yield share, label


def effect(
    scale: Scale, known: Sequence[RunDigest], reached: Mapping[str, Outcome]
) -> tuple[float, str]:
    """The rank correlation with the outcome, and how it is told."""
    if not scale.is_number:
        return 0.0, "words: no order"
    pairs = [(scale.place(d.hparams.get(scale.axis.name)), reached[d.run].value) for d in known]
    x, y = np.array([pair for pair in pairs if not math.isnan(pair[0])]).reshape(-1, 2).T
    if len(x) < FEWEST_RANKED:
        return 0.0, f"{wording.count(len(x), 'run')}: too few to correlate"
    rho, _ = rank_correlation(x, y, draws=1, seed=0)  # p-values are the detector's business
    told = f"{rho:.2f}".replace("-", "−")
    return rho, f"rank correlation {told}, {wording.count(len(x), 'run')}"


def goodness(reached: Mapping[str, Outcome], known: Sequence[RunDigest]) -> Float64s:
    """The rank of each run's outcome: 0 the worst, 1 the best."""
    values = np.array([reached[digest.run].value for digest in known])
    if next(iter(reached.values())).goal == "min":
        values = -values
    found: Float64s = (ranks(values) - 1) / max(1, len(values) - 1)
    return found
