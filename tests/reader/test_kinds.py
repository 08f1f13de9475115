"""What a value is, and what its payload decodes to."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from tensorboard.compat.proto.event_pb2 import Event, TaggedRunMetadata
from tensorboard.compat.proto.summary_pb2 import Summary, SummaryMetadata
from tensorboard.compat.proto.tensor_pb2 import TensorProto

from tbreport.model import Blob
from tbreport.reader.kinds import BY_PLUGIN, KINDS, kind_of
from tbreport.reader.payload import decode


def strings(*parts: bytes, dims: tuple[int, ...] = ()) -> TensorProto:
    found = TensorProto(dtype=7, string_val=parts)
    for size in dims:
        found.tensor_shape.dim.add(size=size)
    return found


def decoded(kind: str, value: Summary.Value) -> Any:
    """The answer for the one value of an event."""
    payload = Event(summary=Summary(value=[value])).SerializeToString()
    return decode(Blob(kind, value.tag, 0, 0.0, "file", 0, len(payload)), payload)


def test_every_plugin_belongs_to_one_kind() -> None:
    claimed = [plugin for kind in KINDS.values() for plugin in kind.plugins]

    assert len(claimed) == len(set(claimed))


def test_every_kind_that_is_kept_as_a_blob_can_be_decoded() -> None:
    blobs = [kind for kind in KINDS.values() if kind.name not in ("scalars", "histograms")]

    assert [kind.name for kind in blobs if kind.decode is None] == []


@pytest.mark.parametrize("plugin", sorted(BY_PLUGIN))
def test_the_plugin_decides_before_the_field(plugin: str) -> None:
    assert kind_of(plugin, "tensor") == BY_PLUGIN[plugin]


@pytest.mark.parametrize(
    ("field", "kind"),
    [
        ("simple_value", "scalars"),
        ("histo", "histograms"),
        ("image", "images"),
        ("audio", "audio"),
        ("tensor", "tensors"),
        (None, "tensors"),
    ],
)
def test_without_a_known_plugin_the_field_decides(field: str | None, kind: str) -> None:
    assert kind_of("", field) == kind
    assert kind_of("somebody_elses_plugin", field) == kind


def test_a_text_of_several_strings_is_joined_by_lines() -> None:
    assert decoded("text", Summary.Value(tensor=strings(b"one", b"two", dims=(2,)))) == "one\ntwo"


def test_bytes_that_are_no_text_are_replaced() -> None:
    assert decoded("text", Summary.Value(tensor=strings(b"a\xff"))) == "a�"


def test_images_are_what_follows_width_and_height() -> None:
    value = Summary.Value(tensor=strings(b"4", b"5", b"png 1", b"png 2", dims=(4,)))

    assert decoded("images", value) == [b"png 1", b"png 2"]


def test_no_image_at_all_is_an_empty_list() -> None:
    assert decoded("images", Summary.Value(tensor=strings(b"4", b"5", dims=(2,)))) == []


def test_a_legacy_image_is_one_image() -> None:
    value = Summary.Value(image=Summary.Image(encoded_image_string=b"png"))

    assert decoded("images", value) == [b"png"]


def test_clips_stand_beside_their_labels() -> None:
    value = Summary.Value(tensor=strings(b"wav 1", b"", b"wav 2", b"", dims=(2, 2)))

    assert decoded("audio", value) == [b"wav 1", b"wav 2"]


def test_a_legacy_clip_is_one_clip() -> None:
    value = Summary.Value(audio=Summary.Audio(encoded_audio_string=b"wav"))

    assert decoded("audio", value) == [b"wav"]


@pytest.mark.parametrize("dims", [(), (2,), (2, 0), (1, -1), (2, 2**62)])
def test_clips_of_an_odd_shape_are_not_lost(dims: tuple[int, ...]) -> None:
    value = Summary.Value(tensor=strings(b"wav", b"label", dims=dims))

    assert b"wav" in decoded("audio", value)


def test_a_tensor_has_the_shape_that_it_states() -> None:
    tensor = TensorProto(dtype=1, float_val=[1, 2, 3, 4, 5, 6])
    tensor.tensor_shape.dim.add(size=2)
    tensor.tensor_shape.dim.add(size=3)

    assert decoded("tensors", Summary.Value(tensor=tensor)).tolist() == [[1, 2, 3], [4, 5, 6]]


def test_a_tensor_of_strings_is_a_list() -> None:
    assert decoded("tensors", Summary.Value(tensor=strings(b"a", b"b", dims=(2,)))) == [b"a", b"b"]


@pytest.mark.parametrize("dims", [(-1, -1), (-2, -1), (3,), (2**40, 2**40), (0,)])
def test_a_tensor_of_an_impossible_shape_is_flat(dims: tuple[int, ...]) -> None:
    tensor = TensorProto(dtype=1, tensor_content=np.array([1, 2], "<f4").tobytes())
    for size in dims:
        tensor.tensor_shape.dim.add(size=size)

    assert decoded("tensors", Summary.Value(tensor=tensor)).tolist() == [1, 2]


def test_a_custom_layout_is_the_string_of_its_tensor() -> None:
    assert decoded("custom_scalars", Summary.Value(tensor=strings(b"layout"))) == b"layout"


def test_a_graph_of_a_plugin_is_the_string_of_its_tensor() -> None:
    """Keras' model as JSON, the graph of a `tf.summary.trace_export`."""
    assert decoded("graphs", Summary.Value(tensor=strings(b'{"layers": []}'))) == b'{"layers": []}'


def test_hparams_are_the_content_of_the_metadata() -> None:
    plugin = SummaryMetadata.PluginData(plugin_name="hparams", content=b"session")
    value = Summary.Value(metadata=SummaryMetadata(plugin_data=plugin))

    assert decoded("hparams", value) == b"session"


@pytest.mark.parametrize(
    "event",
    [
        Event(graph_def=b"bytes"),
        Event(meta_graph_def=b"bytes"),
        Event(tagged_run_metadata=TaggedRunMetadata(tag="step1", run_metadata=b"bytes")),
    ],
)
def test_a_graph_outside_of_a_summary_is_its_bytes(event: Event) -> None:
    payload = event.SerializeToString()

    assert decode(Blob("graphs", "", 0, 0.0, "file", 0, len(payload)), payload) == b"bytes"


def test_a_record_that_no_longer_decodes_comes_back_as_it_is() -> None:
    assert decode(Blob("text", "t", 0, 0.0, "file", 0, 3), b"\xff\xff\xff") == b"\xff\xff\xff"


def test_a_value_that_is_no_longer_there_comes_back_as_the_record() -> None:
    payload = Event(summary=Summary(value=[Summary.Value(tag="t")])).SerializeToString()

    assert decode(Blob("text", "t", 0, 0.0, "file", 0, len(payload), 5), payload) == payload


def shaped(dtype: int, *dims: int, **fields: Any) -> Summary.Value:
    tensor = TensorProto(dtype=dtype, **fields)
    for size in dims:
        tensor.tensor_shape.dim.add(size=size)
    return Summary.Value(tag="t", tensor=tensor)


@pytest.mark.parametrize("dtype", [np.complex64, np.complex128])
@pytest.mark.parametrize("is_packed", [True, False])
def test_complex_tensors_have_their_values(dtype: type, is_packed: bool) -> None:
    array = np.array([[1 + 2j, 3 - 4j]], dtype)
    code, field = {np.complex64: (8, "scomplex_val"), np.complex128: (18, "dcomplex_val")}[dtype]
    fields = (
        {"tensor_content": array.tobytes()}
        if is_packed
        else {field: array.view(array.real.dtype)[0]}
    )

    found = decoded("tensors", shaped(code, 1, 2, **fields))

    assert found.dtype == np.complex128
    assert found.tolist() == array.tolist()


def test_quantized_tensors_are_the_integers_that_are_stored() -> None:
    assert decoded("tensors", shaped(11, 3, int_val=[1, -2, 3])).tolist() == [1, -2, 3]
    assert decoded("tensors", shaped(12, 2, tensor_content=b"\x01\xff")).tolist() == [1, 255]


def test_a_tensor_of_a_dtype_that_cannot_be_read_is_its_proto() -> None:
    value = shaped(24, 3, tensor_content=b"\x01\x02\x03")  # float8

    assert decoded("tensors", value) == value.tensor.SerializeToString()
