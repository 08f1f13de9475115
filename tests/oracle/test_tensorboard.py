"""What the engines find is what TensorBoard's accumulators hold, wherever those read at all."""

from __future__ import annotations

import math
import warnings
from collections import Counter
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tensorboard.backend.event_processing import event_accumulator, plugin_event_accumulator
from tensorboard.util import tensor_util

from tbreport.reader.engine import Scan
from tbreport.reader.scan import FileScan
from tests.oracle.corpus import EVENTS, FOLDERS, decoded, scans

EVERYTHING = event_accumulator.STORE_EVERYTHING_SIZE_GUIDANCE
DT_BFLOAT16 = 14
RUN_GRAPH = "__run_graph__"  # TensorBoard's tag for a graph outside of a summary


@cache
def migrated(path: Path) -> Any:
    """TensorBoard as its own plugins see a file: everything is a tensor."""
    found = plugin_event_accumulator.EventAccumulator(
        str(path), EVERYTHING, purge_orphaned_data=False
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # DBL_MAX as a float32
        return found.Reload()


@cache
def legacy(path: Path) -> Any:
    """TensorBoard's older accumulator: values as they were written."""
    found = event_accumulator.EventAccumulator(str(path), EVERYTHING, purge_orphaned_data=False)
    return found.Reload()


def timed(entries: Any) -> list[Any]:
    """Without the points whose wall time is NaN, which TensorBoard keeps."""
    return [entry for entry in entries if math.isfinite(entry.wall_time)]


def tensors(path: Path) -> dict[str, list[Any]]:
    """Tag → the timed entries of the plugins' accumulator."""
    entries = {tag: timed(migrated(path).Tensors(tag)) for tag in migrated(path).Tags()["tensors"]}
    return {tag: held for tag, held in entries.items() if held and tag != RUN_GRAPH}


def same(actual: Any, expected: Any) -> bool:
    return bool(np.array_equal(np.asarray(actual), np.asarray(expected), equal_nan=True))


def places(found: FileScan, tag: str) -> Counter[tuple[int, float]]:
    """Step and wall time of every value of a tag."""
    columns = [held[tag] for held in (found.scalars, found.histograms) if tag in held]
    blobs = [(blob.step, blob.wall_time) for blob in found.blobs if blob.tag == tag]
    return Counter(blobs) + Counter(
        place
        for column in columns
        for place in zip(column.steps.tolist(), column.wall_times.tolist(), strict=True)
    )


@pytest.mark.parametrize("folder", FOLDERS)
def test_every_value_that_tensorboard_reads_is_there(scan: Scan, folder: str) -> None:
    for path, found in scans(scan, EVENTS / folder):
        for tag, entries in tensors(path).items():
            expected = Counter((entry.step, entry.wall_time) for entry in entries)
            assert (tag, places(found, tag)) == (tag, expected)


@pytest.mark.parametrize("folder", FOLDERS)
def test_every_series_is_known_to_tensorboard(scan: Scan, folder: str) -> None:
    for path, found in scans(scan, EVENTS / folder):
        assert found.scalars.keys() | found.histograms.keys() <= tensors(path).keys()


@pytest.mark.parametrize("folder", FOLDERS)
def test_scalars_have_tensorboards_values(scan: Scan, folder: str) -> None:
    for path, found in scans(scan, EVENTS / folder):
        for tag, column in found.scalars.items():
            entries = [
                entry.tensor_proto
                for entry in tensors(path)[tag]
                if not entry.tensor_proto.tensor_shape.dim
            ]
            if any(proto.dtype == DT_BFLOAT16 for proto in entries):
                continue  # TensorBoard raises TypeError
            expected = [float(tensor_util.make_ndarray(proto)) for proto in entries]
            assert same(column.values, expected)


@pytest.mark.parametrize("folder", FOLDERS)
def test_legacy_scalars_are_tensorboards(scan: Scan, folder: str) -> None:
    for path, found in scans(scan, EVENTS / folder):
        for tag in legacy(path).Tags()["scalars"]:
            entries = timed(legacy(path).Scalars(tag))
            if not entries:
                continue
            column = found.scalars[tag]
            assert column.steps.tolist() == [entry.step for entry in entries]
            assert column.wall_times.tolist() == [entry.wall_time for entry in entries]
            assert same(column.values, [entry.value for entry in entries])


@pytest.mark.parametrize("folder", FOLDERS)
def test_legacy_histograms_have_tensorboards_moments(scan: Scan, folder: str) -> None:
    for path, found in scans(scan, EVENTS / folder):
        for tag in legacy(path).Tags()["histograms"]:
            entries = timed(legacy(path).Histograms(tag))
            column = found.histograms[tag]
            assert column.steps.tolist() == [entry.step for entry in entries]
            for name in ("min", "max", "num", "sum", "sum_squares"):
                expected = [getattr(entry.histogram_value, name) for entry in entries]
                assert same(getattr(column, name), expected)


def buckets(found: FileScan, tag: str) -> list[tuple[Any, Any]]:
    """Edges and counts of each histogram of a tag."""
    column = found.histograms[tag]
    pairs = zip(column.offsets[:-1].tolist(), column.offsets[1:].tolist(), strict=True)
    return [
        (column.edges[start + place : stop + place + 1], column.counts[start:stop])
        for place, (start, stop) in enumerate(pairs)
    ]


@pytest.mark.parametrize("folder", FOLDERS)
def test_histograms_have_tensorboards_buckets(scan: Scan, folder: str) -> None:
    """TensorBoard makes float32 rows of the older encoding, and lets inner edges pass the ends."""
    for path, found in scans(scan, EVENTS / folder):
        for tag in found.histograms:
            entries = tensors(path)[tag]
            arrays = [tensor_util.make_ndarray(entry.tensor_proto) for entry in entries]
            rows = [array for array in arrays if array.ndim == 2]  # one tag may hold scalars too
            for (edges, counts), row in zip(buckets(found, tag), rows, strict=True):
                lefts, rights, expected = row.T
                if not (lefts[1:] == rights[:-1]).all():  # NaN: the engines see gaps between them
                    assert same(counts[counts > 0], expected[expected > 0])
                    continue
                assert same(counts.astype(row.dtype), expected)
                if not len(row):
                    continue
                low, high = lefts[0], rights[-1]
                for actual, wanted in ((edges[:-1], lefts), (edges[1:], rights)):
                    known = np.isfinite(wanted)  # a NaN in the logged values makes the ends NaN
                    held = wanted if np.isnan([low, high]).any() else np.clip(wanted, low, high)
                    with np.errstate(over="ignore"):
                        assert same(actual.astype(row.dtype)[known], held[known])


@pytest.mark.parametrize("folder", FOLDERS)
def test_pictures_and_clips_are_tensorboards(scan: Scan, folder: str) -> None:
    for path, found in scans(scan, EVENTS / folder):
        for kind, tags, attribute in (
            ("images", legacy(path).Images, "encoded_image_string"),
            ("audio", legacy(path).Audio, "encoded_audio_string"),
        ):
            for tag in legacy(path).Tags()[kind]:
                blobs = [blob for blob in found.blobs if (blob.kind, blob.tag) == (kind, tag)]
                expected = [[getattr(entry, attribute)] for entry in timed(tags(tag))]
                assert [decoded(path, blob) for blob in blobs] == expected


@pytest.mark.parametrize("folder", FOLDERS)
def test_other_tensors_decode_to_tensorboards_arrays(scan: Scan, folder: str) -> None:
    for path, found in scans(scan, EVENTS / folder):
        for tag in {
            blob.tag for blob in found.blobs if blob.kind in ("tensors", "pr_curves", "meshes")
        }:
            protos = [entry.tensor_proto for entry in tensors(path)[tag]]
            blobs = [blob for blob in found.blobs if blob.tag == tag]
            for blob, proto in zip(blobs, protos, strict=True):
                if proto.dtype == DT_BFLOAT16:
                    continue  # TensorBoard raises TypeError
                expected = tensor_util.make_ndarray(proto)
                actual = decoded(path, blob)
                if expected.dtype == object:
                    assert actual == expected.ravel().tolist()
                else:
                    assert same(actual, expected)
