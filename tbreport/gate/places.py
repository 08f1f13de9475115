"""Where the rule of a check stands: a line of the settings, else one of a baseline file.

Readers of TOML and JSON tell no lines, so the text is searched for rules as they are usually
written. What is written otherwise (a metric in an inline table) is not found, and has no place.
"""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from tbreport.gate.baseline import line_of
from tbreport.gate.collecting import matches
from tbreport.gate.model import Check, Place, Verdict

HEADER = re.compile(r"\s*\[\[?\s*([\w.\s-]+?)\s*\]\]?\s*(?:#.*)?")
SETTING = re.compile(r"\s*(\w+)\s*=")
# Stats of checks that no metric's rule makes → table and keys under [gate] that do.
ORDERS = {
    "check": ("check", ("expr",)),
    "required": ("", ("require",)),
    "finding": ("", ("fail_on", "fail_on_damage")),
}


@dataclass(frozen=True, slots=True)
class Setting:
    """A key of ``[gate]`` or of a table below it."""

    line: int  # the first is 1
    table: str  # "metric" of [[gate.metric]], "" of [gate]
    key: str
    value: Any  # None where it takes several lines


def located(
    verdict: Verdict, settings: Path | None, baselines: Iterable[Path], key: Mapping[str, str]
) -> Verdict:
    """The verdict with the place of each check that did not pass, as far as it is known.

    Args:
        settings: the file that has the rules; None where options gave them.
        baselines: the files that the candidate is held against.
        key: the environment, by which a job of theirs is found.
    """
    rules = tuple(gate_settings(settings.read_text(encoding="utf-8"))) if settings else ()
    texts = {file: file.read_text(encoding="utf-8") for file in baselines}

    def place(check: Check) -> Place | None:
        found = setting_of(check, rules)
        if settings and found:
            return place_in(settings, found.line)
        if check.stat in ORDERS:
            return None
        lines = ((file, line_of(text, check.job, key, check.tag)) for file, text in texts.items())
        return next((place_in(file, line) for file, line in lines if line), None)

    checks = (c if c.verdict == "pass" else replace(c, place=place(c)) for c in verdict.checks)
    return replace(verdict, checks=tuple(checks))


def gate_settings(text: str) -> Iterator[Setting]:
    """What stands under ``[gate]`` of a `tbreport.toml` or a `pyproject.toml`."""
    table: str | None = None
    for number, line in enumerate(text.split("\n"), 1):
        header = HEADER.fullmatch(line.rstrip("\r"))
        setting = SETTING.match(line)
        if header:
            name = re.sub(r"\s", "", header[1]).removeprefix("tool.tbreport.")
            first, _, rest = name.partition(".")
            table = rest if first == "gate" else None
        elif setting and table is not None:
            yield Setting(number, table, setting[1], value_of(line, setting[1]))


def value_of(line: str, key: str) -> Any:
    """The value of a setting that is written in one line."""
    try:
        return tomllib.loads(line)[key]
    except tomllib.TOMLDecodeError:
        return None


def setting_of(check: Check, settings: Iterable[Setting]) -> Setting | None:
    """The setting that made a check: of several that match its tag the first, as in the gate."""
    table, keys = ORDERS.get(check.stat, ("metric", ("tag",)))
    for setting in settings:
        if setting.table == table and setting.key in keys:
            value = setting.value
            if not table or value == check.tag or (table == "metric" and named(value, check.tag)):
                return setting
    return None


def named(pattern: object, tag: str) -> bool:
    """Whether a metric's rule is about a tag."""
    return isinstance(pattern, str) and matches(pattern, tag)


def place_in(file: Path, line: int) -> Place | None:
    """A line of a file of the checkout, or of the folder where this runs; None outside of it."""
    root = Path(os.environ.get("GITHUB_WORKSPACE") or os.curdir).resolve()
    path = file.resolve()
    return Place(path.relative_to(root).as_posix(), line) if path.is_relative_to(root) else None
