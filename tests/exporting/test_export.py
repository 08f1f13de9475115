"""Every point arrives in the tables, in whatever format, and other readers read them."""

from __future__ import annotations

import csv
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow
import pytest
from pyarrow import parquet

import tbreport
from tbreport.errors import CannotWrite, NoSuchLogdir, UnknownFormat
from tbreport.exporting.export import FORMATS, Result, export, named_kinds
from tbreport.exporting.tables import columns, of_tensor
from tbreport.reader import arrow
from tbreport.reader.kinds import KINDS
from tests.eventwriter import curve, histogram, scalar, session, text, write
from tests.full_disk import REASON, full_disk

FIXTURES = Path(__file__).parents[1] / "fixtures" / "events"


def exported(logdir: Path, kind: str, format: str, *, wide: bool = False) -> Path:
    """One kind's table, beside the logdir."""
    path = logdir.parent / f"{kind}.{format}"
    export(logdir, targets={kind: path}, format=FORMATS[format], wide=wide)
    return path


def two_runs(tmp_path: Path) -> Path:
    write(tmp_path / "runs" / "a", [*curve("loss", [3.0, 2.0, 1.0]), *curve("acc", [0.5], first=1)])
    write(tmp_path / "runs" / "b", curve("loss", [float("nan"), float("inf")]))
    return tmp_path / "runs"


def json_rows(path: Path) -> list[dict[str, Any]]:
    def refuse(constant: str) -> None:
        raise AssertionError(f"{constant} is no JSON")

    lines = path.read_text(encoding="utf-8").splitlines()
    return [json.loads(line, parse_constant=refuse) for line in lines]


@pytest.mark.parametrize("folder", ["torch/histograms", "keras", "tensorboardx"])
def test_parquet_holds_every_scalar_to_the_bit(folder: str, tmp_path: Path) -> None:
    target = tmp_path / "scalars.parquet"
    export(FIXTURES / folder, targets={"scalars": target}, format=FORMATS["parquet"])

    expected = tbreport.load(FIXTURES / folder).scalars
    found = pd.read_parquet(target).astype({"run": str, "tag": str})
    found = found.sort_values(["run", "tag", "step"], kind="stable")
    assert list(expected.columns) == list(found.columns)
    for name in ("run", "tag"):
        assert expected[name].astype(str).tolist() == found[name].tolist()
    for name in ("step", "wall_time", "value"):
        assert np.array_equal(expected[name], found[name], equal_nan=True)


def test_parquet_has_the_documented_types(tmp_path: Path) -> None:
    schema = parquet.read_schema(exported(two_runs(tmp_path), "scalars", "parquet"))

    types = {field.name: str(field.type) for field in schema}
    assert types["run"] == types["tag"] == "dictionary<values=string, indices=int32, ordered=0>"
    assert (types["step"], types["wall_time"], types["value"]) == ("int64", "double", "double")
    assert schema.metadata[b"tbreport.kind"] == b"scalars"


def test_the_columns_of_every_kind_are_documented() -> None:
    page = (Path(__file__).parents[2] / "docs" / "export.md").read_text(encoding="utf-8")

    for kind in KINDS:
        assert f"`{kind}`" in page
        for name in columns(kind):
            assert f"`{name}`" in page


def test_wide_rows_leave_out_what_is_missing_and_keep_what_is_no_number(tmp_path: Path) -> None:
    rows = json_rows(exported(two_runs(tmp_path), "scalars", "jsonl", wide=True))

    assert rows == [
        {"run": "a", "step": 0, "loss": 3.0},
        {"run": "a", "step": 1, "acc": 0.5, "loss": 2.0},
        {"run": "a", "step": 2, "loss": 1.0},
        {"run": "b", "step": 0, "loss": "NaN"},
        {"run": "b", "step": 1, "loss": "Infinity"},
    ]


def test_wide_parquet_tells_missing_from_nan(tmp_path: Path) -> None:
    table = parquet.read_table(exported(two_runs(tmp_path), "scalars", "parquet", wide=True))

    assert table["acc"].null_count == 4
    assert table["loss"].null_count == 0
    assert np.isnan(table["loss"][3].as_py())


def test_tags_that_would_be_one_column_are_two(tmp_path: Path) -> None:
    write(tmp_path / "runs", [*curve("step", [1.0]), *curve("step (tag)", [2.0])])

    assert json_rows(exported(tmp_path / "runs", "scalars", "jsonl", wide=True)) == [
        {"run": ".", "step": 0, "step (tag)": 1.0, "step (tag) (tag)": 2.0}
    ]


def test_a_tag_named_like_a_column_says_that_it_is_a_tag(tmp_path: Path) -> None:
    write(tmp_path / "runs", curve("step", [1.0]))

    assert json_rows(exported(tmp_path / "runs", "scalars", "jsonl", wide=True)) == [
        {"run": ".", "step": 0, "step (tag)": 1.0}
    ]


def test_csv_reads_back_to_the_bit(tmp_path: Path) -> None:
    write(tmp_path / "runs", curve('a,"b"\n', [0.1, 1 / 3, 1e-300]))

    with exported(tmp_path / "runs", "scalars", "csv").open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert [row["tag"] for row in rows] == ['a,"b"\n'] * 3
    expected = tbreport.load(tmp_path / "runs").scalars
    assert expected["value"].tolist() == [float(row["value"]) for row in rows]


def test_histograms_keep_their_edges_and_counts(tmp_path: Path) -> None:
    event = histogram("w", 3, [-1.0, 0.0, 1.0], [0.0, 2.0, 3.0], low=-1, high=1)
    write(tmp_path / "runs", [event])

    (row,) = parquet.read_table(exported(tmp_path / "runs", "histograms", "parquet")).to_pylist()
    series = tbreport.load(tmp_path / "runs").runs["."].histograms["w"]
    assert row["edges"] == series.edges.tolist()
    assert row["counts"] == series.counts.tolist()
    assert (row["step"], row["num"]) == (3, 5.0)


def test_hparams_are_text_and_where_they_are_numbers_numbers(tmp_path: Path) -> None:
    write(tmp_path / "runs", [session({"lr": 0.1, "optimizer": "adam"}), scalar("loss", 0, 1.0)])

    assert json_rows(exported(tmp_path / "runs", "hparams", "jsonl")) == [
        {"run": ".", "name": "lr", "value": "0.1", "number": 0.1},
        {"run": ".", "name": "optimizer", "value": "adam"},
    ]


def test_texts_and_images_arrive_as_they_were_logged(tmp_path: Path) -> None:
    write(tmp_path / "runs", [text("note", 1, "naïve 日本")])

    (row,) = json_rows(exported(tmp_path / "runs", "text", "jsonl"))
    assert (row["tag"], row["step"], row["value"]) == ("note", 1, "naïve 日本")
    path = tmp_path / "images.parquet"
    export(FIXTURES / "tensorboardx", targets={"images": path}, format=FORMATS["parquet"])
    contents = parquet.read_table(path)["content"].to_pylist()
    assert contents
    assert all(found.startswith((b"\x89PNG", b"GIF8")) for found in contents)


def test_every_kind_can_be_written_in_every_format(tmp_path: Path) -> None:
    for format in FORMATS.values():
        targets = {kind: tmp_path / f"{kind}{format.suffix}" for kind in KINDS}
        result = export(FIXTURES / "tensorboardx", targets=targets, format=format)

        assert set(KINDS) == {table.kind for table in result.tables}
        assert all(table.path.exists() for table in result.tables)
    rows = {table.kind: table.rows for table in result.tables}
    assert rows["pr_curves"]
    assert rows["meshes"]


def test_a_damaged_file_gives_its_sound_points_and_a_problem(tmp_path: Path) -> None:
    path = write(tmp_path / "runs", curve("loss", [1.0, 2.0]))
    path.write_bytes(path.read_bytes()[:-3])

    target = tmp_path / "scalars.csv"
    result: Result = export(tmp_path / "runs", targets={"scalars": target}, format=FORMATS["csv"])

    assert [table.rows for table in result.tables] == [1]
    assert [problem.code for problem in result.problems] == ["TB101"]


def test_a_file_that_vanishes_before_its_texts_are_fetched_is_a_problem(tmp_path: Path) -> None:
    path = write(tmp_path / "runs" / "a", [text("note", 1, "gone")])
    write(tmp_path / "runs" / "b", [text("note", 1, "there")])
    target = tmp_path / "text.jsonl"

    result = export(
        tmp_path / "runs",
        targets={"text": target},
        format=FORMATS["jsonl"],
        advance=lambda file: path.unlink(missing_ok=True),
    )

    assert [row["value"] for row in json_rows(target)] == ["there"]
    assert [problem.code for problem in result.problems] == ["TB109"]


@pytest.mark.skipif(os.name == "nt", reason="no limit on the size of files there")
@pytest.mark.parametrize("format", FORMATS)
def test_a_full_disk_is_told_and_leaves_the_old_table(format: str, tmp_path: Path) -> None:
    logdir = two_runs(tmp_path)
    target = exported(logdir, "scalars", format)
    before = target.read_bytes()

    with full_disk(), pytest.raises(CannotWrite, match=REASON):
        exported(logdir, "scalars", format)

    assert before == target.read_bytes()
    assert {target, logdir} == set(tmp_path.iterdir())


def test_a_logdir_that_is_missing_writes_nothing(tmp_path: Path) -> None:
    target = tmp_path / "scalars.csv"
    with pytest.raises(NoSuchLogdir):
        export(tmp_path / "none", targets={"scalars": target}, format=FORMATS["csv"])

    assert not target.exists()


def test_a_carriage_return_in_a_name_or_text_ends_no_line_of_csv(tmp_path: Path) -> None:
    write(tmp_path / "runs", [text("log\r", step, f"{step} %\r100 %") for step in range(3)])

    written = exported(tmp_path / "runs", "text", "csv")
    with written.open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))

    assert [(row["tag"], row["value"]) for row in rows] == [
        ("log\r", f"{step} %\r100 %") for step in range(3)
    ]
    assert b"\r\n" not in written.read_bytes()


@pytest.mark.parametrize("wide", [False, True])
def test_a_carriage_return_in_a_column_ends_no_line_of_csv(tmp_path: Path, wide: bool) -> None:
    write(tmp_path / "runs", curve("loss\r", [1.0, 2.0]))

    written = exported(tmp_path / "runs", "scalars", "csv", wide=wide)
    with written.open(encoding="utf-8", newline="") as stream:
        assert len(list(csv.reader(stream))) == 3


@pytest.mark.parametrize("names", ["scalar", "", ","])
def test_a_kind_that_there_is_not_is_refused(names: str) -> None:
    with pytest.raises(UnknownFormat, match="there is no kind"):
        named_kinds(names)


def test_a_file_without_values_gives_an_empty_table_with_its_columns(tmp_path: Path) -> None:
    write(tmp_path / "runs", [])

    table = exported(tmp_path / "runs", "scalars", "csv")
    assert table.read_text(encoding="utf-8") == "run,tag,step,wall_time,value\n"


def test_parquet_is_written_without_pandas(tmp_path: Path) -> None:
    script = (
        "import sys; from tbreport.__main__ import main\n"
        "try: main()\nfinally: assert 'pandas' not in sys.modules"
    )
    for kind in ("scalars", "histograms", "hparams", "text"):
        command = ["export", str(FIXTURES / "tensorboardx"), "--kind", kind, "-o", str(tmp_path)]
        subprocess.run([sys.executable, "-c", script, *command], check=True)


def test_text_that_utf_8_cannot_hold_is_written_all_the_same() -> None:
    assert arrow.texts(["a", "\udcff", None, ""]).to_pylist() == ["a", "?", None, ""]


def test_arrays_have_the_values_that_they_were_made_of() -> None:
    missing = np.array([False] * 9 + [True])
    assert arrow.numbers(np.arange(10), missing).to_pylist() == [*range(9), None]
    assert arrow.numbers(np.arange(20.0)[::2]).to_pylist() == list(np.arange(20.0)[::2])
    assert arrow.lists(np.arange(3.0), np.array([0, 0, 3])).to_pylist() == [[], [0.0, 1.0, 2.0]]
    assert arrow.named(["a", "b", "a"], [1, 0, 2]).to_pylist() == ["a", "a", "a"]
    for type in (pyarrow.string(), pyarrow.float64(), pyarrow.list_(pyarrow.float64())):
        found = arrow.nothing(9, type)
        found.validate(full=True)
        assert found.to_pylist() == [None] * 9


def test_complex_numbers_are_words_and_what_cannot_be_read_is_nothing() -> None:
    words = of_tensor(np.array([[1 + 2j, -0.5j]]))
    nothing = of_tensor(b"a TensorProto of float8")

    assert (words["shape"].rows(), words["values"].rows()) == ([[1, 2]], [[]])
    assert [complex(one) for one in json.loads(words["strings"][0])] == [1 + 2j, -0.5j]
    assert nothing["shape"].rows() == nothing["values"].rows() == [[]]
    assert nothing["strings"] == [None]


@pytest.mark.parametrize("name", ["val.json", "val.csv.gz", "taken"])
def test_a_file_of_no_format_does_not_become_a_folder(name: str, tmp_path: Path) -> None:
    write(tmp_path / "runs" / "a", curve("loss", [1.0]))
    (tmp_path / "taken").write_text("", encoding="utf-8")
    command = [sys.executable, "-m", "tbreport", "export", "runs", "--format", "csv", "-o", name]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)

    assert done.returncode == 2
    assert f"{name} is no folder" in " ".join(done.stderr.split())
    assert {path.name for path in tmp_path.iterdir()} == {"runs", "taken"}


def test_a_folder_may_have_a_dot_in_its_name(tmp_path: Path) -> None:
    write(tmp_path / "runs" / "a", curve("loss", [1.0]))
    (tmp_path / "old.tables").mkdir()
    for name in ("v1.2", "old.tables"):
        command = [sys.executable, "-m", "tbreport", "export", "runs", "--format", "csv"]
        subprocess.run([*command, "-o", name], cwd=tmp_path, check=True)
        assert (tmp_path / name / "scalars.csv").exists()


@pytest.mark.parametrize("pattern", ["--runs", "--tags"])
def test_patterns_that_take_nothing_leave_the_old_table(pattern: str, tmp_path: Path) -> None:
    write(tmp_path / "runs" / "a", [*curve("loss", [1.0]), session({"lr": 0.1})])
    (tmp_path / "val.csv").write_text("the old table", encoding="utf-8")
    command = [sys.executable, "-m", "tbreport", "export", "runs", "-o", "val.csv"]
    done = subprocess.run(
        [*command, pattern, "accuracy"], cwd=tmp_path, capture_output=True, text=True
    )

    assert done.returncode == 2
    assert "has a name that the patterns take" in done.stderr
    assert (tmp_path / "val.csv").read_text(encoding="utf-8") == "the old table"


def test_a_kind_that_no_run_has_gives_an_empty_table(tmp_path: Path) -> None:
    write(tmp_path / "runs" / "a", curve("loss", [1.0]))
    command = [sys.executable, "-m", "tbreport", "export", "runs", "--tags", "loss"]
    subprocess.run([*command, "--kind", "text", "-o", "text.csv"], cwd=tmp_path, check=True)

    assert (tmp_path / "text.csv").read_text("utf-8") == "run,tag,step,wall_time,value\n"
