"""What the problems of damaged files have in common as evidence."""

from __future__ import annotations

from collections.abc import Sequence

from tbreport.model import Problem


def damage(problems: Sequence[Problem]) -> dict[str, float]:
    """The evidence of damaged bytes: where the first lie, how many, in how many places."""
    return {
        "first_offset_bytes": min(problem.offset for problem in problems),
        "lost_bytes": sum(problem.length for problem in problems),
        "places": sum(problem.count for problem in problems),
    }
