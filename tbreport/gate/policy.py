"""Settings → Policy: the table ``[gate]``, read strictly."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, get_args

from tbreport.errors import BadSetting
from tbreport.gate.expressions import parse as parse_expression
from tbreport.gate.model import Action, Direction, Limit, OnInconclusive, Policy
from tbreport.gate.summaries import STATS
from tbreport.settings import LARGEST, Table

LIMIT_KEYS = ("tag", "direction", "stats", "tol", "min_effect", "skip", "target")
KEYS = (
    "baseline", "alpha", "min_effect", "max_regression", "tol", "confirm", "robust", "on_missing",
    "on_short", "min_steps_ratio", "on_inconclusive", "fail_on", "fail_on_damage", "require",
    "key", "group", "partial", "metric", "check",
)  # fmt: skip


def parse_policy(table: Table) -> Policy:
    """Read ``[gate]``.

    Raises:
        UnknownSetting, BadSetting: a key that is none, a value out of its range.
    """
    table.check_keys(KEYS)
    usual = Policy()
    return Policy(
        limits=tuple(parse_limit(entry) for entry in tables(table, "metric")),
        alpha=share(table, "alpha", usual.alpha, most=0.5, least=1e-6),
        min_effect=share(table, "min_effect", usual.min_effect),
        max_regression=share(table, "max_regression", usual.max_regression, least=1e-6),
        tol=share(table, "tol", None),
        confirm=whole(table, "confirm", usual.confirm),
        robust=table.value("robust", bool, usual.robust),
        on_missing=table.choice("on_missing", get_args(Action), usual.on_missing),
        on_short=table.choice("on_short", get_args(Action), usual.on_short),
        min_steps_ratio=share(table, "min_steps_ratio", usual.min_steps_ratio, most=1.0),
        on_inconclusive=table.choice(
            "on_inconclusive", get_args(OnInconclusive), usual.on_inconclusive
        ),
        fail_on=table.choice("fail_on", ("warning", "error")),
        fail_on_damage=table.value("fail_on_damage", bool, False),
        require=strings(table, "require"),
        key={name: str(value) for name, value in table.value("key", dict, {}).items()},
        expressions=tuple(parse_check(entry) for entry in tables(table, "check")),
        group=table.expression("group").pattern or None,
        partial=table.value("partial", bool, False),
        baseline=strings(table, "baseline"),
    )


def parse_limit(table: Table) -> Limit:
    """One ``[[gate.metric]]``: a tag and which way is better, at least."""
    table.check_keys(LIMIT_KEYS)
    usual = Limit("", "lower")
    tag = table.value("tag", str, "")
    direction = table.choice("direction", get_args(Direction))
    if not tag or direction is None:
        missing = "direction" if tag else "tag"
        raise BadSetting(
            f"[{table.name}] of {table.path} has no {missing!r}",
            hint='for example: tag = "val/loss", direction = "lower"',
        )
    stats = strings(table, "stats") or usual.stats
    refuse_unknown_stats(stats, f"'stats' in [{table.name}] of {table.path}")
    return Limit(
        tag,
        direction,
        stats,
        share(table, "tol", None),
        share(table, "min_effect", None),
        share(table, "skip", usual.skip, most=0.9),
        table.value("target", float, None),
    )


def refuse_unknown_stats(stats: tuple[str, ...], place: str) -> None:
    """Fail on a stat that is none.

    Raises:
        BadSetting: with the known ones.
    """
    for stat in stats:
        if stat not in STATS:
            raise BadSetting(f"{place} has {stat!r}", hint=f"known: {', '.join(STATS)}")


def parse_check(table: Table) -> str:
    """One ``[[gate.check]]``: an expression, which must be sound."""
    table.check_keys(("expr",))
    text: str = table.value("expr", str, "")
    parse_expression(text)
    return text


def parse_metric(text: str) -> Limit:
    """A limit as the command line has it: `TAG=lower` or `TAG=higher`.

    Raises:
        BadSetting: it does not say which way is better.
    """
    tag, _, direction = text.rpartition("=")
    if not tag or direction not in get_args(Direction):
        raise BadSetting(
            f"the metric {text!r} does not say which way is better",
            hint="write TAG=lower or TAG=higher, as in --metric 'val/loss=lower'",
        )
    return Limit(tag, "lower" if direction == "lower" else "higher")


def with_stats(policy: Policy, stats: tuple[str, ...]) -> Policy:
    """The policy with other stats for its limits, or for what is gated where none is named.

    Raises:
        BadSetting: a stat that is none.
    """
    refuse_unknown_stats(stats, "--stats")
    limits = tuple(replace(limit, stats=stats) for limit in policy.limits)
    return replace(policy, limits=limits, stats=stats)


def to_share(value: object, place: str) -> float:
    """0.01 of `0.01` or `"1%"`.

    Raises:
        BadSetting: it is neither.
    """
    if isinstance(value, str):
        found = re.fullmatch(r"\s*(\d+(?:\.\d*)?|\.\d+)\s*(%?)\s*", value)
        if found:
            return float(found[1]) / (100 if found[2] else 1)
    elif isinstance(value, float) or (type(value) is int and abs(value) <= LARGEST):
        return float(value)
    raise BadSetting(f'{place} is {value!r}, but should be a share such as 0.01 or "1%"')


def share(
    table: Table, key: str, default: float | None, *, most: float = 10.0, least: float = 0.0
) -> Any:
    """A share between two bounds."""
    if key not in table.values:
        return default
    place = f"{key!r} in [{table.name}] of {table.path}"
    value = to_share(table.values[key], place)
    if not least <= value <= most:
        raise BadSetting(f"{place} is {value:g}, but should be from {least:g} to {most:g}")
    return value


def whole(table: Table, key: str, default: int) -> int:
    """A whole number from zero on."""
    value: int = table.value(key, int, default)
    if value < 0:
        raise BadSetting(f"{key!r} in [{table.name}] of {table.path} is {value}, below zero")
    return value


def strings(table: Table, key: str) -> tuple[str, ...]:
    """A string or a list of them."""
    value = table.values.get(key, [])
    found = [value] if isinstance(value, str) else value
    if not isinstance(found, list) or not all(isinstance(item, str) for item in found):
        raise BadSetting(
            f"{key!r} in [{table.name}] of {table.path} is {value!r}, but should be strings"
        )
    return tuple(found)


def tables(table: Table, key: str) -> list[Table]:
    """The tables of ``[[gate.KEY]]``."""
    found = table.values.get(key, [])
    if not isinstance(found, list) or not all(isinstance(item, Mapping) for item in found):
        raise BadSetting(
            f"{key!r} in [{table.name}] of {table.path} should be written [[{table.name}.{key}]]"
        )
    return [Table(f"{table.name}.{key}", table.path, item) for item in found]
