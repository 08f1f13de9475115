"""The action and the examples for CI, played as a runner plays them."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
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
EXPRESSION = re.compile(r"\$\{\{\s*(inputs|steps|github)\.([\w.-]+)\s*\}\}")
CONDITION = re.compile(r"(inputs|steps|github)\.([\w.-]+) (==|!=) '([^']*)'")
PAGE = "https://github.example/owner/repo/actions/runs/1/artifacts/2"
HEAD = "0123456789abcdef0123456789abcdef01234567"
GITHUB = {
    "event_name": "pull_request",
    "event.number": "7",
    "event.workflow_run.head_sha": HEAD,
    "repository": "owner/repo",
    "token": "secret",
}
ISSUE = "repos/owner/repo/issues"
# Writes down its words and the body; answers questions from a file, by the path that is asked for.
GH = """\
import json, subprocess, sys
words = sys.argv[1:]
body = next((open(word[6:]).read() for word in words if word.startswith("body=@")), None)
with open("gh-calls", "a") as calls:
    calls.write(json.dumps([words, body]) + "\\n")
if "--jq" in words:
    answer = json.dumps(json.load(open("gh-answers.json")).get(words[1], []))
    query = ["jq", "-r", words[words.index("--jq") + 1]]
    sys.exit(subprocess.run(query, input=answer, text=True).returncode)
"""
TRAINING = """\
import sys
from pathlib import Path
from tests.integration.test_ci_examples import train
train(Path(sys.argv[4]), int(sys.argv[2]), shift=0.2 if sys.argv[2] in WORSE else 0.0)
"""
ALWAYS = "${{ !cancelled() }}"
Look = Callable[[str, str], str]
needs_jq = pytest.mark.skipif(shutil.which("jq") is None, reason="gh's filters need jq here")


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
    """What a runner sets; on the path are `tbreport`, `python` and a `gh` that only writes down."""
    tools = folder / "tools"
    tools.mkdir(exist_ok=True)
    (tools / "gh.py").write_text(GH)
    for name, words in (("tbreport", "-m tbreport"), ("python", ""), ("gh", f"{tools / 'gh.py'}")):
        script = tools / name
        script.write_text(f'#!/bin/sh\nexec "{sys.executable}" {words} "$@"\n')
        script.chmod(0o755)
    path = f"{tools}{os.pathsep}{os.environ['PATH']}"
    return {"PATH": path, "PYTHONPATH": str(ROOT), "LC_ALL": "C.UTF-8"}


def tbreport(folder: Path, *args: str) -> None:
    subprocess.run(["tbreport", *args], cwd=folder, env=environment(folder), check=True,
                   capture_output=True, executable=folder / "tools" / "tbreport")  # fmt: skip


def shell(folder: Path, script: str, variables: dict[str, str]) -> subprocess.CompletedProcess[str]:
    """Run a script as a runner runs that of a step."""
    return subprocess.run(
        ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", script],
        cwd=folder,
        env=environment(folder) | {"CI": "true", "GITHUB_ACTIONS": "true"} | variables,
        capture_output=True,
        text=True,
        check=False,
    )


def of_event(context: str, path: str) -> str:
    """A value that a workflow has without inputs and outputs."""
    assert context == "github", path
    return GITHUB[path]


def variables_of(step: dict[str, Any], look: Look = of_event) -> dict[str, str]:
    """The environment that a step asks for."""
    return {
        name: EXPRESSION.sub(lambda found: look(found[1], found[2]), text)
        for name, text in step.get("env", {}).items()
    }


def holds(condition: str, look: Look) -> bool:
    """Whether a step is to run: comparisons joined by &&."""
    for part in condition.split("&&") if condition else ():
        found = CONDITION.fullmatch(part.strip())
        assert found, condition
        if (look(found[1], found[2]) == found[4]) != (found[3] == "=="):
            return False
    return True


def play(folder: Path, **inputs: str) -> tuple[int, str, dict[str, str]]:
    """Run the steps of the action; exit code, stdout and outputs. Uploads are not made."""
    action: dict[str, Any] = yaml.safe_load((ROOT / "action.yml").read_text())
    given = {name: entry.get("default", "") for name, entry in action["inputs"].items()}
    given |= {"install": "false", "python-version": "false"} | inputs
    outputs: dict[str, dict[str, str]] = {}
    said = ""
    code = 0

    def look(context: str, path: str) -> str:
        if context == "inputs":
            return str(given[path])
        if context == "github":
            return GITHUB[path]
        step, _, name = path.partition(".outputs.")
        return outputs.get(step, {}).get(name, "")

    for place, step in enumerate(action["runs"]["steps"]):
        if not holds(step.get("if", ""), look):
            continue
        if "uses" in step:
            outputs[step["id"]] = {"artifact-url": PAGE}
            continue
        file = folder / f"output-{place}"
        file.touch()
        files = {"GITHUB_OUTPUT": str(file), "GITHUB_STEP_SUMMARY": str(folder / "summary.md")}
        done = shell(folder, step["run"], files | variables_of(step, look))
        said += done.stdout
        code = done.returncode
        lines = file.read_text()
        simple = re.findall(r"^(code)=(.*)$", lines, re.MULTILINE)
        blocks = re.sub(r"^code=.*\n", "", lines, flags=re.MULTILINE)
        outputs[step.get("id", str(place))] = dict(simple) | read_outputs(blocks)
        if code:
            break
    return code, said, outputs["gate"]


def answer(folder: Path, **answers: Any) -> None:
    """What `gh` is told: the comments of the pull request, and its head."""
    by_path = {
        f"{ISSUE}/7/comments": answers.get("comments", []),
        "repos/owner/repo/pulls/7": {"head": {"sha": answers.get("head", HEAD)}},
    }
    (folder / "gh-answers.json").write_text(json.dumps(by_path))


def written(folder: Path) -> list[tuple[str, str, str]]:
    """Method, path and body of each call of `gh` that changes something."""
    file = folder / "gh-calls"
    calls = [json.loads(line) for line in file.read_text().splitlines()] if file.exists() else []
    return [(words[2], words[3], body) for words, body in calls if words[1] == "-X"]


def said_by(login: str, number: int, body: str) -> dict[str, Any]:
    """A comment as the API gives it."""
    return {"id": number, "user": {"login": login}, "body": body}


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


def test_each_gate_of_a_workflow_can_have_a_page_of_its_own_name(checkout: Path) -> None:
    train(checkout / "runs" / "lm", 100)

    code, _, outputs = play(checkout, candidate="lm=runs/lm", name="a100")

    assert code == 0
    assert outputs["report-path"] == "tbreport-report/a100.html"
    assert (checkout / outputs["report-path"]).is_file()


def test_an_upload_that_fails_fails_no_build() -> None:
    steps = yaml.safe_load((ROOT / "action.yml").read_text())["runs"]["steps"]
    (upload,) = (step for step in steps if step.get("id") == "upload")

    assert upload["continue-on-error"] is True
    assert upload["with"]["overwrite"] is True


def test_the_action_comments_on_no_mistake_with_what_was_said_before(checkout: Path) -> None:
    train(checkout / "runs" / "lm", 100)
    (checkout / "tbreport-report").mkdir()
    (checkout / "tbreport-report" / "comment.md").write_text("<!-- tbreport:training-gate -->\n")

    code, _, _ = play(checkout, candidate="lm=runs/lm", args="--alpha\n9", comment="true")

    assert code == 2
    assert not (checkout / "gh-calls").exists()


@needs_jq
def test_the_action_comments_with_a_link_to_the_page_and_still_fails(checkout: Path) -> None:
    train(checkout / "runs" / "lm", 100, shift=0.2)
    answer(checkout)

    code, said, _ = play(checkout, candidate="lm=runs/lm", comment="true")

    ((method, path, body),) = written(checkout)
    assert code == 1, said
    assert (method, path) == ("POST", f"{ISSUE}/7/comments")
    assert body.startswith("<!-- tbreport:")
    assert body.endswith(f"[The whole report]({PAGE})\n")


@needs_jq
def test_the_action_updates_its_own_comment_and_nobody_elses(checkout: Path) -> None:
    train(checkout / "runs" / "lm", 100)
    answer(checkout)
    play(checkout, candidate="lm=runs/lm", comment="true")
    ((_, _, first),) = written(checkout)
    bot = "github-actions[bot]"
    others = [said_by("stranger", 1, first), said_by(bot, 2, "<!-- other -->\n")]
    answer(checkout, comments=[*others, said_by(bot, 3, first)])

    play(checkout, candidate="lm=runs/lm", comment="true")

    method, path, body = written(checkout)[-1]
    assert (method, path) == ("PATCH", f"{ISSUE}/comments/3")
    assert body == first


def test_the_action_comments_only_where_it_is_asked_to(checkout: Path) -> None:
    train(checkout / "runs" / "lm", 100)

    play(checkout, candidate="lm=runs/lm")

    assert not (checkout / "gh-calls").exists()


def training(*worse: str) -> str:
    """A script whose runs of these seeds are worse than the baseline's."""
    return f"WORSE = {worse}\n{TRAINING}"


def train_and_gate(folder: Path) -> tuple[list[int], list[dict[str, Any]]]:
    """Run the first workflow; the exit codes of the steps that ran, and all steps."""
    steps = yaml.safe_load((EXAMPLES / "train-and-gate.yml").read_text())["jobs"]["gate"]["steps"]
    codes: list[int] = []
    gate = {"outputs.needs-confirmation": "", "outcome": ""}

    def look(context: str, path: str) -> str:
        return of_event(context, path) if context == "github" else gate[path.removeprefix("gate.")]

    for step in steps:
        condition = step.get("if", "")
        if condition != ALWAYS and (any(codes) or not holds(condition, look)):
            continue
        if step.get("id") == "gate":
            code, _, outputs = play(folder, **step["with"])
            gate["outcome"] = "failure" if code else "success"
            gate["outputs.needs-confirmation"] = outputs.get("needs-confirmation", "")
            codes.append(0 if step.get("continue-on-error") else code)
        elif "run" in step:
            variables = {"GITHUB_RUN_NUMBER": "100"} | variables_of(step)
            codes.append(shell(folder, step["run"], variables).returncode)
    return codes, steps


def comment_from_artifact(folder: Path) -> int:
    """Run the second workflow in a folder with the artifact of the first; its exit code."""
    (job,) = yaml.safe_load((EXAMPLES / "comment.yml").read_text())["jobs"].values()
    step = job["steps"][-1]
    return shell(folder, step["run"], variables_of(step)).returncode


@needs_jq
def test_a_pull_request_from_a_fork_is_trained_judged_and_commented_on(checkout: Path) -> None:
    (checkout / "train.py").write_text(training("100", "1001", "1002"))
    codes, steps = train_and_gate(checkout)
    artifact = checkout / "artifact"
    artifact.mkdir()
    for path in steps[-1]["with"]["path"].split():
        shutil.copy(checkout / path, artifact)
    answer(artifact)

    code = comment_from_artifact(artifact)

    assert codes == [0, 0, 1, 0]  # training, gate, confirmation, number
    assert code == 0
    assert written(checkout) == []
    comment = (checkout / "tbreport-report" / "comment.md").read_text()
    assert written(artifact) == [("POST", f"{ISSUE}/7/comments", comment)]


def test_fresh_seeds_clear_a_failure_that_was_chance(checkout: Path) -> None:
    (checkout / "train.py").write_text(training("100"))

    codes, _ = train_and_gate(checkout)

    assert codes == [0, 0, 0, 0]
    comment = (checkout / "tbreport-report" / "comment.md").read_text()
    assert "The gate passed" in comment
    assert "confirmation of" in comment


@pytest.mark.parametrize(
    ("script", "codes"),
    [(training(), [0, 0, 0]), ("from pathlib import Path\nPath('runs/lm').mkdir(parents=True)",
                               [0, 0, 1, 0])],
)  # fmt: skip
def test_what_passes_or_cannot_be_confirmed_trains_no_fresh_seeds(
    checkout: Path, script: str, codes: list[int]
) -> None:
    (checkout / "train.py").write_text(script)

    assert train_and_gate(checkout)[0] == codes
    assert not (checkout / "runs" / "fresh").exists()


@needs_jq
@pytest.mark.parametrize(
    ("number", "head"), [("7", "f" * 40), ("7/../8", HEAD), ("$(touch pwned)", HEAD), ("", HEAD)]
)
def test_an_artifact_that_names_another_pull_request_is_refused(
    tmp_path: Path, number: str, head: str
) -> None:
    (tmp_path / "number").write_text(f"{number}\n")
    (tmp_path / "comment.md").write_text("<!-- tbreport:x -->\n")
    answer(tmp_path, head=head)

    assert comment_from_artifact(tmp_path) == 1
    assert written(tmp_path) == []
    assert not (tmp_path / "pwned").exists()


@needs_jq
@pytest.mark.parametrize("first", ["", "<!-- other -->", "### The gate passed"])
def test_an_artifact_takes_no_other_tools_comment(tmp_path: Path, first: str) -> None:
    (tmp_path / "number").write_text("7\n")
    (tmp_path / "comment.md").write_text(f"{first}\nhello\n")
    answer(tmp_path, comments=[said_by("github-actions[bot]", 2, "<!-- other -->\n")])

    assert comment_from_artifact(tmp_path) == 1
    assert written(tmp_path) == []


def test_a_merge_appends_its_run_to_the_baseline_and_pushes_it(checkout: Path) -> None:
    (checkout / "train.py").write_text(training())
    begin = """
      git init -q --bare ./origin.git
      git init -q -b main . && git remote add origin ./origin.git
      git add .tbreport
      git -c user.name=me -c user.email=me@example.org commit -q -m first
      git push -q -u origin main
    """
    assert shell(checkout, begin, {}).returncode == 0
    (job,) = yaml.safe_load((EXAMPLES / "grow-baseline.yml").read_text())["jobs"].values()

    for step in job["steps"]:
        if "run" in step and "pip install" not in step["run"]:
            done = shell(checkout, step["run"], {"GITHUB_RUN_NUMBER": "100", "GITHUB_SHA": HEAD})
            assert done.returncode == 0, done.stderr

    pushed = shell(checkout, "git --git-dir ./origin.git show main:.tbreport/baseline.json", {})
    (stored,) = json.loads(pushed.stdout)["baselines"]
    assert [run["commit"] for run in stored["runs"]] == [None] * 6 + [HEAD]


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
