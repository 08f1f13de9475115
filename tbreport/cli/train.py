"""tbreport train: a small model that goes well, or wrong in a known way."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from tbreport.cli.output import note
from tbreport.errors import MissingExtra, TbreportError


def train(
    scenario: Annotated[str | None, typer.Argument(metavar="SCENARIO", help="See --list.")] = None,
    show: Annotated[bool, typer.Option("--list", help="List the scenarios.")] = False,
    out: Annotated[
        Path, typer.Option(metavar="DIR", help="Where the run's folder is made.")
    ] = Path("runs"),
    seed: Annotated[int, typer.Option(metavar="N", min=0)] = 0,
    device: Annotated[
        str, typer.Option(metavar="NAME", help="auto, cpu, cuda, cuda:N or mps.")
    ] = "auto",
) -> None:
    """Train a small model that goes well, or wrong in a known way, and log it."""
    from tbreport.training import TrainingError
    from tbreport.training.scenarios import SCENARIOS

    if show or scenario is None:
        for found in SCENARIOS.values():
            gives = ", ".join(f"{code} {severity}" for code, severity in found.expects.items())
            print(f"{found.name:14} {found.task:12} {found.description}")
            print(f"{'':27} gives: {gives or 'no warning, no error'}")
        return
    try:
        from tbreport.training.loop import train as run_training
    except ImportError as error:
        raise MissingExtra(
            f"training needs a package that is not here: {error}",
            hint="pip install 'tbreport[train]'",
        ) from None
    try:
        folder = run_training(scenario, out, seed=seed, device=device, echo=note)
    except TrainingError as error:
        raise TbreportError(str(error), hint=error.hint) from None
    print(folder)
