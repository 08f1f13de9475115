"""Runs become tidy frames, long or wide, under our names or tbparse's."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from tensorboard.compat.proto.event_pb2 import Event
from tensorboard.compat.proto.summary_pb2 import Summary
from tensorboard.compat.proto.tensor_pb2 import TensorProto

from tbreport.experiment import Experiment, load
from tbreport.frames import Names, frame
from tbreport.model import Blob, HistogramSeries, HParam, Run, Series, Source
from tbreport.reader.kinds import KINDS

FIXTURES = Path(__file__).parent / "fixtures" / "events"
NAN = float("nan")


def series(run: str, tag: str, points: Mapping[int, float]) -> Series:
    steps = np.array(list(points), np.int64)
    return Series(run, tag, Source(run, tag), steps, steps + 0.5, np.array(list(points.values())))


def histograms(run: str, tag: str) -> HistogramSeries:
    """Two histograms, of two buckets and of none."""
    steps = np.array([1, 2])
    return HistogramSeries(
        run,
        tag,
        Source(run, tag),
        steps,
        steps + 0.5,
        offsets=np.array([0, 2, 2]),
        edges=np.array([0.0, 1.0, 2.0, NAN]),
        counts=np.array([3.0, 4.0]),
        min=np.array([0.0, NAN]),
        max=np.array([2.0, NAN]),
        num=np.array([7.0, 0.0]),
        sum=np.array([8.0, 0.0]),
        sum_squares=np.array([9.0, 0.0]),
    )


def run(
    name: str,
    scalars: Mapping[str, Mapping[int, float]] | None = None,
    *,
    hparams: Mapping[str, HParam] | None = None,
    rows: Mapping[str, HistogramSeries] | None = None,
    blobs: tuple[Blob, ...] = (),
) -> Run:
    found = {tag: series(name, tag, points) for tag, points in (scalars or {}).items()}
    return Run(name, (name,), (), found, rows or {}, blobs, hparams or {})


def words(tag: str, step: int, text: str, wall_time: float = 0.0) -> tuple[Blob, bytes]:
    value = Summary.Value(tag=tag, tensor=TensorProto(dtype=7, string_val=[text.encode()]))
    payload = Event(step=step, summary=Summary(value=[value])).SerializeToString()
    return Blob("text", tag, step, wall_time, f"{tag} {text}", 0, len(payload)), payload


def no_fetch(blob: Blob) -> bytes:
    raise AssertionError(f"nothing asked for {blob}")


def made(kind: str, *runs: Run, wide: bool = False, names: Names = "tbreport") -> pd.DataFrame:
    return frame(kind, runs, no_fetch, wide=wide, names=names)


def texts(
    *found: tuple[Blob, bytes], wide: bool = False, names: Names = "tbreport"
) -> pd.DataFrame:
    payloads = dict(found)
    owner = run("a", blobs=tuple(payloads))
    return frame("text", [owner], payloads.__getitem__, wide=wide, names=names)


def test_scalars_are_one_row_a_point_sorted_by_run_tag_and_step() -> None:
    found = made(
        "scalars", run("b", {"loss": {1: 9.0}}), run("a", {"z": {5: 1.0}, "loss": {2: 2.0, 7: 3.0}})
    )

    assert list(found.columns) == ["run", "tag", "step", "wall_time", "value"]
    assert found.to_numpy().tolist() == [
        ["a", "loss", 2, 2.5, 2.0],
        ["a", "loss", 7, 7.5, 3.0],
        ["a", "z", 5, 5.5, 1.0],
        ["b", "loss", 1, 1.5, 9.0],
    ]


def test_the_columns_of_scalars_have_their_types() -> None:
    found = made("scalars", run("a", {"loss": {2: 2.0}}))

    assert {name: str(dtype) for name, dtype in found.dtypes.items()} == {
        "run": "category",
        "tag": "category",
        "step": "int64",
        "wall_time": "float64",
        "value": "float64",
    }


@pytest.mark.parametrize("kind", KINDS)
def test_no_runs_are_an_empty_frame_with_the_same_columns_and_types(kind: str) -> None:
    found = made(kind)

    assert len(found) == 0
    assert str(found.dtypes["run"]) == "category"
    if "step" in found:
        assert str(found.dtypes["step"]) == "int64"
    assert len(made(kind, wide=True)) == 0


def test_values_that_are_no_numbers_stay() -> None:
    found = made("scalars", run("a", {"loss": {1: NAN, 2: float("inf")}}))

    assert np.isnan(found["value"][0])
    assert found["value"][1] == np.inf


def test_a_tag_without_points_leaves_no_row() -> None:
    found = made("scalars", run("a", {"gone": {}, "loss": {1: 1.0}}))

    assert found["tag"].tolist() == ["loss"]


def test_wide_scalars_have_a_column_a_tag_and_share_rows_by_step() -> None:
    found = made(
        "scalars",
        run("b", {"acc": {1: 0.5}}),
        run("a", {"loss": {1: 1.0, 2: 2.0}, "acc": {2: 0.2}}),
        wide=True,
    )

    assert list(found.columns) == ["run", "step", "acc", "loss"]
    assert found["run"].tolist() == ["a", "a", "b"]
    assert found["step"].tolist() == [1, 2, 1]
    assert found["acc"].fillna(-1).tolist() == [-1, 0.2, 0.5]
    assert found["loss"].fillna(-1).tolist() == [1.0, 2.0, -1]


def test_a_tag_named_like_a_column_keeps_out_of_its_way() -> None:
    found = made(
        "scalars", run("a", {"step": {1: 10.0}, "run": {1: 20.0}, "loss": {1: 3.0}}), wide=True
    )

    assert found.to_dict("records") == [
        {"run": "a", "step": 1, "loss": 3.0, "run (tag)": 20.0, "step (tag)": 10.0}
    ]


def test_tags_that_would_be_one_column_are_two() -> None:
    found = made("scalars", run("a", {"step": {1: 1.0}, "step (tag)": {1: 2.0}}), wide=True)

    assert found.to_dict("records") == [
        {"run": "a", "step": 1, "step (tag)": 1.0, "step (tag) (tag)": 2.0}
    ]


def test_a_hyper_parameter_named_like_a_column_keeps_out_of_its_way() -> None:
    found = made("hparams", run("a", hparams={"run": 3.0, "name": "x"}), wide=True)

    assert found.to_dict("records") == [{"run": "a", "name": "x", "run (tag)": 3.0}]


def test_histograms_hold_arrays_and_moments() -> None:
    found = made("histograms", run("a", rows={"w": histograms("a", "w")}))

    assert list(found.columns) == [
        *("run", "tag", "step", "wall_time", "edges", "counts"),
        *("min", "max", "num", "sum", "sum_squares"),
    ]
    assert found["edges"][0].tolist() == [0.0, 1.0, 2.0]
    assert [counts.tolist() for counts in found["counts"]] == [[3.0, 4.0], []]
    assert found["num"].tolist() == [7.0, 0.0]
    assert found["step"].tolist() == [1, 2]


def test_histograms_stay_long() -> None:
    runs = [run("a", rows={"w": histograms("a", "w")})]

    assert list(made("histograms", *runs, wide=True)) == list(made("histograms", *runs))


def test_hparams_keep_their_types() -> None:
    found = made(
        "hparams",
        run("b", hparams={"lr": 0.1}),
        run("a", hparams={"seed": 1.0, "adam": True, "name": "x"}),
    )

    assert found.to_numpy().tolist() == [
        ["a", "adam", True],
        ["a", "name", "x"],
        ["a", "seed", 1.0],
        ["b", "lr", 0.1],
    ]


def test_wide_hparams_are_one_row_a_run() -> None:
    found = made(
        "hparams",
        run("b", hparams={"lr": 0.1}),
        run("a", hparams={"lr": 0.2, "opt": "adam"}),
        wide=True,
    )

    assert found["run"].tolist() == ["a", "b"]
    assert found["lr"].tolist() == [0.2, 0.1]
    assert found["opt"][0] == "adam"
    assert pd.isna(found["opt"][1])


def test_blobs_are_decoded_and_sorted_by_tag_and_step() -> None:
    found = texts(words("b", 1, "three"), words("a", 7, "two"), words("a", 2, "one"))

    assert list(found.columns) == ["run", "tag", "step", "wall_time", "value"]
    assert found["value"].tolist() == ["one", "two", "three"]


def test_wide_blobs_that_share_a_step_keep_a_row_each() -> None:
    """Logged without steps: their steps stay as written."""
    found = texts(
        words("a", 0, "one", 1), words("a", 0, "two", 2), words("b", 0, "three"), wide=True
    )

    assert found["step"].tolist() == [0, 0]
    assert found["a"].tolist() == ["one", "two"]
    assert found["b"][0] == "three"


def test_a_frame_reads_only_its_own_kind() -> None:
    owner = run("a", {"loss": {1: 1.0}}, blobs=(words("notes", 1, "x")[0],))

    assert len(made("images", owner)) == 0
    assert len(made("scalars", owner)) == 1


def test_tbparse_names_are_tbparses() -> None:
    scalars = made("scalars", run("a", {"loss": {1: 1.0}}), names="tbparse")
    rows = made("histograms", run("a", rows={"w": histograms("a", "w")}), names="tbparse")
    hparams = made("hparams", run("a", hparams={"lr": 1.0}), names="tbparse")

    assert list(scalars) == ["dir_name", "tag", "step", "wall_time", "value"]
    assert {"dir_name", "limits", "counts"} <= set(rows)
    assert list(hparams) == ["dir_name", "tag", "value"]


def test_wide_tbparse_names_leave_tags_alone() -> None:
    found = made(
        "scalars", run("a", {"edges": {1: 1.0}, "name": {1: 2.0}}), wide=True, names="tbparse"
    )

    assert list(found) == ["dir_name", "step", "edges", "name"]


def test_an_unknown_kind_is_named_with_those_there_are() -> None:
    with pytest.raises(KeyError, match="no kind 'scalar'; there are: scalars, "):
        made("scalar")


@pytest.fixture(scope="module")
def media() -> Experiment:
    return load(FIXTURES / "torch" / "media")


def test_real_texts_are_strings(media: Experiment) -> None:
    found = media.frame("text")

    assert found["tag"].str.endswith("/text_summary").all()
    assert all(isinstance(value, str) for value in found["value"])


def test_real_images_are_encoded_pictures(media: Experiment) -> None:
    pictures = [picture for value in media.frame("images")["value"] for picture in value]

    assert pictures
    assert all(picture.startswith((b"\x89PNG", b"GIF8")) for picture in pictures)


def test_real_clips_are_encoded_sounds(media: Experiment) -> None:
    clips = [clip for value in media.frame("audio")["value"] for clip in value]

    assert clips
    assert all(clip.startswith(b"RIFF") for clip in clips)


def test_real_tensors_have_their_shapes() -> None:
    found = load(FIXTURES / "torch" / "plugins").frame("pr_curves")

    assert all(value.shape[0] == 6 for value in found["value"])


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_every_real_file_makes_a_frame(kind: str) -> None:
    every = load(FIXTURES)

    long, wide = every.frame(kind), every.frame(kind, wide=True)

    assert len(long) > 0
    assert len(wide) <= len(long)
