"""Deep networks as maps: what is shaded, and how dark."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np

from tbreport.analysis.distributions import distribution
from tbreport.distribution import Distribution
from tbreport.model import Float64s
from tbreport.report import layermaps
from tbreport.report.document import LayerMap
from tests.report.documents import digest, histogram_series

STEPS = np.arange(0, 40, 10)


def held(norms: list[float], zeros: float = 0.0) -> Distribution:
    edges = [np.linspace(-1, 1, 3)] * len(STEPS)
    counts = [np.ones(2)] * len(STEPS)
    measured = distribution(histogram_series("r", "w", STEPS, edges, counts))
    return replace(measured, norms=np.array(norms), zeros=np.full(len(STEPS), zeros))


def chart(*rows: Distribution) -> LayerMap:
    return LayerMap("r", "w", tuple(f"w/{place}" for place in range(len(rows))), rows)


def shades(picture: str, panel: int) -> set[int]:
    """The shades that one panel has."""
    left = panel * (layermaps.PANEL + layermaps.GAP)
    return {
        int(level)
        for level, path in re.findall(r'class="ridge-(\d)"[^>]* d="([^"]*)"', picture)
        for x in re.findall(r"M(\d+) ", path)
        if left <= int(x) < left + layermaps.PANEL
    }


def test_a_map_is_made_of_each_group_with_layers_enough() -> None:
    run = digest("r", {})
    tags = [*(f"w/{place}" for place in range(8)), *(f"few/{place}" for place in range(7))]
    run = replace(run, distributions=dict.fromkeys(tags, held([1, 1, 1, 1])))

    (found,) = layermaps.maps([(tag, run) for tag in tags])

    assert (found.group, len(found.tags)) == ("w", 8)


def test_the_lowest_is_lightest_and_the_highest_darkest() -> None:
    picture = layermaps.drawing(chart(held([1, 1, 1, 1]), held([1, 10, 100, 1000])), 0)

    assert {0, 7} <= shades(picture, 0)
    assert "norm 1 – 1000" in picture


def test_zeros_are_shown_where_there_are_any() -> None:
    without = layermaps.drawing(chart(held([1, 2, 3, 4])), 0)
    some = layermaps.drawing(chart(held([1, 2, 3, 4], zeros=1.0)), 0)

    assert "zeros" not in without
    assert shades(some, 2) == {7}


def test_what_is_not_known_stays_blank() -> None:
    picture = layermaps.drawing(chart(held([np.nan, 0, 0, np.inf])), 0)

    assert shades(picture, 0) == set()


def test_a_series_is_not_drawn_beyond_its_steps() -> None:
    found: Float64s = layermaps.sampled(
        STEPS, np.array([1.0, 2, 3, 4]), np.array([-5.0, 0, 9, 10, 30, 31])
    )

    assert found.tolist()[1:5] == [1, 1, 2, 4]
    assert np.isnan(found[[0, 5]]).all()


def test_of_many_layers_the_highest_of_neighbors_is_seen() -> None:
    rows = np.zeros((1000, 3))
    rows[777] = 5

    found = layermaps.gathered(rows)

    assert found.shape == (layermaps.MOST_ROWS, 3)
    assert found.max() == 5
