"""summarize, end to end: event files in, text, JSON and page out, and the exit code."""

from __future__ import annotations

import json
import os
import pty
import re
import shutil
import subprocess
import sys
import tarfile
import zipfile
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.eventwriter import START, curve, frame, restart, scalar, session, version, write
from tests.integration.conftest import ROOT, Command

SAMPLES = ROOT / "sample_runs"
MANIFEST = json.loads((SAMPLES / "manifest.json").read_text(encoding="utf-8"))


def summary(tbreport: Command, *args: object) -> dict[str, Any]:
    """The JSON of a summary, which must be strict."""
    done = tbreport("summarize", *args, "--format", "json=-")
    assert done.code == 0, done.err
    found: dict[str, Any] = json.loads(done.out, parse_constant=refuse)
    return found


def refuse(constant: str) -> None:
    raise AssertionError(f"{constant} is no JSON")


def losses(seed: int, n: int = 60) -> np.ndarray:
    """A loss that falls and stays, with a little noise."""
    rng = np.random.default_rng(seed)
    return np.exp(-np.arange(n) / 10) + 0.3 + rng.normal(0, 0.003, n)


@pytest.mark.parametrize("name", MANIFEST["runs"])
def test_a_sample_run_gives_the_findings_that_it_is_for(tbreport: Command, name: str) -> None:
    (run,) = summary(tbreport, SAMPLES, "--runs", f"^{name}$")["runs"]
    found = {
        finding["code"]: finding["severity"]
        for finding in run["findings"]
        if finding["severity"] != "info"
    }

    assert found == MANIFEST["runs"][name]["expects"]


def test_the_default_is_text_on_stdout_and_a_page(tbreport: Command, tmp_path: Path) -> None:
    done = tbreport("summarize", SAMPLES)

    assert done.code == 0
    ill = sum(bool(run["expects"]) for run in MANIFEST["runs"].values())
    assert f"{ill} of {len(MANIFEST['runs'])} runs are ill" in done.out
    assert "TB301 overfitting" in done.out
    assert (tmp_path / "report.html").read_text(encoding="utf-8").endswith("</html>")
    assert re.search(r"report\.html \d+\.\d\d MB", done.err)
    assert re.search(r"^tbreport: \d+\.\d\d s$", done.err, re.MULTILINE)


def test_the_json_says_of_a_series_what_its_points_say(tbreport: Command, tmp_path: Path) -> None:
    values = [3.0, float("nan"), 1.0, float("inf"), 2.0]
    write(tmp_path / "runs" / "a", curve("loss", values, first=10))

    document = summary(tbreport, "runs")

    assert document["schema"] == 1
    (run,) = document["runs"]
    series = run["tags"]["loss"]
    best = {key: series.pop(key) for key in ("best", "best_step")}
    assert series == {
        "kind": "scalars",
        "points": 5,
        "first_step": 10,
        "last_step": 14,
        "first_wall_time": START,
        "last_wall_time": START + 4,
        "role": {"metric": "loss", "split": None, "goal": "min"},
        "first": 3.0,
        "last": 2.0,
        "min": 1.0,
        "max": 3.0,
        "nonfinite": 2,
        "first_nonfinite_step": 11,
        "renumbered": False,
    }
    assert best["best"] is not None


def test_the_json_says_of_a_finding_what_a_program_needs(tbreport: Command) -> None:
    document = summary(tbreport, SAMPLES, "--runs", "overfitting")
    (finding,) = [f for f in document["runs"][0]["findings"] if f["code"] == "TB301"]

    assert finding["name"] == "overfitting"
    assert finding["severity"] == "error"
    assert finding["tags"] == ["loss/train", "loss/val"]
    assert finding["steps"][0] < finding["steps"][1]
    assert finding["evidence"]["best_step"] == finding["steps"][0]
    assert "checkpoint" in finding["advice"]
    assert "above its best" in finding["message"]


def test_the_json_lists_files_and_problems_by_place(tbreport: Command, tmp_path: Path) -> None:
    path = write(tmp_path / "runs", curve("loss", losses(0)))
    size = path.stat().st_size
    path.write_bytes(path.read_bytes()[:-5])

    (run,) = summary(tbreport, "runs")["runs"]

    (problem,) = run["problems"]
    (file,) = run["files"]
    assert problem["code"] == "TB101"
    assert problem["path"] == file["path"] == "tfevents.1700000000.0"
    assert problem["offset"] + problem["length"] == file["size"] == size - 5
    assert run["tags"]["loss"]["points"] == 59


def test_a_bad_file_does_not_stop_the_others(tbreport: Command, tmp_path: Path) -> None:
    write(tmp_path / "runs" / "good", curve("loss", losses(0)))
    bad = write(tmp_path / "runs" / "bad", [])
    bad.write_bytes(b"version https://git-lfs.github.com/spec/v1\noid sha256:0\n")
    (tmp_path / "runs" / "empty").mkdir()
    (tmp_path / "runs" / "empty" / "events.out.tfevents.1.h").write_bytes(b"")

    found = {run["name"]: run for run in summary(tbreport, "runs")["runs"]}

    assert found["good"]["tags"]["loss"]["points"] == 60
    assert [finding["code"] for finding in found["bad"]["findings"]] == ["TB103"]
    assert [finding["code"] for finding in found["empty"]["findings"]] == ["TB103"]


def test_nothing_that_could_be_read_is_exit_2(tbreport: Command, tmp_path: Path) -> None:
    write(tmp_path / "runs", [])

    done = tbreport("summarize", "runs")

    assert done.code == 2
    assert "no point could be read from 1 event file under 'runs'" in done.err
    assert "explain no-event-files" in done.err
    assert not (tmp_path / "report.html").exists()


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (["nowhere"], "there is no 'nowhere'"),
        (["."], "no event files under"),
        ([SAMPLES, "--runs", "("], "is no regular expression"),
        ([SAMPLES, "--runs", "^nothing$"], "no run under"),
        ([SAMPLES, "--format", "pdf"], "there is no format 'pdf'"),
        ([SAMPLES, "-o", "page.docx"], "no format has the suffix"),
        ([SAMPLES, "--format", "json=a", "--format", "junit=./a"], "cannot hold both json and"),
        ([SAMPLES, "-o", "/dev/null/page.html"], "cannot write '/dev/null/page.html'"),
        ([SAMPLES, "--fail-on", "info"], "neither warning nor error"),
        ([SAMPLES, "--engine", "rust"], "there is no engine 'rust'"),
        ([SAMPLES, "--config", "none.toml"], "there is no settings file"),
    ],
)
def test_what_the_user_can_mend_is_exit_2(
    tbreport: Command, args: list[object], message: str
) -> None:
    done = tbreport("summarize", *args)

    assert done.code == 2
    assert message in done.err
    assert "Traceback" not in done.err


def test_a_missing_common_run_is_exit_5(tbreport: Command) -> None:
    done = tbreport("summarize", SAMPLES, "--compare", "nothing")

    assert done.code == 5
    assert "healthy-seed0" in done.err


def test_a_bug_is_exit_3(tbreport: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*args: object, **kwargs: object) -> None:
        raise ZeroDivisionError("of ours")

    monkeypatch.setattr("tbreport.report.sections.compose", broken)

    done = tbreport("summarize", SAMPLES)

    assert done.code == 3
    assert "please report it" in done.err
    assert "Traceback" not in done.err


@pytest.mark.parametrize(("runs", "code"), [("healthy", 0), ("overfitting", 1)])
def test_fail_on_turns_findings_into_exit_1(tbreport: Command, runs: str, code: int) -> None:
    assert tbreport("summarize", SAMPLES, "--runs", runs, "--fail-on", "error").code == code


def test_a_misspelt_setting_is_an_error_with_the_nearest(tbreport: Command, tmp_path: Path) -> None:
    (tmp_path / "tbreport.toml").write_text("[detectors.overfitting]\nrize = 0.1\n")

    done = tbreport("summarize", SAMPLES)

    assert done.code == 2
    assert "did you mean 'rise'?" in done.err


def test_settings_reach_detectors_roles_and_title(tbreport: Command, tmp_path: Path) -> None:
    (tmp_path / "tbreport.toml").write_text(
        '[report]\ntitle = "Digits"\n[detectors]\nignore = ["TB3"]\n'
        '[roles."^x$"]\nmetric = "loss"\nsplit = "val"\ngoal = "min"\n'
    )
    write(tmp_path / "runs", curve("x", losses(0)))

    document = summary(tbreport, SAMPLES, tmp_path / "runs")
    codes = {finding["code"] for run in document["runs"] for finding in run["findings"]}
    (run,) = [run for run in document["runs"] if "x" in run["tags"]]

    assert document["title"] == "Digits"
    assert "TB202" in codes
    assert "TB301" not in codes
    assert run["tags"]["x"]["role"] == {"metric": "loss", "split": "val", "goal": "min"}


def test_a_failed_render_leaves_the_old_file(tbreport: Command, tmp_path: Path) -> None:
    (tmp_path / "report.html").write_text("old")
    write(tmp_path / "runs", [])

    assert tbreport("summarize", "runs").code == 2
    assert (tmp_path / "report.html").read_text() == "old"


def test_patterns_choose_runs_and_tags(tbreport: Command) -> None:
    document = summary(
        tbreport, SAMPLES, "--runs", "^healthy-seed", "--tags", "loss|acc", "--exclude", "val|seed1"
    )

    assert [run["name"] for run in document["runs"]] == ["healthy-seed0"]
    assert sorted(document["runs"][0]["tags"]) == ["accuracy/train", "loss/train"]


def test_named_paths_name_the_runs(tbreport: Command) -> None:
    document = summary(
        tbreport, f"old={SAMPLES / 'healthy-seed0'}", f"new={SAMPLES / 'healthy-seed1'}"
    )

    assert [run["name"] for run in document["runs"]] == ["new", "old"]


def test_a_single_event_file_is_enough(tbreport: Command) -> None:
    (path,) = (SAMPLES / "healthy-seed0").iterdir()

    (run,) = summary(tbreport, path)["runs"]

    assert run["name"] == "."


@pytest.mark.parametrize("suffix", [".zip", ".tar.gz"])
def test_an_archive_is_read_like_the_folder(tbreport: Command, tmp_path: Path, suffix: str) -> None:
    shutil.make_archive(str(tmp_path / "runs"), "zip" if suffix == ".zip" else "gztar", SAMPLES)

    folder = summary(tbreport, SAMPLES)
    archive = summary(tbreport, f"runs{suffix}")

    assert archive == folder
    assert (zipfile.is_zipfile if suffix == ".zip" else tarfile.is_tarfile)(
        tmp_path / f"runs{suffix}"
    )


def test_comparing_shows_the_difference_at_the_same_step(tbreport: Command, tmp_path: Path) -> None:
    write(tmp_path / "runs" / "a", curve("loss", [4.0, 3.0, 2.0]))
    write(tmp_path / "runs" / "b", curve("loss", [4.0, 2.5]))

    done = tbreport("summarize", "runs", "--compare", "a", "--format", "text")

    row = next(line for line in done.out.splitlines() if re.search(r"\bb +loss +1 ", line))
    assert row.split()[1:] == ["loss", "1", "2.5", "3", "−0.5", "−16.7", "%"]


def test_comparing_with_a_path_lays_that_run_over(tbreport: Command, tmp_path: Path) -> None:
    write(tmp_path / "runs" / "a", curve("loss", [4.0, 3.0, 2.0]))
    write(tmp_path / "base", curve("loss", [4.0, 3.5, 3.0]))

    document = summary(tbreport, "runs", "--compare", "base")

    assert [run["name"] for run in document["runs"]] == ["a", "base"]


def test_a_run_of_the_same_name_elsewhere_is_another_run(tbreport: Command, tmp_path: Path) -> None:
    write(tmp_path / "runs" / "base", curve("loss", [4.0, 3.0, 2.0]))
    write(tmp_path / "old" / "base", curve("loss", [4.0, 3.5, 3.0]), time=1_700_000_100)

    document = summary(tbreport, "runs", "--compare", "old/base")

    last = {run["name"]: run["tags"]["loss"]["last"] for run in document["runs"]}
    assert last == {"base": 2.0, "base (2)": 3.0}


@pytest.mark.parametrize("path", ["runs/group/base", "runs/latest", "runs/group/base/train"])
def test_a_path_to_one_of_the_runs_is_that_run(
    tbreport: Command, tmp_path: Path, path: str
) -> None:
    for split in ("train", "validation"):
        write(tmp_path / "runs" / "group" / "base" / split, curve("loss", [4.0, 3.0, 2.0]))
    write(tmp_path / "runs" / "other", curve("loss", [4.0, 3.5, 3.0]))
    (tmp_path / "runs" / "latest").symlink_to(tmp_path / "runs" / "group" / "base")

    document = summary(tbreport, "runs", "--compare", path)

    assert [run["name"] for run in document["runs"]] == ["group/base", "other"]


def test_two_copies_give_the_same_bytes_and_name_no_machine(
    tbreport: Command, tmp_path: Path
) -> None:
    for number, host in enumerate(("alice-laptop", "node17.cluster.example")):
        for run, seed in (("a", 1), ("b", 2)):
            folder = tmp_path / f"stable{number}" / run
            write(folder, curve("loss", losses(seed)), host=host)
            torn = write(
                folder,
                curve("loss", losses(3, 20), first=60, start=START + 60),
                host=host,
                ordinal=1,
                time=1_700_000_100,
            )
            torn.write_bytes(torn.read_bytes()[:-3])

    pages = []
    for number in range(2):
        done = tbreport("summarize", f"stable{number}", "-o", "page.html", "--format", "json")
        assert done.code == 0, done.err
        pages.append(
            (tmp_path / "page.html").read_bytes() + (tmp_path / "report.json").read_bytes()
        )

    assert pages[0] == pages[1]
    for word in (b"alice", b"node17", b"stable", str(tmp_path).encode()):
        assert word not in pages[0]


def test_secrets_among_hyper_parameters_are_masked(tbreport: Command, tmp_path: Path) -> None:
    settings = {"hub_token": "hf_s3cr3t", "api-key": "s3cr3t", "lr": 0.1, "tokenizer": "bpe"}
    write(tmp_path / "runs", [session(settings), *curve("loss", losses(0))])

    done = tbreport("summarize", "runs", "-o", "page.html", "--format", "json=-")

    (run,) = json.loads(done.out)["runs"]
    assert run["hparams"] == {"api-key": "•••", "hub_token": "•••", "lr": 0.1, "tokenizer": "bpe"}
    page = (tmp_path / "page.html").read_text(encoding="utf-8")
    assert "s3cr3t" not in done.out + page
    assert "2 values masked" in page


def test_a_broken_pipe_is_quiet() -> None:
    command = f"{sys.executable} -m tbreport summarize {SAMPLES} --format text | true"
    done = subprocess.run(
        ["bash", "-o", "pipefail", "-c", command], capture_output=True, text=True, cwd=ROOT
    )

    assert done.returncode == 0
    assert "Traceback" not in done.stderr
    assert "BrokenPipe" not in done.stderr


def read_terminal(terminal: int) -> str:
    """What is written to a terminal until nobody has it open; it holds a few KB."""
    shown = b""
    with suppress(OSError):  # how a terminal says that nobody writes any more
        while chunk := os.read(terminal, 1 << 16):
            shown += chunk
    return shown.decode()


def test_a_terminal_gets_a_progress_bar_and_a_pipe_none(tmp_path: Path) -> None:
    for number in range(60):
        write(tmp_path / "runs" / str(number), curve("loss", losses(number)))
    command = [sys.executable, "-m", "tbreport", "summarize", "runs", "--format", "json"]
    terminal, theirs = pty.openpty()
    with subprocess.Popen(
        command,
        cwd=tmp_path,
        stdout=subprocess.DEVNULL,
        stderr=theirs,
        env=os.environ | {"TERM": "xterm", "PYTHONPATH": str(ROOT)},
    ) as process:
        os.close(theirs)
        shown = read_terminal(terminal)
    os.close(terminal)
    piped = subprocess.run(
        command,
        cwd=tmp_path,
        capture_output=True,
        text=True,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
    )

    assert process.returncode == piped.returncode == 0
    assert "of 60 files" in shown
    assert "of 60 files" not in piped.stderr


# What happens every day, and what the user is told.


def messages(document: dict[str, Any], code: str) -> list[str]:
    return [
        finding["message"]
        for run in document["runs"]
        for finding in run["findings"]
        if finding["code"] == code
    ]


def test_validation_by_epoch_meets_training_by_step(tbreport: Command, tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    train = 2 * np.exp(-np.arange(4000) / 800) + 0.05 + rng.normal(0, 0.01, 4000)
    epochs = np.arange(40)
    val = 2 * np.exp(-epochs / 6) + 0.4 + 0.02 * np.maximum(epochs - 12, 0)
    events = [
        scalar("loss/train", step, value, START + step) for step, value in enumerate(train)
    ] + [
        scalar("loss/val", epoch, value, START + 100 * (epoch + 1))
        for epoch, value in enumerate(val)
    ]
    write(tmp_path / "runs", events)

    document = summary(tbreport, "runs")

    (told,) = messages(document, "TB301")
    assert "wall time" in told
    assert document["runs"][0]["pairs"] == [
        {"metric": "loss", "train": "loss/train", "val": "loss/val"}
    ]


def test_a_log_without_steps_is_numbered_and_said_so(tbreport: Command, tmp_path: Path) -> None:
    events = [scalar("loss", 0, value, START + n) for n, value in enumerate(losses(0))]
    write(tmp_path / "runs", events)

    document = summary(tbreport, "runs")

    series = document["runs"][0]["tags"]["loss"]
    assert (series["points"], series["first_step"], series["last_step"]) == (60, 0, 59)
    (told,) = messages(document, "TB107")
    assert "without steps" in told


def test_a_counter_that_starts_over_is_put_end_to_end(tbreport: Command, tmp_path: Path) -> None:
    values = losses(0, 200)
    events = [scalar("loss", n % 50, value, START + n) for n, value in enumerate(values)]
    write(tmp_path / "runs", events)

    document = summary(tbreport, "runs")

    series = document["runs"][0]["tags"]["loss"]
    assert (series["points"], series["first_step"], series["last_step"]) == (200, 0, 199)
    (told,) = messages(document, "TB107")
    assert "start" in told
    assert "over" in told


def test_two_ranks_in_one_folder_are_one_run(tbreport: Command, tmp_path: Path) -> None:
    write(tmp_path / "runs", curve("loss", losses(0)), host="rank0")
    write(tmp_path / "runs", curve("loss", losses(1, 50)), host="rank1")

    document = summary(tbreport, "runs")

    (run,) = document["runs"]
    assert run["tags"]["loss"]["points"] == 60
    assert [(aside["reason"], aside["points"]) for aside in run["set_aside"]] == [
        ("concurrent", 50)
    ]
    (told,) = messages(document, "TB106")
    assert "50" in told


def test_a_resume_is_spliced_and_said_so(tbreport: Command, tmp_path: Path) -> None:
    write(tmp_path / "runs", curve("loss", losses(0, 40)))
    later = [restart(30, START + 500), *curve("loss", losses(1, 30), first=30, start=START + 500)]
    write(tmp_path / "runs", later, time=1_700_000_500)

    (run,) = summary(tbreport, "runs")["runs"]

    assert run["tags"]["loss"]["points"] == 60
    assert sum(aside["points"] for aside in run["set_aside"]) == 10


def test_a_file_with_a_flipped_byte_keeps_every_other_point(
    tbreport: Command, tmp_path: Path
) -> None:
    path = write(tmp_path / "runs", curve("loss", losses(0)))
    content = bytearray(path.read_bytes())
    content[len(frame(version().SerializeToString()))] ^= 1  # the first value's length
    path.write_bytes(content)

    document = summary(tbreport, "runs")

    assert document["runs"][0]["tags"]["loss"]["points"] == 59
    assert "TB108" in [f["code"] for f in document["runs"][0]["findings"]]


def test_a_required_detector_that_could_not_look_is_exit_1(
    tbreport: Command, tmp_path: Path
) -> None:
    write(tmp_path / "runs" / "a", curve("train/loss", losses(0)))

    done = tbreport("summarize", "runs", "--require", "overfitting,TB202")

    assert done.code == 1
    assert "TB301 could not look at a: no validation loss" in done.err
    assert "TB202" not in done.err


def test_a_required_detector_that_looked_is_no_failure(tbreport: Command, tmp_path: Path) -> None:
    both = curve("train/loss", losses(0)) + curve("val/loss", losses(1))
    write(tmp_path / "runs" / "a", both)

    assert tbreport("summarize", "runs", "--require", "overfitting").code == 0


def test_a_required_detector_that_there_is_not_is_exit_2(tbreport: Command) -> None:
    done = tbreport("summarize", SAMPLES, "--require", "overfiting")

    assert done.code == 2
    assert "did you mean 'overfitting'?" in done.err


def test_what_cannot_be_judged_passes_no_build(tbreport: Command, tmp_path: Path) -> None:
    write(tmp_path / "runs" / "a", [scalar("foo", step, 1.0) for step in range(50)])

    done = tbreport("summarize", tmp_path / "runs", "--fail-on", "error")

    assert done.code == 1
    assert "no run could be judged, so none passes: no loss long enough was found" in done.err


def test_who_asks_for_files_alone_needs_no_training(tbreport: Command, tmp_path: Path) -> None:
    write(tmp_path / "runs" / "a", [scalar("foo", step, 1.0) for step in range(50)])
    (tmp_path / "tbreport.toml").write_text('[detectors]\nselect = ["TB1"]\n', encoding="utf-8")

    assert tbreport("summarize", tmp_path / "runs", "--fail-on", "warning").code == 0


def test_hostile_names_in_notes_and_hints_steer_no_terminal(
    tbreport: Command, tmp_path: Path
) -> None:
    run = "\x1b[31mred\x1b[2J"
    path = write(tmp_path / "runs" / run, curve("loss", [1.0, 0.5]))
    path.write_bytes(path.read_bytes()[:-3])

    noted = tbreport("export", "runs", "--format", "csv").err
    hinted = tbreport("summarize", "runs", "--compare", "nothing").err

    for told in (noted, hinted):
        assert "�[31mred�[2J" in told
        assert "\x1b" not in told


@pytest.mark.parametrize(
    "words",
    [
        "summarize runs -o s3://bucket/page.html",
        "summarize runs --format svg=s3://bucket/charts",
        "summarize runs --cache s3://bucket/cache",
        "gate runs --baseline runs --format json=file:///gate.json",
        "diff runs runs -o s3://bucket/page.html",
        "baseline create runs -o s3://bucket/baseline.json",
        "export runs -o s3://bucket/scalars.parquet",
        "watch runs --looks 1 --html s3://bucket/page.html",
        "cache info --cache s3://bucket/cache",
    ],
)
def test_nothing_is_written_to_a_url(tbreport: Command, tmp_path: Path, words: str) -> None:
    write(tmp_path / "runs" / "a", curve("loss", [1.0, 0.5]))

    done = tbreport(*words.split())

    assert done.code == 2
    assert "results are files of this machine" in done.err
    assert [path.name for path in tmp_path.iterdir()] == ["runs"]


LONG = "n" * 300


@pytest.mark.parametrize(
    "words",
    [[LONG], ["runs", "-o", f"{LONG}.html"], ["runs", "--compare", LONG]],
    ids=["input", "output", "reference"],
)
def test_a_path_that_the_system_refuses_is_no_bug(
    tbreport: Command, tmp_path: Path, words: list[str]
) -> None:
    write(tmp_path / "runs" / "a", curve("loss", [1.0, 0.5]))

    done = tbreport("summarize", *words, "--no-cache")
    assert (done.code, "File name too long" in done.err) == (2, True)


def test_each_file_that_is_asked_for_is_written(tbreport: Command, tmp_path: Path) -> None:
    done = tbreport("summarize", SAMPLES, "-o", "page.html", "-o", "facts.json", "-o", "text.md")

    assert done.code == 0, done.err
    assert {path.name for path in tmp_path.iterdir()} >= {"page.html", "facts.json", "text.md"}
