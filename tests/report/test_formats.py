"""Writing: all or nothing, beside the target and then into its place."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from tbreport.errors import CannotWrite
from tbreport.report.formats import Folder, parse, write


def test_a_folder_is_made_and_files_of_other_names_stay(tmp_path: Path) -> None:
    folder = tmp_path / "new" / "charts"
    write(Folder({"a.svg": "1", "b.svg": "2"}), str(folder))
    (folder / "README.md").write_text("mine", encoding="utf-8")
    write(Folder({"a.svg": "3"}), str(folder))

    found = {file.name: file.read_text(encoding="utf-8") for file in folder.iterdir()}
    assert found == {"a.svg": "3", "b.svg": "2", "README.md": "mine"}


def test_the_folder_of_a_file_is_made(tmp_path: Path) -> None:
    write("text", str(tmp_path / "reports" / "today" / "report.txt"))

    assert (tmp_path / "reports" / "today" / "report.txt").read_text() == "text"


def test_written_files_have_the_rights_of_any_new_file(tmp_path: Path) -> None:
    (tmp_path / "any").touch()
    write("text", str(tmp_path / "report.md"))
    write(Folder({"a.svg": "1"}), str(tmp_path / "charts"))

    files = ("any", "report.md", "charts/a.svg")
    assert len({(tmp_path / name).stat().st_mode for name in files}) == 1


def test_a_folder_in_the_place_of_a_file_leaves_the_others_as_they_were(tmp_path: Path) -> None:
    write(Folder({"a.svg": "1"}), str(tmp_path))
    (tmp_path / "b.svg").mkdir()

    with pytest.raises(CannotWrite, match="Is a directory"):
        write(Folder({"a.svg": "2", "b.svg": "2"}), str(tmp_path))

    assert sorted(file.name for file in tmp_path.iterdir()) == ["a.svg", "b.svg"]
    assert (tmp_path / "a.svg").read_text(encoding="utf-8") == "1"


def test_a_file_in_the_place_of_a_folder_stays(tmp_path: Path) -> None:
    target = tmp_path / "charts"
    target.write_text("mine", encoding="utf-8")

    with pytest.raises(CannotWrite, match="File exists"):
        write(Folder({"a.svg": "1"}), str(target))

    assert target.read_text(encoding="utf-8") == "mine"


def test_a_folder_does_not_go_to_stdout() -> None:
    with pytest.raises(CannotWrite, match="svg is several files"):
        parse("svg=-")


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such files")
def test_a_pipe_is_written_to_and_not_replaced(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    write("report", str(pipe))

    assert os.read(reader, 100) == b"report"
    assert stat.S_ISFIFO(pipe.stat().st_mode)
    os.close(reader)
