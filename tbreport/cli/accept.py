"""tbreport accept: record a finding that is known, with a reason and a last day."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from tbreport.cli import completion
from tbreport.cli.output import Config, found_settings, note


def accept(
    finding: Annotated[
        str,
        typer.Argument(
            metavar="NAME",
            help="A detector's name or code: loss-spike, TB203.",
            autocompletion=completion.detectors,
        ),
    ],
    reason: Annotated[str, typer.Option(metavar="TEXT", help="Why it is no matter.")],
    run: Annotated[
        str, typer.Option(metavar="REGEX", help="Only in runs whose name matches.")
    ] = "",
    until: Annotated[
        str | None, typer.Option(metavar="YYYY-MM-DD", help="The last day; else 90 days from now.")
    ] = None,
    config: Config = None,
) -> None:
    """Write into the settings that a finding is known.

    It is then shown folded, and counts no more. The entry is put at the end of the settings file
    that holds here, else of a new tbreport.toml.
    """
    import json
    from datetime import date, timedelta
    from tempfile import TemporaryDirectory

    from tbreport.analysis.acceptance import this_day
    from tbreport.analysis.detector import DetectorSettings, named
    from tbreport.report.formats import write
    from tbreport.settings import parse

    name = named(finding).name
    settings = found_settings(config)
    try:
        last = date.fromisoformat(until) if until else this_day() + timedelta(days=90)
    except ValueError:
        raise typer.BadParameter(
            f"{until!r} is no date such as 2027-01-31", param_hint="--until"
        ) from None
    path = config or place(settings.path or "tbreport.toml")
    prefix = "tool.tbreport." if path.name == "pyproject.toml" else ""
    before = path.read_bytes().decode("utf-8") if path.is_file() else ""
    entry = (
        f"\n[[{prefix}detectors.accepted]]\n"
        f"finding = {json.dumps(name)}\n"
        f"run = {json.dumps(run, ensure_ascii=False)}\n"
        f"reason = {json.dumps(reason, ensure_ascii=False)}\n"
        f"until = {last}\n"
    )
    written = before + ("" if not before or before.endswith("\n") else "\n") + entry
    if "\r\n" in before:
        written = before + written.removeprefix(before).replace("\n", "\r\n")
    with TemporaryDirectory(prefix="tbreport-") as folder:
        draft = Path(folder) / path.name  # what cannot be read back is not written
        write(written if before else written.lstrip("\n"), str(draft))
        DetectorSettings.parse(parse(draft, path.name).table("detectors"))
        write(draft.read_bytes().decode("utf-8"), str(path.resolve()))
    note(f"{name} is accepted until {last} in {path.name}: {reason}")


def place(name: str) -> Path:
    """The settings file of a name, in this folder or the nearest above; here if there is none."""
    here = Path.cwd()
    return next((f / name for f in (here, *here.parents) if (f / name).is_file()), here / name)
