"""What a page tells of how it was made: enough to make it again, and nothing of the machine."""

from __future__ import annotations

import re
import shlex

from tbreport.options import Options, Selection, call, command, told
from tbreport.settings import Settings, Table


def test_the_command_names_what_was_asked_for_and_no_path() -> None:
    selection = Selection(runs=re.compile("^base .*"), exclude=re.compile("time"))
    options = Options(selection, compare="/home/someone/runs/old", join=False)

    assert command(options) == (
        "tbreport summarize PATH --runs '^base .*' --exclude time --compare old --no-join"
    )


def test_a_call_leaves_out_what_was_not_asked_for_and_repeats_lists() -> None:
    given = {"metric": ["a=lower", "b=higher"], "alpha": 0.01, "tol": None, "partial": True,
             "no_join": False, "fresh_seeds": 0}  # fmt: skip

    assert call("gate", ["lm=PATH"], given) == (
        "tbreport gate lm=PATH --metric a=lower --metric b=higher --alpha 0.01 --partial "
        "--fresh-seeds 0"
    )


def test_a_shell_reads_a_call_as_it_was_given() -> None:
    hostile = "$(rm -rf ~) `id` 'x' \"y\"; a && b > c\n| é \\"

    words = shlex.split(call("gate", ["PATH"], {"check": [hostile], "title": hostile}))

    assert words == ["tbreport", "gate", "PATH", "--check", hostile, "--title", hostile]


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


def test_lists_of_settings_name_no_path_and_no_secret() -> None:
    table = Table(
        "gate",
        "tbreport.toml",
        {"baseline": ["/home/me/b.json", "kept/a.json"], "metric": [{"tag": "x", "token": "abc"}]},
    )

    assert told(Settings("tbreport.toml", {"gate": table})) == (
        'gate.baseline = ["b.json", "kept/a.json"]; gate.metric = [{"tag": "x", "token": "•••"}]'
    )
