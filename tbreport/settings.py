"""Finds the settings and hands each consumer its own table.

`tbreport.toml` wins over ``[tool.tbreport]`` of `pyproject.toml`; the nearest folder upwards from
where the command runs decides. What the keys of a table mean is the consumer's business: it
checks them with `check_keys` and `Table.value`, so that a misspelt key is an error everywhere.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tbreport.errors import BadSetting, UnknownSetting

# The consumers' tables: name → what it holds.
TABLES = {
    "report": "the title of the report",
    "runs": "how folders are joined to runs",
    "roles": "what tags mean, by pattern",
    "detectors": "which detectors run, and their options",
    "gate": "what a candidate is held to",
    "overrides": "what holds for some runs alone, by pattern",
}

LARGEST = int(sys.float_info.max)  # of whole numbers where a number is asked for


@dataclass(frozen=True, slots=True)
class Table:
    """One consumer's part of the settings, and where it stands."""

    name: str
    path: str  # of the file, for messages; "" where there is none
    values: Mapping[str, Any] = field(default_factory=dict)

    def check_keys(self, known: Iterable[str]) -> None:
        """Refuse every key that is not known.

        Raises:
            UnknownSetting: with the nearest known key as the hint.
        """
        known = sorted(known)
        for key in self.values:
            if key not in known:
                raise UnknownSetting(
                    f"unknown setting {key!r} in [{self.name}] of {self.path}",
                    hint=nearest(key, known),
                )

    def sub(self, key: str) -> Table:
        """The table under a key; empty where it is missing."""
        return Table(f"{self.name}.{key}", self.path, self.value(key, dict, {}))

    def value(self, key: str, kind: type, default: Any) -> Any:
        """The value of a key, or the default where it is missing.

        An integer passes where a float is asked for.

        Raises:
            BadSetting: the value is of another type.
        """
        if key not in self.values:
            return default
        value = self.values[key]
        if kind is float and type(value) is int and abs(value) <= LARGEST:
            return float(value)
        if not isinstance(value, kind) or (kind is not bool and isinstance(value, bool)):
            raise BadSetting(
                f"{key!r} in [{self.name}] of {self.path} is {value!r}, "
                f"but should be a {NAMES.get(kind, kind.__name__)}"
            )
        return value

    def pattern(self, key: str) -> re.Pattern[str]:
        """A key that is a regular expression, as ``[roles]`` has them.

        Raises:
            BadSetting: it is none.
        """
        try:
            return re.compile(key)
        except re.error as error:
            raise BadSetting(
                f"the pattern {key!r} in [{self.name}] of {self.path} is no regular expression: "
                f"{error}"
            ) from None

    def expression(self, key: str) -> re.Pattern[str]:
        """The value of a key that is a regular expression; an empty one where it is missing.

        Raises:
            BadSetting: the value is none.
        """
        try:
            return re.compile(self.value(key, str, ""))
        except re.error as error:
            raise BadSetting(
                f"{key!r} in [{self.name}] of {self.path} is no regular expression: {error}"
            ) from None

    def choice(self, key: str, choices: Sequence[str], default: str | None = None) -> Any:
        """The value of a key that knows only a few words, or the default where it is missing.

        Raises:
            BadSetting: the value is none of them.
        """
        value = self.value(key, str, default)
        if value is not None and value not in choices:
            raise BadSetting(
                f"{key!r} in [{self.name}] of {self.path} is {value!r}, "
                f"but should be one of {', '.join(choices)}"
            )
        return value


NAMES = {float: "number", int: "whole number", str: "string", dict: "table", list: "list"}


@dataclass(frozen=True, slots=True)
class Settings:
    """All tables of one settings file; every table is there, if only empty."""

    path: str = ""  # its name in messages
    tables: Mapping[str, Table] = field(default_factory=dict)
    file: Path | None = None

    def table(self, name: str) -> Table:
        """A consumer's table."""
        return self.tables.get(name, Table(name, self.path))


def load(start: Path, explicit: Path | None = None) -> Settings:
    """The settings that hold in a folder, or those of a file that was named.

    Raises:
        BadSetting: the file is missing, unreadable or not TOML.
        UnknownSetting: it has a table that nobody reads.
    """
    if explicit is not None:
        return parse(explicit, explicit.name)
    for folder in (start, *start.parents):
        for name in ("tbreport.toml", "pyproject.toml"):
            if is_there(folder / name):
                settings = parse(folder / name, name)
                if settings.tables or name == "tbreport.toml":
                    return settings
    return Settings()


def is_there(path: Path) -> bool:
    """Whether a file is there to be read; not in a folder that may not be entered."""
    try:
        return path.is_file()
    except OSError:
        return False


def parse(path: Path, shown: str) -> Settings:
    """Read one file; `shown` is its name in messages.

    Raises:
        BadSetting, UnknownSetting: as for `load`.
    """
    import tomllib

    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise BadSetting(
            f"there is no settings file {shown!r}",
            hint="without --config the nearest tbreport.toml or pyproject.toml is read",
        ) from None
    except (OSError, ValueError, RecursionError) as error:  # no TOML, no UTF-8, a number too long
        raise BadSetting(f"{shown} cannot be read: {error}") from None
    if path.name == "pyproject.toml":
        document = dict(Table("top level", shown, document).sub("tool").sub("tbreport").values)
    root = Table("tool.tbreport" if path.name == "pyproject.toml" else "top level", shown, document)
    root.check_keys(TABLES)
    tables = {name: Table(name, shown, root.value(name, dict, {})) for name in document}
    return Settings(shown, tables, path)


def nearest(name: str, known: Iterable[str], listing: str = "") -> str:
    """A hint: the most similar of the known names, else all of them, or the command for it."""
    import difflib

    known = list(known)
    close = difflib.get_close_matches(name, known, n=1)
    if close:
        return f"did you mean {close[0]!r}?"
    return f"see all with: {listing}" if listing else f"known: {', '.join(known)}"
