"""gate, baseline and config, end to end: event files in, exit code and files out."""

from __future__ import annotations

import html
import json
import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.eventwriter import curve, write
from tests.gate.runs import falling
from tests.integration.conftest import ROOT, Command
from tests.report.test_github import annotations, read_outputs

SAMPLES = ROOT / "sample_runs"
MANIFEST = json.loads((SAMPLES / "manifest.json").read_text(encoding="utf-8"))
# a GAN has no validation loss, and one that is NaN makes no baseline
JUDGEABLE = [
    name
    for name, run in MANIFEST["runs"].items()
    if run["task"] != "gan" and "TB201" not in run["expects"]
]


@pytest.fixture(autouse=True)
def outside_ci(monkeypatch: pytest.MonkeyPatch) -> None:
    """As on a desk, wherever the tests run."""
    for name in ("CI", "GITHUB_ACTIONS", "GITHUB_SHA", "CI_COMMIT_SHA"):
        monkeypatch.delenv(name, raising=False)


def train(folder: Path, seed: int, **changes: float) -> Path:
    """A run with a validation loss, at every fifth step, and a training loss."""
    values = falling(seed, **changes)  # type: ignore[arg-type]
    events = curve("train/loss", values) + curve("val/loss", values + 0.1)
    path = folder / f"lm-seed{seed}"
    write(path, events)
    return path


@pytest.fixture
def runs(tmp_path: Path) -> Path:
    """Six runs of main, one that is as good, one that is worse."""
    for seed in range(6):
        train(tmp_path / "main", seed)
    train(tmp_path / "same", 100)
    train(tmp_path / "worse", 200, shift=0.1)
    return tmp_path


def test_a_gate_passes_and_fails_by_its_exit_code(tbreport: Command, runs: Path) -> None:
    assert tbreport("baseline", "create", "main", "-o", "base.json").code == 0

    same = tbreport("gate", "same", "--baseline", "base.json")
    worse = tbreport("gate", "worse", "--baseline", "base.json")

    assert (same.code, worse.code) == (0, 1)
    assert "The gate passed" in same.out
    assert "The gate failed: val/loss" in worse.out
    assert "TB501 regression-from-baseline" in worse.out


def test_runs_can_be_the_baseline_without_a_file(tbreport: Command, runs: Path) -> None:
    assert tbreport("gate", "same", "--baseline", "main").code == 0
    assert tbreport("gate", "worse", "--baseline", "main").code == 1
    assert tbreport("gate", "worse", "--baseline", "main", "--exit-zero").code == 0


def test_the_page_tells_how_to_make_it_again_and_names_no_absolute_path(
    tbreport: Command, runs: Path
) -> None:
    asked = (
        "--metric", "val/loss=lower", "--check", "last('val/loss') < 9", "--title", "a & `id` 'b'",
        "--no-join", "--exit-zero",
    )  # fmt: skip
    for page in ("one.html", "two.html"):
        called = tbreport("gate", f"lm={runs / 'same'}", "--baseline", f"lm={runs / 'main'}",
                          *asked, "-o", page)  # fmt: skip
        assert called.code == 0, called.err

    page = (runs / "one.html").read_text()
    command = re.search(r"tbreport gate [^<]*", page)
    assert command is not None
    assert shlex.split(html.unescape(command[0])) == [
        "tbreport", "gate", "lm=PATH", "--baseline", "lm=main", *asked[:-2], "--no-join",
    ]  # fmt: skip
    assert str(runs) not in page
    assert (runs / "two.html").read_text() == page


@pytest.mark.parametrize("baseline", ["main", "base.json"])
def test_the_candidate_is_drawn_over_its_baseline(
    tbreport: Command, runs: Path, baseline: str
) -> None:
    tbreport("baseline", "create", "main", "-o", "base.json")
    tbreport("gate", "worse", "--baseline", baseline, "--format", "html=page.html")

    page = html.unescape((runs / "page.html").read_text(encoding="utf-8"))

    assert "bands of the baseline's 6 runs" in page


def test_a_folder_of_baseline_files_is_all_of_them(tbreport: Command, runs: Path) -> None:
    (runs / "stored").mkdir()
    tbreport("baseline", "create", "main", "-o", "stored/lm.json")
    train(runs / "other" / "main", 7)
    tbreport("baseline", "create", "vision=other/main", "-o", "stored/vision.json")

    assert tbreport("gate", "worse", "--baseline", "stored").code == 5
    assert tbreport("gate", "worse", "--baseline", "stored", "--partial").code == 1


def test_damage_alone_can_fail_a_gate(tbreport: Command, runs: Path) -> None:
    (path,) = (runs / "same").rglob("*tfevents*")
    path.write_bytes(path.read_bytes()[:-9])

    assert tbreport("gate", "same", "--fail-on-damage").code == 1
    assert tbreport("gate", "same", "--check", 'last("val/loss") < 9').code == 0
    assert tbreport("gate", "same", "--require", "lr").code == 1
    tbreport("baseline", "create", "main", "-o", "base.json")
    elsewhere = ("gate", "same", "--baseline", "base.json", "--key", "gpu=a100")
    assert tbreport(*elsewhere).code == 0
    assert tbreport(*elsewhere, "--fail-on-damage").code == 1


def test_every_exit_code_is_what_the_help_says(tbreport: Command, runs: Path) -> None:
    tbreport("baseline", "create", "main", "-o", "base.json", "--key", "gpu=a100")
    gate = ("gate", "same", "--baseline", "base.json")

    assert tbreport(*gate, "--key", "gpu=a100").code == 0
    assert tbreport("gate", "worse", "--baseline", "base.json", "--key", "gpu=a100").code == 1
    assert tbreport(*gate, "--alpha", "7").code == 2
    assert tbreport(*gate).code == 0  # inconclusive: another environment
    assert tbreport(*gate, "--on-inconclusive", "exit4").code == 4
    assert tbreport(*gate, "--on-inconclusive", "fail").code == 1
    assert tbreport("gate", "vision=same", "--baseline", "base.json").code == 5
    assert tbreport("gate", "same").code == 5


def test_settings_are_read_and_options_go_before_them(tbreport: Command, runs: Path) -> None:
    tbreport("baseline", "create", "main", "-o", "base.json")
    (runs / "tbreport.toml").write_text(
        '[gate]\nbaseline = "base.json"\nmin_effect = "50%"\n'
        '[[gate.metric]]\ntag = "train/*"\ndirection = "lower"\nstats = ["final"]\n'
        "[[gate.check]]\nexpr = 'last(\"train/loss\") < 9'\n"
    )

    lenient = tbreport("gate", "worse", "--format", "json=-")
    strict = tbreport("gate", "worse", "--min-effect", "0.1%")

    checks = json.loads(lenient.out)["gate"]["checks"]
    assert [(check["tag"], check["stat"]) for check in checks] == [
        ('last("train/loss") < 9', "check"),
        ("train/loss", "final"),
    ]
    assert strict.code == 1


def test_a_misspelt_setting_is_a_mistake_with_the_nearest_name(
    tbreport: Command, runs: Path
) -> None:
    (runs / "tbreport.toml").write_text("[gate]\nalhpa = 0.01\n")

    for command in (("gate", "same"), ("config", "check"), ("config", "show")):
        done = tbreport(*command)
        assert done.code == 2
        assert "did you mean 'alpha'?" in done.err


def test_config_check_reads_settings_and_baseline_and_no_run(tbreport: Command, runs: Path) -> None:
    tbreport("baseline", "create", "main", "-o", "base.json")

    assert tbreport("config", "check", "base.json").code == 0
    (runs / "base.json").write_text((runs / "base.json").read_text().replace("[0, ", "[5, ", 1))
    broken = tbreport("config", "check", "base.json")
    assert broken.code == 2
    assert "base.json" in broken.err


def test_config_check_tells_of_a_baseline_that_is_too_small_for_a_test(
    tbreport: Command, runs: Path
) -> None:
    tbreport("baseline", "create", "main/lm-seed0", "-o", "base.json")

    done = tbreport("config", "check", "base.json")

    assert done.code == 0
    assert "until there are 3, the gate needs a tol" in done.err


def test_a_baseline_of_a_later_schema_says_how_to_upgrade(tbreport: Command, runs: Path) -> None:
    (runs / "base.json").write_text('{"schema": 99}')

    done = tbreport("gate", "same", "--baseline", "base.json")

    assert done.code == 2
    assert "pip install --upgrade tbreport" in done.err


def test_a_damaged_baseline_is_mended_as_its_manual_says(tbreport: Command, runs: Path) -> None:
    (runs / "base.json").write_text("{")

    damaged = tbreport("gate", "same", "--baseline", "base.json")
    manual = tbreport("explain", "bad-baseline")
    mended = tbreport("baseline", "create", "main", "--force", "-o", "base.json")

    assert (damaged.code, mended.code) == (2, 0)
    assert "tbreport explain bad-baseline" in damaged.err
    assert "tbreport baseline create RUNS --force" in manual.out


def test_no_tag_steers_the_terminal_by_a_hint_or_a_note(tbreport: Command, runs: Path) -> None:
    write(runs / "named" / "lm-\x1b[31mseed0", curve("val/\x1b[31mloss", falling(0)))

    refused = tbreport("gate", "same", "--baseline", "main", "--metric", "\x1b[31m=lower")
    listing = tbreport("gate", "named", "--baseline", "named", "--tol", "1%", "--metric", "x=lower")
    noted = tbreport("summarize", "named", "--require", "overfitting", "--no-cache")

    assert (refused.code, listing.code, noted.code) == (2, 2, 1)
    assert "val/�[31mloss" in listing.err
    assert "could not look at lm-�[31mseed0" in noted.err
    for done in (refused, listing, noted):
        assert "\x1b" not in done.out + done.err


def test_a_baseline_grows_to_twenty_runs_and_no_further(tbreport: Command, runs: Path) -> None:
    tbreport("baseline", "create", "main", "-o", "base.json")
    for seed in range(300, 318):
        train(runs / "more", seed)

    assert tbreport("baseline", "add", "more", "-o", "base.json").code == 0

    (stored,) = json.loads((runs / "base.json").read_text())["baselines"]
    ids = [run["id"] for run in stored["runs"]]
    assert len(ids) == 20
    assert ids[-1] == "lm-seed317"
    assert ids[0] == "lm-seed4"


def test_a_run_without_a_name_is_added_to_no_baseline_of_names(
    tbreport: Command, runs: Path
) -> None:
    tbreport("baseline", "create", "main", "-o", "base.json")
    before = (runs / "base.json").read_bytes()

    nameless = tbreport("baseline", "add", "same/lm-seed100", "-o", "base.json")
    assert nameless.code == 5
    assert "name its job: lm=PATH" in nameless.err
    assert (runs / "base.json").read_bytes() == before
    assert tbreport("baseline", "add", "lm=same/lm-seed100", "-o", "base.json").code == 0


def test_a_baseline_has_one_run_a_line(tbreport: Command, runs: Path) -> None:
    tbreport("baseline", "create", "main", "-o", "base.json")
    before = (runs / "base.json").read_text().splitlines()
    tbreport("baseline", "add", "same", "-o", "base.json")
    after = (runs / "base.json").read_text().splitlines()

    assert len(after) == len(before) + 1
    assert len([line for line in after if line not in before]) == 2  # a comma, and the run


def test_an_update_prints_what_changes_and_is_refused_in_ci(
    tbreport: Command, runs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tbreport("baseline", "create", "main", "-o", "base.json")
    monkeypatch.setenv("CI", "true")
    assert tbreport("baseline", "update", "--reset", "worse", "-o", "base.json").code == 2

    done = tbreport("baseline", "update", "--reset", "worse", "-o", "base.json", "--force")

    assert done.code == 0
    assert "| lm | val/loss | final |" in done.out
    assert "6 → 1" in done.out


def test_a_run_that_is_not_finite_makes_no_baseline(tbreport: Command, runs: Path) -> None:
    values = falling(0)
    values[150] = np.nan
    write(runs / "ill" / "lm-seed9", curve("val/loss", values))

    done = tbreport("baseline", "create", "ill", "-o", "ill.json")

    assert done.code == 2
    assert "step 150" in done.err
    assert not (runs / "ill.json").exists()


def test_a_failure_is_confirmed_or_cleared_by_fresh_seeds(tbreport: Command, runs: Path) -> None:
    first = tbreport(
        "gate", "worse", "--baseline", "main", "--fresh-seeds", "2", "--format", "json=first.json"
    )
    for seed in (401, 402):
        train(runs / "fine", seed)
        train(runs / "bad", seed, shift=0.1)

    assert first.code == 1
    assert json.loads((runs / "first.json").read_text())["gate"]["needs_confirmation"] is True
    confirm = ("--baseline", "main", "--confirm", "first.json")
    assert tbreport("gate", "fine", *confirm).code == 0
    assert tbreport("gate", "bad", *confirm).code == 1


def test_a_pass_can_update_the_baseline(tbreport: Command, runs: Path) -> None:
    tbreport("baseline", "create", "main", "-o", "base.json")

    tbreport("gate", "same", "--baseline", "base.json", "--update-baseline")
    tbreport("gate", "worse", "--baseline", "base.json", "--update-baseline")

    (stored,) = json.loads((runs / "base.json").read_text())["baselines"]
    assert [run["id"] for run in stored["runs"]][6:] == ["lm-seed100"]


def test_without_a_pass_the_baseline_stays_and_that_is_said(tbreport: Command, runs: Path) -> None:
    tbreport("baseline", "create", "main", "-o", "base.json")
    before = (runs / "base.json").read_bytes()

    done = tbreport("gate", "worse", "--baseline", "base.json", "--update-baseline")

    assert done.code == 1
    assert "the baseline stays as it is" in done.err
    assert (runs / "base.json").read_bytes() == before


@pytest.mark.parametrize("name", JUDGEABLE)
def test_the_self_test_catches_every_defect_in_every_sample_with_a_validation_loss(
    tbreport: Command, name: str
) -> None:
    described = json.loads(tbreport("summarize", SAMPLES / name, "--format", "json=-").out)
    tags = [tag for run in described["runs"] for tag in run["tags"]]
    loss = next(tag for tag in ("loss/val", "val/loss") if tag in tags)
    gated = ("--metric", f"{loss}=lower", "--stats", "final,auc,ttt", "--tol", "5%")
    tbreport("baseline", "create", SAMPLES / name, "-o", "base.json", "--tags", loss)

    done = tbreport("gate", SAMPLES / name, "--baseline", "base.json", "--self-test", *gated)

    assert "MISSED" not in done.out
    assert "catches 6 of 6" in done.out
    assert done.code == 0


def test_github_gets_annotations_a_summary_and_outputs(
    tbreport: Command, runs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", "summary.md")
    monkeypatch.setenv("GITHUB_OUTPUT", "outputs")

    done = tbreport("gate", "worse", "--baseline", "main", "--format", "text", "--format",
                    "github", "--format", "html=page.html")  # fmt: skip

    head, stop, rest = done.out.partition("::stop-commands::")
    token, _, text = rest.partition("\n")
    shown, _, after = text.partition(f"\n::{token}::\n")
    assert (head, stop) == ("", "::stop-commands::")
    assert "The gate failed" in shown
    assert [level for level, _, _ in annotations(after)] == ["error", "error"]
    outputs = read_outputs((runs / "outputs").read_text())
    assert (outputs["verdict"], outputs["report-path"]) == ("fail", "page.html")
    assert (runs / "summary.md").read_text().startswith("<!-- tbreport:training-gate -->")


def test_no_name_is_a_command_to_github_or_to_a_terminal(
    tbreport: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    name = "::error::a\n::error::b ##[error]c\x1b[2J"
    for seed in range(3):
        write(tmp_path / "runs" / f"{name}-seed{seed}", curve(name, np.linspace(2, 1, 20)))
    torn = next((tmp_path / "runs").rglob("*tfevents*"))
    torn.write_bytes(torn.read_bytes()[:-5])
    tbreport("baseline", "create", "runs", "--tags", ".", "-o", "base.json")

    for words in (
        ("gate", "runs", "--baseline", "runs"),  # a hint with tags
        ("gate", "runs", "--baseline", "base.json", "--metric", f"{name}=lower", "--self-test"),
        ("baseline", "show", "base.json"),
        ("diff", "runs", "runs"),
        ("export", "runs", "--format", "csv", "-o", "tables"),  # a note of each torn file
        ("watch", "runs", "--looks", "1", "--no-cache"),
    ):
        done = tbreport(*words)
        shielded = re.compile(r"::stop-commands::(\w+)\n.*?\n::\1::\n", re.DOTALL)
        obeyed = shielded.sub("", done.out) + done.err
        assert not re.search(r"^\s*::|##\[|\x1b", obeyed, re.MULTILINE), words


def test_every_format_is_written_by_one_call(tbreport: Command, runs: Path) -> None:
    names = {"text": "t.txt", "json": "j.json", "markdown": "m.md", "junit": "x.xml",
             "gitlab-metrics": "o.prom", "html": "p.html", "github": "g"}  # fmt: skip
    formats = [part for name, path in names.items() for part in ("--format", f"{name}={path}")]

    assert tbreport("gate", "worse", "--baseline", "main", *formats).code == 1

    for path in names.values():
        assert (runs / path).stat().st_size > 0
    page = (runs / "p.html").read_text()
    assert page.index('id="gate"') < page.index('id="findings"') < page.index('id="scalars"')


def test_a_pass_by_tolerance_says_that_it_is_no_test(tbreport: Command, runs: Path) -> None:
    baseline = ("--baseline", "lm-seed0=main/lm-seed0", "--baseline", "lm-seed1=main/lm-seed1")

    done = tbreport("gate", "same", *baseline, "--tol", "10%")

    assert done.code == 0
    assert "val/loss final: n = 1 v 2: tolerance check, not a test" in done.out


def test_the_comments_of_two_environments_are_told_apart(tbreport: Command, runs: Path) -> None:
    marks = []
    for gpu in ("a100", "h100"):
        tbreport("baseline", "create", "main", "-o", f"{gpu}.json", "--key", f"gpu={gpu}")
        gate = ("gate", "same", "--baseline", f"{gpu}.json", "--key", f"gpu={gpu}")
        marks.append(tbreport(*gate, "--format", "markdown=-").out.partition("\n")[0])

    assert marks == [f"<!-- tbreport:training-gate-gpu-{gpu} -->" for gpu in ("a100", "h100")]


def test_a_closed_pipe_is_quiet(runs: Path) -> None:
    command = [sys.executable, "-m", "tbreport", "gate", "worse", "--baseline", "main"]
    with subprocess.Popen(
        command, cwd=runs, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        env={"PYTHONPATH": str(ROOT), "PATH": ""},
    ) as process:  # fmt: skip
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        err = process.stderr.read().decode()
    assert process.returncode == 1
    assert "Error" not in err


def test_a_bug_is_not_a_failed_gate(tmp_path: Path) -> None:
    for seed in range(3):
        train(tmp_path / "main", seed)
    train(tmp_path / "pr", 9, shift=0.01)
    broken = tmp_path / "broken" / "scipy" / "__init__.py"  # asked for where seeds are too few
    broken.parent.mkdir(parents=True)
    broken.write_text("raise RuntimeError('broken on purpose')", encoding="utf-8")

    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "tbreport",
            "gate",
            "pr",
            "--baseline",
            "main",
            "--max-regression",
            "0.2%",
        ],
        cwd=tmp_path,
        env={"PYTHONPATH": f"{broken.parents[1]}:{ROOT}", "PATH": ""},
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 3
    assert "bug: RuntimeError: broken on purpose" in done.stderr


def test_an_annotation_without_settings_points_at_the_baseline(
    tbreport: Command, runs: Path
) -> None:
    tbreport("baseline", "create", "main", "-o", "base.json")

    done = tbreport("gate", "worse", "--baseline", "base.json", "--format", "github")

    stored = (runs / "base.json").read_text(encoding="utf-8").split("\n")
    places = [(at["file"], int(at["line"])) for _, at, _ in annotations(done.out)]
    assert {file for file, _ in places} == {"base.json"}
    assert all(stored[line - 1].startswith('   "val/loss": [') for _, line in places)


@pytest.mark.parametrize("missing", ["typer", "tbreport.cli.gate", "tbreport.errors"])
def test_an_import_that_fails_is_not_a_failed_gate(tmp_path: Path, missing: str) -> None:
    without = f"import sys; sys.modules[{missing!r}] = None"
    start = f"{without}; from tbreport.__main__ import main; main()"

    done = subprocess.run(
        [sys.executable, "-c", start, "gate", "pr"],
        cwd=tmp_path,
        env={"PYTHONPATH": str(ROOT), "PATH": ""},
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 3
    assert "bug: ModuleNotFoundError" in done.stderr
    assert missing in done.stderr


def test_a_pass_in_text_is_the_verdict_alone_and_a_failure_shows_the_runs(
    tbreport: Command, runs: Path
) -> None:
    passed = tbreport("gate", "same", "--baseline", "main")
    failed = tbreport("gate", "worse", "--baseline", "main")

    assert "healthy" not in passed.out
    assert "The gate passed" in passed.out
    assert "lm-seed200" in failed.out


def test_the_gate_imports_nothing_heavy(runs: Path) -> None:
    script = (
        "import sys\nfrom tbreport.cli import app\n"
        "try: app(['gate', 'same', '--baseline', 'main'])\n"
        "except SystemExit as stop: assert not stop.code, stop.code\n"
        "assert not {'pandas', 'plotly', 'scipy.stats', 'torch'} & set(sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=runs, capture_output=True, text=True, check=False,
        env={"PYTHONPATH": str(ROOT), "PATH": ""},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr


def test_every_key_of_the_json_stands_in_the_manual(tbreport: Command, runs: Path) -> None:
    manual = (ROOT / "docs" / "json.md").read_text(encoding="utf-8").partition("## A gate")[2]

    done = tbreport("gate", "worse", "--baseline", "main", "--format", "json=-")

    found = json.loads(done.out)["gate"]
    keys = {*found, *found["checks"][0], *found["ungated"][0]}
    assert keys <= set(re.findall(r"`(\w+)`", manual.partition("\n## ")[0]))


def test_the_same_verdict_comes_through_the_json(tbreport: Command, runs: Path) -> None:
    done = tbreport("gate", "worse", "--baseline", "main", "--format", "json=-")

    gate: dict[str, Any] = json.loads(done.out)["gate"]
    assert gate["outcome"] == "fail"
    final = next(check for check in gate["checks"] if check["stat"] == "final")
    assert final["verdict"] == "fail"
    assert 0.05 < final["effect"] < 0.15
    assert final["p"] <= final["p_adjusted"] < 0.05
    assert (final["n"], final["m"]) == (1, 6)
