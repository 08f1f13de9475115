"""Runs → pandas DataFrames, tidy: one row a point, sorted by run, tag, step.

The only module that imports pandas. `wide` pivots tags into columns; `names="tbparse"` gives the
columns that tbparse users know.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from tbreport.model import Blob, Float64s, Int64s, Run
from tbreport.reader.kinds import HISTOGRAMS, HPARAMS, KINDS, SCALARS
from tbreport.reader.scan import MOMENTS
from tbreport.wording import column_of

if TYPE_CHECKING:
    import pandas as pd

Names = Literal["tbreport", "tbparse"]
Fetch = Callable[[Blob], bytes]

# tbreport's column → tbparse's
TBPARSE = {"run": "dir_name", "edges": "limits", "name": "tag"}


def frame(
    kind: str, runs: Sequence[Run], fetch: Fetch, *, wide: bool = False, names: Names = "tbreport"
) -> pd.DataFrame:
    """All values of a kind.

    Columns: scalars have run, tag (categories), step int64, wall_time float64 s, value float64;
    histograms edges and counts (arrays) and min, max, num, sum, sum_squares in place of value;
    hparams run, name, value; every other kind run, tag, step, wall_time, value, decoded.

    Args:
        fetch: gives the bytes of a blob's record.
        wide: one column a tag (or hyper-parameter) in place of tag and value; histograms stay long.
            A tag named run or step becomes the column "run (tag)" or "step (tag)".

    Raises:
        KeyError: there is no such kind.
    """
    if kind not in KINDS:
        raise KeyError(f"no kind {kind!r}; there are: {', '.join(KINDS)}")
    builders: dict[str, Callable[[], pd.DataFrame]] = {
        SCALARS: lambda: scalars(runs),
        HISTOGRAMS: lambda: histograms(runs),
        HPARAMS: lambda: hparams(runs),
    }
    found = builders.get(kind, lambda: blobs(kind, runs, fetch))()
    if names == "tbparse":
        found = found.rename(columns=TBPARSE)
    return widened(found) if wide and kind != HISTOGRAMS else found


def scalars(runs: Iterable[Run]) -> pd.DataFrame:
    import pandas as pd

    series = [run.scalars[tag] for run in sorted(runs, key=by_name) for tag in sorted(run.scalars)]
    return pd.DataFrame(
        {
            **keys(series),
            "step": joined([found.steps for found in series], np.int64),
            "wall_time": joined([found.wall_times for found in series], np.float64),
            "value": joined([found.values for found in series], np.float64),
        }
    )


def histograms(runs: Iterable[Run]) -> pd.DataFrame:
    import pandas as pd

    series = [
        run.histograms[tag] for run in sorted(runs, key=by_name) for tag in sorted(run.histograms)
    ]
    edges, counts = [], []
    for found in series:
        rows = np.arange(len(found) + 1)
        edges += split(found.edges, found.offsets + rows)
        counts += split(found.counts, found.offsets)
    return pd.DataFrame(
        {
            **keys(series),
            "step": joined([found.steps for found in series], np.int64),
            "wall_time": joined([found.wall_times for found in series], np.float64),
            "edges": pd.Series(edges, dtype=object),
            "counts": pd.Series(counts, dtype=object),
            **{m: joined([getattr(found, m) for found in series], np.float64) for m in MOMENTS},
        }
    )


def split(numbers: Float64s, offsets: Int64s) -> list[Float64s]:
    """A ragged array's rows, as views."""
    try:
        from tbreport.reader.native_core import rows
    except ImportError:
        return [numbers[start:stop] for start, stop in pairwise(offsets.tolist())]
    return rows(numbers, offsets)


def hparams(runs: Iterable[Run]) -> pd.DataFrame:
    import pandas as pd

    rows = [
        (run.name, name, value)
        for run in sorted(runs, key=by_name)
        for name, value in sorted(run.hparams.items())
    ]
    found = pd.DataFrame(rows, columns=["run", "name", "value"])
    return found.astype({"run": "category", "name": "category", "value": object})


def blobs(kind: str, runs: Iterable[Run], fetch: Fetch) -> pd.DataFrame:
    """The decoded payloads of a kind that is read only when it is asked for."""
    import pandas as pd

    from tbreport.reader.payload import decode

    rows = [
        (run.name, blob.tag, blob.step, blob.wall_time, decode(blob, fetch(blob)))
        for run in sorted(runs, key=by_name)
        for blob in sorted(run.blobs, key=lambda blob: (blob.tag, blob.step, blob.wall_time))
        if blob.kind == kind
    ]
    found = pd.DataFrame(rows, columns=["run", "tag", "step", "wall_time", "value"])
    return found.astype(
        {"run": "category", "tag": "category", "step": "int64", "wall_time": "float64"}
    )


def keys(series: Sequence[Any]) -> dict[str, Any]:
    """The run and tag columns, one code a point."""
    import pandas as pd

    lengths = [len(found) for found in series]

    def column(names: list[str]) -> Any:
        known = sorted(set(names))
        places = {name: place for place, name in enumerate(known)}
        codes = np.repeat(np.array([places[name] for name in names], np.int32), lengths)
        return pd.Categorical.from_codes(codes, categories=pd.Index(known, dtype="str"))

    return {
        "run": column([found.run for found in series]),
        "tag": column([found.tag for found in series]),
    }


def joined(arrays: Sequence[Any], dtype: type) -> Any:
    """Arrays end to end; an empty one of the dtype where there are none."""
    return np.concatenate(arrays) if arrays else np.empty(0, dtype)


def widened(long: pd.DataFrame) -> pd.DataFrame:
    """One column a tag; points of a run that share a step share a row.

    Where a tag has several values at a step (blobs that were logged without steps), each has a row.
    """
    run, name = long.columns[:2]
    index = [run, "step"] if "step" in long else [run]
    nth = long.groupby([*index, name], observed=True).cumcount()
    wide = long.assign(nth=nth).pivot(index=[*index, "nth"], columns=name, values="value")
    wide.columns = [column_of(str(tag), index) for tag in wide]
    return wide.reset_index("nth", drop=True).reset_index()


def by_name(run: Run) -> str:
    return run.name
