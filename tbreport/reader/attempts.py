"""Which points of a tag count: attempts, concurrent writers, counters that start over.

In: the points of one tag in each file of one folder, as written. Out: an order over them whose
steps rise strictly, and what was set aside and why. Points kept + set aside = points read.

The rules, in the order in which they are applied:

- A writer may say itself that earlier points at or past a step do not count (SessionLog START).
- Points that all share one step (three at least) were logged without steps: they are numbered,
  unless that step is not 0 and another file has others.
- Steps that fall back regularly, to nearly the same step, are a counter that starts over each
  epoch: they are put end to end. So are those that do so twice, from the same step each time.
  Steps that fall back otherwise are a resume inside one file.
- Points whose wall times run backwards exactly where their steps do were only written late.
- Files whose wall times overlap have concurrent writers: the one with the most points is kept.
  A little overlap is none: clocks of two machines differ, and a job may die slowly. Where every
  point has the same time, there was no clock, and files follow each other by name.
- A file that begins after another has ended sets aside the older points at or past its own first
  step: a resume is spliced, an attempt begun anew replaces the abandoned one whole.
- A repeated step keeps its last point.

A tag that only one file has is not touched by any other file.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt

from tbreport.model import Float64s, Int64s, SetAside, SetAsideReason
from tbreport.reader.scan import Purge, rises

Indices = npt.NDArray[np.intp]

MIN_UNNUMBERED = 3  # points on one step: fewer are a repeated step
MIN_RESTARTS = 3  # falls: fewer are resumes
MIN_EVEN_RESTARTS = 2  # falls, where all stretches are equally long: three epochs
MIN_OVERLAP = 0.05  # of the shorter of two files, in wall time
MAX_STEP = 2.0**62  # no counter gets there by being put end to end


@dataclass(frozen=True, slots=True)
class Part:
    """One tag's points in one file, in file order."""

    path: str
    steps: Int64s
    wall_times: Float64s
    span: tuple[float, float]  # first and last wall time of all points of the file
    weight: int  # all points of the file: decides between writers with equally many of the tag


@dataclass(frozen=True, slots=True)
class Resolution:
    """The points that count."""

    order: Indices  # into the parts' points put end to end; steps rise strictly along it
    steps: Int64s  # [len(order)]
    renumbered: bool
    set_aside: tuple[SetAside, ...]


def resolve(tag: str, parts: Sequence[Part], purges: Sequence[Purge] = ()) -> Resolution:
    """Apply the rules of this module to one tag."""
    if len(parts) == 1 and not purges and rises(parts[0].steps):
        return Resolution(np.arange(len(parts[0].steps)), parts[0].steps, False, ())
    account = Account(tag)
    filled = [part.steps for part in parts if len(part.steps)]
    one_step = len({int(step) for steps in filled for step in (steps.min(), steps.max())}) == 1
    drafts = []
    start = 0
    for part in parts:
        draft = purged(Draft(part, np.arange(len(part.steps)), part.steps, start), purges, account)
        start += len(part.steps)
        if len(draft.kept):
            drafts.append(rising(draft, account, one_step))
    spliced: list[Draft] = []
    for draft in reversed(one_after_another(drafts, account)):
        if spliced:  # the one before begins at the lowest step of all later files
            outdated = draft.steps >= spliced[-1].steps[0]
            reason: SetAsideReason = "abandoned" if outdated.all() else "resumed"
            draft = account.drop(draft, outdated, reason, spliced[-1].part.path)
        if len(draft.kept):
            spliced.append(draft)
    order, steps = [np.empty(0, np.intp)], [np.empty(0, np.int64)]
    for draft in reversed(spliced):
        repeated = np.append(draft.steps[1:] == draft.steps[:-1], False)
        draft = account.drop(draft, repeated, "repeated", draft.part.path)
        order.append(draft.kept + draft.start)
        steps.append(draft.steps)
    renumbered = any(draft.renumbered for draft in spliced)
    aside = tuple(account.entries)
    return Resolution(np.concatenate(order), np.concatenate(steps), renumbered, aside)


@dataclass(frozen=True, slots=True)
class Draft:
    """One part while it is decided upon."""

    part: Part
    kept: Indices  # into the part's points
    steps: Int64s  # [len(kept)], as written or as renumbered
    start: int  # of the part's points in the concatenation
    renumbered: bool = False


@dataclass(frozen=True, slots=True)
class Account:
    """What was set aside of one tag."""

    tag: str
    entries: list[SetAside] = field(default_factory=list)

    def drop(
        self, draft: Draft, chosen: npt.NDArray[np.bool_], reason: SetAsideReason, kept: str
    ) -> Draft:
        """The draft without the chosen points; `kept` is the file that is used instead."""
        if not chosen.any():
            return draft
        steps = draft.part.steps[draft.kept[chosen]]
        ends = int(steps.min()), int(steps.max())
        path = draft.part.path
        self.entries.append(SetAside(self.tag, reason, len(steps), *ends, path, kept))
        return replace(draft, kept=draft.kept[~chosen], steps=draft.steps[~chosen])


def purged(draft: Draft, purges: Sequence[Purge], account: Account) -> Draft:
    """Without the points that a later SessionLog START at or before their step takes back."""
    part = draft.part
    outdated = np.zeros(len(part.steps), bool)
    for purge in purges:
        outdated |= (part.wall_times < purge.wall_time) & (part.steps >= purge.step)
    return account.drop(draft, outdated, "purged", part.path)


def rising(draft: Draft, account: Account, one_step: bool) -> Draft:
    """A draft whose steps never fall.

    Args:
        one_step: whether the points of all files share one.
    """
    steps = draft.steps
    unnumbered = len(steps) >= MIN_UNNUMBERED and (steps == steps[0]).all()
    if unnumbered and (one_step or not steps[0]):
        return replace(draft, steps=np.arange(len(steps)), renumbered=True)
    falls = np.nonzero(steps[1:] < steps[:-1])[0]
    if not len(falls):
        return draft
    by_time = np.argsort(draft.part.wall_times[draft.kept], kind="stable")
    timely = steps[by_time]
    if not (timely[1:] < timely[:-1]).any():
        return replace(draft, kept=draft.kept[by_time], steps=timely)
    begins = np.concatenate([[0], falls + 1])
    if starts_over(steps, begins):
        return replace(draft, steps=end_to_end(steps, begins), renumbered=True)
    firsts = steps[begins]
    later = np.minimum.accumulate(firsts[::-1])[::-1]  # the lowest first step from here on
    horizon = np.append(later[1:], np.iinfo(np.int64).max)
    lengths = np.diff(np.append(begins, len(steps)))
    outdated = steps >= np.repeat(horizon, lengths)
    outdated[begins[-1] :] = False  # no step is past the last stretch, not even the highest
    abandoned = np.repeat(firsts >= horizon, lengths)
    path = draft.part.path
    draft = account.drop(draft, outdated & abandoned, "abandoned", path)
    left = ~(outdated & abandoned)
    return account.drop(draft, (outdated & ~abandoned)[left], "resumed", path)


def starts_over(steps: Int64s, begins: Indices) -> bool:
    """Whether steps fall back regularly: often, and to nearly the same step each time.

    Nearly: within the usual distance of two steps, or a twentieth of the usual length. The first
    stretch may begin later than the others (a resume in mid-epoch), but not before them: a program
    that goes back to one checkpoint again and again is no counter.
    """
    ends = np.append(begins[1:], len(steps)) - 1
    firsts = steps[begins].astype(np.float64)  # a distance of two int64 may not fit into one
    lasts = steps[ends].astype(np.float64)
    enough = MIN_EVEN_RESTARTS if are_even(firsts, lasts) else MIN_RESTARTS
    if len(begins) - 1 < enough:
        return False
    lengths = lasts - firsts
    spread = firsts[1:].max() - firsts.min()
    fits = firsts[0] + (lengths + stride(steps)).sum() < MAX_STEP
    return bool(fits and spread <= max(stride(steps), np.median(lengths) / 20))


def are_even(firsts: Float64s, lasts: Float64s) -> bool:
    """Whether all stretches cover the same steps; the last one may be cut short."""
    return bool(np.ptp(firsts) == 0 == np.ptp(lasts[:-1]) and lasts[-1] <= lasts[0])


def stride(steps: Int64s) -> int:
    """The usual distance of two steps that rise."""
    gaps = np.diff(steps)[steps[1:] > steps[:-1]]
    gaps = gaps[gaps > 0]  # one past the range of int64 has come round to a negative number
    return max(int(np.median(gaps)), 1) if len(gaps) else 1


def end_to_end(steps: Int64s, begins: Indices) -> Int64s:
    """Steps that start over, each stretch put behind the one before it at the usual distance."""
    gap = stride(steps)
    ends = np.append(begins[1:], len(steps)) - 1
    shifts = np.zeros(len(begins), np.int64)
    shifts[1:] = np.cumsum(steps[ends[:-1]] - steps[begins[1:]] + gap)
    return steps + np.repeat(shifts, ends - begins + 1)


def one_after_another(drafts: Sequence[Draft], account: Account) -> list[Draft]:
    """Drafts whose wall times hardly overlap, in their order.

    Of concurrent writers the one with the most points is kept, the earliest of those alike.
    """
    found: list[Draft] = []
    for rivals in overlapping(drafts):
        kept: list[Draft] = []
        for draft in sorted(rivals, key=most_points, reverse=True):
            winner = next((k for k in kept if are_concurrent(draft.part.span, k.part.span)), None)
            if winner is None:
                kept.append(draft)
            else:
                every = np.ones(len(draft.kept), bool)
                account.drop(draft, every, "concurrent", winner.part.path)
        found += sorted(kept, key=by_time)
    return found


def are_concurrent(one: tuple[float, float], other: tuple[float, float]) -> bool:
    """Whether two files were written at the same time, but for a moment."""
    shared = min(one[1], other[1]) - max(one[0], other[0])
    shorter = min(one[1] - one[0], other[1] - other[0])
    stood_still = one == other and one[0] == one[1]
    return not stood_still and 0 <= shared >= MIN_OVERLAP * shorter


def overlapping(drafts: Sequence[Draft]) -> Iterator[list[Draft]]:
    """Drafts in groups, such that the wall times of two groups never overlap.

    Within a group two drafts may still follow each other: both overlap a third one.
    """
    group: list[Draft] = []
    until = -np.inf
    for draft in sorted(drafts, key=by_time):
        first, last = draft.part.span
        if group and first > until:
            yield group
            group, until = [], -np.inf
        group.append(draft)
        until = max(until, last)
    if group:
        yield group


def by_time(draft: Draft) -> tuple[float, float, int]:
    return *draft.part.span, draft.start


def most_points(draft: Draft) -> tuple[int, int]:
    return len(draft.kept), draft.part.weight
