"""One file in, its columns, references and problems out: never an exception for what it holds."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tensorboard.compat.proto.event_pb2 import (
    Event,
    LogMessage,
    SessionLog,
    SourceMetadata,
    TaggedRunMetadata,
)
from tensorboard.compat.proto.summary_pb2 import Summary, SummaryMetadata
from tensorboard.compat.proto.tensor_pb2 import TensorProto
from tensorboard.plugins.hparams.plugin_data_pb2 import HParamsPluginData

from tbreport.model import Problem
from tbreport.reader.payload import decode
from tbreport.reader.python_engine import scan
from tbreport.reader.scan import MAX_PROBLEMS, FileScan, Purge
from tests.eventwriter import (
    START,
    content,
    frame,
    header,
    histogram,
    restart,
    rows_histogram,
    scalar,
    tensor,
    text,
)

Read = Callable[..., FileScan]


@pytest.fixture
def read(tmp_path: Path) -> Read:
    """Scan a file of the given events, or of the given bytes."""

    def scanned(*events: Event, whole: bytes | None = None, **plugins: str) -> FileScan:
        path = tmp_path / "events.out.tfevents.1700000000.host.1.0"
        path.write_bytes(content(events) if whole is None else whole)
        return scan(path, "shown", "folder", plugins)

    return scanned


def number(dtype: int, **values: Any) -> TensorProto:
    return TensorProto(dtype=dtype, **values)


def values(found: FileScan, tag: str = "loss") -> list[float]:
    return found.scalars[tag].values.tolist()


def codes(found: FileScan) -> list[str]:
    return [problem.code for problem in found.problems]


def summary(*entries: Summary.Value, step: int = 1) -> Event:
    return Event(wall_time=START + step, step=step, summary=Summary(value=entries))


def plugin(name: str, value: bytes = b"") -> SummaryMetadata:
    return SummaryMetadata(plugin_data=SummaryMetadata.PluginData(plugin_name=name, content=value))


def session(hparams: Mapping[str, Any]) -> bytes:
    found = HParamsPluginData()
    found.session_start_info.SetInParent()
    for name, value in hparams.items():
        entry = found.session_start_info.hparams[name]
        if value is None:
            entry.null_value = 0
        elif isinstance(value, bool):
            entry.bool_value = value
        elif isinstance(value, str):
            entry.string_value = value
        else:
            entry.number_value = value
    serialized: bytes = found.SerializeToString()
    return serialized


def test_a_scalar_has_its_step_wall_time_and_value(read: Read) -> None:
    found = read(scalar("loss", 3, 0.5, 1.7e9), scalar("loss", 7, 0.25, 1.7e9 + 1))

    columns = found.scalars["loss"]
    assert columns.steps.tolist() == [3, 7]
    assert columns.wall_times.tolist() == [1.7e9, 1.7e9 + 1]
    assert columns.values.tolist() == [0.5, 0.25]
    assert found.problems == ()


def test_columns_are_int64_and_float64_and_read_only(read: Read) -> None:
    columns = read(scalar("loss", 3, 0.5)).scalars["loss"]

    assert (columns.steps.dtype, columns.values.dtype) == (np.int64, np.float64)
    assert not any(
        array.flags.writeable for array in (columns.steps, columns.wall_times, columns.values)
    )


def test_points_stand_in_file_order_whatever_their_steps(read: Read) -> None:
    found = read(scalar("loss", 5, 1), scalar("loss", 2, 2), scalar("loss", 2, 3))

    assert found.scalars["loss"].steps.tolist() == [5, 2, 2]


@pytest.mark.parametrize("step", [-(2**63), -1, 0, 2**31, 2**63 - 1])
def test_any_int64_is_a_step(read: Read, step: int) -> None:
    assert read(scalar("loss", step, 1, START)).scalars["loss"].steps.tolist() == [step]


def test_values_that_are_no_finite_numbers_stay(read: Read) -> None:
    found = read(*(scalar("loss", step, value) for step, value in enumerate([math.nan, math.inf])))

    assert math.isnan(values(found)[0])
    assert values(found)[1] == math.inf


@pytest.mark.parametrize(
    ("proto", "expected"),
    [
        (number(1, float_val=[0.5]), 0.5),
        (number(1, tensor_content=np.array(0.5, "<f4").tobytes()), 0.5),
        (number(2, double_val=[0.1]), 0.1),
        (number(2, tensor_content=np.array(0.1, "<f8").tobytes()), 0.1),
        (number(3, int_val=[-7]), -7.0),
        (number(3, tensor_content=np.array(-7, "<i4").tobytes()), -7.0),
        (number(4, int_val=[200]), 200.0),
        (number(4, tensor_content=b"\xc8"), 200.0),
        (number(5, int_val=[-7]), -7.0),
        (number(5, tensor_content=np.array(-7, "<i2").tobytes()), -7.0),
        (number(6, int_val=[-7]), -7.0),
        (number(6, tensor_content=b"\xf9"), -7.0),
        (number(9, int64_val=[2**40]), 2.0**40),
        (number(9, tensor_content=np.array(2**40, "<i8").tobytes()), 2.0**40),
        (number(10, bool_val=[True]), 1.0),
        (number(10, tensor_content=b"\x01"), 1.0),
        (number(14, half_val=[0x3FC0]), 1.5),
        (number(14, tensor_content=b"\xc0\x3f"), 1.5),
        (number(17, int_val=[65535]), 65535.0),
        (number(17, tensor_content=b"\xff\xff"), 65535.0),
        (number(19, half_val=[0x3E00]), 1.5),
        (number(19, tensor_content=b"\x00\x3e"), 1.5),
        (number(22, uint32_val=[2**32 - 1]), 2.0**32 - 1),
        (number(22, tensor_content=b"\xff" * 4), 2.0**32 - 1),
        (number(23, uint64_val=[2**63]), 2.0**63),
        (number(23, tensor_content=np.array(2**63, "<u8").tobytes()), 2.0**63),
    ],
)
@pytest.mark.parametrize("name", ["scalars", ""])
def test_a_lone_number_of_any_type_is_a_scalar(
    read: Read, proto: TensorProto, expected: float, name: str
) -> None:
    assert values(read(tensor("loss", 1, proto, name))) == [expected]


def test_a_tag_may_change_its_encoding_and_stays_one_series(read: Read) -> None:
    found = read(scalar("loss", 1, 0.5), tensor("loss", 2, number(2, double_val=[0.25]), "scalars"))

    assert values(found) == [0.5, 0.25]


def test_a_tensor_of_one_element_is_a_scalar_only_by_its_plugin(read: Read) -> None:
    proto = number(1, float_val=[0.5])
    proto.tensor_shape.dim.add(size=1)

    found = read(tensor("scalar", 1, proto, "scalars"), tensor("tensor", 1, proto))

    assert list(found.scalars) == ["scalar"]
    assert [(blob.kind, blob.tag) for blob in found.blobs] == [("tensors", "tensor")]


@pytest.mark.parametrize("name", ["scalars", "histograms"])
def test_what_is_not_as_its_plugin_promises_is_kept_as_a_tensor(read: Read, name: str) -> None:
    found = read(tensor("odd", 1, number(7, string_val=[b"x"]), name))

    assert [(blob.kind, blob.tag) for blob in found.blobs] == [("tensors", "odd")]


def test_the_values_of_an_unknown_plugin_are_tensors(read: Read) -> None:
    proto = number(1, float_val=[1, 2])
    proto.tensor_shape.dim.add(size=2)

    (blob,) = read(tensor("t", 1, proto, "somebody_elses")).blobs

    assert blob.kind == "tensors"


def test_a_lone_number_of_an_unknown_plugin_is_a_scalar(read: Read) -> None:
    assert values(read(tensor("loss", 1, number(1, float_val=[2]), "somebody_elses"))) == [2.0]


def test_metadata_holds_for_all_values_of_a_tag(read: Read) -> None:
    """TF1 sends it with the first value alone."""
    words = number(7, string_val=[b"words"])

    found = read(tensor("notes", 1, words, "text"), tensor("notes", 2, words))

    assert [blob.kind for blob in found.blobs] == ["text", "text"]


def test_metadata_of_an_earlier_file_holds(read: Read) -> None:
    found = read(tensor("notes", 2, number(7, string_val=[b"words"])), notes="text")

    assert [blob.kind for blob in found.blobs] == ["text"]
    assert found.plugins == {"notes": "text"}


def test_the_first_metadata_of_a_tag_counts(read: Read) -> None:
    words = number(7, string_val=[b"words"])

    found = read(tensor("notes", 1, words, "text"), tensor("notes", 2, words, "images"))

    assert [blob.kind for blob in found.blobs] == ["text", "text"]
    assert found.plugins == {"notes": "text"}


def test_metadata_without_a_plugin_name_says_nothing(read: Read) -> None:
    described = Summary.Value(
        tag="loss", simple_value=0.5, metadata=SummaryMetadata(display_name="Loss")
    )

    found = read(summary(described))

    assert values(found) == [0.5]
    assert found.plugins == {}


def test_many_values_of_one_event_share_its_step(read: Read) -> None:
    entries = [Summary.Value(tag=tag, simple_value=1) for tag in ("a", "b", "a")]

    found = read(summary(*entries, step=4))

    assert found.scalars["a"].steps.tolist() == [4, 4]
    assert found.scalars["b"].steps.tolist() == [4]


def test_one_tag_may_hold_a_scalar_and_a_histogram(read: Read) -> None:
    found = read(scalar("w", 1, 0.5), histogram("w", 1, [0, 1], [0, 2], low=0, high=1))

    assert list(found.scalars) == list(found.histograms) == ["w"]


def test_an_empty_tag_is_a_tag(read: Read) -> None:
    assert values(read(scalar("", 1, 0.5)), "") == [0.5]


def test_a_legacy_histogram_has_edges_counts_and_moments(read: Read) -> None:
    found = read(histogram("w", 2, [-1.0, 0.0, 1.0], [0, 2, 3], low=-0.5, high=0.75))

    columns = found.histograms["w"]
    assert columns.steps.tolist() == [2]
    assert columns.offsets.tolist() == [0, 2]
    assert columns.edges.tolist() == [-0.5, 0.0, 0.75]
    assert columns.counts.tolist() == [2.0, 3.0]
    assert [columns.min[0], columns.max[0], columns.num[0]] == [-0.5, 0.75, 5.0]
    assert [columns.sum[0], columns.sum_squares[0]] == [1.0, 2.0]


def test_histograms_of_one_tag_may_be_ragged_and_of_both_encodings(read: Read) -> None:
    found = read(
        histogram("w", 1, [0.0, 1.0, 2.0], [1, 1, 1], low=-1.0, high=2.0),
        rows_histogram("w", 2, [[0.0, 1.0, 4.0]], "histograms"),
        rows_histogram("w", 3, [], "histograms"),
    )

    columns = found.histograms["w"]
    assert columns.offsets.tolist() == [0, 3, 4, 4]
    assert columns.num.tolist() == [3.0, 4.0, 0.0]
    assert columns.edges[:6].tolist() == [-1.0, 0.0, 1.0, 2.0, 0.0, 1.0]
    assert math.isnan(columns.edges[6])


def test_rows_without_the_plugin_are_a_tensor(read: Read) -> None:
    found = read(rows_histogram("w", 1, [[0.0, 1.0, 4.0]], ""))

    assert found.histograms == {}
    assert [blob.kind for blob in found.blobs] == ["tensors"]


def test_a_histogram_of_values_that_hold_a_nan_is_kept(read: Read) -> None:
    nan = math.nan

    found = read(rows_histogram("w", 1, [[nan, nan, 0], [nan, nan, 0]], "histograms"))

    assert found.histograms["w"].num.tolist() == [0.0]
    assert np.isnan(found.histograms["w"].edges).all()


def test_a_blob_points_at_its_record_and_value(read: Read, tmp_path: Path) -> None:
    words = tensor("notes", 5, number(7, string_val=[b"second"]), "text").summary.value[0]
    event = summary(Summary.Value(tag="loss", simple_value=1), words, step=5)

    (blob,) = read(scalar("loss", 1, 1), event).blobs

    whole = (tmp_path / "events.out.tfevents.1700000000.host.1.0").read_bytes()
    payload = whole[blob.offset : blob.offset + blob.length]
    assert Event.FromString(payload) == event
    assert (blob.path, blob.step, blob.wall_time, blob.index) == ("shown", 5, START + 5, 1)
    assert decode(blob, payload) == "second"


@pytest.mark.parametrize(
    ("event", "tag"),
    [
        (Event(graph_def=b"graph"), ""),
        (Event(meta_graph_def=b"graph"), ""),
        (Event(tagged_run_metadata=TaggedRunMetadata(tag="step1", run_metadata=b"x")), "step1"),
    ],
)
def test_a_graph_is_a_blob(read: Read, event: Event, tag: str) -> None:
    (blob,) = read(event).blobs

    assert (blob.kind, blob.tag) == ("graphs", tag)


def test_an_event_without_a_summary_is_nothing(read: Read) -> None:
    found = read(
        Event(wall_time=START, step=3),
        Event(wall_time=START, log_message=LogMessage(message="words")),
        Event(wall_time=START, session_log=SessionLog(status=SessionLog.STOP)),
        summary(),
        scalar("loss", 1, 0.5),
    )

    assert found.file.records == 6
    assert (found.purges, found.blobs, codes(found)) == ((), (), [])


def test_a_session_start_is_a_purge(read: Read) -> None:
    assert read(restart(12, START + 9)).purges == (Purge(12, START + 9),)


def test_hparams_are_decoded_in_passing(read: Read) -> None:
    hparams = {"lr": 0.1, "optimizer": "adam", "nesterov": True, "seed": None}
    value = Summary.Value(
        tag="_hparams_/session_start_info", metadata=plugin("hparams", session(hparams))
    )

    found = read(summary(value))

    assert found.hparams == {"lr": 0.1, "nesterov": True, "optimizer": "adam"}
    assert [blob.kind for blob in found.blobs] == ["hparams"]


def test_hparams_that_do_not_decode_are_none(read: Read) -> None:
    value = Summary.Value(
        tag="_hparams_/session_start_info", metadata=plugin("hparams", b"\xff\xff\xff")
    )

    assert read(summary(value)).hparams == {}


def test_a_file_is_described(read: Read) -> None:
    named = Event(
        wall_time=START, file_version="brain.Event:2", source_metadata=SourceMetadata(writer="me")
    )
    whole = b"".join(frame(e.SerializeToString()) for e in (named, scalar("loss", 5, 1)))

    found = read(whole=whole).file

    assert (found.path, found.folder) == ("shown", "folder")
    assert (found.size, found.records, found.good_bytes) == (len(whole), 2, len(whole))
    assert (found.first_wall_time, found.last_wall_time) == (START, START + 5)
    assert (found.file_version, found.writer) == ("brain.Event:2", "me")


def test_the_first_version_record_counts(read: Read) -> None:
    """A purge_step writes a second one, without a writer."""
    named = Event(file_version="brain.Event:2", source_metadata=SourceMetadata(writer="me"))
    again = Event(file_version="brain.Event:1")
    whole = b"".join(frame(event.SerializeToString()) for event in (named, again))

    assert read(whole=whole).file.writer == "me"
    assert read(whole=whole).file.file_version == "brain.Event:2"


def test_a_torn_file_keeps_its_points_and_its_good_bytes(read: Read) -> None:
    whole = content([scalar("loss", 1, 0.5), scalar("loss", 2, 0.25)])

    found = read(whole=whole[:-3])

    (problem,) = found.problems
    assert values(found) == [0.5]
    assert problem.code == "TB101"
    assert problem.offset == found.file.good_bytes == len(content([scalar("loss", 1, 0.5)]))


def test_a_bad_checksum_costs_one_point(read: Read) -> None:
    whole = bytearray(content([scalar("loss", step, step) for step in range(4)]))
    whole[len(content([scalar("loss", 0, 0)])) + 20] ^= 1

    found = read(whole=bytes(whole))

    assert values(found) == [0.0, 2.0, 3.0]
    assert codes(found) == ["TB102"]


def test_a_damaged_length_costs_the_bytes_up_to_the_next_record(read: Read) -> None:
    whole = bytearray(content([scalar("loss", step, step) for step in range(4)]))
    whole[len(content([scalar("loss", 0, 0)]))] ^= 1

    found = read(whole=bytes(whole))

    assert values(found) == [0.0, 2.0, 3.0]
    assert codes(found) == ["TB108"]


@pytest.mark.parametrize("claim", [2**63, 2**64 - 1, 10**9])
def test_an_absurd_length_is_a_problem_and_the_next_record_is_found(read: Read, claim: int) -> None:
    found = read(
        whole=content([]) + header(claim) + frame(scalar("loss", 1, 2).SerializeToString())
    )

    assert values(found) == [2.0]
    assert codes(found) == ["TB108"]


def test_an_empty_file_is_a_problem(read: Read) -> None:
    found = read(whole=b"")

    assert found.problems == (Problem("TB103", "shown", 0, 0, "the file is empty"),)
    assert (found.file.records, found.file.first_wall_time) == (0, None)


def test_a_header_alone_is_a_problem(read: Read) -> None:
    assert codes(read()) == ["TB104"]


def test_a_file_whose_values_were_all_lost_is_not_called_empty_as_well(read: Read) -> None:
    bad = bytearray(content([scalar("loss", 1, 1)]))
    bad[-1] ^= 1

    assert codes(read(whole=bytes(bad))) == ["TB102"]
    assert codes(read(whole=bytes(bad[:-1]))) == ["TB101"]
    assert codes(read(scalar("loss", 1, 1, math.nan))) == ["TB105"]


def test_a_git_lfs_pointer_is_named_with_the_way_out(read: Read) -> None:
    pointer = b"version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 12\n"

    (problem,) = read(whole=pointer).problems

    assert problem.code == "TB103"
    assert "git lfs pull" in problem.detail


@pytest.mark.parametrize("whole", [b"PK\x03\x04 some archive", bytes(4096), b"x" * 100_000])
def test_what_is_not_an_event_file_is_one_problem(read: Read, whole: bytes) -> None:
    (problem,) = read(whole=whole).problems

    assert problem.code == "TB103"
    assert (problem.offset, problem.length) == (0, len(whole))


def test_records_of_something_else_are_one_problem(read: Read) -> None:
    (problem,) = read(whole=frame(b"\xff not an event") * 5).problems

    assert problem.code == "TB103"
    assert "something else" in problem.detail


def test_a_sound_record_that_is_no_event_costs_only_itself(read: Read) -> None:
    whole = content([scalar("loss", 1, 1)]) + frame(b"\xff\xff") + content([scalar("loss", 2, 2)])

    found = read(whole=whole)

    assert values(found) == [1.0, 2.0]
    assert codes(found) == ["TB103"]


@pytest.mark.parametrize("wall_time", [math.nan, math.inf, -math.inf])
def test_an_event_without_a_finite_wall_time_is_a_problem(read: Read, wall_time: float) -> None:
    found = read(scalar("loss", 1, 1), scalar("loss", 2, 2, wall_time), scalar("loss", 3, 3))

    (problem,) = found.problems
    assert values(found) == [1.0, 3.0]
    assert problem.code == "TB105"
    assert "step 2" in problem.detail
    assert found.file.last_wall_time == START + 3


def test_past_a_hundred_problems_of_a_code_the_last_one_counts_the_rest(read: Read) -> None:
    bad = bytearray(frame(scalar("loss", 1, 1).SerializeToString()))
    bad[-1] ^= 1

    found = read(whole=content([]) + bytes(bad) * 250 + frame(b"\xff\xff"))

    checksums = [problem for problem in found.problems if problem.code == "TB102"]
    assert len(checksums) == MAX_PROBLEMS
    assert sum(problem.count for problem in checksums) == 250
    assert sum(problem.length for problem in checksums) == 250 * len(bad)
    assert codes(found).count("TB103") == 1


def test_a_missing_file_is_a_problem(tmp_path: Path) -> None:
    (problem,) = scan(tmp_path / "gone", "shown", "folder", {}).problems

    assert (problem.code, problem.path) == ("TB109", "shown")
    assert problem.detail == "No such file or directory"


def test_a_folder_in_a_files_place_is_a_problem(tmp_path: Path) -> None:
    assert codes(scan(tmp_path, "shown", "folder", {})) == ["TB109"]


def test_a_file_without_permission_is_a_problem(forbidding: Path) -> None:
    path = forbidding / "events.out.tfevents.1700000000.host.1.0"
    path.write_bytes(content([scalar("loss", 1, 1)]))
    path.chmod(0)

    assert codes(scan(path, "shown", "folder", {})) == ["TB109"]


def test_a_text_is_not_read_until_it_is_asked_for(read: Read) -> None:
    found = read(text("notes/text_summary", 2, "a very long text " * 1000))

    (blob,) = found.blobs
    assert (blob.kind, blob.tag, blob.step) == ("text", "notes/text_summary", 2)
