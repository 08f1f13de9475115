"""Hard rules: what fails, or cannot be judged, without any statistics.

A rule looks at the candidate runs of one job beside its baseline and yields checks. A tag that a
rule fails or leaves open is not compared any further.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from tbreport.errors import BadSetting
from tbreport.gate import statistics
from tbreport.gate.aligning import alignment, lacks, there
from tbreport.gate.collecting import holds, matches
from tbreport.gate.model import Action, Baseline, Check, CheckVerdict, Limit, Policy
from tbreport.model import SEVERITIES, Finding, Int64s, RunDigest, Statistics
from tbreport.wording import count, listed

DIVERGING = "TB202"


@dataclass(frozen=True, slots=True)
class Pairing:
    """The two sides of one job."""

    job: str
    candidates: tuple[RunDigest, ...]
    baseline: Baseline
    limits: Mapping[str, Limit]  # by tag, patterns resolved
    policy: Policy

    def check(
        self, tag: str, stat: str, verdict: CheckVerdict, reason: str, *runs: RunDigest
    ) -> Check:
        """A check of these sides."""
        limit = self.limits.get(tag)
        return Check(
            self.job,
            tag,
            stat,
            verdict,
            reason,
            n=len(self.candidates),
            m=sum(tag in run.curves for run in self.baseline.runs) if tag else 0,
            direction=limit.direction if limit else None,
            runs=tuple(digest.run for digest in runs or self.candidates),
        )


def resolve(
    limits: tuple[Limit, ...], candidates: tuple[RunDigest, ...], baseline: Baseline
) -> dict[str, Limit]:
    """The limit of each tag of either side; the first that matches decides.

    Raises:
        BadSetting: a limit matches no tag.
    """
    ours = {found.tag for d in candidates for found in d.statistics if found.kind == "scalars"}
    tags = sorted(ours | set(baseline.grids))
    found: dict[str, Limit] = {}
    for limit in limits:
        matching = [tag for tag in tags if matches(limit.tag, tag)]
        if not matching:
            raise BadSetting(
                f"the gated metric {limit.tag!r} matches no tag of job {baseline.job!r}",
                hint=f"there are: {listed(tags, 10)}" if tags else "there is no scalar tag",
            )
        for tag in matching:
            found.setdefault(tag, limit)
    return found


def statistics_of(digest: RunDigest, tag: str) -> Statistics | None:
    """The numbers of a scalar tag."""
    found = (s for s in digest.statistics if s.kind == "scalars" and s.tag == tag)
    return next(found, None)


def verdict_of(action: Action) -> CheckVerdict | None:
    """What an action makes of a check; None for nothing at all."""
    return None if action == "ignore" else action


def missing(pairing: Pairing) -> Iterator[Check]:
    """A gated tag that a candidate run does not have."""
    verdict = verdict_of(pairing.policy.on_missing)
    for tag in pairing.limits:
        without = [digest for digest in pairing.candidates if not holds(digest, tag)]
        if tag in pairing.baseline.grids and without and verdict:
            reason = f"missing in {listed([digest.run for digest in without])}"
            yield pairing.check(tag, "missing", verdict, reason, *without)


def new(pairing: Pairing) -> Iterator[Check]:
    """A gated tag that the baseline does not have, or in too few runs for a test beside others.

    A metric that a training begins to log is in the baseline after the first merge, and is tested
    from the third one on.
    """
    runs = pairing.baseline.runs
    held = {tag: sum(tag in run.curves for run in runs) for tag in pairing.limits}
    is_tested = any(n >= statistics.FEWEST for n in held.values())
    for tag, limit in pairing.limits.items():
        is_tolerated = limit.tol is not None or pairing.policy.tol is not None
        if tag not in pairing.baseline.grids:
            yield pairing.check(tag, "new", "warn", "not in the baseline: nothing to compare with")
        elif is_tested and held[tag] < statistics.FEWEST and not is_tolerated:
            reason = f"in {held[tag]} of {count(len(runs), 'run')} of the baseline: too few to test"
            yield pairing.check(tag, "new", "warn", reason)


def nonfinite(pairing: Pairing) -> Iterator[Check]:
    """NaN or infinity anywhere in a gated tag, whose baseline is finite throughout."""
    for tag in pairing.limits:
        for digest in pairing.candidates:
            found = statistics_of(digest, tag)
            if found and found.nonfinite:
                first = found.first_nonfinite_step
                reason = f"not finite from step {first} on: {found.nonfinite} of {found.points}"
                yield pairing.check(tag, "nonfinite", "fail", f"{reason} points", digest)


def diverged(pairing: Pairing) -> Iterator[Check]:
    """A gated tag that the detector of diverging losses names."""
    for digest in pairing.candidates:
        for finding in digest.findings:
            for tag in finding.tags:
                if finding.code == DIVERGING and tag in pairing.limits:
                    yield pairing.check(tag, "diverged", "fail", finding.message, digest)


def short(pairing: Pairing) -> Iterator[Check]:
    """A candidate run that ends well before the baseline does."""
    verdict = verdict_of(pairing.policy.on_short)
    for tag, digest, grid in gridded(pairing):
        last, first, expected = int(digest.display[tag].steps[-1]), int(grid[0]), int(grid[-1])
        # of the steps that the baseline has: a fine-tuning may count on from its pretraining
        if verdict and last - first + 1 < pairing.policy.min_steps_ratio * (expected - first + 1):
            reason = f"ends at step {last}, the baseline at {expected}"
            if verdict == "warn":
                reason += f"; compared up to step {last}"
            yield pairing.check(tag, "short", verdict, reason, digest)


def cadence(pairing: Pairing) -> Iterator[Check]:
    """A candidate run that does not log at the baseline's steps."""
    for tag in pairing.limits:
        grid = pairing.baseline.grids.get(tag)
        holders = [digest for digest in pairing.candidates if holds(digest, tag)]
        if grid is None or not holders:
            continue
        found = alignment([digest.display[tag].steps for digest in holders], grid)
        if found.how == "grid":
            continue
        for digest in holders:
            steps = digest.display[tag].steps
            reached, present = grid[grid <= steps[-1]], there(steps, grid)
            if lacks(steps, grid, present):
                reason = f"lacks {len(reached) - present.sum()} of the {len(reached)} steps that "
                reason += f"the baseline has: {MET[found.how].format(found.kept.sum())}"
                verdict: CheckVerdict = "inconclusive" if found.how == "none" else "warn"
                yield pairing.check(tag, "cadence", verdict, reason, digest)


# What is done about steps that are missing, by how the two sides meet.
MET = {
    "common": "compared at the {} steps that both have",
    "nearest": "compared at the {} steps that lie closest",
    "none": "log at its steps, or rebuild it",
}


def gridded(pairing: Pairing) -> Iterator[tuple[str, RunDigest, Int64s]]:
    """Each gated tag and run that both sides have, with the grid."""
    for tag in pairing.limits:
        for digest in pairing.candidates:
            if tag in pairing.baseline.grids and holds(digest, tag):
                yield tag, digest, pairing.baseline.grids[tag]


Rule = Callable[[Pairing], Iterator[Check]]
RULES: tuple[Rule, ...] = (missing, new, nonfinite, diverged, short, cadence)


def required(pairing: Pairing) -> Iterator[Check]:
    """Tags that every candidate run must have, gated or not."""
    for tag in pairing.policy.require:
        for digest in pairing.candidates:
            if not any(holds(digest, found) and matches(tag, found) for found in digest.display):
                yield pairing.check(tag, "required", "fail", f"{digest.run} has no point", digest)


def ill(pairing: Pairing) -> Iterator[Check]:
    """Findings of the candidate that fail by themselves: `fail_on` and `fail_on_damage`."""
    for digest in pairing.candidates:
        for finding in digest.findings:
            if fails(finding, pairing.policy):
                tag = finding.tags[0] if finding.tags else ""
                reason = f"{finding.code} {finding.name}: {finding.message}"
                yield pairing.check(tag, "finding", "fail", reason, digest)


def fails(finding: Finding, policy: Policy) -> bool:
    """Whether a finding alone fails the gate."""
    gravity = SEVERITIES.index(finding.severity)
    if policy.fail_on_damage and finding.code.startswith("TB1"):
        return gravity >= SEVERITIES.index("warning")
    return policy.fail_on is not None and gravity >= SEVERITIES.index(policy.fail_on)
