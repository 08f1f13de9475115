"""Settings files: whatever stands in one, a mistake is the user's to mend and is told as such."""

from __future__ import annotations

from pathlib import Path

import pytest

from tbreport import settings
from tbreport.errors import BadSetting
from tbreport.gate.policy import parse_policy
from tbreport.judging import Judges
from tbreport.options import Options
from tbreport.reading import joining_layouts

HUGE = "1" + "0" * 400


def read_whole(path: Path) -> None:
    """Read every table of a settings file."""
    found = settings.load(path.parent, path)
    Judges.parse(found)
    parse_policy(found.table("gate"))
    joining_layouts(Options(settings=found))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (f"[detectors.overfitting]\nrise = {HUGE}", "should be a number"),
        (f"[gate]\nalpha = {HUGE}", "should be a share"),
        (f'[[gate.metric]]\ntag = "a"\ndirection = "lower"\ntarget = {HUGE}', "should be a number"),
        ('[runs]\nlayouts = [["splits"]]', "is no layout"),
        (f"[report]\ntitle = {'1' * 5000}", "cannot be read"),
        (f"a = {'[' * 5000}", "cannot be read"),
    ],
)
def test_a_value_that_nothing_can_hold_is_refused(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "tbreport.toml"
    path.write_text(text, encoding="utf-8")

    with pytest.raises(BadSetting, match=message):
        read_whole(path)


@pytest.mark.parametrize("text", ["tool = 3", "[tool]\ntbreport = 3", "[tool]\ntbreport = []"])
def test_a_pyproject_without_tables_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "pyproject.toml"
    path.write_text(text, encoding="utf-8")

    with pytest.raises(BadSetting, match="should be a table"):
        read_whole(path)


def test_folders_above_that_may_not_be_entered_have_no_settings(forbidding: Path) -> None:
    inner = forbidding / "closed" / "inner"
    inner.mkdir(parents=True)
    (forbidding / "tbreport.toml").write_text('[report]\ntitle = "Mine"\n', encoding="utf-8")
    inner.parent.chmod(0)
    try:
        assert settings.load(inner).table("report").values == {"title": "Mine"}
    finally:
        inner.parent.chmod(0o700)
