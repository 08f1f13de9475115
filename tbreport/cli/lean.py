"""The app that reads the options of the command that is called, and of no other.

Typer reads the signature of every command before it looks at the words: 0.1 s of each call, more
than Python takes to start and to import Typer.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from copy import copy
from typing import Any

import typer
from typer.models import CommandInfo, TyperInfo

COMPLETION = "_TBREPORT_COMPLETE"  # by which a shell asks what may follow


class LeanApp(typer.Typer):
    """A Typer app whose other commands have a name and a help alone."""

    def __call__(self, args: Sequence[str] | None = None, **settings: Any) -> Any:
        if COMPLETION in os.environ:
            return super().__call__(args, **settings)
        words = sys.argv[1:] if args is None else args
        called = next((word for word in words if not word.startswith("-")), None)
        app = copy(self)
        app._add_completion = called is None
        app.registered_commands = [
            info if info.callback is None or info.callback.__name__ == called else listed(info)
            for info in self.registered_commands
        ]
        app.registered_groups = [
            info if info.name == called else listed_group(info) for info in self.registered_groups
        ]
        return typer.Typer.__call__(app, args, **settings)


def listed(info: CommandInfo) -> CommandInfo:
    """A command as the list of commands shows it."""
    found = copy(info)
    found.callback = named_alike(info.callback) if info.callback else None
    return found


def listed_group(info: TyperInfo) -> TyperInfo:
    """A group of commands as the list of commands shows it."""
    found = copy(info)
    found.typer_instance = copy(info.typer_instance)
    if found.typer_instance:
        found.typer_instance.registered_commands = []
    return found


def named_alike(command: Callable[..., Any]) -> Callable[[], None]:
    """A function of the same name and manual, without parameters."""

    def unused() -> None: ...

    unused.__name__, unused.__doc__ = command.__name__, command.__doc__
    return unused
