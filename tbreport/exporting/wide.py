"""Wide tables: a row for each run and step, a column for each tag.

Scalars, texts and hyper-parameters can be wide; every other kind stays long, for a cell of it is
more than one value.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

import numpy as np
import numpy.typing as npt

from tbreport.exporting.tables import Cells, Fetch, Rows, Type, rows
from tbreport.model import Run
from tbreport.reader.kinds import HPARAMS, SCALARS
from tbreport.wording import column_of

WIDE = (SCALARS, HPARAMS, "text")


def tags_of(kind: str, run: Run) -> Iterable[str]:
    """The tags of a run that get a column."""
    if kind == SCALARS:
        return run.scalars
    if kind == HPARAMS:
        return run.hparams
    return {blob.tag for blob in run.blobs if blob.kind == kind}


def wide_columns(kind: str, tags: Iterable[str]) -> dict[str, Type]:
    """The columns of a wide table; a tag that is named like another column says so."""
    key: dict[str, Type] = {"run": "name"} if kind == HPARAMS else {"run": "name", "step": "int"}
    value: Type = "float" if kind == SCALARS else "text"
    return key | {column_of(tag, key): value for tag in sorted(tags)}


def wide_rows(kind: str, run: Run, types: Mapping[str, Type], fetch: Fetch) -> Iterator[Rows]:
    """A run's rows under the columns of `wide_columns`; a number that is missing is masked."""
    if kind == SCALARS:
        yield from wide_scalars(run, types)
    elif kind == HPARAMS:
        if run.hparams:
            found = {str(r.columns["name"]): r.columns["value"] for r in rows(kind, run, fetch)}
            yield Rows(1, {"run": run.name, **cells_of(found, types, 1, ("run",))})
    else:
        yield from wide_texts(kind, run, types, fetch)


def wide_scalars(run: Run, types: Mapping[str, Type]) -> Iterator[Rows]:
    """Points that share a step share a row."""
    if not run.scalars:
        return
    series = run.scalars
    steps = np.unique(np.concatenate([found.steps for found in series.values()]))
    placed: dict[str, Cells] = {}
    for tag, found in series.items():
        column = masked(len(steps))
        column[np.searchsorted(steps, found.steps)] = found.values
        placed[tag] = column
    yield Rows(
        len(steps),
        {"run": run.name, "step": steps, **cells_of(placed, types, len(steps), ("run", "step"))},
    )


def wide_texts(kind: str, run: Run, types: Mapping[str, Type], fetch: Fetch) -> Iterator[Rows]:
    """Several texts of a tag at one step, logged without steps, have a row each."""
    found: dict[tuple[int, int], dict[str, Cells]] = {}
    seen: dict[tuple[str, int], int] = {}
    for row in rows(kind, run, fetch):
        tag, step = str(row.columns["tag"]), int(np.asarray(row.columns["step"])[0])
        nth = seen[tag, step] = seen.get((tag, step), -1) + 1
        found.setdefault((step, nth), {})[tag] = row.columns["value"]
    for step, nth in sorted(found):
        texts = cells_of(found[step, nth], types, 1, ("run", "step"))
        yield Rows(1, {"run": run.name, "step": np.array([step]), **texts})


def masked(length: int) -> npt.NDArray[np.float64]:
    """Numbers that are all missing."""
    return np.ma.MaskedArray(np.zeros(length), mask=True)


def cells_of(
    found: Mapping[str, Cells], types: Mapping[str, Type], length: int, key: Sequence[str]
) -> dict[str, Cells]:
    """The columns behind the key, empty where the run has none of a tag."""
    titled = {column_of(tag, key): cells for tag, cells in found.items()}
    empty: dict[Type, Cells] = {"float": masked(length), "text": [None] * length}
    return {name: titled.get(name, empty[types[name]]) for name in types if name not in key}
