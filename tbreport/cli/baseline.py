"""tbreport baseline: make, grow, replace and look at the file that the gate compares with."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tbreport.cli.output import (
    Config,
    Engine,
    Join,
    found_settings,
    note,
    pattern,
    refuse_url,
    without_commands,
)
from tbreport.cli.policy import adjusted
from tbreport.errors import BadSetting, CannotWrite
from tbreport.report.formats import STDOUT, write
from tbreport.wording import count

if TYPE_CHECKING:
    from tbreport.gate.model import Baseline, Policy
    from tbreport.gating import Reading

app = typer.Typer(
    help="Make, grow and look at the file that the gate compares with.",
    rich_markup_mode=None,
    no_args_is_help=True,
)

MOST = 1e300  # of a tolerance: all but infinite

Runs = Annotated[
    list[str],
    typer.Argument(metavar="RUNS", help="Folders of runs, event files, JOB=PATH pairs, archives."),
]
File = Annotated[
    Path | None,
    typer.Option(
        "--output",
        "-o",
        metavar="FILE",
        help="The baseline file; else that of [gate] in the settings.",
    ),
]
Group = Annotated[
    str | None, typer.Option(metavar="REGEX", help="What of a run's name is its seed.")
]
Keys = Annotated[
    list[str] | None,
    typer.Option("--key", metavar="K=V", help="Repeatable: the environment, as gpu=a100."),
]
Tags = Annotated[
    str | None,
    typer.Option(
        metavar="REGEX", help="Store tags that match; else those gated, and what has a goal."
    ),
]
Replace = Annotated[bool, typer.Option("--force", help="Replace a file that is there.")]
Force = Annotated[bool, typer.Option("--force", help="In CI as well.")]
Golden = Annotated[
    bool, typer.Option("--golden", help="Deterministic: keep every step, compare exactly.")
]


@app.command()
def create(
    runs: Runs,
    output: File = None,
    tags: Tags = None,
    key: Keys = None,
    group: Group = None,
    golden: Golden = False,
    rtol: Annotated[
        float,
        typer.Option(metavar="SHARE", min=0, max=MOST, help="How far a golden step may be off."),
    ] = 0.0,
    atol: Annotated[
        float, typer.Option(metavar="X", min=0, max=MOST, help="The same, as a difference.")
    ] = 0.0,
    expect_nonfinite: Annotated[
        bool, typer.Option("--expect-nonfinite", help="NaN equals NaN in a golden job.")
    ] = False,
    force: Replace = False,
    engine: Engine = None,
    join: Join = True,
    config: Config = None,
) -> None:
    """Make a baseline file of runs."""
    from tbreport.baselining import made_of
    from tbreport.gate.model import Golden as Closeness

    policy, how = asked(config, key, group, tags, engine, join=join)
    path = target(output, policy)
    if path.exists() and not force:
        raise CannotWrite(
            f"{str(path)!r} is there already",
            hint="add to it with tbreport baseline add, replace it with --force",
        )
    closeness = Closeness(rtol, atol, expect_nonfinite) if golden else None
    save(path, made_of(runs, policy, how, closeness))


@app.command()
def add(
    runs: Runs,
    output: File = None,
    key: Keys = None,
    group: Group = None,
    engine: Engine = None,
    join: Join = True,
    config: Config = None,
) -> None:
    """Add runs to a baseline file; of each job the last twenty stay."""
    from tbreport.baselining import grown_by

    policy, how = asked(config, key, group, None, engine, join=join)
    path = target(output, policy)
    save(path, grown_by(path, runs, policy, how))


@app.command()
def update(
    runs: Runs,
    output: File = None,
    reset: Annotated[
        bool, typer.Option("--reset", help="Drop the runs that were there: the change is accepted.")
    ] = False,
    key: Keys = None,
    group: Group = None,
    force: Force = False,
    engine: Engine = None,
    join: Join = True,
    config: Config = None,
) -> None:
    """Add or replace runs, and print what that changes, in Markdown."""
    policy, how = asked(config, key, group, None, engine, join=join)
    policy = replace(policy, baseline=(str(target(output, policy)),))
    grow(runs, policy, how, reset=reset, force=force)


def grow(
    runs: Sequence[str], policy: Policy, how: Reading, *, reset: bool = False, force: bool = False
) -> None:
    """Put runs into the policy's baseline file, and print what that changes.

    Raises:
        BadSetting: this is CI, where nobody would review it.
    """
    from tbreport.baselining import grown_by
    from tbreport.gate.baseline import read
    from tbreport.gate.diffing import changes

    if os.environ.get("CI") and not force:
        raise BadSetting(
            "a baseline is updated where it is reviewed, not in CI",
            hint="commit the updated file; CI may grow one with tbreport baseline add, or --force",
        )
    path = target(None, policy)
    after = grown_by(path, runs, policy, how, reset=reset)
    print(changes(read(path), after))
    save(path, after)


@app.command()
def show(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A baseline file.")],
) -> None:
    """Print jobs, runs and metrics, and what so many runs can show."""
    from tbreport.gate.baseline import read
    from tbreport.gate.diffing import overview

    with without_commands():
        print(overview(read(file)))


@app.command()
def diff(
    before: Annotated[Path, typer.Argument(metavar="BEFORE", help="A baseline file.")],
    after: Annotated[Path, typer.Argument(metavar="AFTER", help="What it became.")],
) -> None:
    """Print how metrics differ between two files, in Markdown."""
    from tbreport.gate.baseline import read
    from tbreport.gate.diffing import changes

    print(changes(read(before), read(after)))


def asked(
    config: Path | None,
    key: list[str] | None,
    group: str | None,
    tags: str | None,
    engine: str | None,
    *,
    join: bool,
) -> tuple[Policy, Reading]:
    """The policy and the way of reading that options and settings give."""
    from tbreport.gating import Reading
    from tbreport.options import Options, Selection

    settings = found_settings(config)
    policy = adjusted(settings, key=key, group=group)
    selection = Selection(tags=pattern(tags, "--tags"))
    return policy, Reading(Options(selection, engine=engine, join=join, settings=settings))


def target(output: Path | None, policy: Policy) -> Path:
    """The file that is written.

    Raises:
        BadSetting: neither the option nor the settings name one.
        CannotWrite: it is a URL.
    """
    if output is None and len(policy.baseline) != 1:
        raise BadSetting(
            "no baseline file is named",
            hint='say -o FILE, or set baseline = "FILE" in [gate]',
        )
    found = output or Path(policy.baseline[0])
    refuse_url(found)
    return found


def save(path: Path, baselines: Iterable[Baseline]) -> None:
    """Write the file whole or not at all, and say what it holds."""
    from tbreport import __version__
    from tbreport.gate import baseline

    found = tuple(baselines)
    write(baseline.write(found, __version__), STDOUT if str(path) == STDOUT else str(path))
    for job in found:
        held = f"{count(len(job.runs), 'run')}, {count(len(job.grids), 'metric')}"
        note(f"{path}: job {job.job!r}, {held}")
