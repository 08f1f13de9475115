"""The action and the examples for CI, played as a runner plays them."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.eventwriter import curve, write
from tests.gate.runs import falling
from tests.integration.conftest import ROOT
from tests.report.test_github import annotations, read_outputs

yaml = pytest.importorskip("yaml")
EXAMPLES = ROOT / "examples" / "ci"
EXPRESSION = re.compile(r"\$\{\{\s*(inputs|steps)\.([\w.-]+)\s*\}\}")


def train(folder: Path, seed: int, **changes: float) -> None:
    rng = np.random.default_rng(seed)
    values = falling(seed, **changes)  # type: ignore[arg-type]
    tokens = 1000 * (1 + rng.normal(0, 0.01)) * (1 + rng.normal(0, 0.01, 200))
    events = [*curve("train/loss", values), *curve("val/loss", values + 0.1)]
    write(folder, [*events, *curve("perf/tokens_per_s", tokens)])


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A repository with the example's settings and a baseline of six runs."""
    shutil.copy(EXAMPLES / "tbreport.toml", tmp_path)
    for seed in range(6):
        train(tmp_path / "main" / f"lm-seed{seed}", seed)
    (tmp_path / ".tbreport").mkdir()
    tbreport(tmp_path, "baseline", "create", "main", "-o", ".tbreport/baseline.json")
    return tmp_path


def environment(folder: Path) -> dict[str, str]:
    """What a runner sets, and `tbreport` on the path."""
    tools = folder / "tools"
    tools.mkdir(exist_ok=True)
    script = tools / "tbreport"
    script.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m tbreport "$@"\n')
    script.chmod(0o755)
    path = f"{tools}{os.pathsep}{os.environ['PATH']}"
    return {"PATH": path, "PYTHONPATH": str(ROOT), "LC_ALL": "C.UTF-8"}


def tbreport(folder: Path, *args: str) -> None:
    subprocess.run(["tbreport", *args], cwd=folder, env=environment(folder), check=True,
                   capture_output=True, executable=folder / "tools" / "tbreport")  # fmt: skip


def play(folder: Path, **inputs: str) -> tuple[int, str, dict[str, str]]:
    """Run the steps of the action that are scripts; exit code, stdout and outputs."""
    action: dict[str, Any] = yaml.safe_load((ROOT / "action.yml").read_text())
    given = {name: entry.get("default", "") for name, entry in action["inputs"].items()}
    given |= {"install": "false", "python-version": "false"} | inputs
    outputs: dict[str, dict[str, str]] = {}
    said = ""
    code = 0

    def filled(found: re.Match[str]) -> str:
        if found[1] == "inputs":
            return str(given[found[2]])
        step, _, name = found[2].partition(".outputs.")
        return outputs.get(step, {}).get(name, "")

    for place, step in enumerate(action["runs"]["steps"]):
        if "run" not in step or "if" in step:  # those that need a network
            continue
        file = folder / f"output-{place}"
        file.touch()
        env = {name: EXPRESSION.sub(filled, text) for name, text in step["env"].items()}
        done = subprocess.run(
            ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"]],
            cwd=folder,
            env=environment(folder)
            | {"CI": "true", "GITHUB_ACTIONS": "true", "GITHUB_OUTPUT": str(file),
               "GITHUB_STEP_SUMMARY": str(folder / "summary.md")}
            | env,
            capture_output=True,
            text=True,
            check=False,
        )  # fmt: skip
        said += done.stdout
        code = done.returncode
        lines = file.read_text()
        simple = re.findall(r"^(code)=(.*)$", lines, re.MULTILINE)
        blocks = re.sub(r"^code=.*\n", "", lines, flags=re.MULTILINE)
        outputs[step.get("id", str(place))] = dict(simple) | read_outputs(blocks)
        if code:
            break
    return code, said, outputs["gate"]


def commands(said: str) -> list[str]:
    """The lines that the runner takes for commands: none between stop-commands and its token."""
    found, token = [], None
    for line in said.splitlines():
        if token is None and line.startswith("::stop-commands::"):
            token = line.removeprefix("::stop-commands::")
        elif token is not None:
            token = None if line == f"::{token}::" else token
        elif line.startswith("::"):
            found.append(line)
    return found


def test_the_action_passes_a_run_that_is_as_good(checkout: Path) -> None:
    train(checkout / "runs" / "lm", 100)

    code, said, outputs = play(checkout, candidate="lm=runs/lm")

    assert code == 0, said
    assert outputs["verdict"] == "pass"
    assert commands(said) == []


def test_the_action_fails_a_run_that_is_worse_and_leaves_all_reports(checkout: Path) -> None:
    train(checkout / "runs" / "lm", 100, shift=0.2)

    code, said, outputs = play(checkout, candidate="lm=runs/lm", baseline=".tbreport/baseline.json")

    assert code == 1
    assert (outputs["verdict"], outputs["needs-confirmation"]) == ("fail", "true")
    told = annotations("\n".join(commands(said)))
    assert {level for level, _, _ in told} == {"error"}
    settings = (checkout / "tbreport.toml").read_text().splitlines()
    lines = {(at["file"], settings[int(at["line"]) - 1][:6]) for _, at, _ in told}
    assert ("tbreport.toml", "tag = ") in lines
    assert lines <= {("tbreport.toml", "tag = "), ("tbreport.toml", "expr =")}
    assert (checkout / outputs["report-path"]).read_text().startswith("<!doctype html>")
    assert json.loads((checkout / outputs["json-path"]).read_text())["gate"]["outcome"] == "fail"
    comment = (checkout / "tbreport-report" / "comment.md").read_text()
    assert comment.startswith("<!-- tbreport:")
    assert comment == (checkout / "summary.md").read_text()


def test_the_action_tells_a_mistake_from_a_regression(checkout: Path) -> None:
    train(checkout / "runs" / "lm", 100)

    code, _, _ = play(checkout, candidate="lm=runs/lm", args="--alpha\n9")

    assert code == 2


def test_inputs_cannot_run_commands(checkout: Path) -> None:
    play(checkout, candidate="runs/$(touch pwned); touch pwned #", args="`touch pwned`")

    assert not (checkout / "pwned").exists()


def test_gitlabs_job_runs_as_written(checkout: Path) -> None:
    train(checkout / "runs" / "lm", 100)
    job = yaml.safe_load((EXAMPLES / "gitlab-ci.yml").read_text())["gate"]

    done = subprocess.run(
        ["bash", "-ec", job["script"][-1]], cwd=checkout, env=environment(checkout), check=False
    )

    assert done.returncode == 0
    for path in (*job["artifacts"]["paths"], *job["artifacts"]["reports"].values()):
        assert (checkout / path).stat().st_size > 0


def test_the_hook_checks_settings_and_baseline(checkout: Path) -> None:
    (hook,) = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())
    command = hook["entry"].split()

    tbreport(checkout, *command[1:])
    (checkout / "tbreport.toml").write_text("[gate]\nalhpa = 1\n")
    with pytest.raises(subprocess.CalledProcessError) as failed:
        tbreport(checkout, *command[1:])
    assert failed.value.returncode == 2


@pytest.mark.parametrize("path", sorted(EXAMPLES.glob("*.y*ml")), ids=lambda path: path.name)
def test_every_example_is_yaml_and_pins_what_it_uses_by_version(path: Path) -> None:
    yaml.safe_load(path.read_text())

    for use in re.findall(r"uses: ([^\s#]+)", path.read_text()):
        assert re.search(r"@v\d+$", use) or use.startswith("./"), use
