"""One folder's files: what each kind of value comes to once attempts are resolved."""

from __future__ import annotations

import math
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tensorboard.compat.proto.event_pb2 import Event, TaggedRunMetadata
from tensorboard.compat.proto.summary_pb2 import Summary, SummaryMetadata
from tensorboard.compat.proto.tensor_pb2 import TensorProto
from tensorboard.plugins.hparams.plugin_data_pb2 import HParamsPluginData

from tbreport.model import SetAside, Source
from tbreport.reader.engine import ENGINES
from tbreport.reader.folder import Folder, resolved
from tbreport.reader.logdir import discover, inputs
from tests.eventwriter import (
    START,
    content,
    curve,
    frame,
    histogram,
    restart,
    rows_histogram,
    scalar,
    tensor,
    text,
    write,
)


def read(folder: Path) -> Folder:
    """The folder as the reader sees it, with its files in name order."""
    files = discover(inputs([str(folder)])).folders()["."]
    (scans,) = ENGINES["python"].scan_folders([files])
    return resolved(".", scans)


def reading(tmp_path: Path, *files: Iterable[Event]) -> Folder:
    """A folder of files, each later one with a later name."""
    for number, events in enumerate(files):
        write(tmp_path, events, time=1_700_000_000 + 1000 * number)
    return read(tmp_path)


def words(tag: str, step: int, wall_time: float) -> Event:
    event = text(tag, step, f"step {step}")
    event.wall_time = wall_time
    return event


def session(wall_time: float, **hparams: float) -> Event:
    found = HParamsPluginData()
    for name, value in hparams.items():
        found.session_start_info.hparams[name].number_value = value
    plugin = SummaryMetadata.PluginData(plugin_name="hparams", content=found.SerializeToString())
    value = Summary.Value(
        tag="_hparams_/session_start_info", metadata=SummaryMetadata(plugin_data=plugin)
    )
    return Event(wall_time=wall_time, summary=Summary(value=[value]))


def written(found: Any) -> list[int]:
    steps: list[int] = found.steps.tolist()
    return steps


def test_a_tag_goes_on_in_the_next_file(tmp_path: Path) -> None:
    found = reading(
        tmp_path, curve("loss", [3, 2]), curve("loss", [1, 0], first=2, start=START + 50)
    )

    series = found.scalars["loss"]
    assert written(series) == [0, 1, 2, 3]
    assert series.values.tolist() == [3.0, 2.0, 1.0, 0.0]
    assert series.wall_times.tolist() == [START, START + 1, START + 50, START + 51]
    assert series.source == Source(".", "loss")
    assert found.superseded == ()


def test_metadata_of_the_first_file_holds_in_the_next(tmp_path: Path) -> None:
    """TF1 sends it with a tag's first value alone."""
    plain = tensor("notes", 5, TensorProto(dtype=7, string_val=[b"later"]))

    found = reading(tmp_path, [text("notes", 1, "first")], [plain])

    assert [(blob.kind, blob.step) for blob in found.blobs] == [("text", 1), ("text", 5)]


def test_a_resume_is_spliced_for_every_kind(tmp_path: Path) -> None:
    def attempt(first: int, start: float) -> Iterable[Event]:
        for step in range(first, first + 4):
            yield scalar("loss", step, first, start + step)
            row = histogram("w", step, [0.0, 1.0], [0, step + 1], low=0, high=1)
            row.wall_time = start + step
            yield row
            yield words("notes", step, start + step)

    found = reading(tmp_path, attempt(0, START), attempt(2, START + 100))

    assert written(found.scalars["loss"]) == [0, 1, 2, 3, 4, 5]
    assert found.scalars["loss"].values.tolist() == [0.0] * 2 + [2.0] * 4
    assert found.histograms["w"].num.tolist() == [1.0, 2.0, 3.0, 4.0, 5.0, 6.0]
    assert [blob.step for blob in found.blobs] == [0, 1, 2, 3, 4, 5]
    assert {(entry.tag, entry.points, entry.reason) for entry in found.superseded} == {
        ("loss", 2, "resumed"),
        ("w", 2, "resumed"),
        ("notes", 2, "resumed"),
    }


def test_what_was_set_aside_names_both_files(tmp_path: Path) -> None:
    found = reading(
        tmp_path, curve("loss", [3, 2, 1]), curve("loss", [1], first=1, start=START + 50)
    )

    assert found.superseded == (
        SetAside("loss", "resumed", 2, 1, 2, "tfevents.1700000000.0", "tfevents.1700001000.0"),
    )


def test_a_tag_that_only_one_file_has_is_left_alone(tmp_path: Path) -> None:
    """Lightning: `test_loss` comes from a writer of its own, beside the one of `fit`."""
    fit = [*curve("train_loss", [3, 2, 1]), scalar("epoch", 2, 1.0, START + 2.5)]
    test = [scalar("test_loss", 0, 0.5, START + 1), scalar("epoch", 0, 1.0, START + 1.5)]

    found = reading(tmp_path, fit, test)

    assert written(found.scalars["test_loss"]) == [0]
    assert written(found.scalars["train_loss"]) == [0, 1, 2]
    assert [entry.tag for entry in found.superseded] == ["epoch"]


def test_two_ranks_are_told_by_the_times_of_all_their_points(tmp_path: Path) -> None:
    """Each tag's own points follow each other, the files overlap."""
    first = [scalar("a", 0, 1, START), scalar("b", 0, 1, START + 10), scalar("c", 0, 1, START + 10)]
    second = [scalar("b", 0, 1, START + 5), scalar("a", 0, 1, START + 20)]

    found = reading(tmp_path, first, second)

    assert {(entry.tag, entry.reason) for entry in found.superseded} == {
        ("a", "concurrent"),
        ("b", "concurrent"),
    }
    assert {entry.kept for entry in found.superseded} == {"tfevents.1700000000.0"}


def test_the_version_event_does_not_make_files_overlap(tmp_path: Path) -> None:
    """TensorFlow cuts its time to whole seconds."""
    found = reading(
        tmp_path,
        curve("loss", [2, 1], start=START + 0.25),
        curve("loss", [0], first=2, start=START + 1.75),
    )

    assert written(found.scalars["loss"]) == [0, 1, 2]


def test_the_version_event_does_not_make_files_without_numbers_overlap(tmp_path: Path) -> None:
    found = reading(
        tmp_path,
        [words("notes", step, START + 1 + step) for step in range(4)],
        [words("notes", step, START + 10 + step) for step in (3, 4)],
    )

    assert [blob.step for blob in found.blobs] == [0, 1, 2, 3, 4]
    assert [entry.reason for entry in found.superseded] == ["resumed"]


def test_a_session_start_takes_back_what_it_says(tmp_path: Path) -> None:
    found = reading(
        tmp_path,
        curve("loss", [4, 3, 2, 1]),
        [restart(2, START + 50), *curve("loss", [9], first=2, start=START + 51)],
    )

    assert found.scalars["loss"].values.tolist() == [4.0, 3.0, 9.0]
    assert [entry.reason for entry in found.superseded] == ["purged"]


def test_a_log_without_steps_is_numbered_and_keeps_its_steps(tmp_path: Path) -> None:
    events = [scalar("loss", 0, value, START + value) for value in range(4)]

    series = reading(tmp_path, events).scalars["loss"]

    assert written(series) == [0, 1, 2, 3]
    assert series.original_steps is not None
    assert series.original_steps.tolist() == [0, 0, 0, 0]


def test_a_series_that_was_not_renumbered_has_no_original_steps(tmp_path: Path) -> None:
    assert reading(tmp_path, curve("loss", [1, 2])).scalars["loss"].original_steps is None


def test_a_counter_that_starts_over_is_put_end_to_end_for_every_kind(tmp_path: Path) -> None:
    steps = [0, 1] * 4
    events = [
        event
        for place, step in enumerate(steps)
        for event in (
            scalar("loss", step, place, START + place),
            rows_histogram("w", step, [[0, 1, place]], "histograms"),
        )
    ]
    for place, event in enumerate(events):
        event.wall_time = START + place

    found = reading(tmp_path, events)

    for series in (found.scalars["loss"], found.histograms["w"]):
        assert written(series) == list(range(8))
        assert series.original_steps is not None
        assert series.original_steps.tolist() == steps
    assert found.histograms["w"].num.tolist() == list(range(8))


def test_images_without_steps_are_all_kept(tmp_path: Path) -> None:
    found = reading(tmp_path, [words("notes", 0, START + number) for number in range(3)])

    assert len(found.blobs) == 3
    assert found.superseded == ()


def test_ragged_histograms_follow_the_order_that_was_resolved(tmp_path: Path) -> None:
    def row(step: int, buckets: int, wall_time: float) -> Event:
        rows = [[place, place + 1, step] for place in range(buckets)]
        event = rows_histogram("w", step, rows, "histograms")
        event.wall_time = wall_time
        return event

    found = reading(
        tmp_path,
        [row(0, 2, START), row(1, 0, START + 1), row(2, 3, START + 2), row(3, 1, START + 3)],
        [row(2, 4, START + 10), row(2, 1, START + 11), row(5, 0, START + 12)],
    ).histograms["w"]

    assert written(found) == [0, 1, 2, 5]
    assert found.offsets.tolist() == [0, 2, 2, 3, 3]
    assert [found.bucket(index)[1].tolist() for index in range(4)] == [[0, 0], [], [2], []]
    assert found.bucket(0)[0].tolist() == [0.0, 1.0, 2.0]
    assert math.isnan(found.bucket(3)[0][0])
    assert len(found.edges) == found.offsets[-1] + len(found)


def test_points_written_late_take_their_values_along(tmp_path: Path) -> None:
    events = [scalar("loss", step, step * 10, START + step) for step in (0, 2, 1, 3)]

    series = reading(tmp_path, events).scalars["loss"]

    assert series.values.tolist() == [0.0, 10.0, 20.0, 30.0]
    assert series.wall_times.tolist() == [START, START + 1, START + 2, START + 3]


def test_a_tag_whose_points_were_all_taken_back_is_empty(tmp_path: Path) -> None:
    found = reading(
        tmp_path,
        [*curve("loss", [1]), histogram("w", 0, [0, 1], [0, 1], low=0, high=1)],
        [restart(0, START + 50), *curve("other", [1], start=START + 51)],
    )

    assert len(found.scalars["loss"]) == 0
    assert len(found.histograms["w"]) == 0
    assert found.histograms["w"].offsets.tolist() == [0]


def test_every_array_of_a_series_is_read_only(tmp_path: Path) -> None:
    found = reading(
        tmp_path,
        [*curve("loss", [3, 2]), rows_histogram("w", 0, [[0, 1, 2]], "histograms")],
        [*curve("loss", [1], first=1, start=START + 50)],
    )

    series, rows = found.scalars["loss"], found.histograms["w"]
    arrays = [series.steps, series.wall_times, series.values, rows.steps, rows.edges, rows.counts]
    assert not any(array.flags.writeable for array in [*arrays, rows.offsets, rows.num])


def test_the_same_tag_may_hold_two_kinds(tmp_path: Path) -> None:
    events = [scalar("w", 1, 0.5), histogram("w", 1, [0, 1], [0, 2], low=0, high=1)]

    found = reading(tmp_path, events)

    assert "w" in found.scalars
    assert "w" in found.histograms


def test_graphs_without_a_tag_are_all_kept(tmp_path: Path) -> None:
    events = [Event(wall_time=START, graph_def=b"one"), Event(wall_time=START, graph_def=b"two")]

    assert len(reading(tmp_path, events).blobs) == 2


def test_run_metadata_is_resolved_by_its_tag(tmp_path: Path) -> None:
    events = [
        Event(
            wall_time=START + number,
            tagged_run_metadata=TaggedRunMetadata(tag="step1", run_metadata=b"x"),
        )
        for number in range(2)
    ]

    assert len(reading(tmp_path, events).blobs) == 1


def test_blobs_are_sorted_by_kind_and_tag(tmp_path: Path) -> None:
    events = [text("b", 1, "x"), Event(wall_time=START, graph_def=b"g"), text("a", 1, "x")]

    found = reading(tmp_path, events)

    assert [(b.kind, b.tag) for b in found.blobs] == [("graphs", ""), ("text", "a"), ("text", "b")]


def test_hparams_of_all_files_are_joined_and_the_last_one_counts(tmp_path: Path) -> None:
    found = reading(
        tmp_path, [session(START, lr=0.1, seed=1)], [session(START + 50, lr=0.2, epochs=3)]
    )

    assert found.hparams == {"lr": 0.2, "seed": 1.0, "epochs": 3.0}


def test_hparams_are_no_tags_of_a_layout(tmp_path: Path) -> None:
    found = reading(tmp_path, [session(START, lr=0.1), scalar("loss", 1, 1), text("notes", 1, "x")])

    assert found.contents() == (frozenset({"loss", "notes"}), True)


def test_one_bad_file_never_stops_the_others(tmp_path: Path) -> None:
    write(tmp_path, curve("loss", [2, 1]))
    for number, whole in enumerate((b"", b"garbage" * 100, content([])[:7], frame(b"\xff"))):
        (tmp_path / f"events.out.tfevents.18000000{number:02}.host.1.0").write_bytes(whole)
    (tmp_path / "events.out.tfevents.1900000000.host.1.0").symlink_to(tmp_path / "gone")

    found = read(tmp_path)

    assert written(found.scalars["loss"]) == [0, 1]
    assert len(found.files) == 6
    assert [problem.code for problem in found.problems] == [
        *["TB103"] * 2,
        "TB101",
        "TB103",
        "TB109",
    ]


def test_an_empty_file_of_a_folder_does_not_disturb_attempts(tmp_path: Path) -> None:
    """A header whose time lies within the run of another file."""
    found = reading(tmp_path, curve("loss", [3, 2, 1]), [])

    assert written(found.scalars["loss"]) == [0, 1, 2]
    assert found.superseded == ()


@pytest.mark.parametrize("seed", range(8))
def test_points_kept_and_set_aside_are_the_points_read(tmp_path: Path, seed: int) -> None:
    """Files at random: every kind of a point is counted, whatever the attempts come to."""
    rng = np.random.default_rng(seed)
    read_points = 0
    for number in range(int(rng.integers(1, 5))):
        events: list[Event] = []
        start = START + float(rng.integers(0, 40))
        for place in range(int(rng.integers(1, 20))):
            step = int(rng.integers(0, 8))
            event = rng.choice([0, 1, 2])
            made = (
                scalar("loss", step, 1.0),
                rows_histogram("w", step, [[0, 1, 1]], "histograms"),
                text("notes", step, "words"),
            )[event]
            made.wall_time = start + place
            events.append(made)
        read_points += len(events)
        write(tmp_path, events, time=1_700_000_000 + number)

    found = read(tmp_path)

    kept = sum(len(series) for series in (*found.scalars.values(), *found.histograms.values()))
    aside = sum(entry.points for entry in found.superseded)
    assert kept + len(found.blobs) + aside == read_points
