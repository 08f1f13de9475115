"""tbreport config: the settings that hold here, and whether they are sound."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tbreport.cli.output import Config, found_settings, note

if TYPE_CHECKING:
    from tbreport.gate.model import Policy
    from tbreport.settings import Settings

app = typer.Typer(
    help="Show the settings that hold here, or check them.",
    rich_markup_mode=None,
    no_args_is_help=True,
)


@app.command()
def show(config: Config = None) -> None:
    """Print the settings that hold here, and all of the gate's policy."""
    import json
    from dataclasses import asdict

    settings = found_settings(config)
    check_settings(settings)
    print(f"# {settings.path or 'no settings file'}")
    for name, table in settings.tables.items():
        print(f"[{name}]")
        for key, value in table.values.items():
            print(f"{key} = {json.dumps(value, default=str)}")
    print("# the gate's policy, defaults included")
    for key, value in asdict(policy_of(settings)).items():
        print(f"# {key} = {json.dumps(value, default=str)}")


@app.command()
def check(
    baselines: Annotated[
        list[Path] | None,
        typer.Argument(metavar="BASELINE", help="Else `baseline` of the settings."),
    ] = None,
    config: Config = None,
) -> None:
    """Check settings and baseline files; exit 2 if one cannot be used. Reads no run."""
    from tbreport.gate.baseline import read
    from tbreport.gate.statistics import FEWEST
    from tbreport.wording import count

    settings = found_settings(config)
    check_settings(settings)
    policy = policy_of(settings)
    given = baselines or [Path(path) for path in policy.baseline if path.endswith(".json")]
    for path in given:
        jobs = read(path)
        runs = sum(len(job.runs) for job in jobs)
        print(f"{path}: {count(len(jobs), 'job')}, {count(runs, 'run')}")
        for job in jobs:
            if len(job.runs) < FEWEST and job.golden is None and policy.tol is None:
                held = count(len(job.runs), "run")
                note(f"job {job.job!r} has {held}: until there are {FEWEST}, the gate needs a tol")
    print(f"{settings.path or 'defaults'}: sound")


def policy_of(settings: Settings) -> Policy:
    """The gate's policy that they give."""
    from tbreport.gate.policy import parse_policy

    return parse_policy(settings.table("gate"))


def check_settings(settings: Settings) -> None:
    """Let every consumer read its table.

    Raises:
        SettingsError: one of them cannot.
    """
    from tbreport.judging import Judges
    from tbreport.options import Options
    from tbreport.pipeline import report_title
    from tbreport.reading import joining_layouts

    Judges.parse(settings)
    report_title(settings.table("report"))
    tuple(joining_layouts(Options(settings=settings)))
    policy_of(settings)
