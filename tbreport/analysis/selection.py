"""Reads the ``[detectors]`` table: selectors and options, against names and defaults handed in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tbreport.errors import BadSetting, UnknownSetting
from tbreport.settings import Table, nearest


def means(selector: str, code: str, name: str) -> bool:
    """Whether a selector means a detector: by its code, the beginning of it, or its name."""
    return selector == name or (selector != "" and code.startswith(selector))


def read_selectors(
    table: Table, key: str, detectors: Mapping[str, str], default: tuple[str, ...]
) -> tuple[str, ...]:
    """A list of selectors, each of which means one of the detectors (code → name).

    Raises:
        UnknownSetting: one means none; the hint is the nearest.
        BadSetting: it is no list of strings.
    """
    selectors = tuple(table.value(key, list, default))
    for selector in selectors:
        if not isinstance(selector, str):
            raise BadSetting(
                f"{key!r} in [{table.name}] of {table.path} lists {selector!r}, "
                "but should list codes and names"
            )
        if not any(means(selector, code, name) for code, name in detectors.items()):
            raise UnknownSetting(
                f"{selector!r} under {key!r} in [{table.name}] of {table.path} is no detector",
                hint=nearest(selector, [*detectors.values(), *detectors], "tbreport explain"),
            )
    return selectors


def read_options(table: Table, defaults: Mapping[str, Any]) -> dict[str, Any]:
    """The options that one detector's table sets, each of its default's type.

    Raises:
        UnknownSetting: the detector has no such option.
        BadSetting: a value of another type, or below zero; a count below one.
    """
    table.check_keys(defaults)
    options = {
        option: table.value(option, type(default), default)
        for option, default in defaults.items()
        if option in table.values
    }
    for option, value in options.items():
        least = 1 if isinstance(value, int) else 0  # of points, runs or times; or of anything else
        if not value >= least:
            raise BadSetting(
                f"{option!r} in [{table.name}] of {table.path} is {value}, "
                f"but should not be below {'one' if least else 'zero'}"
            )
    return options
