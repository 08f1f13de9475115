"""Shares of counted things, with their intervals."""

from __future__ import annotations

import math


def wilson(hits: int, n: int, z: float = 1.96) -> tuple[float, float]:
    """The 95 % interval of a share, by Wilson."""
    if n == 0:
        return 0.0, 1.0
    share, spread = hits / n, z * math.sqrt(hits * (n - hits) / n**3 + z * z / (4 * n * n))
    middle, scale = share + z * z / (2 * n), 1 + z * z / n
    return max(0.0, (middle - spread) / scale), min(1.0, (middle + spread) / scale)


def shown(hits: int, n: int) -> str:
    """Hits of n, as a share with its interval, in percent."""
    low, high = wilson(hits, n)
    return (
        f"{hits:4d}/{n:<4d} {100 * hits / max(1, n):5.1f} %  [{100 * low:4.1f}, {100 * high:4.1f}]"
    )
