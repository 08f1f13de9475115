"""Percentiles of real histograms are those that TensorBoard's distributions plugin computes."""

from __future__ import annotations

from pathlib import Path

import pytest

pytest.importorskip("tensorboard")

from tensorboard.backend.event_processing.event_file_loader import EventFileLoader
from tensorboard.plugins.distribution.compressor import compress_histogram
from tensorboard.util import tensor_util

import tbreport
from tbreport.analysis.distributions import distribution

RUNS = Path(__file__).parents[2] / "sample_runs"


@pytest.mark.parametrize(
    "name", ["healthy-seed0", "nan-linear-regression-seed0", "healthy-gan-seed0"]
)
def test_percentiles_of_sample_runs_equal_tensorboard_s(name: str) -> None:
    (file,) = (RUNS / name).glob("*tfevents*")
    expected: dict[tuple[str, int], list[float]] = {}
    kinds: dict[str, str] = {}
    for event in EventFileLoader(str(file)).Load():
        for value in event.summary.value:
            plugin = value.metadata.plugin_data.plugin_name or kinds.get(value.tag, "")
            kinds[value.tag] = plugin
            if plugin == "histograms":
                rows = tensor_util.make_ndarray(value.tensor)
                points = compress_histogram(rows.tolist())
                expected[value.tag, event.step] = [found for _, found in points]
    (run,) = tbreport.load(RUNS / name).runs.values()

    found = {
        (tag, int(step)): row
        for tag, series in run.histograms.items()
        for step, row in zip(series.steps, distribution(series).percentiles.tolist(), strict=True)
    }

    assert found.keys() == expected.keys()
    assert len(found) > 0
    for key, row in found.items():
        # TensorBoard migrates the buckets of v1 summaries to float32.
        width = expected[key][-1] - expected[key][0]
        assert row == pytest.approx(expected[key], rel=1e-6, abs=1e-6 * width), key
