"""Several runs side by side: all are trained, failures are told, Ctrl-C leaves whole files."""

from __future__ import annotations

import io
import signal
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tbreport.training import TrainingError
from tbreport.training.sweep import Job, Settings, devices_for, sweep
from tests.calling import exit_code
from tests.training.runs import scalars, silent

LAST = "healthy-text-classifier"


@dataclass(frozen=True)
class Stopped:
    """A sweep after Ctrl-C: where it wrote, what it printed and told, how it ended."""

    folder: Path
    out: str
    err: str
    code: object


class Terminal(io.StringIO):
    """A person who reads stderr and presses Ctrl-C once so many runs are printed."""

    def __init__(self, out: io.StringIO, label: str, n_done: int) -> None:
        super().__init__()
        self.out, self.label, self.n_done = out, label, n_done

    def write(self, text: str) -> int:
        if f"{self.label}: step" in text and self.out.getvalue().count("\n") == self.n_done:
            signal.raise_signal(signal.SIGINT)
        return super().write(text)


def stop(folder: Path, *arguments: str, label: str, n_done: int) -> Stopped:
    """Run the command until a line of the label is seen and so many runs are done."""
    out = io.StringIO()
    err = Terminal(out, label, n_done)
    common = ["--device", "cpu", "--out", str(folder)]
    with pytest.MonkeyPatch.context() as patch, redirect_stdout(out), redirect_stderr(err):
        code = exit_code(patch, "train", *arguments, *common)
    return Stopped(folder, out.getvalue(), err.getvalue(), code)


@pytest.fixture(scope="module")
def stopped(tmp_path_factory: pytest.TempPathFactory) -> Stopped:
    """Six runs by two workers: three are done, one cannot begin, two are stopped."""
    folder = tmp_path_factory.mktemp("sweep")
    (folder / "nan-linear-regression-seed1").write_text("in the way")
    names = ("healthy-linear-regression", "nan-linear-regression", LAST)
    first = f"seed 0, {LAST}"  # the one whose file is looked at: seed 1 may be ahead of it
    return stop(folder, *names, "--seeds", "2", "--workers", "2", label=first, n_done=3)


def test_scenarios_and_seeds_are_all_trained(stopped: Stopped) -> None:
    folders = {
        stopped.folder / name
        for name in (
            "healthy-linear-regression-seed0",
            "healthy-linear-regression-seed1",
            "nan-linear-regression-seed0",
        )
    }
    assert {Path(line) for line in stopped.out.splitlines()} == folders
    assert "seed 1, healthy-linear-regression: step 360 of 360" in stopped.err
    for folder in folders:
        assert scalars(folder)["loss/val"][-1][0] == 360


def test_a_run_that_cannot_begin_is_told_and_the_others_go_on(stopped: Stopped) -> None:
    (line,) = (line for line in stopped.err.splitlines() if "failed: " in line)
    assert "nan-linear-regression-seed1" in line


def test_ctrl_c_leaves_whole_files(stopped: Stopped) -> None:
    assert stopped.code == 130
    assert "stopped; what was written is whole" in stopped.err
    assert "Traceback" not in stopped.err
    points = scalars(stopped.folder / f"{LAST}-seed0")["loss/train"]
    assert 40 <= points[-1][0] < 360
    assert [step for step, _ in points] == list(range(1, points[-1][0] + 1))


def test_ctrl_c_on_a_single_run_says_that_its_file_is_whole(tmp_path: Path) -> None:
    label = "healthy-linear-regression"
    stopped = stop(tmp_path, label, label=label, n_done=0)
    assert stopped.code == 130
    assert "stopped; what was written is whole" in stopped.err
    assert scalars(tmp_path / f"{label}-seed0")["loss/train"][-1][0] < 360


def test_a_folder_that_is_taken_stops_the_sweep_before_it_begins(tmp_path: Path) -> None:
    held = tmp_path / "wide-seed0" / "events.out.tfevents.1.host"
    held.parent.mkdir()
    held.touch()
    jobs = [Job("healthy", 0), Job("wide", 0)]
    with pytest.raises(TrainingError, match="holds event files already"):
        list(sweep(jobs, Settings(tmp_path), device="cpu", workers=1, echo=silent))
    assert [path.name for path in tmp_path.iterdir()] == ["wide-seed0"]


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"precision": "fp8"}, "no precision 'fp8'"),
        ({"samples": Path("nowhere")}, "there is no 'nowhere'"),
    ],
)
def test_what_no_run_could_do_stops_the_sweep_before_it_begins(
    tmp_path: Path, wrong: dict[str, Any], message: str
) -> None:
    settings = Settings(tmp_path, **wrong)
    with pytest.raises(TrainingError, match=message):
        list(sweep([Job("healthy", 0)], settings, device="cpu", workers=1, echo=silent))


def test_a_run_asked_for_twice_is_refused(tmp_path: Path) -> None:
    jobs = [Job("healthy", 0), Job("healthy-gan", 0)]
    settings = Settings(tmp_path, task="gan")
    with pytest.raises(TrainingError, match="'healthy-gan-seed0' is asked for twice"):
        list(sweep(jobs, settings, device="cpu", workers=2, echo=silent))


def test_a_run_that_fails_is_told_after_the_others(tmp_path: Path) -> None:
    jobs = [Job("healthy", 0)]
    lines: list[str] = []
    settings = Settings(tmp_path, "linear-regression", samples=tmp_path)
    with pytest.raises(TrainingError, match="1 of 1 runs failed: healthy with seed 0"):
        list(sweep(jobs, settings, device="cpu", workers=1, echo=lines.append))
    assert lines == ["failed: linear-regression makes its samples itself (leave --data-dir)"]


def test_workers_share_the_processor() -> None:
    assert devices_for("cpu", 3) == ["cpu"] * 3
    assert devices_for("cpu", None) == ["cpu"]
