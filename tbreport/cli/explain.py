"""tbreport explain: the manual of a detector or of an error."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from tbreport.cli import completion
from tbreport.settings import nearest

NAME_WIDTH = 30  # columns; the longest name has 28 letters


def explain(
    name: Annotated[
        str | None,
        typer.Argument(
            metavar="NAME",
            help="A code (TB301), a detector's name, an error's slug.",
            autocompletion=completion.manuals,
        ),
    ] = None,
) -> None:
    """Print the manual of a detector or an error. Without a name, list them all."""
    import inspect as introspection

    from tbreport.analysis.detector import every_detector
    from tbreport.analysis.detector import explain as manual
    from tbreport.errors import UnknownSetting, every_error
    from tbreport.gate import manual as gate_manual

    errors = {error.slug(): error for error in every_error()}
    if name is None:
        manuals = {(d.code, d.name): d.manual for d in every_detector()}
        manuals[gate_manual.CODE, gate_manual.NAME] = gate_manual.MANUAL
        for (code, title), text in sorted(manuals.items()):
            print(f"{code}  {title:{NAME_WIDTH}}{text.splitlines()[0]}")
        for slug, error in sorted(errors.items()):
            print(
                f"error  {slug:{NAME_WIDTH}}{(introspection.getdoc(error) or '').splitlines()[0]}"
            )
    elif name in (gate_manual.CODE, gate_manual.NAME):
        sys.stdout.write(f"{gate_manual.CODE} {gate_manual.NAME}\n\n{gate_manual.MANUAL}")
    elif name in errors:
        print(f"{name} (exit code {errors[name].exit_code})\n")
        print(introspection.getdoc(errors[name]))
    else:
        try:
            sys.stdout.write(manual(name))
        except UnknownSetting as unknown:
            known = [*errors, gate_manual.CODE, gate_manual.NAME]
            known += [word for d in every_detector() for word in (d.code, d.name)]
            raise UnknownSetting(
                f"there is nothing called {name!r} to explain",
                hint=nearest(name, known, "tbreport explain"),
            ) from unknown
