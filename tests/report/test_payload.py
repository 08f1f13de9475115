"""Columns and manifest, read back as the page's script reads them."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from tbreport.model import Display
from tbreport.report import ridgelines
from tbreport.report.columns import BLOCKS, Columns
from tbreport.report.document import Chart, Gallery, HistogramChart, Report, Section, Trace
from tbreport.report.payload import Payload, every_chart, pack
from tests.report.documents import START, display, histogram_series, typical

MAX = float(np.finfo(np.float32).max)


def read(columns: Columns, number: int) -> np.ndarray:
    """What `templates/js/decode.js` makes of a column."""
    blob, offset, blocks = columns.to_bytes(), 0, {}
    for block, dtype in BLOCKS.items():
        n, size = columns.lengths[block], np.dtype(dtype).itemsize
        plane = np.frombuffer(blob, np.uint8, n * size, offset).reshape(size, n)
        blocks[block] = np.ascontiguousarray(plane.T).view(dtype).ravel()
        if block == "f32":
            blocks[block] = added_up(blocks[block].view(np.uint32)).view(np.float32)
        offset += n * size
    assert offset == len(blob)
    block, start, length, first = columns.entries[number]
    stored = blocks[block][start : start + length]
    if not block.startswith("i"):
        return stored
    return np.empty(0) if first is None else np.concatenate(([first], first + np.cumsum(stored)))


def added_up(stored: np.ndarray) -> np.ndarray:
    steps = (stored >> np.uint32(1)) ^ -(stored & np.uint32(1))
    return np.cumsum(steps, dtype=np.uint32)


def packed(report: Report, limit: int | None = None) -> Payload:
    ridges = {
        chart.id: ridgelines.ridges(chart.series)
        for chart, _ in every_chart(report)
        if isinstance(chart, HistogramChart)
    }
    return pack(report, ridges, limit)


@pytest.mark.parametrize(
    "values",
    [
        [],
        [1.5],
        [0.1, -2.0, 3e30],
        [np.nan, np.inf, -np.inf, 0.0, -0.0],
        [MAX, -MAX],
    ],
)
def test_values_that_are_float32_come_back_exactly(values: list[float]) -> None:
    columns = Columns()
    written = np.array(values, np.float32)

    number = columns.floats(written.astype(np.float64))

    assert columns.entries[number][0] == "f32"
    np.testing.assert_array_equal(written, read(columns, number))


@pytest.mark.parametrize("value", [1e300, -1e39, 1e-300, 1e-40])
def test_a_value_beyond_float32_keeps_its_size(value: float) -> None:
    columns = Columns()

    number = columns.floats(np.array([1.0, value]))

    assert columns.entries[number][0] == "f64"
    np.testing.assert_array_equal([1.0, value], read(columns, number))


@pytest.mark.parametrize(
    ("steps", "block"),
    [
        ([], "i32"),
        ([7], "i32"),
        ([0, 10, 20, 25], "i32"),
        ([5, 3, 4], "i32"),
        ([0, 2**40], "i64"),
        ([-(2**50), 2**50], "i64"),
    ],
)
def test_integers_come_back_in_the_smaller_block_that_fits(steps: list[int], block: str) -> None:
    columns = Columns()

    number = columns.integers(np.array(steps, np.int64))

    assert columns.entries[number][0] == block
    np.testing.assert_array_equal(steps, read(columns, number))


def test_wall_times_are_whole_milliseconds() -> None:
    columns = Columns()

    number = columns.times(np.array([START + 0.0004, START + 1.5]))

    np.testing.assert_array_equal([START * 1000, START * 1000 + 1500], read(columns, number))


def test_wall_times_that_are_no_times_stay_in_place() -> None:
    columns = Columns()

    number = columns.times(np.array([np.nan, 1.0]))

    np.testing.assert_array_equal([np.nan, 1000.0], read(columns, number))


def test_equal_columns_are_stored_once() -> None:
    columns = Columns()

    numbers = [columns.integers(np.arange(100)) for _ in range(3)]

    assert numbers == [0, 0, 0]
    assert columns.lengths["i32"] == 99


def test_tags_of_one_run_share_steps_and_nearly_equal_wall_times() -> None:
    first = display(np.arange(100.0))
    later = Display(first.steps, first.wall_times + 0.01, first.values[::-1].copy())
    moved = Display(first.steps, first.wall_times + 30.0, first.values + 1)

    traces = chart_entry(packed(report_of(first, later, moved)))["traces"]

    assert [trace["steps"] for trace in traces] == [traces[0]["steps"]] * 3
    assert [trace["times"] == traces[0]["times"] for trace in traces] == [True, True, False]


def test_at_most_the_limit_is_drawn_and_the_extremes_stay() -> None:
    values = np.zeros(5000)
    values[1234] = 9.0

    payload = packed(report_of(display(values)), limit=100)

    column = payload.manifest["columns"][chart_entry(payload)["traces"][0]["values"]]
    assert column[2] <= 100
    assert payload.drawn == column[2]
    assert np.frombuffer(payload.columns, np.uint8)[: 4 * column[2]].any()


def test_the_manifest_is_strict_json() -> None:
    manifest = packed(typical(n=50)).manifest

    assert json.loads(json.dumps(manifest, allow_nan=False)) == json.loads(json.dumps(manifest))


def test_the_same_report_gives_the_same_payload() -> None:
    assert packed(typical(n=50)) == packed(typical(n=50))


def test_every_chart_of_the_page_has_its_place() -> None:
    report = typical(n=50)

    payload = packed(report)

    ids = [chart.id for chart, _ in every_chart(report)]
    assert list(payload.places) == ids
    assert [payload.manifest["charts"][payload.places[id]]["title"] for id in ids] == [
        chart.title for chart, _ in every_chart(report)
    ]


def test_a_finding_s_chart_is_evidence() -> None:
    charts = packed(typical(n=50)).manifest["charts"]

    assert [chart.get("evidence", False) for chart in charts[:3]] == [True, True, False]


def test_training_is_dashed_beside_validation() -> None:
    charts = packed(typical(n=50)).manifest["charts"]

    assert [trace.get("dash") for trace in charts[1]["traces"]] == ["5 3", None]


def test_mass_is_kept_when_histograms_are_rebinned() -> None:
    edges = np.array([-1.0, 0.0, 0.0, 0.5, 4.0])
    series = histogram_series("r", "w", np.array([0]), [edges], [np.array([3.0, 5.0, 0.0, 2.0])])

    shown = ridgelines.ridges(series)

    assert shown.shares.sum() == pytest.approx(1.0)
    assert (shown.low, shown.high) == (-1.0, 4.0)


def test_outer_edges_at_the_limits_of_float_are_cut_to_the_extremes() -> None:
    limit = float(np.finfo(np.float64).max)
    series = histogram_series(
        "r", "w", np.array([0]), [np.array([-limit, 0.0, limit])], [np.array([1.0, 1.0])]
    )
    series.min[:], series.max[:] = -0.5, 2.0

    shown = ridgelines.ridges(series)

    assert (shown.low, shown.high) == (-0.5, 2.0)


@pytest.mark.parametrize(
    ("edges", "counts"),
    [
        (np.array([np.nan]), np.empty(0)),
        (np.array([0.0, 0.0]), np.array([10.0])),
        (np.array([0.0, 1.0]), np.array([0.0])),
    ],
)
def test_a_histogram_without_width_or_values_can_be_drawn(
    edges: np.ndarray, counts: np.ndarray
) -> None:
    shown = ridgelines.ridges(histogram_series("r", "w", np.array([0]), [edges], [counts]))

    assert np.isfinite(shown.heights).all()
    assert shown.low < shown.high


def test_one_narrow_histogram_does_not_flatten_the_others() -> None:
    narrow, wide = np.array([-0.01, 0.01]), np.linspace(-2, 2, 9)
    series = histogram_series(
        "r",
        "w",
        np.arange(3),
        [narrow, wide, wide],
        [np.array([8.0]), np.ones(8), np.ones(8)],
    )

    heights = ridgelines.ridges(series).heights.max(axis=1)

    assert heights[0] == 1.0
    assert heights[1] == pytest.approx(1 / ridgelines.TALLEST)


def report_of(*points: Display) -> Report:
    """One run with a series for each display, in one chart."""
    report = typical(n=10, n_histograms=0)
    chart = Chart(
        "only",
        "loss",
        "",
        tuple(Trace("baseline/s0", f"tag{place}", one) for place, one in enumerate(points)),
    )
    return replace(report, sections=(Section("scalars", "Scalars", (Gallery((chart,)),)),))


def chart_entry(payload: Payload) -> Any:
    return payload.manifest["charts"][payload.places["only"]]
