"""How a summary is made: what the command line and a caller of `summarize` may ask for."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace

from tbreport.model import Run
from tbreport.settings import Settings

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
