"""tbreport train: small models that go well, or wrong in a known way."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tbreport.cli.completion import beginning
from tbreport.cli.output import note
from tbreport.errors import Interrupted, MissingExtra, TbreportError

if TYPE_CHECKING:
    from tbreport.training.scenarios import Scenario

INTERRUPTED = 130  # as shells say it


def scenarios_named(incomplete: str) -> list[str]:
    """What a shell may complete."""
    from tbreport.training.scenarios import SCENARIOS

    return beginning(incomplete, SCENARIOS)


def train(
    scenarios: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="SCENARIO...",
            help="One or several; see --list.",
            autocompletion=scenarios_named,
        ),
    ] = None,
    show: Annotated[
        bool, typer.Option("--list", help="List scenarios, tasks and what must be found.")
    ] = False,
    task: Annotated[
        str | None, typer.Option(metavar="NAME", help="Another task than the scenario's first.")
    ] = None,
    out: Annotated[Path, typer.Option(metavar="DIR", help="Where the runs' folders are made.")] = (
        Path("runs")
    ),
    seed: Annotated[int, typer.Option(metavar="N", min=0, max=2**31, help="The first seed.")] = 0,
    seeds: Annotated[int, typer.Option(metavar="N", min=1, help="How many seeds.")] = 1,
    device: Annotated[
        str, typer.Option(metavar="NAME", help="auto, cpu, cuda, cuda:N or mps.")
    ] = "auto",
    precision: Annotated[str, typer.Option(metavar="NAME", help="fp32, bf16 or fp16.")] = "fp32",
    workers: Annotated[
        int | None, typer.Option(metavar="N", min=1, help="Runs side by side; one for each GPU.")
    ] = None,
    samples: Annotated[
        Path | None,
        typer.Option("--data-dir", metavar="DIR", help="Real samples: CIFAR-10, texts by class."),
    ] = None,
) -> None:
    """Train small models that go well, or wrong in a known way."""
    from tbreport.training import TrainingError
    from tbreport.training.scenarios import SCENARIOS

    if show or not scenarios:
        from tbreport.analysis.detector import every_detector

        names = {detector.code: detector.name for detector in every_detector()}
        for found in SCENARIOS.values():
            print(described(found, names))
        return
    try:
        from tbreport.training.distributed import is_first_process
        from tbreport.training.loop import train as run_training
        from tbreport.training.sweep import Job, Settings, sweep
    except ImportError as error:
        raise MissingExtra(
            f"training needs a package that is not here: {error}",
            hint="pip install 'tbreport[train]'",
        ) from None
    jobs = [Job(name, number) for name in scenarios for number in range(seed, seed + seeds)]
    try:
        if len(jobs) == 1:
            folder = run_training(
                scenarios[0],
                out,
                seed=seed,
                echo=note,
                task=task,
                device=device,
                precision=precision,
                samples=samples,
            )
            if is_first_process():
                print(folder)
        else:
            common = Settings(out, task, precision, samples)
            for folder in sweep(jobs, common, device=device, workers=workers, echo=note):
                print(folder, flush=True)
    except TrainingError as error:
        raise TbreportError(str(error), hint=error.hint) from None
    except OSError as error:
        raise TbreportError(
            f"{error.strerror}: '{error.filename}'", hint="--out must be a folder to write to"
        ) from None
    except (KeyboardInterrupt, Interrupted):
        note("stopped; what was written is whole")
        raise typer.Exit(INTERRUPTED) from None


def described(scenario: Scenario, names: Mapping[str, str]) -> str:
    """Two lines: what it is, and what must be found in it; `names` are the detectors', by code."""
    gives = {**scenario.expects, **dict.fromkeys(scenario.shows, "info")}
    told = [f"{code} {names.get(code, '')} ({severity})" for code, severity in gives.items()]
    return (
        f"{scenario.name:20} {scenario.task:18} {scenario.description}\n"
        f"{'':39} gives: {', '.join(told) or 'no warning, no error'}"
    )
