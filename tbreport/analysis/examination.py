"""Running the detectors: a run in, its findings out.

Each sees the findings of those before it, in the order of the table.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
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
Reasons = Mapping[str, Counter[str]]


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


def reasons_of(digests: Sequence[RunDigest]) -> Reasons:
    """By code, how many runs a detector could not look at and why; "" stands where it could."""
    alike = Counter(tuple(digest.coverage.items()) for digest in digests)  # most are
    codes = {code for coverage in alike for code, _ in coverage}
    found: dict[str, Counter[str]] = {code: Counter() for code in codes}
    for coverage, n_runs in alike.items():
        known = dict(coverage)
        for code in codes:
            found[code][known.get(code, NOT_CHOSEN)] += n_runs
    return found


def coverage_of_all(digests: Sequence[RunDigest], settings: DetectorSettings) -> dict[str, str]:
    """Why each of the chosen detectors could look at nothing, by code; "" where it could."""
    reasons = reasons_of(digests)

    def of_runs(one: Detector) -> str:
        if not digests:
            return "no run"
        found = reasons.get(one.code, Counter((NOT_CHOSEN,)))
        return "" if "" in found else found.most_common(1)[0][0]

    def of_all(one: Detector) -> str:
        options = settings.options_of(one)
        unmet = (ensemble.NEEDS[name](digests, options) for name in one.needs)
        return next(filter(None, unmet), "")

    covered: dict[Scope, Callable[[Detector], str]] = {
        "run": of_runs,
        "experiment": of_all,
        "problem": lambda one: "",
    }
    return {one.code: covered[one.scope](one) for one in settings.chosen}


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
