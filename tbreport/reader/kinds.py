"""KINDS: what a summary value can be, how it is recognized, and what its payload decodes to.

A value's kind follows from the plugin name in its metadata; writers send that with a tag's first
value only, so it is remembered per tag and run. Values older than plugins are known by their field.
Scalars and histograms become columns in the engines; every other kind is a blob until it is asked
for, and `decode` is the answer.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from tbreport.reader import tensors


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of value."""

    name: str
    plugins: tuple[str, ...]  # plugin names of tensorboard/plugins/*/metadata.py
    fields: tuple[str, ...] = ()  # of Summary.Value, or of Event where there is no summary
    decode: Callable[[Any], Any] | None = None  # Summary.Value → a frame's cell; blobs alone


def strings(value: Any) -> list[bytes]:
    """The elements of a string tensor."""
    return list(value.tensor.string_val)


def text(value: Any) -> str:
    """A text summary; a tensor of several strings is joined by lines."""
    return "\n".join(part.decode("utf-8", "replace") for part in strings(value))


def images(value: Any) -> list[bytes]:
    """The encoded images of a value: the tensor holds width, height, then one string an image."""
    if value.WhichOneof("value") == "image":
        return [value.image.encoded_image_string]
    return strings(value)[2:]


def audio(value: Any) -> list[bytes]:
    """The encoded clips of a value: the tensor is [clip, (samples, label)]."""
    if value.WhichOneof("value") == "audio":
        return [value.audio.encoded_audio_string]
    found = strings(value)
    dims = tensors.shape(value.tensor)
    return found[:: dims[1]] if len(dims) == 2 and dims[1] else found


def tensor(value: Any) -> Any:
    """A tensor as an array of its shape; strings as a list.

    One of a dtype that cannot be read is its TensorProto, serialized.
    """
    found = tensors.elements(value.tensor)
    if found is None:
        is_text = value.tensor.dtype == tensors.STRING
        return strings(value) if is_text else value.tensor.SerializeToString()
    dims = tensors.shape(value.tensor)
    possible = min(dims, default=0) >= 0 and found.size == math.prod(dims)
    return found.reshape(dims) if possible else found


def content(value: Any) -> bytes:
    """A serialized proto or JSON: the string of a value's tensor, else its metadata's content."""
    found: bytes = next(iter(strings(value)), value.metadata.plugin_data.content)
    return found


SCALARS = "scalars"
HISTOGRAMS = "histograms"
HPARAMS = "hparams"
TENSORS = "tensors"
GRAPHS = "graphs"

KINDS: Mapping[str, Kind] = {
    kind.name: kind
    for kind in (
        Kind(SCALARS, ("scalars",), ("simple_value",)),
        Kind(HISTOGRAMS, ("histograms",), ("histo",)),
        Kind("images", ("images",), ("image",), images),
        Kind("audio", ("audio",), ("audio",), audio),
        Kind("text", ("text",), (), text),
        Kind(HPARAMS, ("hparams",), (), content),
        Kind("pr_curves", ("pr_curves",), (), tensor),
        Kind("meshes", ("mesh",), (), tensor),
        Kind("custom_scalars", ("custom_scalars",), (), content),
        Kind(
            GRAPHS,
            (
                "graphs",
                "graph_run_metadata",
                "graph_run_metadata_graph",
                "graph_keras_model",
            ),
            ("graph_def", "meta_graph_def", "tagged_run_metadata"),
            content,
        ),
        Kind(TENSORS, (), ("tensor",), tensor),
    )
}

BY_PLUGIN = {plugin: kind.name for kind in KINDS.values() for plugin in kind.plugins}
BY_FIELD = {field: kind.name for kind in KINDS.values() for field in kind.fields}


def kind_of(plugin: str, field: str | None) -> str:
    """The kind of a value by its plugin name, else by the field that is set.

    An unknown plugin's values are tensors: they are listed, and nothing is lost.
    """
    return BY_PLUGIN.get(plugin) or BY_FIELD.get(field or "", TENSORS)
