"""Names that try to leave their place, in what the commands of the gate print."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tbreport.gate.baseline import read, write
from tbreport.gate.collecting import build
from tbreport.gate.diffing import changes, overview
from tbreport.gate.model import Baseline, BaselineRun, Limit, Policy
from tbreport.gate.selftest import self_test, told
from tbreport.report.markdown import text
from tests.gate.runs import digest_of, falling
from tests.report.verdicts import HOSTILE

markdown_it = pytest.importorskip("markdown_it")


def seen(name: str) -> str:
    """A name as a reader sees it: control characters have a sign in their place."""
    return "".join(char if char.isprintable() else "�" for char in name)


def stored(name: str, level: float = 1.0) -> Baseline:
    runs = tuple(
        BaselineRun(f"{name}{seed}", name, name, {}, {name: level + 0.01 * np.arange(3.0)})
        for seed in range(3)
    )
    return Baseline(name, {name: name}, {name: np.arange(3)}, runs)


@pytest.mark.parametrize("name", HOSTILE)
def test_a_table_of_changes_has_each_name_in_its_cell(name: str) -> None:
    table = changes([stored(name)], [stored(name, 2.0)])

    parser = markdown_it.MarkdownIt("commonmark").enable("table").enable("strikethrough")
    tokens = parser.parse(table)
    cells = [token for token in tokens if token.type == "inline"]
    kinds = {child.type for cell in cells for child in cell.children or ()}
    words = ["".join(child.content for child in cell.children or ()) for cell in cells]
    assert kinds <= {"text", "text_special"}
    assert {token.type for token in tokens} & {"table_open", "heading_open"} == {"table_open"}
    assert len(words) == 7 * 3
    assert words[7:9] == [f"{seen(name)} {seen(name)}={seen(name)}", seen(name)]


@pytest.mark.parametrize("name", HOSTILE)
def test_an_overview_steers_no_terminal(name: str) -> None:
    shown = overview([stored(name)])

    assert all(line.isprintable() for line in shown.split("\n"))
    assert len(shown.split("\n")) == 1 + 3 + 1
    assert seen(name) in shown


@pytest.mark.parametrize("name", HOSTILE)
def test_a_self_test_has_a_line_for_each_defect_whatever_the_names(name: str) -> None:
    runs = [digest_of(f"{name}-seed{seed}", {name: falling(seed)}) for seed in range(4)]
    job = seen(name)
    baseline = build(name.strip(), {}, runs[:3], [name])

    shown = told(
        self_test(runs[3:], [baseline], Policy((Limit(name, "lower"),), group=r"-seed\d+"))
    )

    assert all(line.isprintable() for line in shown.split("\n"))
    assert shown.count(f"[{job.strip()}]") == 6


@pytest.mark.parametrize("name", HOSTILE)
def test_a_baseline_file_gives_every_name_back(name: str, tmp_path: Path) -> None:
    path = tmp_path / "base.json"
    path.write_text(write([stored(name)], "1"), encoding="utf-8", newline="\n")

    (found,) = read(path)

    assert (found.job, found.key, list(found.grids)) == (name, {name: name}, [name])
    assert [run.id for run in found.runs] == [f"{name}{seed}" for seed in range(3)]


@pytest.mark.parametrize("name", ["- dash", "+ plus", "1. one", "12) twelve", "---", "===", "# h"])
def test_a_name_begins_no_list_and_underlines_no_heading(name: str) -> None:
    parser = markdown_it.MarkdownIt("commonmark")

    tokens = parser.parse(f"above\n{text(name)}")

    assert [token.type for token in tokens] == ["paragraph_open", "inline", "paragraph_close"]
    assert [child.type for child in tokens[1].children or ()][:2] == ["text", "softbreak"]
