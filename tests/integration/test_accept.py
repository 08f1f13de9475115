"""tbreport accept, as a person calls it."""

from __future__ import annotations

import json
from pathlib import Path

from tests.integration.conftest import ROOT, Command

RUN = ROOT / "sample_runs" / "overfitting-seed0"


def test_an_accepted_finding_fails_no_build_and_is_still_shown(
    tbreport: Command, tmp_path: Path
) -> None:
    assert tbreport("summarize", RUN, "--fail-on", "warning").code == 1

    done = tbreport("accept", "TB301", "--reason", 'a "known" one', "--until", "2999-01-01")
    after = tbreport("summarize", RUN, "--fail-on", "warning", "--format", "json=-")

    assert done.code == 0, done.err
    assert "overfitting is accepted until 2999-01-01 in tbreport.toml" in done.err
    assert after.code == 0
    (finding,) = [f for f in json.loads(after.out)["runs"][0]["findings"] if f["code"] == "TB301"]
    assert finding["accepted"] == 'a "known" one'
    assert finding["accepted_until"] == "2999-01-01"


def test_what_stood_in_the_settings_stays(tbreport: Command, tmp_path: Path) -> None:
    (tmp_path / "tbreport.toml").write_text('[report]\ntitle = "Mine"', encoding="utf-8")

    tbreport("accept", "loss-spike", "--reason", "rare batches")

    text = (tmp_path / "tbreport.toml").read_text(encoding="utf-8")
    assert text.startswith('[report]\ntitle = "Mine"\n\n[[detectors.accepted]]\n')


def test_the_lines_of_the_settings_keep_their_ends(tbreport: Command, tmp_path: Path) -> None:
    old = b'[report]\r\ntitle = "Mine"\r\n'
    (tmp_path / "tbreport.toml").write_bytes(old)

    tbreport("accept", "loss-spike", "--reason", "rare batches")

    written = (tmp_path / "tbreport.toml").read_bytes()
    assert written.startswith(old)
    assert written.count(b"\n") == written.count(b"\r\n") == 8


def test_settings_that_would_not_be_read_back_stay(tbreport: Command, tmp_path: Path) -> None:
    old = "[detectors]\naccepted = []\n"
    (tmp_path / "tbreport.toml").write_text(old, encoding="utf-8")

    assert tbreport("accept", "loss-spike", "--reason", "rare batches").code == 2
    assert (tmp_path / "tbreport.toml").read_text(encoding="utf-8") == old


def test_an_unknown_name_or_date_is_exit_2(tbreport: Command, tmp_path: Path) -> None:
    assert tbreport("accept", "overfiting", "--reason", "x").code == 2
    assert tbreport("accept", "overfitting", "--reason", "x", "--until", "soon").code == 2
    assert not (tmp_path / "tbreport.toml").exists()
