"""What a detector is, the table of them, and the settings that choose among them.

A detector is one file in `detectors/`: a function under `@detector` whose name with dashes is the
detector's name, whose keyword-only options with defaults are its settings, and whose docstring is
its manual. It is called as ``(subject, earlier findings, **options)`` and yields `Observation`s.
What the subject is depends on the scope:

- ``run``: a `RunSubject`;
- ``problem``: the problems of the detector's own code in one file of one run;
- ``experiment``: the digests of all runs.

It is called where its needs are met (`needs.NEEDS`), and reports say where they were not. One that
fires on more sound runs than its budget allows ships disabled: it runs where its own code or name
is selected. `examination` calls them.

Files in `detectors/` are found by themselves; nothing else needs an edit.
"""

from __future__ import annotations

import functools
import importlib
import inspect
import pkgutil
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from graphlib import TopologicalSorter
from types import MappingProxyType
from typing import Any, Literal

from tbreport.analysis import ensemble
from tbreport.analysis.acceptance import Acceptance, read_acceptances, read_severities
from tbreport.analysis.needs import NEEDS, Question, questions
from tbreport.analysis.selection import means, read_options, read_selectors
from tbreport.errors import UnknownSetting
from tbreport.model import SEVERITIES, Severity
from tbreport.settings import Table, nearest
from tbreport.wording import listed

Scope = Literal["run", "experiment", "problem"]

HEADINGS = (
    "What it looks for",
    "Why it matters",
    "What to do",
    "Options",
    "Known false positives",
    "Source",
)


@dataclass(frozen=True, slots=True)
class Observation:
    """What a detector yields: a finding but for the code, the name and the run."""

    severity: Severity
    message: str  # one sentence with its numbers
    advice: str
    tags: tuple[str, ...] = ()
    steps: tuple[int, int] | None = None
    evidence: Mapping[str, float] = field(default_factory=dict)


Look = Callable[..., Iterable[Observation]]


def as_one(
    told: Iterable[Observation], weight: Callable[[Observation], float]
) -> list[Observation]:
    """One observation for several of one cause: the gravest leads, with the others' tags named.

    Args:
        weight: orders those of one severity.
    """
    grave = sorted(told, key=lambda one: (-SEVERITIES.index(one.severity), -weight(one)))
    if len(grave) < 2:
        return grave
    lead = grave[0]
    tags = tuple(dict.fromkeys(tag for one in grave for tag in one.tags))
    others = listed([one.tags[-1] for one in grave[1:]])
    return [replace(lead, message=f"{lead.message}; likewise {others}", tags=tags)]


@dataclass(frozen=True, slots=True)
class Detector:
    """One line of the table."""

    code: str
    scope: Scope
    after: tuple[str, ...]  # codes whose findings it wants to see
    replaces: tuple[str, ...]  # codes whose findings it removes where they share a tag with its own
    look: Look
    needs: tuple[str, ...] = ()  # names in needs.NEEDS, all of which a run must meet
    enabled: bool = True  # False: only where its own code or name is selected

    @property
    def name(self) -> str:
        return self.look.__name__.replace("_", "-")

    @property
    def options(self) -> Mapping[str, Any]:
        """Its keyword-only parameters and their defaults."""
        return options_of(self.look)

    @property
    def manual(self) -> str:
        return inspect.getdoc(self.look) or ""


@functools.cache
def options_of(look: Look) -> Mapping[str, Any]:
    """The keyword-only parameters of a function and their defaults."""
    parameters = inspect.signature(look).parameters.values()
    return MappingProxyType({p.name: p.default for p in parameters if p.kind is p.KEYWORD_ONLY})


_table: dict[str, Detector] = {}


def detector(
    code: str,
    scope: Scope = "run",
    after: tuple[str, ...] = (),
    replaces: tuple[str, ...] = (),
    needs: tuple[str, ...] = (),
    enabled: bool = True,
) -> Callable[[Look], Look]:
    """Enter a function into the table; it runs after what it replaces."""
    unknown = set(needs) - set(ensemble.NEEDS if scope == "experiment" else NEEDS)
    if unknown:
        raise ValueError(f"{code} needs {unknown}, which needs.NEEDS has not")

    def enter(look: Look) -> Look:
        if code in _table and _table[code].look.__module__ != look.__module__:
            raise ValueError(f"{code} is both {_table[code].name} and {look.__name__}")
        waits = tuple(dict.fromkeys(after + replaces))
        _table[code] = Detector(code, scope, waits, replaces, look, needs, enabled)
        return look

    return enter


@functools.cache
def every_detector() -> tuple[Detector, ...]:
    """The table, in the order in which detectors run."""
    # imported here, since the files in that package import this module
    package = importlib.import_module("tbreport.analysis.detectors")
    for module in pkgutil.iter_modules(package.__path__):
        importlib.import_module(f"{package.__name__}.{module.name}")
    return in_order(_table)


def in_order(table: Mapping[str, Detector]) -> tuple[Detector, ...]:
    """Those that wait for none, then those that wait for these, and so on; by code among them."""
    waiting = TopologicalSorter({code: found.after for code, found in table.items()})
    waiting.prepare()
    order: list[str] = []
    while waiting.is_active():
        ready = sorted(waiting.get_ready())
        waiting.done(*ready)
        order += ready
    return tuple(table[code] for code in order)


def entered(look: Look) -> Detector:
    """The line of a function that is in the table; no other detector is imported for it."""
    return next(found for found in _table.values() if found.look is look)


def named(code_or_name: str) -> Detector:
    """The detector with a code or a name.

    Raises:
        UnknownSetting: with the nearest name as the hint.
    """
    for found in every_detector():
        if code_or_name in (found.code, found.name):
            return found
    known = [known for found in every_detector() for known in (found.name, found.code)]
    raise UnknownSetting(
        f"there is no detector {code_or_name!r}",
        hint=nearest(code_or_name, known, "tbreport explain"),
    )


def explain(code_or_name: str) -> str:
    """The manual of a detector, under its code and name, and the defaults of its options.

    Raises:
        UnknownSetting: there is no such detector.
    """
    found = named(code_or_name)
    lines = [f"{found.code} {found.name}", "", found.manual]
    if not found.enabled:
        lines += ["", f'Disabled; to have it run: select = ["TB", "{found.name}"].']
    if found.options:
        lines += ["", f"Defaults, in [detectors.{found.name}] of tbreport.toml:", ""]
        lines += [f"    {option} = {default}" for option, default in found.options.items()]
    return "\n".join(lines) + "\n"


@dataclass(frozen=True)  # no slots: cached_property needs a __dict__
class DetectorSettings:
    """Which detectors run, and their options.

    A selector is a code, the beginning of one ("TB2" is a family), or a name.
    """

    select: tuple[str, ...] = ("TB",)
    ignore: tuple[str, ...] = ()
    options: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)  # by detector's name
    severities: Mapping[str, Severity] = field(default_factory=dict)  # by detector's name
    accepted: tuple[Acceptance, ...] = ()

    @classmethod
    def parse(cls, table: Table) -> DetectorSettings:
        """Read ``[detectors]``: `select`, `ignore`, `severity`, `accepted`, options by name.

        Raises:
            UnknownSetting: a key, selector or option that is none, with the nearest one.
            BadSetting: a value of another type than the option's default, or below zero.
        """
        if not table.values:
            return cls()
        defaults = {found.name: found.options for found in every_detector()}
        by_code = {found.code: found.name for found in every_detector()}
        table.check_keys(("select", "ignore", "severity", "accepted", *defaults))
        return cls(
            read_selectors(table, "select", by_code, ("TB",)),
            read_selectors(table, "ignore", by_code, ()),
            {
                name: read_options(table.sub(name), defaults[name])
                for name in defaults
                if name in table.values
            },
            read_severities(table, defaults),
            read_acceptances(table, by_code),
        )

    @functools.cached_property
    def chosen(self) -> tuple[Detector, ...]:
        """The detectors that are to run, in their order."""
        return tuple(found for found in every_detector() if self.chooses(found))

    @functools.cached_property
    def questions(self) -> Mapping[str, tuple[Question, ...]]:
        """What each of the chosen detectors of runs asks before it looks, by code."""
        return {
            found.code: questions(found.needs, self.options_of(found))
            for found in self.chosen
            if found.scope == "run"
        }

    def options_of(self, found: Detector) -> Mapping[str, Any]:
        """A detector's options as they are set, the others at their defaults."""
        given = self.options.get(found.name)
        return {**found.options, **given} if given else found.options

    def chooses(self, found: Detector) -> bool:
        """Whether a detector is to run."""

        def is_among(selectors: tuple[str, ...]) -> bool:
            return any(means(selector, found.code, found.name) for selector in selectors)

        wanted = found.enabled or {found.code, found.name} & {*self.select}
        return bool(wanted) and is_among(self.select) and not is_among(self.ignore)
