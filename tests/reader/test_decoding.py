"""Blobs of the five real writers and of hostile ones: content, or one clause that says why not."""

from __future__ import annotations

import os
import sys
from collections import Counter
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from tensorboard.compat.proto.event_pb2 import Event

from tbreport import load
from tbreport.exhibits import Clip, Exhibit, Layout, Picture, PrCurve, Scope, Text
from tbreport.model import Blob
from tbreport.pipeline import summarize
from tbreport.reader import decoding, graphs
from tbreport.reader.companions import beside
from tbreport.reader.decoding import decoded
from tests import eventwriter, hostile

FIXTURES = Path(__file__).parent.parent / "fixtures" / "events"
SHOWN = (*decoding.DECODERS,)


def exhibits(folder: Path) -> list[Exhibit]:
    return [one for digest in summarize(folder).runs for one in digest.exhibits]


@pytest.mark.parametrize(
    ("writer", "kinds"),
    [
        ("torch", SHOWN),
        ("tensorboardx", ("images", "audio", "text", "pr_curves", "custom_scalars")),
        ("tensorflow1", SHOWN),
        ("tensorflow2", ("images", "audio", "text", "graphs")),
        ("keras", ("images", "graphs")),
    ],
)
def test_what_a_real_writer_wrote_is_shown(writer: str, kinds: tuple[str, ...]) -> None:
    found = exhibits(FIXTURES / writer)
    flaws = {one.flaw for one in found if one.flaw}

    assert {one.kind for one in found if one.content is not None} == set(kinds)
    assert flaws <= {graphs.TIMINGS, "nothing was logged at this step"}
    types = {
        "images": tuple, "audio": tuple, "text": Text, "pr_curves": PrCurve,
        "custom_scalars": Layout, "graphs": Scope,
    }  # fmt: skip
    assert all(isinstance(one.content, types[one.kind]) for one in found if one.content is not None)


def test_keras_layers_have_their_shapes() -> None:
    (found,) = {one.content for one in exhibits(FIXTURES / "keras/fit") if one.kind == "graphs"}

    assert isinstance(found, Scope)
    assert [(child.kind, bool(child.shape)) for child in found.children] == [
        ("InputLayer", True),
        ("Dense", True),
        ("Dense", True),
    ]


def test_torch_s_graph_has_scopes_and_shapes() -> None:
    found = next(one.content for one in exhibits(FIXTURES / "torch/graph") if one.content)

    assert isinstance(found, Scope)
    assert found.ops == 5
    assert found.kinds[0] == ("IO Node", 2)
    assert found.children[0].shape == "1×2"


def test_pictures_and_clips_have_their_formats() -> None:
    found = [one.content for one in exhibits(FIXTURES / "torch/media")]
    parts = [part for content in found if isinstance(content, tuple) for part in content]

    assert Counter(part.media for part in parts if isinstance(part, Picture | Clip)) == {
        "image/png": 7,
        "audio/wav": 2,
    }


def test_a_hostile_run_is_shown_in_part_and_the_rest_has_its_reason(tmp_path: Path) -> None:
    found = exhibits(hostile.write(tmp_path))
    flaws = {(one.kind, one.tag): one.flaw for one in found if one.flaw}

    assert flaws == {
        ("audio", "page"): "it is neither WAV, Ogg, FLAC nor MP3",
        ("images", "bomb"): "it claims 65,000 × 65,000 pixels",
        ("images", "drawn"): "an SVG may run scripts",
        ("images", "page"): "it is neither PNG, JPEG, GIF nor WebP",
        ("pr_curves", "curve"): "precision or recall is outside 0 … 1",
        ("pr_curves", "flat"): "its shape is 7, not 6 × thresholds",
        ("pr_curves", "lost"): "precision or recall is not finite",
        ("pr_curves", "wide"): "its shape is 3 × 4, not 6 × thresholds",
    }


def test_a_graph_of_a_million_operations_is_told_and_not_drawn(tmp_path: Path) -> None:
    # Names of one letter: the record stays below the largest that is opened.
    event = hostile.graph(("n", "A") for _ in range(graphs.MOST_OPS + 1))
    eventwriter.write(tmp_path, [*eventwriter.curve("loss", [2.0, 1.0]), event])
    (found,) = exhibits(tmp_path)

    assert found.flaw == "a graph of more than 100,000 operations is not drawn"


def blob_of(folder: Path, event: Event) -> tuple[Path, Blob]:
    path = eventwriter.write(folder, [event])
    (run,) = load(folder).runs.values()
    return path, run.blobs[0]


def test_a_record_that_is_too_large_is_not_opened(tmp_path: Path) -> None:
    path, blob = blob_of(tmp_path, eventwriter.text("note", 0, "words"))

    with pytest.raises(ValueError, match=r"a record of 65.0 MB is not opened"):
        decoded(path, replace(blob, length=65_000_000))


def test_a_file_that_is_gone_or_has_changed_is_told(tmp_path: Path) -> None:
    path, blob = blob_of(tmp_path, eventwriter.text("note", 0, "words"))

    with pytest.raises(ValueError, match="can no longer be read"):
        decoded(path.with_name("gone"), blob)
    with pytest.raises(ValueError, match="no longer holds it"):
        decoded(path, replace(blob, index=5))
    path.write_bytes(b"\xff" * path.stat().st_size)
    with pytest.raises(ValueError, match="can no longer be read"):
        decoded(path, blob)


def test_any_damaged_bytes_give_content_or_a_reason(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    path = eventwriter.write(tmp_path, hostile.events())
    (run,) = load(tmp_path).runs.values()
    sound = path.read_bytes()
    for _ in range(60):
        damaged = bytearray(sound)
        for place in rng.integers(0, len(sound), 400):
            damaged[place] = rng.integers(0, 256)
        path.write_bytes(damaged)
        for blob in run.blobs:
            if blob.kind in SHOWN and blob.length < 100_000:
                try:
                    decoded(path, blob)
                except ValueError:
                    continue


@pytest.mark.parametrize(
    "model", ["[]", "{}", '{"config": 3}', '{"config": {"layers": 1}}', "[" * 100_000, "{"]
)
def test_what_is_no_keras_model_is_told(tmp_path: Path, model: str) -> None:
    event = eventwriter.text("keras", 0, model)
    event.summary.value[0].metadata.plugin_data.plugin_name = "graph_keras_model"
    path, blob = blob_of(tmp_path, event)

    with pytest.raises(ValueError, match="not the JSON of a Keras model"):
        decoded(path, blob)


def test_projector_configs_and_profiles_are_counted(tmp_path: Path) -> None:
    hostile.write(tmp_path)
    files = list(tmp_path.rglob("*tfevents*"))

    assert beside(files) == ("2 embeddings", "1 profile")
    assert beside([FIXTURES / "torch/embeddings/events"]) == ("1 embedding",)
    assert beside([tmp_path / "nothing" / "file"]) == ()


@pytest.mark.skipif(sys.platform == "win32", reason="there are no pipes in its folders")
def test_a_pipe_in_the_place_of_a_config_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "projector_config.pbtxt")

    assert beside([tmp_path / "file"]) == ()
