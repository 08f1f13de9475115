"""How a summary is made: what the command line and a caller of `summarize` may ask for."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from tbreport.model import Run
from tbreport.settings import Settings
from tbreport.wording import masked

Pattern = re.Pattern[str]


@dataclass(frozen=True, slots=True)
class Selection:
    """Which runs and tags are looked at; a pattern is found anywhere in a name."""

    runs: Pattern | None = None
    tags: Pattern | None = None
    exclude: Pattern | None = None  # of runs and tags

    def takes(self, name: str, wanted: Pattern | None) -> bool:
        """Whether a name is wanted and not excluded."""
        if self.exclude is not None and self.exclude.search(name):
            return False
        return wanted is None or bool(wanted.search(name))

    def of(self, run: Run) -> Run:
        """The run with the chosen tags alone."""
        if self.tags is None and self.exclude is None:
            return run
        return replace(
            run,
            scalars={t: s for t, s in run.scalars.items() if self.takes(t, self.tags)},
            histograms={t: s for t, s in run.histograms.items() if self.takes(t, self.tags)},
            blobs=tuple(blob for blob in run.blobs if self.takes(blob.tag, self.tags)),
            superseded=tuple(s for s in run.superseded if self.takes(s.tag, self.tags)),
        )


@dataclass(frozen=True, slots=True)
class Options:
    """How a summary is made."""

    selection: Selection = field(default_factory=Selection)
    compare: str | None = None  # a run's name, or the path of another
    title: str | None = None
    engine: str | None = None
    join: bool = True
    show_hosts: bool = False
    settings: Settings = field(default_factory=Settings)


def command(options: Options) -> str:
    """The call that makes the same summary; where the runs lie is nobody's business."""
    selection = options.selection
    given = {
        "runs": selection.runs and selection.runs.pattern,
        "tags": selection.tags and selection.tags.pattern,
        "exclude": selection.exclude and selection.exclude.pattern,
        "compare": options.compare and public(options.compare),
        "title": options.title,
        "engine": options.engine,
        "no_join": not options.join,
        "show_hosts": options.show_hosts,
    }
    return call("summarize", ["PATH"], given)


def call(name: str, places: Iterable[str], given: Mapping[str, Any]) -> str:
    """A command as a shell reads it.

    Args:
        given: options by their names in Python; None and False are left out, a list is repeated.
    """
    words = ["tbreport", name, *places]
    for option, value in given.items():
        flag = f"--{option.replace('_', '-')}"
        if value is True:
            words.append(flag)
        elif value is not None and value is not False:
            for one in value if isinstance(value, list | tuple) else [value]:
                words += [flag, str(one)]
    return shlex.join(words)


def told(settings: Settings) -> str:
    """Every setting that was made, on one line, secrets masked."""
    tables = {name: table.values for name, table in sorted(settings.tables.items())}
    made = [f"{name} = {value}" for name, value in flat(tables)]
    return "; ".join(made) or "none: the defaults"


def flat(values: Mapping[str, Any], above: str = "") -> Iterator[tuple[str, str]]:
    """Dotted names and values, as they may be shown."""
    for key, value in values.items():
        name = f"{above}{key}"
        if isinstance(value, Mapping):
            yield from flat(value, f"{name}.")
        elif isinstance(value, str):
            yield name, masked(key, value) or json.dumps(public(value), ensure_ascii=False)
        else:
            yield name, json.dumps(shown(value), default=str, ensure_ascii=False)


def shown(value: Any) -> Any:
    """What a page may say of a value, whatever it holds."""
    if isinstance(value, list):
        return [shown(one) for one in value]
    if isinstance(value, Mapping):
        return {key: masked(key, one) or shown(one) for key, one in value.items()}
    return public(value) if isinstance(value, str) else value


def public(path: str) -> str:
    """What a page may say of a path: of an absolute one or an address only the last name."""
    return Path(path).name if Path(path).is_absolute() or "://" in path else path
