"""What the engines find is what the tables say, which TensorBoard's own loader made."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

import numpy as np
import pytest

from tbreport.reader.engine import Scan
from tests.oracle.corpus import EVENTS, FOLDERS, decoded, rows, scans

FILE_ROWS = {row["file"]: row for row in rows(EVENTS / "files.csv")}
TAG_ROWS = {
    (row["file"], row["tag"], row["kind"]): row
    for row in rows(EVENTS / "manifest.csv")
    if row["kind"] != "embeddings"  # lie in text files beside the event file
}
NUMBERS = ("points", "first_step", "last_step")


@cache
def read(scan: Scan, folder: str) -> dict[str, Any]:
    """File → its path and scan."""
    return {
        path.relative_to(EVENTS).as_posix(): (path, found)
        for path, found in scans(scan, EVENTS / folder)
    }


def ends(steps: Any) -> dict[str, str]:
    return dict(zip(NUMBERS, map(str, (len(steps), steps[0], steps[-1])), strict=True))


def found_rows(scan: Scan, folder: str) -> dict[tuple[str, str, str], dict[str, str]]:
    """The engine's rows of the table, as far as every kind has them."""
    found: dict[tuple[str, str, str], dict[str, str]] = {}
    for name, (_, content) in read(scan, folder).items():
        for tag, column in content.scalars.items():
            values = column.values.tolist()
            found[name, tag, "scalars"] = ends(column.steps) | {
                "nonfinite": str(int((~np.isfinite(column.values)).sum())),
                "first_value": repr(values[0]),
                "last_value": repr(values[-1]),
            }
        for tag, column in content.histograms.items():
            num = column.num.tolist()
            found[name, tag, "histograms"] = ends(column.steps) | {
                "first_value": repr(num[0]),
                "last_value": repr(num[-1]),
            }
        steps: dict[tuple[str, str], list[int]] = {}
        for blob in content.blobs:
            steps.setdefault((blob.tag, blob.kind), []).append(blob.step)
        found |= {(name, *key): ends(held) for key, held in steps.items()}
    return found


def test_the_tables_cover_every_folder() -> None:
    assert {name.rsplit("/", 1)[0] for name in FILE_ROWS} == set(FOLDERS)


@pytest.mark.parametrize("folder", FOLDERS)
def test_every_tag_has_its_points_steps_and_values(scan: Scan, folder: str) -> None:
    found = found_rows(scan, folder)
    names = read(scan, folder).keys()
    expected = {key: row for key, row in TAG_ROWS.items() if key[0] in names}

    assert found.keys() == expected.keys()
    for key, row in found.items():
        assert (key, row) == (key, {column: expected[key][column] for column in row})


@pytest.mark.parametrize("folder", FOLDERS)
def test_every_file_has_its_size_records_and_times(scan: Scan, folder: str) -> None:
    for name, (_, content) in read(scan, folder).items():
        file, expected = content.file, FILE_ROWS[name]
        assert {
            "file": name,
            "size": str(file.size),
            "records": str(file.records),
            "first_wall_time": repr(file.first_wall_time),
            "last_wall_time": repr(file.last_wall_time),
            "file_version": file.file_version,
            "writer": file.writer,
            "session_starts": " ".join(str(purge.step) for purge in content.purges),
            "nan_wall_times": str(sum(problem.code == "TB105" for problem in content.problems)),
        } == expected
        assert file.good_bytes == file.size


@pytest.mark.parametrize("folder", FOLDERS)
def test_sound_files_have_no_problem_but_those_in_the_table(scan: Scan, folder: str) -> None:
    for name, (_, content) in read(scan, folder).items():
        has_values = any(key[0] == name for key in TAG_ROWS)
        expected = set() if has_values else {"TB104"}
        if FILE_ROWS[name]["nan_wall_times"] != "0":
            expected.add("TB105")
        assert {problem.code for problem in content.problems} == expected


@pytest.mark.parametrize("folder", FOLDERS)
def test_texts_are_those_of_the_table(scan: Scan, folder: str) -> None:
    for name, (path, content) in read(scan, folder).items():
        texts: dict[str, list[object]] = {}
        for blob in content.blobs:
            if blob.kind == "text":
                texts.setdefault(blob.tag, []).append(decoded(path, blob))
        for tag, held in texts.items():
            row = TAG_ROWS[name, tag, "text"]
            first, last = ("\n".join(json.loads(row[c])) for c in ("first_value", "last_value"))
            assert (held[0], held[-1]) == (first, last)


@pytest.mark.parametrize("folder", FOLDERS)
def test_hparams_are_those_of_the_table(scan: Scan, folder: str) -> None:
    for name, (_, content) in read(scan, folder).items():
        row = TAG_ROWS.get((name, "_hparams_/session_start_info", "hparams"))
        assert content.hparams == (json.loads(row["last_value"]) if row else {})
