"""How numbers, counts and tags stand in a finding's sentences."""

from __future__ import annotations

from collections.abc import Sequence

from tbreport.model import Problem


def number(value: float) -> str:
    """Four significant digits: 0.31, 1.204e+06."""
    return f"{value:.4g}"


def percent(share: float) -> str:
    """A share as percent: 0.31 is "31 %"; below ten percent with one decimal."""
    return f"{100 * share:.1f} %" if abs(share) < 0.0995 else f"{100 * share:,.0f} %"


def count(n: int, noun: str) -> str:
    """1 point, 1,204 points."""
    return f"{n:,} {noun}" if n == 1 else f"{n:,} {noun}s"


def listed(names: Sequence[str], most: int = 3) -> str:
    """a, b and c; a, b and 4 more."""
    if len(names) > most:
        return f"{', '.join(names[: most - 1])} and {len(names) - most + 1} more"
    return " and ".join(filter(None, (", ".join(names[:-1]), *names[-1:])))


def span(steps: tuple[int, int]) -> str:
    """step 80, or steps 80 to 100."""
    first, last = steps
    return f"step {first}" if first == last else f"steps {first} to {last}"


def damage(problems: Sequence[Problem]) -> dict[str, float]:
    """The evidence of damaged bytes: where the first lie, how many, in how many places."""
    return {
        "first_offset_bytes": min(problem.offset for problem in problems),
        "lost_bytes": sum(problem.length for problem in problems),
        "places": sum(problem.count for problem in problems),
    }
