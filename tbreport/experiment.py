"""Experiment: what a notebook holds of a logdir, with a frame for every kind of value."""

from __future__ import annotations

import weakref
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from tbreport import frames
from tbreport.model import Blob, Problem, Run
from tbreport.reader import archive, layouts, logdir
from tbreport.reader import engine as engines
from tbreport.reader.load import load_families, read_blob
from tbreport.wording import count

if TYPE_CHECKING:
    import pandas as pd


class Experiment:
    """All that was read from one logdir.

    `scalars`, `histograms`, `hparams`, `text`, … are tidy DataFrames, made when first asked for;
    `frame` gives them wide or under tbparse's names. `runs` are the arrays themselves.
    """

    def __init__(
        self,
        title: str,
        runs: Sequence[Run],
        paths: Mapping[str, Path],
        problems: Sequence[Problem] = (),
    ) -> None:
        self.title = title
        self.runs: Mapping[str, Run] = {run.name: run for run in runs}
        self.problems: tuple[Problem, ...] = (
            *problems,
            *(problem for run in runs for problem in run.problems),
        )
        self._paths = paths
        self._frames: dict[tuple[str, bool, str], pd.DataFrame] = {}

    def frame(
        self, kind: str, *, wide: bool = False, names: frames.Names = "tbreport"
    ) -> pd.DataFrame:
        """All values of a kind; see `frames.frame` for the columns."""
        key = (kind, wide, names)
        if key not in self._frames:
            self._frames[key] = frames.frame(
                kind, list(self.runs.values()), self.fetch, wide=wide, names=names
            )
        return self._frames[key]

    def fetch(self, blob: Blob) -> bytes:
        """The bytes of a blob's record."""
        return read_blob(self._paths[blob.path], blob)

    @property
    def scalars(self) -> pd.DataFrame:
        """run, tag, step, wall_time, value."""
        return self.frame("scalars")

    @property
    def histograms(self) -> pd.DataFrame:
        """run, tag, step, wall_time, edges, counts, min, max, num, sum, sum_squares."""
        return self.frame("histograms")

    @property
    def hparams(self) -> pd.DataFrame:
        """run, name, value."""
        return self.frame("hparams")

    @property
    def text(self) -> pd.DataFrame:
        """run, tag, step, wall_time, value: the text."""
        return self.frame("text")

    @property
    def images(self) -> pd.DataFrame:
        """run, tag, step, wall_time, value: a list of encoded images."""
        return self.frame("images")

    @property
    def audio(self) -> pd.DataFrame:
        """run, tag, step, wall_time, value: a list of encoded clips."""
        return self.frame("audio")

    @property
    def tensors(self) -> pd.DataFrame:
        """run, tag, step, wall_time, value: an array, or the strings of a string tensor.

        A tensor whose dtype cannot be read is its TensorProto, serialized.
        """
        return self.frame("tensors")

    @property
    def pr_curves(self) -> pd.DataFrame:
        """run, tag, step, wall_time, value: float64 [6, thresholds], rows as TensorBoard's."""
        return self.frame("pr_curves")

    def __repr__(self) -> str:
        points = sum(len(series) for run in self.runs.values() for series in run.scalars.values())
        tags = {tag for run in self.runs.values() for tag in run.scalars}
        return (
            f"<Experiment {self.title!r}: {count(len(self.runs), 'run')}, "
            f"{count(len(tags), 'scalar tag')}, {count(points, 'point')}, "
            f"{count(len(self.problems), 'problem')}>"
        )


def load(*paths: str | Path, engine: str | None = None, join: bool = True) -> Experiment:
    """Read folders, event files, `name=path` pairs or archives.

    Args:
        paths: what to read; run names are relative to it where it is one, else begin with its name.
        engine: one of `reader.engine.ENGINES`; the fastest usable one by default.
        join: whether folders are joined to runs by `reader.layouts.LAYOUTS`; without, every folder
            is a run, as in TensorBoard.

    Raises:
        NoSuchLogdir, NoEventFiles, BadArchive, EngineUnusable: see `errors`.
    """
    with ExitStack() as stack:
        sources = stack.enter_context(archive.unpacked(logdir.inputs([str(p) for p in paths])))
        scratch = stack.enter_context(TemporaryDirectory(prefix="tbreport-"))
        found = logdir.discover(sources, scratch=Path(scratch))
        files = found.folders()
        joining = tuple(layouts.LAYOUTS) if join else ()
        reader = engines.choose(engine)
        runs = load_families(layouts.families(files), files, reader, joining, lasting=True)
        experiment = Experiment(
            found.title,
            sorted(runs, key=frames.by_name),
            found.paths(),
            found.problems,
        )
        # An archive's files, and fetched ones, are wanted as long as blobs may be asked for.
        weakref.finalize(experiment, stack.pop_all().close)
    return experiment
