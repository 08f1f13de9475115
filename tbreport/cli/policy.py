"""What the commands of the gate share: the policy of the settings, changed by options."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import typer

if TYPE_CHECKING:
    from tbreport.gate.model import Policy
    from tbreport.settings import Settings


def adjusted(
    settings: Settings,
    *,
    metric: list[str] | None = None,
    stats: str | None = None,
    check: list[str] | None = None,
    key: list[str] | None = None,
    **options: Any,
) -> Policy:
    """The policy that ``[gate]`` gives, with the options that were named in its place.

    Raises:
        SettingsError: a setting or an option is wrong.
    """
    from tbreport.gate.policy import parse_metric, parse_policy, with_stats
    from tbreport.settings import Table

    table = settings.table("gate")
    if table.path:
        parse_policy(table)
    given = {name: value for name, value in options.items() if value is not None}
    if check:
        given["check"] = [{"expr": text} for text in check]
    if key:
        given["key"] = {**table.values.get("key", {}), **pairs(key)}
    policy = parse_policy(Table("gate", "the options", {**table.values, **given}))
    if metric:
        policy = replace(policy, limits=tuple(parse_metric(text) for text in metric))
    if stats:
        policy = with_stats(policy, tuple(stats.split(",")))
    return policy


def pairs(texts: list[str]) -> Mapping[str, str]:
    """`K=V` as a table."""
    found = {}
    for text in texts:
        name, sign, value = text.partition("=")
        if not sign or not name:
            raise typer.BadParameter(f"{text!r} is not K=V", param_hint="--key")
        found[name] = value
    return found
