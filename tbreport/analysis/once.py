"""A property that is computed once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Generic, TypeVar

Value = TypeVar("Value")


class once(Generic[Value]):  # noqa: N801  # as functools.cached_property is spelled
    """functools.cached_property without its lock, in a third of the time.

    Python 3.12 has dropped that lock; a run asks for a hundred properties. The object needs a
    __dict__, in which the value hides this from then on.
    """

    def __init__(self, compute: Callable[[Any], Value]) -> None:
        self.compute = compute
        self.__doc__ = compute.__doc__

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name

    def __get__(self, holder: Any, owner: type | None = None) -> Value:
        value = holder.__dict__[self.name] = self.compute(holder)
        return value
