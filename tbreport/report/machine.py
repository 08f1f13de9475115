"""Report → JSON for other programs: a versioned schema, documented in docs/json.md.

Strict JSON: a number that is not finite is null, and the count beside it says how many there were.
Keys are only ever added under one schema number.
"""

from __future__ import annotations

import json
import math
import time
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from tbreport.model import Checkpoint, EventFile, Finding, Problem, RunDigest, SetAside, Statistics
from tbreport.report.document import Report

if TYPE_CHECKING:
    from tbreport.gate.contrast import Change, Contrast
    from tbreport.gate.model import Check, Verdict

SCHEMA = 1
DEPTH = 4  # document, runs, run, tags: a line for each tag
encode = json.JSONEncoder(allow_nan=False).encode
CHECK_NUMBERS = (
    "candidate", "baseline", "effect", "effect_in_seed_sd", "sd", "upper", "p", "p_adjusted",
)  # fmt: skip


def render(report: Report) -> str:
    """The JSON text, with a newline at its end."""
    return laid_out(document(report), DEPTH) + "\n"


def laid_out(value: Any, depth: int, indent: str = "") -> str:
    """JSON text with a line for each item, so many levels deep; what lies deeper is one line.

    What a person compares is there in lines, and the most of it is written by `json` at C's speed.
    """
    if depth == 0 or not value or not isinstance(value, dict | list):
        return encode(value)
    inner = indent + " "
    if isinstance(value, dict):
        lines = [f"{encode(k)}: {laid_out(v, depth - 1, inner)}" for k, v in value.items()]
    else:
        lines = [laid_out(item, depth - 1, inner) for item in value]
    joined = f",\n{inner}".join(lines)
    left, right = "{}" if isinstance(value, dict) else "[]"
    return f"{left}\n{inner}{joined}\n{indent}{right}"


def document(report: Report) -> dict[str, Any]:
    """The report as plain dictionaries and lists."""
    return {
        "schema": SCHEMA,
        "tbreport": report.version,
        "created_at": instant(report.created_at),
        "title": report.title,
        "headline": {
            "severity": report.headline.severity,
            "title": report.headline.title,
            "detail": report.headline.detail,
        },
        "runs": [run(digest) for digest in report.runs],
        "findings": [finding(found) for found in report.findings],
        "problems": [problem(found) for found in report.problems],
        "detectors": {label: why or None for label, why in sorted(report.detectors.items())},
        "gate": gate(report.verdict) if report.verdict else None,
        "diff": diff(report.contrast) if report.contrast else None,
    }


def gate(verdict: Verdict) -> dict[str, Any]:
    return {
        "outcome": verdict.outcome,
        "needs_confirmation": verdict.needs_confirmation,
        "checks": [check(found) for found in verdict.checks],
        "ungated": [check(found) for found in verdict.ungated],
        "notes": list(verdict.notes),
    }


def check(found: Check) -> dict[str, Any]:
    numbers = {name: finite(getattr(found, name)) for name in CHECK_NUMBERS}
    return {
        "job": found.job,
        "tag": found.tag,
        "stat": found.stat,
        "verdict": found.verdict,
        "reason": found.reason,
        "direction": found.direction,
        "n": found.n,
        "m": found.m,
        **numbers,
        "seeds_needed": found.seeds_needed,
        "runs": list(found.runs),
        "steps": list(found.steps) if found.steps else None,
    }


def diff(found: Contrast) -> dict[str, Any]:
    return {
        "before": found.names[0],
        "after": found.names[1],
        "hparams": [sides("name", *row) for row in found.hparams],
        "texts": [sides("tag", *row) for row in found.texts],
        "only_before": list(found.only_before),
        "only_after": list(found.only_after),
        "no_common_step": list(found.apart),
        "metrics": [change(metric) for metric in found.changes],
    }


def sides(subject: str, name: str, before: str, after: str) -> dict[str, str]:
    return {subject: name, "before": before, "after": after}


def change(found: Change) -> dict[str, Any]:
    return {
        "tag": found.tag,
        "step": found.step,
        "before": finite(found.before),
        "after": finite(found.after),
        "change": finite(found.after - found.before),
        "low": finite(found.low),
        "high": finite(found.high),
        "relative": finite(found.relative),
        "is_clear": found.is_clear,
        "n_before": found.n_before,
        "n_after": found.n_after,
        "differs_from": found.differs_from,
        "parts_at": found.parts_at,
    }


def run(digest: RunDigest) -> dict[str, Any]:
    return {
        "name": digest.run,
        "folders": list(digest.folders),
        "layout": digest.layout,
        "first_wall_time": finite(digest.first_wall_time),
        "last_wall_time": finite(digest.last_wall_time),
        "files": [event_file(file) for file in digest.files],
        "tags": tags(digest),
        "pairs": [
            {"metric": metric, "train": train, "val": val} for metric, train, val in digest.pairs
        ],
        "hparams": {
            name: finite(value) if isinstance(value, float) else value
            for name, value in digest.hparams.items()
        },
        "findings": [finding(found) for found in digest.findings],
        "checkpoint": checkpoint(digest.checkpoint),
        "coverage": {code: reason or None for code, reason in sorted(digest.coverage.items())},
        "problems": [problem(found) for found in digest.problems],
        "set_aside": [set_aside(found) for found in digest.superseded],
    }


def tags(digest: RunDigest) -> dict[str, Any]:
    """By tag; where one tag has several kinds, the later ones are named with their kind."""
    found: dict[str, Any] = {}
    for statistics in digest.statistics:
        name = statistics.tag
        found[f"{name} [{statistics.kind}]" if name in found else name] = series(statistics)
    return found


def series(statistics: Statistics) -> dict[str, Any]:
    common = {
        "kind": statistics.kind,
        "points": statistics.points,
        "first_step": statistics.first_step,
        "last_step": statistics.last_step,
        "first_wall_time": finite(statistics.first_wall_time),
        "last_wall_time": finite(statistics.last_wall_time),
    }
    if statistics.kind != "scalars":
        return common
    return common | {
        "role": {
            "metric": statistics.role.metric,
            "split": statistics.role.split,
            "goal": statistics.role.goal,
        },
        "first": finite(statistics.first),
        "last": finite(statistics.last),
        "min": finite(statistics.min),
        "max": finite(statistics.max),
        "best": finite(statistics.best),
        "best_step": statistics.best_step,
        "nonfinite": statistics.nonfinite,
        "first_nonfinite_step": statistics.first_nonfinite_step,
        "renumbered": statistics.renumbered,
    }


def finding(found: Finding) -> dict[str, Any]:
    return {
        "code": found.code,
        "name": found.name,
        "severity": found.severity,
        "run": found.run,
        "tags": list(found.tags),
        "steps": list(found.steps) if found.steps else None,
        "message": found.message,
        "evidence": numbers(found.evidence),
        "advice": found.advice,
        "because_of": found.because_of or None,
        "accepted": found.accepted or None,
        "accepted_until": found.accepted_until or None,
    }


def checkpoint(found: Checkpoint | None) -> dict[str, Any] | None:
    if found is None:
        return None
    return {
        "tag": found.tag,
        "step": found.step,
        "value": finite(found.value),
        "last_step": found.last_step,
        "last": finite(found.last),
        "after_s": finite(found.after_s),
        "foregone": [
            {"tag": other.tag, "value": finite(other.value), "best": finite(other.best)}
            for other in found.foregone
        ],
    }


def problem(found: Problem) -> dict[str, Any]:
    return {
        "code": found.code,
        "path": found.path,
        "offset": found.offset,
        "length": found.length,
        "count": found.count,
        "detail": found.detail,
    }


def event_file(file: EventFile) -> dict[str, Any]:
    return {
        "path": file.path,
        "folder": file.folder,
        "size": file.size,
        "records": file.records,
        "good_bytes": file.good_bytes,
        "first_wall_time": finite(file.first_wall_time),
        "last_wall_time": finite(file.last_wall_time),
        "file_version": file.file_version,
        "writer": file.writer,
    }


def set_aside(found: SetAside) -> dict[str, Any]:
    return {
        "tag": found.tag,
        "reason": found.reason,
        "points": found.points,
        "first_step": found.first_step,
        "last_step": found.last_step,
        "path": found.path,
        "kept": found.kept,
    }


def numbers(items: Mapping[str, float]) -> dict[str, float | None]:
    return {name: finite(value) for name, value in items.items()}


def finite(value: float | None) -> float | None:
    """A number that JSON has; None for the others."""
    return value if value is not None and math.isfinite(value) else None


def instant(wall_time: float) -> str | None:
    """ISO 8601 in UTC; None for a time that no calendar has."""
    try:
        return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(wall_time))
    except (OverflowError, ValueError, OSError):
        return None
