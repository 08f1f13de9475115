"""How many processors this process may use: all that it is let run on, unless others need them."""

from __future__ import annotations

import os

_kept: int | None = None  # of this process: a worker among siblings keeps to one


def processors() -> int:
    """How many processors this process may use."""
    if _kept is not None:
        return _kept
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def keep_to(number: int) -> None:
    """Use no more than so many from now on."""
    global _kept
    _kept = number
