"""The event files of real writers: small, anonymous, of every kind, and described truly."""

import csv
import re
import runpy
from pathlib import Path

import pytest

FIXTURES = Path(__file__).parent / "fixtures"
EVENTS = FIXTURES / "events"
FILES = sorted(path for path in EVENTS.rglob("*") if path.is_file())
NAME = re.compile(r"events\.out\.tfevents\.\d{10}\.\d(\.(v2|from\d|restart|resumed|silent))*")


def manifest_rows() -> list[dict[str, str]]:
    with (EVENTS / "manifest.csv").open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def test_the_fixtures_weigh_at_most_500_kb() -> None:
    assert sum(path.stat().st_size for path in FILES) <= 500_000


@pytest.mark.parametrize("table", ["files.csv", "manifest.csv"])
def test_a_table_is_what_tensorboard_reads_from_the_files(table: str) -> None:
    tables = runpy.run_path(str(FIXTURES / "manifest.py"))["tables"]()
    assert (EVENTS / table).read_bytes().decode() == tables[table]


def test_the_file_names_carry_no_host_and_no_process() -> None:
    named = [path.name for path in FILES if "tfevents" in path.name]
    assert [name for name in named if not NAME.fullmatch(name)] == []


def test_no_file_holds_a_path_of_a_machine() -> None:
    roots = re.compile(rb"/(home|root|tmp|usr|opt|Users|work)/|site-packages")
    assert [path.name for path in FILES if roots.search(path.read_bytes())] == []


def test_every_kind_is_there() -> None:
    kinds = {
        *("scalars", "histograms", "images", "audio", "text", "hparams", "tensors"),
        *("graphs", "meshes", "pr_curves", "custom_scalars", "embeddings"),
    }
    assert {row["kind"] for row in manifest_rows()} == kinds


def test_scalars_come_in_every_encoding() -> None:
    encodings = {row["encoding"] for row in manifest_rows() if row["kind"] == "scalars"}
    assert encodings >= {
        *("simple_value", "DT_FLOAT float_val", "DT_FLOAT tensor_content"),
        *("DT_DOUBLE double_val", "DT_DOUBLE tensor_content", "DT_HALF half_val"),
        *("DT_INT64 int64_val", "DT_BOOL bool_val", "DT_BFLOAT16 tensor_content"),
    }
