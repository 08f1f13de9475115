"""The baseline file: JSON in and out, one run a line, so that a change can be reviewed.

    {"schema": 1, "tbreport": "0.1.0", "baselines": [
      {"job": "lm", "key": {"gpu": "a100"}, "golden": null,
       "grids": {"val/loss": [0, 50, …]},
       "runs": [
        {"id": …, "commit": …, "seed": …, "metrics": {tag: {"final": …}}, "curves": {tag: […]}},
        …]}]}

Values have 7 significant digits (a golden job's 9, which every float32 needs). What is not finite
is null for NaN, "inf" or "-inf". Reading is strict: the file decides whether a build fails.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from tbreport.errors import BadBaseline
from tbreport.gate.model import RING, SCHEMA, Baseline, BaselineRun, Golden
from tbreport.gate.summaries import STATS, Terms
from tbreport.model import Float64s, Int64s

DIGITS = {False: 7, True: 9}  # significant ones, by whether the job is golden
SHOWN = ("final", "auc")  # stats that stand beside the curves
NONFINITE = {None: np.nan, "inf": np.inf, "-inf": -np.inf}


def write(baselines: Iterable[Baseline], version: str) -> str:
    """The text of a baseline file; the same for the same baselines."""
    ordered = sorted(baselines, key=lambda b: (b.job, sorted(b.key.items())))
    jobs = ",\n".join("".join(job_lines(baseline)) for baseline in ordered)
    head = f'{{"schema": {SCHEMA}, "tbreport": {json.dumps(version)}, "baselines": ['
    return f"{head}\n{jobs}\n]}}\n"


def job_lines(baseline: Baseline) -> Iterator[str]:
    """One job: its head, a line for each grid and each run."""
    golden = None
    if baseline.golden is not None:
        golden = {
            "rtol": baseline.golden.rtol,
            "atol": baseline.golden.atol,
            "expect_nonfinite": baseline.golden.expect_nonfinite,
        }
    yield head(baseline.job, baseline.key)
    yield f' "golden": {line(golden)},\n  "grids": {{\n'
    grids = (f"   {line(tag)}: {line(grid.tolist())}" for tag, grid in baseline.grids.items())
    yield ",\n".join(grids)
    yield '},\n  "runs": [\n'
    digits = DIGITS[baseline.golden is not None]
    yield ",\n".join(
        f"   {line(run_document(run, baseline.grids, digits))}" for run in baseline.runs
    )
    yield "]}"


def head(job: str, key: Mapping[str, str]) -> str:
    """How the first line of a job begins."""
    return f' {{"job": {line(job)}, "key": {line(dict(sorted(key.items())))},'


def line_of(text: str, job: str, key: Mapping[str, str], tag: str) -> int | None:
    """The line of a job's grid of a tag, in a file as `write` writes it; the first line is 1."""
    inside = False
    for number, written in enumerate(text.split("\n"), 1):
        if written.startswith(' {"job": '):
            inside = written.startswith(head(job, key))
        elif inside and written.startswith(f"   {line(tag)}: ["):
            return number
    return None


def line(document: object) -> str:
    """JSON without a line break."""
    return json.dumps(document, allow_nan=False, ensure_ascii=False)


def run_document(run: BaselineRun, grids: Mapping[str, Int64s], digits: int) -> dict[str, Any]:
    curves = {tag: rounded(values, digits) for tag, values in run.curves.items()}
    return {
        "id": run.id,
        "commit": run.commit,
        "seed": run.seed,
        "metrics": {
            tag: {stat: written(summary(stat, grids[tag], values), digits) for stat in SHOWN}
            for tag, values in curves.items()
        },
        "curves": {
            tag: [written(value, digits) for value in values.tolist()]
            for tag, values in curves.items()
        },
    }


def summary(stat: str, grid: Int64s, values: Float64s) -> float:
    """One number of one run: for people who read a diff; the gate takes its own from the curves."""
    return float(STATS[stat](grid, values[None], Terms("lower"))[0])


def written(value: float, digits: int) -> float | str | None:
    """A number with so many significant digits, or the name of one that is not finite."""
    if np.isnan(value):
        return None
    return float(f"{value:.{digits}g}") if np.isfinite(value) else f"{value:g}"


def rounded(values: Float64s, digits: int) -> Float64s:
    """The values as the file would give them back."""
    return np.array([float(f"{value:.{digits}g}") for value in values.tolist()])


def read(path: Path) -> tuple[Baseline, ...]:
    """The baselines of a file.

    Raises:
        BadBaseline: it is no file, no JSON, of another schema, or something in it is amiss.
    """
    shown = str(path)
    try:
        document = json.loads(
            path.read_text(encoding="utf-8"),
            object_pairs_hook=each_once,
            parse_constant=refuse_constant,
        )
    except FileNotFoundError:
        raise BadBaseline(
            f"there is no baseline file {shown!r}",
            hint=f"make it with: tbreport baseline create RUNS -o {shown}",
        ) from None
    except (OSError, ValueError, RecursionError) as error:
        raise BadBaseline(f"{shown!r} cannot be read: {error}") from None
    if not isinstance(document, dict) or "schema" not in document:
        raise BadBaseline(f'{shown!r} is no baseline file: it has no "schema"')
    if document["schema"] != SCHEMA:
        raise BadBaseline(
            f"{shown!r} has schema {document['schema']!r}, and this tbreport reads {SCHEMA}",
            hint="upgrade: python -m pip install --upgrade tbreport",
        )
    try:
        found = tuple(parse(job) for job in entries(document, "baselines"))
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError) as error:
        what = f"{error} is missing" if isinstance(error, KeyError) else str(error)
        raise BadBaseline(f"{shown!r} is no sound baseline file: {what}") from None
    seen: set[tuple[str, tuple[tuple[str, str], ...]]] = set()
    for baseline in found:
        place = baseline.job, tuple(sorted(baseline.key.items()))
        if place in seen:
            raise BadBaseline(f"{shown!r} has job {baseline.job!r} twice with the same key")
        seen.add(place)
    return found


def each_once(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    """A JSON object; a merge of two branches can leave a key in it twice."""
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        raise ValueError(f"{next(name for name in names if names.count(name) > 1)!r} stands twice")
    return found


def refuse_constant(text: str) -> None:
    """Fail on NaN and Infinity, which are no JSON."""
    raise ValueError(f"{text} is no JSON")


def entries(document: Mapping[str, Any], key: str) -> list[Any]:
    """The list under a key."""
    found = document[key]
    if not isinstance(found, list):
        raise TypeError(f"{key!r} should be a list")
    return found


def parse(document: Mapping[str, Any]) -> Baseline:
    """One job; raises what its mistakes raise, for `read` to tell."""
    refuse_unknown(document, ("job", "key", "golden", "grids", "runs"))
    job = text_of(document, "job")
    grids = {text(tag): grid_of(tag, steps) for tag, steps in document["grids"].items()}
    runs = tuple(parse_run(run, grids, job) for run in entries(document, "runs"))
    if len(runs) > RING:
        raise ValueError(f"job {job!r} has {len(runs)} runs; {RING} are kept")
    if len({run.id for run in runs}) < len(runs):
        raise ValueError(f"job {job!r} has two runs of one id")
    key = {text(name): text(str(value)) for name, value in document["key"].items()}
    golden = None if document.get("golden") is None else parse_golden(document["golden"])
    if golden is None:
        refuse_nonfinite(runs, job)
    return Baseline(job, key, grids, runs, golden).trimmed()


def text_of(document: Mapping[str, Any], key: str) -> str:
    """The string under a key."""
    if not isinstance(document[key], str):
        raise TypeError(f"{key!r} should be a string, not {document[key]!r}")
    return text(document[key])


def text(found: str) -> str:
    """The same, which every output can hold: JSON may name half a character."""
    if any("\ud800" <= char <= "\udfff" for char in found):
        raise ValueError(f"{found!r} is no text")
    return found


def refuse_nonfinite(runs: Iterable[BaselineRun], job: str) -> None:
    """Fail on a value that no candidate can be compared with."""
    for run in runs:
        for tag, values in run.curves.items():
            if not np.isfinite(values).all():
                raise ValueError(f"run {run.id!r} of job {job!r} is not finite in {tag!r}")


def parse_golden(document: Mapping[str, Any]) -> Golden:
    refuse_unknown(document, ("rtol", "atol", "expect_nonfinite"))
    rtol, atol = number_of(document["rtol"]), number_of(document["atol"])
    if not 0 <= rtol + atol < np.inf or min(rtol, atol) < 0:
        raise ValueError(f"'rtol' and 'atol' should be from zero on, not {rtol:g} and {atol:g}")
    if not isinstance(document["expect_nonfinite"], bool):
        raise TypeError("'expect_nonfinite' should be true or false")
    return Golden(rtol, atol, document["expect_nonfinite"])


def grid_of(tag: str, steps: Sequence[int]) -> Int64s:
    """A grid, which must rise."""
    whole = isinstance(steps, list) and {int}.issuperset(map(type, steps))
    grid = np.array(steps if whole else (), np.int64)
    if not len(grid) or (grid[1:] <= grid[:-1]).any():
        raise ValueError(f"the grid of {tag!r} should be steps that rise")
    return grid


def parse_run(document: Mapping[str, Any], grids: Mapping[str, Int64s], job: str) -> BaselineRun:
    refuse_unknown(document, ("id", "commit", "seed", "metrics", "curves"))
    curves = {}
    for tag, values in document["curves"].items():
        if tag not in grids:
            raise ValueError(f"run {document['id']!r} of job {job!r} has {tag!r}, no grid has")
        if len(values) != len(grids[tag]):
            raise ValueError(
                f"run {document['id']!r} of job {job!r} has {len(values)} values of {tag!r} "
                f"on a grid of {len(grids[tag])}"
            )
        plain = {float, int}.issuperset(map(type, values))
        curves[tag] = np.array(
            values if plain else [number_of(value) for value in values], np.float64
        )
    metrics = {
        tag: {stat: number_of(value) for stat, value in stats.items()}
        for tag, stats in document["metrics"].items()
    }
    commit, seed = (
        None if document[name] is None else text_of(document, name) for name in ("commit", "seed")
    )
    return BaselineRun(text_of(document, "id"), commit, seed, metrics, curves)


def number_of(value: object) -> float:
    """A value as `written` writes it."""
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return float(value)
    if value is None or value in ("inf", "-inf"):
        return NONFINITE[value]
    raise TypeError(f"{value!r} is no number")


def refuse_unknown(document: Mapping[str, Any], known: Sequence[str]) -> None:
    """Fail on a key that nobody reads."""
    unknown = sorted(set(document) - set(known))
    if unknown:
        raise ValueError(f"unknown key {unknown[0]!r}; known: {', '.join(known)}")
