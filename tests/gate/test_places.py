"""Where the rule of a check stands: lines of settings and baseline files."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tbreport.gate import baseline
from tbreport.gate.model import Baseline, BaselineRun, Check, Place, Verdict
from tbreport.gate.places import located

SETTINGS = """\
[report]
title = "tag = 'val/loss'"

[gate]  # what must hold
alpha = 0.05
require = ["lr"]
fail_on = "error"

[[gate.metric]]
direction = "lower"
tag = "val/loss"  # the one that counts

[[ gate . metric ]]
tag = 'eval/*'
direction = "higher"

[[gate.metric]]
tag = "eval/acc"
direction = "higher"

[[gate.check]]
expr = 'last("lr") < 1'

[roles]
tag = "late"
"""


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder that the runner calls its workspace; commands run in another."""
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    monkeypatch.setenv("GITHUB_WORKSPACE", str(tmp_path))
    return tmp_path


def place(
    tag: str,
    stat: str = "final",
    *,
    settings: Path | None = None,
    baselines: tuple[Path, ...] = (),
    job: str = "lm",
    verdict: str = "fail",
) -> Place | None:
    check = Check(job, tag, stat, verdict, "it is worse")  # type: ignore[arg-type]
    found = located(Verdict("fail", (check,)), settings, baselines, {"gpu": "b"})
    return found.checks[0].place


def settings_in(folder: Path, text: str = SETTINGS, name: str = "tbreport.toml") -> Path:
    folder.mkdir(exist_ok=True)
    path = folder / name
    path.write_text(text, encoding="utf-8", newline="")
    return path


def line_at(text: str, place: Place | None) -> str:
    assert place is not None
    return text.split("\n")[place.line - 1]


@pytest.mark.parametrize(
    ("tag", "stat", "line"),
    [
        ("val/loss", "final", 'tag = "val/loss"  # the one that counts'),
        ("val/loss", "missing", 'tag = "val/loss"  # the one that counts'),
        ("eval/acc", "auc", "tag = 'eval/*'"),
        ('last("lr") < 1', "check", "expr = 'last(\"lr\") < 1'"),
        ("lr", "required", 'require = ["lr"]'),
        ("anything", "finding", 'fail_on = "error"'),
    ],
)
def test_a_check_stands_where_the_settings_ask_for_it(
    checkout: Path, tag: str, stat: str, line: str
) -> None:
    found = place(tag, stat, settings=settings_in(checkout / "ml"))

    assert found is not None
    assert found.path == "ml/tbreport.toml"
    assert line_at(SETTINGS, found) == line


def test_rules_in_pyproject_are_found_whatever_ends_its_lines(checkout: Path) -> None:
    text = SETTINGS.replace("[gate", "[tool.tbreport.gate").replace("\n", "\r\n")

    found = place("val/loss", settings=settings_in(checkout, text, "pyproject.toml"))

    assert found is not None
    assert found.path == "pyproject.toml"
    assert line_at(text, found) == 'tag = "val/loss"  # the one that counts\r'


def test_a_table_that_is_not_the_gates_has_no_rules(checkout: Path) -> None:
    assert place("late", settings=settings_in(checkout)) is None


def test_without_a_rule_it_is_the_line_of_the_jobs_grid(checkout: Path) -> None:
    tag = 'a "b"\u2028: ['
    grid, curve = np.array([0, 10]), np.array([1.0, 2.0])
    stored = [
        Baseline(
            job,
            {"gpu": gpu},
            {"other": grid, tag: grid},
            (BaselineRun("r", None, None, {}, {"other": curve, tag: curve}),),
        )
        for job in ("aa", "lm", "zz")
        for gpu in "abc"
    ]
    file = checkout / "baseline.json"
    text = baseline.write(stored, "0")
    file.write_text(text, encoding="utf-8")

    found = place(tag, settings=settings_in(checkout), baselines=(file,))

    assert found is not None
    assert found.path == "baseline.json"
    assert line_at(text, found) == f"   {baseline.line(tag)}: [0, 10]}},"
    before = [line for line in text.split("\n")[: found.line] if '"job"' in line]
    assert before[-1].startswith(' {"job": "lm", "key": {"gpu": "b"}')


def test_a_file_of_another_shape_has_no_lines(checkout: Path) -> None:
    file = checkout / "baseline.json"
    file.write_text('{"schema": 1, "baselines": []}', encoding="utf-8")
    inline = '[gate]\nmetric = [{tag = "val/loss", direction = "lower"}]\n'

    assert place("val/loss", settings=settings_in(checkout, inline), baselines=(file,)) is None


def test_a_file_outside_of_the_checkout_has_no_place(
    checkout: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = settings_in(checkout)
    monkeypatch.setenv("GITHUB_WORKSPACE", str(checkout / "elsewhere"))

    assert place("val/loss", settings=file) is None


def test_outside_of_a_runner_paths_begin_where_the_command_runs(
    checkout: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = settings_in(checkout)
    monkeypatch.delenv("GITHUB_WORKSPACE")
    monkeypatch.chdir(checkout)

    found = place("val/loss", settings=file)

    assert found is not None
    assert found.path == "tbreport.toml"


def test_a_check_that_passed_has_no_place(checkout: Path) -> None:
    assert place("val/loss", settings=settings_in(checkout), verdict="pass") is None
