"""A scan that goes on where another ended finds the rest, and lengths that lie cost nothing."""

from __future__ import annotations

import io
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from tbreport.reader import python_engine
from tbreport.reader.records import Record
from tbreport.reader.records import scan as framed
from tbreport.reader.scan import FileScan
from tests import eventwriter as written
from tests.reader.test_native import plain

# Where it has to be there, test_engine.py says so.
native_engine = pytest.importorskip("tbreport.reader.native_engine")

FIXTURES = Path(__file__).parent.parent / "fixtures" / "events"
GROWING = [
    "keras/fit/validation",
    "tensorboardx/hparams/named_session",
    "tensorboardx/plugins",
    "tensorflow1/restarts",
    "tensorflow2/histograms",
    "tensorflow2/scalar_dtypes",
    "torch/scalars",
]
ENGINES = [python_engine, native_engine]


def points(found: FileScan) -> Mapping[str, list[str]]:
    return {
        tag: [str(point) for point in zip(c.steps, c.wall_times, c.values, strict=True)]
        for tag, c in found.scalars.items()
    }


def rows(found: FileScan) -> Mapping[str, list[bytes]]:
    return {
        tag: [c.counts[a:b].tobytes() for a, b in zip(c.offsets, c.offsets[1:], strict=False)]
        for tag, c in found.histograms.items()
    }


def joined(first: Mapping[str, list], rest: Mapping[str, list]) -> Mapping[str, list]:
    return {tag: first.get(tag, []) + rest.get(tag, []) for tag in {**first, **rest}}


@pytest.mark.parametrize("engine", ENGINES, ids=lambda engine: engine.__name__.split(".")[-1])
@pytest.mark.parametrize("folder", GROWING)
def test_a_grown_file_is_resumed_at_any_record(
    engine: ModuleType, folder: str, tmp_path: Path
) -> None:
    content = next((FIXTURES / folder).glob("*tfevents*")).read_bytes()
    path = tmp_path / "events.out.tfevents.1.host.1.0"
    path.write_bytes(content)
    whole = engine.scan(path, "shown", "folder", {})
    items = framed(io.BytesIO(content), len(content))
    ends = [item.offset + len(item.payload) + 4 for item in items if isinstance(item, Record)]
    for end in ends:
        path.write_bytes(content[:end])
        first = engine.scan(path, "shown", "folder", {})
        path.write_bytes(content)

        rest = engine.scan(path, "shown", "folder", first.plugins, first.file.good_bytes)

        assert first.file.good_bytes == end
        assert joined(points(first), points(rest)) == points(whole)
        assert joined(rows(first), rows(rest)) == rows(whole)
        assert first.blobs + rest.blobs == whole.blobs
        assert first.file.records + rest.file.records == whole.file.records
        assert rest.file.good_bytes == whole.file.good_bytes
        assert rest.plugins == whole.plugins
        expected = python_engine.scan(path, "shown", "folder", first.plugins, end)
        assert plain(rest) == plain(expected)


def test_nothing_follows_a_file_that_has_not_grown(tmp_path: Path) -> None:
    path = written.write(tmp_path, written.curve("loss", range(9)))
    before = native_engine.scan(path, "shown", "folder", {})

    after = native_engine.scan(path, "shown", "folder", before.plugins, before.file.good_bytes)

    assert (after.file.records, after.scalars, after.problems) == (0, {}, ())


LIMITED = """
import resource, sys
from pathlib import Path
from tbreport.reader import native_engine
pages = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
resource.setrlimit(resource.RLIMIT_AS, (pages + (8 << 20),) * 2)
found = native_engine.scan(Path(sys.argv[1]), "shown", "folder", {})
for problem in found.problems:
    print(problem.code, problem.offset, problem.detail)
"""


def in_eight_megabytes(path: Path) -> str:
    """The problems that the native engine finds while it may take no more memory than that."""
    command = [sys.executable, "-c", LIMITED, str(path)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return done.stdout


linux = pytest.mark.skipif(sys.platform != "linux", reason="needs RLIMIT_AS and /proc")


@linux
@pytest.mark.parametrize("claim", [2**63, 2**64 - 1, 2**40, 2**31])
def test_a_record_that_claims_more_than_there_is_allocates_nothing(
    claim: int, tmp_path: Path
) -> None:
    sound = written.frame(written.scalar("loss", 1, 0.5).SerializeToString())
    path = tmp_path / "events.out.tfevents.1.host.1.0"
    path.write_bytes(sound + written.header(claim) + bytes(100))

    found = in_eight_megabytes(path)

    detail = f"a record of {claim:,} bytes begins, of which 100 are there"
    assert found == f"TB101 {len(sound)} {detail}\n"


@linux
def test_a_length_that_fits_is_hashed_before_its_payload_is_held(tmp_path: Path) -> None:
    claim = 100 << 20
    path = tmp_path / "events.out.tfevents.1.host.1.0"
    with path.open("wb") as stream:
        stream.write(written.header(claim))
        stream.truncate(claim + 16)  # a hole: none of it is on the disk

    assert in_eight_megabytes(path).startswith("TB102 0 payload checksum is 0x")


def test_offsets_past_the_file_are_none(tmp_path: Path) -> None:
    path = written.write(tmp_path, written.curve("loss", range(9)))
    for engine in ENGINES:
        found = engine.scan(path, "shown", "folder", {}, 10**12)
        assert (found.file.records, found.problems) == (0, ())


def test_arrays_of_a_resumed_scan_are_its_own(tmp_path: Path) -> None:
    path = written.write(tmp_path, written.curve("loss", range(9)))
    offset = native_engine.scan(path, "shown", "folder", {}).file.good_bytes
    with path.open("ab") as stream:
        stream.write(written.frame(written.scalar("loss", 9, 9.0).SerializeToString()))

    found = native_engine.scan(path, "shown", "folder", {}, offset)

    assert np.array_equal(found.scalars["loss"].steps, [9])
