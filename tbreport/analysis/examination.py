"""Running the detectors: a run in, its findings out.

Each sees the findings of those before it, in the order of the table.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from itertools import groupby
from operator import attrgetter

from tbreport.analysis import ensemble
from tbreport.analysis.acceptance import settled
from tbreport.analysis.detector import Detector, DetectorSettings, Scope
from tbreport.analysis.needs import Question, first_unmet
from tbreport.analysis.roles import RoleRules
from tbreport.analysis.stories import with_causes
from tbreport.analysis.subject import RunSubject
from tbreport.model import SEVERITIES, Finding, Problem, Run, RunDigest

OnCrash = Callable[[Detector, Exception], None]

DEFAULTS = DetectorSettings()
NOT_CHOSEN = "not chosen for it in the settings"


def detect(
    run: Run, settings: DetectorSettings | None = None, roles: RoleRules | None = None
) -> tuple[Finding, ...]:
    """All that the detectors find in one run, the gravest first."""
    return examine(RunSubject(run, roles or RoleRules()), settings or DEFAULTS)[0]


def examine(
    subject: RunSubject, settings: DetectorSettings, on_crash: OnCrash | None = None
) -> tuple[tuple[Finding, ...], dict[str, str]]:
    """As `detect`, of a subject that is already there; and why which detectors could not look.

    A detector that raises ends this, unless `on_crash` takes the exception: the others go on then.
    """
    covered = coverage(subject, settings)
    found: tuple[Finding, ...] = detect_problems(subject.run.problems, settings, on_crash)
    for one in settings.chosen:
        if one.scope == "run" and not covered[one.code]:
            found = look(one, subject, subject.run.name, found, settings, on_crash)
    return with_causes(by_gravity(settled(found, settings.accepted, settings.severities))), covered


def coverage(subject: RunSubject, settings: DetectorSettings) -> dict[str, str]:
    """Why each of the chosen detectors of runs cannot look, by code; "" where it can."""
    answers: dict[Question, str] = {}
    return {
        code: first_unmet(asked, subject, answers) for code, asked in settings.questions.items()
    }


def detect_problems(
    problems: Sequence[Problem], settings: DetectorSettings, on_crash: OnCrash | None = None
) -> tuple[Finding, ...]:
    """What damaged files mean: one finding for each code, run and file."""
    if not problems:
        return ()
    place = attrgetter("code", "run", "path")
    alike = {key: tuple(group) for key, group in groupby(sorted(problems, key=place), key=place)}
    found: tuple[Finding, ...] = ()
    for one in settings.chosen:
        for (code, run, _), group in alike.items():
            if one.scope == "problem" and one.code == code:
                found = look(one, group, run, found, settings, on_crash)
    return by_gravity(found)


def detect_experiment(
    digests: Sequence[RunDigest], settings: DetectorSettings, on_crash: OnCrash | None = None
) -> tuple[Finding, ...]:
    """What only all runs together show."""
    found: tuple[Finding, ...] = ()
    for one in settings.chosen:
        if one.scope == "experiment":
            found = look(one, digests, "", found, settings, on_crash)
    return by_gravity(settled(found, settings.accepted, settings.severities))


def coverage_of_all(digests: Sequence[RunDigest], settings: DetectorSettings) -> dict[str, str]:
    """Why each of the chosen detectors could look at nothing, by code; "" where it could."""
    return {one.code: COVERED[one.scope](one, digests, settings) for one in settings.chosen}


def covered_as_one(one: Detector, digests: Sequence[RunDigest], settings: DetectorSettings) -> str:
    """Why a detector of all runs together cannot look."""
    options = settings.options_of(one)
    return next(filter(None, (ensemble.NEEDS[name](digests, options) for name in one.needs)), "")


def covered_in_any(one: Detector, digests: Sequence[RunDigest], settings: DetectorSettings) -> str:
    """Why a detector of single runs could look at none of them: the reason of most."""
    reasons = Counter(digest.coverage.get(one.code, NOT_CHOSEN) for digest in digests)
    return "" if "" in reasons else next((why for why, _ in reasons.most_common(1)), "no run")


COVERED: dict[Scope, Callable[[Detector, Sequence[RunDigest], DetectorSettings], str]] = {
    "run": covered_in_any,
    "experiment": covered_as_one,
    "problem": lambda one, digests, settings: "",
}


def look(
    one: Detector,
    subject: RunSubject | Sequence[Problem] | Sequence[RunDigest],
    run: str,
    earlier: tuple[Finding, ...],
    settings: DetectorSettings,
    on_crash: OnCrash | None,
) -> tuple[Finding, ...]:
    """The earlier findings and those of one detector, without those that it replaces."""
    try:
        seen = tuple(one.look(subject, earlier, **settings.options.get(one.name, {})))
    except Exception as error:
        if on_crash is None:
            raise
        on_crash(one, error)
        return earlier
    if not seen:
        return earlier
    fresh = tuple(
        Finding(
            one.code, one.name, o.severity, run, o.tags, o.steps, o.message, o.evidence, o.advice
        )
        for o in seen
    )
    taken = {tag for finding in fresh for tag in finding.tags}
    kept = tuple(f for f in earlier if f.code not in one.replaces or taken.isdisjoint(f.tags))
    return kept + fresh


def by_gravity(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """The gravest first; then by first step, those without steps before all; then code, tags."""
    return tuple(
        sorted(
            findings,
            key=lambda f: (
                -SEVERITIES.index(f.severity), f.steps or (-1, -1), f.code, f.tags, f.message,
            ),
        )
    )  # fmt: skip
