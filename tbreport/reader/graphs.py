"""Graphs of models → their operations: TensorFlow's GraphDef in its several wrappings, Keras' JSON.

Inputs, devices and weights are left aside: what is told of a model is its operations by name scope.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any

from tensorboard.compat.proto.config_pb2 import RunMetadata
from tensorboard.compat.proto.graph_pb2 import GraphDef
from tensorboard.compat.proto.meta_graph_pb2 import MetaGraphDef

from tbreport.exhibits import Op
from tbreport.model import Blob
from tbreport.reader.kinds import content

MOST_OPS = 100_000
DEEPEST_MODEL = 20  # Keras models within each other
TIMINGS = "run metadata: the timings of a step, not a model"


def operations(event: Any, blob: Blob) -> list[Op]:
    """The operations of a graph, in the order in which the writer lists them.

    Raises:
        ValueError: there are none, or too many.
    """
    found = list(islice(every_op(event, blob), MOST_OPS + 1))
    if len(found) > MOST_OPS:
        raise ValueError(f"a graph of more than {MOST_OPS:,} operations is not drawn")
    if not found:
        raise ValueError("the graph is empty")
    return found


def every_op(event: Any, blob: Blob) -> Iterator[Op]:
    """The operations in any of the places where writers put them."""
    what = event.WhichOneof("what")
    if what == "graph_def":
        return of_graph(GraphDef.FromString(event.graph_def))
    if what == "meta_graph_def":
        return of_graph(MetaGraphDef.FromString(event.meta_graph_def).graph_def)
    if what == "tagged_run_metadata":
        raise ValueError(TIMINGS)
    if blob.index >= len(event.summary.value):
        raise ValueError("the record no longer holds it")
    value = event.summary.value[blob.index]
    plugin = value.metadata.plugin_data.plugin_name
    if plugin == "graph_keras_model":
        return of_keras(parsed(content(value)))
    if plugin == "graph_run_metadata_graph":
        return of_functions(RunMetadata.FromString(content(value)))
    raise ValueError(TIMINGS)


def of_graph(graph: Any) -> Iterator[Op]:
    """The nodes of a GraphDef, and those of its functions under the function's name."""
    yield from of_nodes(graph.node)
    for function in graph.library.function:
        yield from of_nodes(function.node_def, f"{function.signature.name}/")


def of_functions(metadata: Any) -> Iterator[Op]:
    """The graphs of traced functions as the program wrote them, before any rewriting."""
    for function in metadata.function_graphs:
        yield from of_graph(function.pre_optimization_graph)


def of_nodes(nodes: Sequence[Any], prefix: str = "") -> Iterator[Op]:
    for node in nodes:
        yield Op(prefix + node.name, node.op, shape_of(node))


def shape_of(node: Any) -> str:
    """The shapes of a node's outputs, as torch and TensorFlow's summaries note them."""
    shapes = node.attr["_output_shapes"].list.shape if "_output_shapes" in node.attr else ()
    return ", ".join(
        "?"
        if shape.unknown_rank
        else "×".join("?" if dim.size < 0 else str(dim.size) for dim in shape.dim) or "scalar"
        for shape in shapes[:4]
    )


def of_keras(model: Any, prefix: str = "", depth: int = 0) -> Iterator[Op]:
    """The layers of a Keras model's JSON, those of inner models under their names."""
    config = model.get("config") if isinstance(model, dict) else None
    layers = config.get("layers") if isinstance(config, dict) else None
    if not isinstance(layers, list) or depth > DEEPEST_MODEL:
        raise ValueError("it is not the JSON of a Keras model")
    for layer in layers:
        own = layer.get("config") if isinstance(layer, dict) else None
        if not isinstance(own, dict):
            continue
        name = f"{prefix}{own.get('name', layer.get('name', ''))}"
        if isinstance(own.get("layers"), list):
            yield from of_keras(layer, f"{name}/", depth + 1)
        else:
            yield Op(name, str(layer.get("class_name", "")), keras_shape(layer, own))


def parsed(text: bytes) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        raise ValueError("it is not the JSON of a Keras model") from None


def keras_shape(layer: dict[str, Any], config: dict[str, Any]) -> str:
    """The shape that a layer takes, as far as its JSON says."""
    built = layer.get("build_config")
    shape = config.get("batch_shape") or config.get("batch_input_shape")
    if shape is None and isinstance(built, dict):
        shape = built.get("input_shape")
    if not isinstance(shape, list):
        return ""
    return "×".join("?" if size is None else str(size)[:12] for size in shape[:8])
