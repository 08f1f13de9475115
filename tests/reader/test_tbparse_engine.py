"""The second opinion: scalars and histograms by tbparse, and no exception where it raises one."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path

import pytest
from tensorboard.compat.proto.tensor_pb2 import TensorProto

from tbreport.experiment import load
from tbreport.reader.scan import FileScan
from tbreport.reader.tbparse_engine import scan
from tests.eventwriter import (
    START,
    content,
    curve,
    frame,
    histogram,
    rows_histogram,
    scalar,
    tensor,
    text,
    write,
)

Read = Callable[[bytes], FileScan]


@pytest.fixture
def read(tmp_path: Path) -> Read:
    def scanned(whole: bytes) -> FileScan:
        path = tmp_path / "events.out.tfevents.1700000000.host.1.0"
        path.write_bytes(whole)
        return scan(path, "shown", "folder", {})

    return scanned


def test_scalars_of_both_encodings_are_read(read: Read) -> None:
    lone = TensorProto(dtype=1, float_val=[0.25])

    found = read(content([scalar("loss", 1, 0.5), tensor("loss", 2, lone, "scalars")]))

    assert found.scalars["loss"].steps.tolist() == [1, 2]
    assert found.scalars["loss"].values.tolist() == [0.5, 0.25]


def test_points_stand_in_the_order_of_their_wall_times(read: Read) -> None:
    """tbparse hands them out sorted by step: a resume inside a file would not be seen."""
    steps = [0, 1, 2, 1, 2]

    found = read(content(scalar("loss", s, n, START + n) for n, s in enumerate(steps)))

    assert found.scalars["loss"].steps.tolist() == steps


def test_a_point_without_a_wall_time_does_not_count(read: Read) -> None:
    found = read(content([scalar("loss", 1, 1.0, math.nan), scalar("loss", 2, 2.0)]))

    assert found.scalars["loss"].values.tolist() == [2.0]


def test_legacy_histograms_are_read(read: Read) -> None:
    found = read(
        content(
            [
                histogram("w", 1, [0.0, 1.0, 2.0], [0, 1, 2], low=0.5, high=2.0),
                rows_histogram("v", 1, [[0, 1, 2]], "histograms"),
            ]
        )
    )

    assert list(found.histograms) == ["w"]
    assert found.histograms["w"].edges.tolist() == [0.5, 1.0, 2.0]
    assert found.histograms["w"].counts.tolist() == [1.0, 2.0]


def test_a_text_is_neither(read: Read) -> None:
    found = read(content([text("notes", 1, "words")]))

    assert (found.scalars, found.histograms, found.problems) == ({}, {}, ())


@pytest.mark.parametrize("whole", [b"", b"garbage" * 50, content([]), content([])[:-3]])
def test_what_holds_nothing_holds_nothing(read: Read, whole: bytes) -> None:
    assert read(whole).scalars == {}


def test_what_tbparse_cannot_read_is_a_problem(read: Read) -> None:
    (problem,) = read(frame(b"\xff\xff")).problems

    assert problem.code == "TB103"
    assert problem.detail.startswith("tbparse cannot read it: ")


def test_a_missing_file_is_a_problem(tmp_path: Path) -> None:
    (problem,) = scan(tmp_path / "gone", "shown", "folder", {}).problems

    assert problem.code == "TB109"


def test_one_bad_file_does_not_stop_the_others(tmp_path: Path) -> None:
    write(tmp_path / "good", curve("loss", [2, 1]))
    write(tmp_path / "bad", []).write_bytes(frame(b"\xff\xff"))

    found = load(tmp_path, engine="tbparse")

    assert found.runs["good"].series("loss").values.tolist() == [2.0, 1.0]
    assert [problem.run for problem in found.problems] == ["bad"]
