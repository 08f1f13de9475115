"""Archives come from strangers: what is inside stays inside, and is counted while it is written."""

from __future__ import annotations

import io
import random
import tarfile
import zipfile
from collections.abc import Mapping
from pathlib import Path

import pytest

from tbreport.errors import BadArchive
from tbreport.reader import archive as archives
from tbreport.reader.archive import unpacked
from tbreport.reader.logdir import Input, discover, inputs
from tests.eventwriter import content, curve

NAME = "events.out.tfevents.1700000000.host.1.0"
EVENTS = content(curve("loss", [3.0, 2.0, 1.0]))
SUFFIXES = [".zip", ".tar", ".tar.gz", ".tgz"]


def pack(path: Path, members: Mapping[str, bytes]) -> Path:
    """An archive of files, by the suffix of its path."""
    if path.suffix == ".zip":
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as zipped:
            for name, whole in members.items():
                zipped.writestr(name, whole)
        return path
    with tarfile.open(path, "w" if path.suffix == ".tar" else "w:gz") as tarred:
        for name, whole in members.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(whole)
            tarred.addfile(entry, io.BytesIO(whole))
    return path


def folders(path: Path) -> list[str]:
    """The folders with event files that an archive unpacks to."""
    with unpacked(inputs([str(path)])) as sources:
        return list(discover(sources).folders())


def written(path: Path, limit: int = 1 << 20) -> dict[str, bytes]:
    """Every file that is unpacked, by its path under the folder."""
    with unpacked(inputs([str(path)]), limit) as (source,):
        return {
            file.relative_to(source.path).as_posix(): file.read_bytes()
            for file in sorted(source.path.rglob("*"))
            if file.is_file()
        }


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_an_archive_is_read_as_the_folder_in_it(tmp_path: Path, suffix: str) -> None:
    members = {f"runs/a/{NAME}": EVENTS, f"runs/b/{NAME}": EVENTS}

    path = pack(tmp_path / f"runs{suffix}", members)

    assert written(path) == members
    assert folders(path) == ["runs/a", "runs/b"]


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_only_event_files_are_written(tmp_path: Path, suffix: str) -> None:
    members = {"runs/model.pt": b"weights", "runs/tfevents/notes.txt": b"", f"runs/{NAME}": EVENTS}

    assert list(written(pack(tmp_path / f"runs{suffix}", members))) == [f"runs/{NAME}"]


@pytest.mark.parametrize("suffix", SUFFIXES)
@pytest.mark.parametrize(
    ("name", "inside"),
    [
        (f"../../{NAME}", NAME),
        (f"a/../../../b/{NAME}", f"a/b/{NAME}"),
        (f"/etc/{NAME}", f"etc/{NAME}"),
        (f"//host/share/{NAME}", f"host/share/{NAME}"),
        (f"..\\..\\{NAME}", NAME),
        (f"C:\\runs\\{NAME}", f"C_/runs/{NAME}"),
        (f"./a/./{NAME}", f"a/{NAME}"),
    ],
)
def test_no_name_leads_out_of_the_folder(
    tmp_path: Path, suffix: str, name: str, inside: str
) -> None:
    path = pack(tmp_path / f"runs{suffix}", {name: EVENTS})

    assert written(path) == {inside: EVENTS}


def test_links_and_devices_in_a_tar_are_passed_over(tmp_path: Path) -> None:
    path = tmp_path / "runs.tar"
    with tarfile.open(path, "w") as tarred:
        for place, kind in enumerate((tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.FIFOTYPE)):
            entry = tarfile.TarInfo(f"{place}/{NAME}")
            entry.type, entry.linkname = kind, "/etc/passwd"
            tarred.addfile(entry)
        entry = tarfile.TarInfo(f"a/{NAME}")
        entry.size = len(EVENTS)
        tarred.addfile(entry, io.BytesIO(EVENTS))

    assert written(path) == {f"a/{NAME}": EVENTS}


def test_a_file_behind_a_link_to_a_folder_stays_inside(tmp_path: Path) -> None:
    path = tmp_path / "runs.tar"
    with tarfile.open(path, "w") as tarred:
        link = tarfile.TarInfo("out")
        link.type, link.linkname = tarfile.SYMTYPE, str(tmp_path)
        tarred.addfile(link)
        entry = tarfile.TarInfo(f"out/{NAME}")
        entry.size = len(EVENTS)
        tarred.addfile(entry, io.BytesIO(EVENTS))

    assert written(path) == {f"out/{NAME}": EVENTS}
    assert not (tmp_path / NAME).exists()


def test_a_link_in_a_zip_is_no_link_afterwards(tmp_path: Path) -> None:
    path = tmp_path / "runs.zip"
    entry = zipfile.ZipInfo(NAME)
    entry.external_attr = 0o120777 << 16
    with zipfile.ZipFile(path, "w") as zipped:
        zipped.writestr(entry, "/etc/passwd")

    assert written(path) == {NAME: b"/etc/passwd"}


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_what_is_unpacked_is_counted_while_it_is_written(tmp_path: Path, suffix: str) -> None:
    path = pack(
        tmp_path / f"bomb{suffix}", {f"a/{NAME}": bytes(600_000), f"b/{NAME}": bytes(600_000)}
    )

    with pytest.raises(BadArchive, match=r"more than 1,048,576 bytes"):
        written(path, limit=1 << 20)


def test_what_is_no_event_file_does_not_count(tmp_path: Path) -> None:
    path = pack(tmp_path / "runs.zip", {"model.pt": bytes(2_000_000), NAME: EVENTS})

    assert list(written(path, limit=1 << 20)) == [NAME]


@pytest.mark.parametrize("whole", [b"", EVENTS])
def test_too_many_files_are_refused_though_they_be_empty(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, whole: bytes
) -> None:
    monkeypatch.setattr(archives, "MAX_FILES", 10)
    path = pack(tmp_path / "runs.zip", {f"{place}/{NAME}": whole for place in range(11)})

    with pytest.raises(BadArchive, match="10 event files"):
        written(path)


def test_as_many_files_as_are_allowed_are_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(archives, "MAX_FILES", 10)
    path = pack(tmp_path / "runs.zip", {f"{place}/{NAME}": EVENTS for place in range(10)})

    assert len(written(path)) == 10


@pytest.mark.parametrize("suffix", SUFFIXES)
@pytest.mark.parametrize(
    "whole", [b"", b"not an archive at all" * 50, b"PK\x03\x04", b"\x1f\x8b\x08"]
)
def test_what_is_no_archive_is_refused(tmp_path: Path, suffix: str, whole: bytes) -> None:
    path = tmp_path / f"runs{suffix}"
    path.write_bytes(whole)

    with pytest.raises(BadArchive, match=r"runs.* cannot be unpacked") as error:
        written(path)

    assert str(tmp_path) not in str(error.value)


def test_a_tar_of_nothing_holds_nothing(tmp_path: Path) -> None:
    assert written(pack(tmp_path / "runs.tar", {})) == {}


@pytest.mark.parametrize("suffix", [".zip", ".tar.gz"])
def test_a_damaged_archive_is_refused_or_read_and_never_raises_otherwise(
    tmp_path: Path, suffix: str
) -> None:
    """zipfile lets the errors of zlib and of Unicode through, tarfile a TypeError."""
    noise = random.Random(0)
    whole = pack(
        tmp_path / f"runs{suffix}", {f"{place}/{NAME}": EVENTS for place in range(3)}
    ).read_bytes()
    for _ in range(300):
        damaged = bytearray(whole)
        for _ in range(noise.choice([1, 2, 8])):
            damaged[noise.randrange(len(damaged))] = noise.randrange(256)
        if noise.random() < 0.3:
            del damaged[noise.randrange(len(damaged)) :]
        (tmp_path / f"runs{suffix}").write_bytes(damaged)
        try:
            written(tmp_path / f"runs{suffix}")
        except BadArchive:
            continue


def test_an_encrypted_archive_is_refused(tmp_path: Path) -> None:
    path = pack(tmp_path / "runs.zip", {NAME: EVENTS})
    whole = bytearray(path.read_bytes())
    whole[6] |= 1  # the flag in the local header, and the one in the directory
    whole[whole.index(b"PK\x01\x02") + 8] |= 1
    path.write_bytes(whole)

    with pytest.raises(BadArchive, match="encrypted"):
        written(path)


def test_the_folder_vanishes_afterwards(tmp_path: Path) -> None:
    path = pack(tmp_path / "runs.zip", {NAME: EVENTS})

    with unpacked(inputs([str(path)])) as (source,):
        assert source.path.is_dir()

    assert not source.path.exists()


def test_an_archive_keeps_its_label_and_title(tmp_path: Path) -> None:
    path = pack(tmp_path / "artifact.zip", {NAME: EVENTS})

    with unpacked([Input("ci", path, "ci")]) as (source,):
        assert (source.label, source.title) == ("ci", "ci")


def test_other_inputs_pass_through(tmp_path: Path) -> None:
    (tmp_path / NAME).write_bytes(EVENTS)
    given = inputs([str(tmp_path)])

    with unpacked(given) as sources:
        assert sources == given


def test_an_event_file_with_an_archives_suffix_is_an_event_file(tmp_path: Path) -> None:
    path = tmp_path / f"{NAME}.zip"
    path.write_bytes(EVENTS)

    with unpacked(inputs([str(path)])) as (source,):
        assert source.path == path
