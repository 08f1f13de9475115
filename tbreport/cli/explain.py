"""tbreport explain: the manual of a detector or of an error."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from tbreport.settings import nearest


def explain(
    name: Annotated[
        str | None,
        typer.Argument(metavar="NAME", help="A code (TB301), a detector's name, an error's slug."),
    ] = None,
) -> None:
    """Print the manual of a detector or of an error; without a name, list them all."""
    import inspect as introspection

    from tbreport.analysis.detector import every_detector
    from tbreport.analysis.detector import explain as manual
    from tbreport.errors import UnknownSetting, every_error

    # the gate's own errors are counted once its modules are there
    from tbreport.gate import expressions, model  # noqa: F401
    from tbreport.gate import manual as gate_manual

    errors = {error.slug(): error for error in every_error()}
    if name is None:
        for detector in sorted(every_detector(), key=lambda found: found.code):
            print(f"{detector.code}  {detector.name}")
        print(f"{gate_manual.CODE}  {gate_manual.NAME}")
        print("\n".join(sorted(errors)))
    elif name in (gate_manual.CODE, gate_manual.NAME):
        sys.stdout.write(f"{gate_manual.CODE} {gate_manual.NAME}\n\n{gate_manual.MANUAL}")
    elif name in errors:
        print(f"{name} (exit code {errors[name].exit_code})\n")
        print(introspection.getdoc(errors[name]))
    else:
        try:
            sys.stdout.write(manual(name))
        except UnknownSetting as unknown:
            known = [*errors, gate_manual.NAME, *(d.name for d in every_detector())]
            raise UnknownSetting(
                f"there is nothing called {name!r} to explain", hint=nearest(name, known)
            ) from unknown
