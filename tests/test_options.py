"""What a page tells of how it was made: enough to make it again, and nothing of the machine."""

from __future__ import annotations

import re

from tbreport.options import Options, Selection, command, told
from tbreport.settings import Settings, Table


def test_the_command_names_what_was_asked_for_and_no_path() -> None:
    selection = Selection(runs=re.compile("^base .*"), exclude=re.compile("time"))
    options = Options(selection, compare="/home/someone/runs/old", join=False)

    assert command(options) == (
        "tbreport summarize PATH --runs '^base .*' --exclude time --compare old --no-join"
    )


def test_settings_are_told_by_their_dotted_names() -> None:
    tables = {
        "report": Table("report", "tbreport.toml", {"title": "a sweep", "api_token": "hunter2"}),
        "detectors": Table(
            "detectors", "tbreport.toml", {"overfitting": {"rise": 0.1, "file": "/home/me/x.json"}}
        ),
    }

    assert told(Settings("tbreport.toml", tables)) == (
        'detectors.overfitting.rise = 0.1; detectors.overfitting.file = "x.json"; '
        'report.title = "a sweep"; report.api_token = •••'
    )


def test_the_defaults_are_told_as_such() -> None:
    assert told(Settings()) == "none: the defaults"
