"""tbreport gate: candidate runs and a baseline in, a verdict and an exit code out."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tbreport.cli import completion
from tbreport.cli.baseline import Group, Keys, grow
from tbreport.cli.output import (
    Config,
    Engine,
    Exclude,
    Files,
    Hosts,
    Join,
    Runs,
    found_settings,
    in_actions,
    note,
    pattern,
    put,
    tell_crashes,
    tell_github,
    wanted_outputs,
    without_commands,
)
from tbreport.cli.policy import adjusted
from tbreport.report.formats import FORMATS, STDOUT, write

if TYPE_CHECKING:
    from tbreport.gate.model import Policy, Verdict
    from tbreport.gating import Reading
    from tbreport.judging import Crash

# Formats that show the verdict alone: for these a candidate that passes need not be drawn.
VERDICT_ALONE = ("text", "github", "junit")
# What is asked of the gate; the page tells it to whoever wants to make it again.
ASKED = (
    "baseline", "metric", "stats", "check", "alpha", "min_effect", "max_regression", "tol",
    "confirm", "fresh_seeds", "key", "group", "require", "fail_on", "fail_on_damage",
    "on_inconclusive", "allow_shorter", "partial", "runs", "exclude", "title", "engine",
    "show_hosts",
)  # fmt: skip
EXIT_CODES = {"fail": 1, "exit4": 4}  # of an inconclusive gate, by on_inconclusive; else 0


def gate(
    context: typer.Context,
    candidates: Annotated[
        list[str],
        typer.Argument(metavar="CANDIDATE", help="Folders, event files, JOB=PATH pairs, archives."),
    ],
    baseline: Annotated[
        list[str] | None,
        typer.Option(metavar="FILE|DIR", help="Repeatable: baseline files (.json), run folders."),
    ] = None,
    metric: Annotated[
        list[str] | None,
        typer.Option(metavar="TAG=lower|higher", help="Repeatable; what is gated. * and ? match."),
    ] = None,
    stats: Annotated[
        str | None,
        typer.Option(metavar="NAMES", help="Some of final,auc,best,ttt,median."),
    ] = None,
    check: Annotated[
        list[str] | None,
        typer.Option(metavar="EXPR", help="Repeatable: 'mean(\"loss\", last=5) < 0.3'."),
    ] = None,
    alpha: Annotated[
        float | None, typer.Option(metavar="P", help="How often chance may fail the call.")
    ] = None,
    min_effect: Annotated[
        str | None, typer.Option(metavar="SHARE", help="A worsening up to this is let pass.")
    ] = None,
    max_regression: Annotated[
        str | None, typer.Option(metavar="SHARE", help="A pass rules out this worsening.")
    ] = None,
    tol: Annotated[
        str | None, typer.Option(metavar="SHARE", help="Tolerated with fewer than 3 baseline runs.")
    ] = None,
    confirm: Annotated[
        Path | None,
        typer.Option(metavar="FIRST.json", help="Confirm the failures of that call."),
    ] = None,
    fresh_seeds: Annotated[
        int | None,
        typer.Option(metavar="N", min=0, help="Confirm a failure by so many."),
    ] = None,
    key: Keys = None,
    group: Group = None,
    require: Annotated[
        list[str] | None, typer.Option(metavar="TAG", help="Repeatable: every run must have it.")
    ] = None,
    fail_on: Annotated[
        str | None,
        typer.Option(metavar="warning|error", help="Findings of this severity fail."),
    ] = None,
    fail_on_damage: Annotated[
        bool, typer.Option("--fail-on-damage", help="Damaged event files fail.")
    ] = False,
    on_inconclusive: Annotated[
        str | None,
        typer.Option(metavar="pass|warn|fail|exit4", help="The outcome where seeds are too few."),
    ] = None,
    allow_shorter: Annotated[
        bool, typer.Option("--allow-shorter", help="Compare a short run up to its end.")
    ] = False,
    partial: Annotated[
        bool, typer.Option("--partial", help="Not every job of the baseline need be there.")
    ] = False,
    self_test: Annotated[
        bool, typer.Option("--self-test", help="Inject defects; does the gate catch them?")
    ] = False,
    update_baseline: Annotated[
        bool, typer.Option("--update-baseline", help="Add the runs to the baseline on a pass.")
    ] = False,
    exit_zero: Annotated[bool, typer.Option("--exit-zero", help="Report only.")] = False,
    runs: Runs = None,
    exclude: Exclude = None,
    format: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME[=PATH]",
            help=f"Repeatable; one of {', '.join(FORMATS)}.",
            autocompletion=completion.formats,
        ),
    ] = None,
    output: Files = None,
    title: Annotated[str | None, typer.Option(metavar="TEXT", help="The report's title.")] = None,
    max_size: Annotated[
        float, typer.Option(metavar="MB", help="How large the page may be.", min=1)
    ] = 10,
    force: Annotated[
        bool, typer.Option("--force", help="Larger pages; --update-baseline in CI.")
    ] = False,
    engine: Engine = None,
    join: Join = True,
    show_hosts: Hosts = False,
    config: Config = None,
) -> None:
    """Hold runs against a baseline; exit 1 if training became worse.

    A SHARE is written 2% or 0.02. docs/gate.md says how it decides.

    Exit codes: 0 passed, 1 failed, 2 usage or settings, 3 a bug of ours, 4 inconclusive (with
    --on-inconclusive exit4), 5 nothing to compare.
    """
    from tbreport.gating import Reading, placed
    from tbreport.gating import gate as judge
    from tbreport.options import Options, Selection
    from tbreport.progress import Progress

    began = time.perf_counter()
    settings = found_settings(config)
    policy = adjusted(
        settings,
        baseline=baseline,
        metric=metric,
        stats=stats,
        check=check,
        key=key,
        require=require,
        alpha=alpha,
        min_effect=min_effect,
        max_regression=max_regression,
        tol=tol,
        confirm=fresh_seeds,
        group=group,
        fail_on=fail_on,
        fail_on_damage=fail_on_damage or None,
        on_inconclusive=on_inconclusive,
        on_short="warn" if allow_shorter else None,
        partial=partial or None,
    )
    outputs = wanted_outputs(format, output, gate_outputs())
    selection = Selection(pattern(runs, "--runs"), None, pattern(exclude, "--exclude"))
    options = Options(selection, None, title, engine, join, show_hosts, settings)
    if self_test:
        raise typer.Exit(tried(candidates, policy, Reading(options)))
    crashes: list[Crash] = []
    with Progress() as progress:
        how = Reading(options, progress.begin, progress.advance, crashes)
        closely = in_actions() or any(o.format.name not in VERDICT_ALONE for o in outputs)
        asked = {name: context.params[name] for name in ASKED} | {"no_join": not join}
        report = judge(
            *candidates,
            policy=policy,
            reading_of=how,
            first=confirm,
            closely=closely,
            asked=asked,
        )
    tell_crashes(crashes)
    if any(wanted.format.name == "github" for wanted in outputs):
        report = placed(report, None if metric else settings.file, policy)
    for wanted in outputs:
        put(wanted, report, max_size=int(max_size * 1e6), force=force)
    if in_actions():
        tell_github(report, outputs)
    assert report.verdict is not None
    note(f"{time.perf_counter() - began:.2f} s")
    if update_baseline and report.verdict.outcome == "pass":
        grow(candidates, policy, Reading(options), force=force)
    elif update_baseline:
        note("the baseline stays as it is: the gate did not pass")
    code = 0 if exit_zero else exit_code(report.verdict, policy)
    if code:
        raise typer.Exit(code)


def tried(candidates: list[str], policy: Policy, how: Reading) -> int:
    """Print what became of each injected defect; 1 if one was missed."""
    from tbreport.baselining import try_out
    from tbreport.gate.selftest import told

    trials = try_out(*candidates, policy=policy, reading_of=how)
    with without_commands():
        write(told(trials), STDOUT)
    return 0 if all(trial.is_caught for trial in trials) else 1


def gate_outputs() -> tuple[str, ...]:
    """Where nothing is asked for: text, and annotations where GitHub runs this."""
    return ("text", "github") if in_actions() else ("text",)


def exit_code(verdict: Verdict, policy: Policy) -> int:
    """What CI reads."""
    if verdict.outcome == "inconclusive":
        return EXIT_CODES.get(policy.on_inconclusive, 0)
    return 1 if verdict.outcome == "fail" else 0
