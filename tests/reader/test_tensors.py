"""Numbers out of tensors, in every type and both encodings, and none where there are none."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from tensorboard.compat.proto.tensor_pb2 import TensorProto
from tensorboard.util import tensor_util

from tbreport.reader.tensors import DTYPES, number, numbers, shape


def proto(dtype: int, dims: tuple[int, ...] = (), **values: Any) -> TensorProto:
    found = TensorProto(dtype=dtype, **values)
    for size in dims:
        found.tensor_shape.dim.add(size=size)
    return found


@pytest.mark.parametrize("dtype", sorted(DTYPES.keys() - {14}))
@pytest.mark.parametrize("dims", [(), (1,), (2, 3)])
def test_content_is_read_as_tensorboard_reads_it(dtype: int, dims: tuple[int, ...]) -> None:
    array = (np.arange(math.prod(dims)).reshape(dims) * 3).astype(DTYPES[dtype][0])
    tensor = proto(dtype, dims, tensor_content=array.tobytes())

    found = numbers(tensor)

    assert found is not None
    assert found.dtype == np.float64
    assert found.tolist() == tensor_util.make_ndarray(tensor).ravel().tolist()


# TensorBoard reads neither a bfloat16 nor the fields uint32_val and uint64_val.
@pytest.mark.parametrize("dtype", sorted(DTYPES.keys() - {14, 22, 23}))
@pytest.mark.parametrize("dims", [(), (1,), (2, 3)])
def test_typed_fields_are_read_as_tensorboard_reads_them(dtype: int, dims: tuple[int, ...]) -> None:
    name, field = DTYPES[dtype]
    array = (np.arange(math.prod(dims)).reshape(dims) * 3).astype(name)
    listed = array.ravel().view("<u2").tolist() if field == "half_val" else array.ravel().tolist()
    tensor = proto(dtype, dims, **{field: listed})

    found = numbers(tensor)

    assert found is not None
    assert found.tolist() == tensor_util.make_ndarray(tensor).ravel().tolist()


@pytest.mark.parametrize(
    ("dtype", "values", "expected"),
    [
        (1, {"float_val": [math.inf]}, math.inf),
        (2, {"double_val": [1e300]}, 1e300),
        (4, {"int_val": [255]}, 255.0),
        (6, {"int_val": [-128]}, -128.0),
        (9, {"int64_val": [2**63 - 1]}, float(2**63 - 1)),
        (10, {"bool_val": [True]}, 1.0),
        (17, {"int_val": [65535]}, 65535.0),
        (19, {"half_val": [0x3E00]}, 1.5),
        (22, {"uint32_val": [2**32 - 1]}, float(2**32 - 1)),
        (23, {"uint64_val": [2**64 - 1]}, float(2**64 - 1)),
    ],
)
def test_the_ends_of_a_types_range_come_through(
    dtype: int, values: dict[str, Any], expected: float
) -> None:
    assert number(proto(dtype, **values)) == expected


def test_minus_zero_stays_minus_zero() -> None:
    found = number(proto(1, float_val=[-0.0]))

    assert found is not None
    assert math.copysign(1, found) == -1


def test_bfloat16_is_the_upper_half_of_a_float32() -> None:
    assert number(proto(14, tensor_content=b"\xc0\x3f")) == 1.5
    assert number(proto(14, half_val=[0x3FC0])) == 1.5


def test_torchs_bfloat16_is_a_whole_float32() -> None:
    """torch writes all 32 bits where the upper 16 belong."""
    found = numbers(proto(14, (3,), half_val=[0x3FC00000, 0, 0xBFC00000 - 2**32]))

    assert found is not None
    assert found.tolist() == [1.5, 0.0, -1.5]


def test_a_signaling_nan_is_a_nan() -> None:
    found = numbers(proto(1, (2,), tensor_content=b"\x01\x00\xa0\x7f\x01\x00\xa0\xff"))

    assert found is not None
    assert np.isnan(found).all()


@pytest.mark.parametrize("dtype", [0, 7, 8, 11, 18, 20, 99])
def test_strings_complex_numbers_and_unknown_types_are_no_numbers(dtype: int) -> None:
    assert numbers(proto(dtype, string_val=[b"1.5"])) is None
    assert number(proto(dtype, string_val=[b"1.5"])) is None


def test_the_last_typed_value_stands_for_all_that_are_missing() -> None:
    found = numbers(proto(1, (2, 2), float_val=[1.0, 2.0]))

    assert found is not None
    assert found.tolist() == [1.0, 2.0, 2.0, 2.0]


def test_content_that_is_too_short_is_not_filled_up() -> None:
    found = numbers(proto(2, (4,), tensor_content=np.array([1.0, 2.0]).tobytes() + b"\0\0\0"))

    assert found is not None
    assert found.tolist() == [1.0, 2.0]


def test_a_shape_that_claims_absurdly_much_is_not_followed() -> None:
    found = numbers(proto(1, (2**40, 2**40), float_val=[1.0]))

    assert found is not None
    assert found.tolist() == [1.0]


def test_no_value_at_all_is_no_number() -> None:
    assert number(proto(1)) is None
    assert number(proto(1, (0,))) is None


@pytest.mark.parametrize("dims", [(), (1,), (1, 1, 1)])
def test_a_tensor_of_one_element_is_a_number_whatever_its_rank(dims: tuple[int, ...]) -> None:
    assert number(proto(1, dims, float_val=[2.5])) == 2.5


@pytest.mark.parametrize("dims", [(2,), (1, 2), (0,), (-1,)])
def test_any_other_shape_is_no_number(dims: tuple[int, ...]) -> None:
    assert number(proto(1, dims, float_val=[2.5])) is None


def test_two_values_without_a_shape_are_no_number() -> None:
    assert number(proto(1, float_val=[1.0, 2.0])) is None


def test_the_shape_is_what_the_tensor_states() -> None:
    assert shape(proto(1, (2, -1))) == (2, -1)
