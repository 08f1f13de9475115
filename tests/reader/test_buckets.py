"""Histogram payloads of both encodings become contiguous edges that never fall."""

from __future__ import annotations

import math
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tensorboard.compat.proto.tensor_pb2 import TensorProto

from tbreport.reader.buckets import Builder, legacy, of_rows, rows

DBL_MAX = 1.7976931348623157e308
NAN = math.nan


def histo(limits: list[float], counts: list[float], low: float, high: float) -> SimpleNamespace:
    return SimpleNamespace(bucket_limit=limits, bucket=counts, min=low, max=high)


def tensor(content: list[list[float]], dims: tuple[int, ...]) -> TensorProto:
    found = TensorProto(dtype=2, tensor_content=np.array(content, "<f8").tobytes())
    for size in dims:
        found.tensor_shape.dim.add(size=size)
    return found


def test_empty_buckets_at_both_ends_are_dropped() -> None:
    edges, counts = legacy(histo([-1.0, 0.0, 1.0, 2.0, DBL_MAX], [0, 3, 0, 2, 0], -0.5, 1.5))

    assert edges.tolist() == [-0.5, 0.0, 1.0, 1.5]
    assert counts.tolist() == [3.0, 0.0, 2.0]


def test_the_outermost_edges_become_min_and_max() -> None:
    edges, counts = legacy(histo([0.0, DBL_MAX], [1, 1], -7.0, 1e20))

    assert edges.tolist() == [-7.0, 0.0, 1e20]
    assert counts.tolist() == [1.0, 1.0]


def test_edges_are_held_between_min_and_max() -> None:
    """torch's bins may lie beyond the values that they hold."""
    edges, _ = legacy(histo([-1.0, 0.0, 1.0, 2.0], [0, 1, 1, 1], 0.25, 0.75))

    assert edges.tolist() == [0.25, 0.25, 0.75, 0.75]


@pytest.mark.parametrize("counts", [[], [0.0, 0.0], [NAN, 0.0]])
def test_no_filled_bucket_is_one_edge_that_is_no_number(counts: list[float]) -> None:
    edges, found = legacy(histo([1.0, 2.0][: len(counts)], counts, DBL_MAX, -DBL_MAX))

    assert found.tolist() == []
    assert np.isnan(edges).tolist() == [True]


def test_fewer_limits_than_counts_are_no_buckets() -> None:
    edges, counts = legacy(histo([1.0], [1, 2], 0.0, 2.0))

    assert len(edges) == 1
    assert len(counts) == 0


def test_limits_stand_where_min_and_max_are_no_numbers() -> None:
    edges, counts = legacy(histo([0.0, 1.0, 2.0], [0, 4, 5], NAN, NAN))

    assert edges.tolist() == [0.0, 1.0, 2.0]
    assert counts.tolist() == [4.0, 5.0]


def test_limits_stand_where_min_and_max_are_infinite() -> None:
    edges, _ = legacy(histo([0.0, 1.0, 2.0], [0, 4, 5], -math.inf, math.inf))

    assert edges.tolist() == [0.0, 1.0, 2.0]


def test_rows_are_contiguous_edges_and_counts() -> None:
    edges, counts, moments = of_rows(np.array([[0.0, 1.0, 2.0], [1.0, 2.0, 3.0]]))

    assert edges.tolist() == [0.0, 1.0, 2.0]
    assert counts.tolist() == [2.0, 3.0]
    assert moments[:3] == (0.0, 2.0, 5.0)
    assert np.isnan(moments[3:]).all()


def test_a_gap_between_rows_is_an_empty_bucket() -> None:
    edges, counts, _ = of_rows(np.array([[0.0, 1.0, 2.0], [3.0, 4.0, 5.0]]))

    assert edges.tolist() == [0.0, 1.0, 3.0, 4.0]
    assert counts.tolist() == [2.0, 0.0, 5.0]


def test_rows_that_overlap_do_not_run_backwards() -> None:
    edges, counts, _ = of_rows(np.array([[0.0, 2.0, 1.0], [1.0, 3.0, 1.0]]))

    assert edges.tolist() == [0.0, 2.0, 2.0, 3.0]
    assert counts.tolist() == [1.0, 0.0, 1.0]


def test_edges_have_one_zero() -> None:
    edges, _, _ = of_rows(np.array([[0.0, -0.0, 1.0], [-0.0, 1.0, 1.0]]))

    assert not np.signbit(edges).any()


def test_constant_values_are_rows_without_width() -> None:
    """tf.summary.histogram writes all of its rows, and the count into the last."""
    edges, counts, moments = of_rows(np.array([[5.0, 5.0, 0.0], [5.0, 5.0, 7.0]]))

    assert edges.tolist() == [5.0, 5.0, 5.0]
    assert counts.tolist() == [0.0, 7.0]
    assert moments[:3] == (5.0, 5.0, 7.0)


def test_min_and_max_are_those_of_the_filled_rows() -> None:
    found = np.array([[0.0, 1.0, 0.0], [1.0, 2.0, 4.0], [2.0, 3.0, 0.0]])

    assert of_rows(found)[2][:3] == (1.0, 2.0, 4.0)


def test_rows_of_no_count_keep_their_edges() -> None:
    edges, counts, moments = of_rows(np.zeros((3, 3)))

    assert edges.tolist() == [0.0, 0.0, 0.0, 0.0]
    assert counts.tolist() == [0.0, 0.0, 0.0]
    assert moments[:3] == (0.0, 0.0, 0.0)


def test_absurd_counts_add_up_to_infinity() -> None:
    assert of_rows(np.array([[0.0, 1.0, DBL_MAX], [1.0, 2.0, DBL_MAX]]))[2][2] == math.inf


def test_no_rows_are_one_edge_that_is_no_number() -> None:
    edges, counts, moments = of_rows(np.empty((0, 3)))

    assert np.isnan(edges).tolist() == [True]
    assert counts.tolist() == []
    assert moments[2] == 0.0


def test_rows_whose_edges_are_no_numbers_keep_their_counts() -> None:
    """tf.summary.histogram of values that hold a NaN."""
    edges, counts, _ = of_rows(np.array([[NAN, NAN, 0.0], [NAN, NAN, 0.0]]))

    assert len(edges) == len(counts) + 1
    assert np.isnan(edges).all()
    assert counts.sum() == 0


def test_an_infinite_edge_stays() -> None:
    edges, _, moments = of_rows(np.array([[0.0, math.inf, 4.0], [math.inf, math.inf, 0.0]]))

    assert edges.tolist() == [0.0, math.inf, math.inf]
    assert moments[1] == math.inf


def test_rows_are_k_by_three() -> None:
    found = rows(tensor([[0, 1, 2], [1, 2, 3]], (2, 3)))

    assert found is not None
    assert found.tolist() == [[0.0, 1.0, 2.0], [1.0, 2.0, 3.0]]


def test_no_rows_at_all_are_still_a_histogram() -> None:
    found = rows(tensor([], (0, 3)))

    assert found is not None
    assert found.shape == (0, 3)


@pytest.mark.parametrize("dims", [(6,), (3, 2), (2, 3, 1), (4, 3), (2**61, 3), (-2, -3), (-2, 3)])
def test_any_other_shape_is_no_histogram(dims: tuple[int, ...]) -> None:
    assert rows(tensor([[0, 1, 2], [1, 2, 3]], dims)) is None


def test_rows_that_lack_bytes_are_no_histogram() -> None:
    """Filled up with the last count, they would show values that nobody logged."""
    assert rows(tensor([[0, 1, 2], [1, 2, 3]], (3, 3))) is None


def test_ragged_histograms_stand_end_to_end() -> None:
    builder = Builder()
    moments = (0.0, 1.0, 1.0, NAN, NAN)
    builder.add(1, 1.0, np.array([0.0, 1.0, 2.0]), np.array([3.0, 4.0]), moments)
    builder.add(2, 2.0, np.array([NAN]), np.array([]), moments)
    builder.add(3, 3.0, np.array([5.0, 6.0]), np.array([7.0]), moments)

    found = builder.finish()

    assert found.offsets.tolist() == [0, 2, 2, 3]
    assert found.counts.tolist() == [3.0, 4.0, 7.0]
    assert found.edges[[0, 1, 2, 4, 5]].tolist() == [0.0, 1.0, 2.0, 5.0, 6.0]


FLOATS = st.floats(allow_nan=True, allow_infinity=True)


@given(st.lists(st.tuples(FLOATS, FLOATS, FLOATS), max_size=8), FLOATS, FLOATS)
@settings(max_examples=300, deadline=None)
def test_whatever_is_written_edges_never_fall(
    found: list[tuple[float, float, float]], low: float, high: float
) -> None:
    table = np.array(found, np.float64).reshape(-1, 3)
    for edges, counts in (
        of_rows(table)[:2],
        legacy(histo(table[:, 0].tolist(), table[:, 2].tolist(), low, high)),
    ):
        assert len(edges) == len(counts) + 1
        assert not (edges[1:] < edges[:-1]).any()
