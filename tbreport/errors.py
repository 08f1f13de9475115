"""What the user must mend before anything can be shown.

    TbreportError(message, *, hint="")           exit code 2
    ├── LogdirError      NoSuchLogdir · NoEventFiles · BadArchive
    ├── SettingsError    UnknownSetting · BadSetting · BadExpression · BadBaseline
    ├── EngineUnusable
    ├── ExecutorUnusable
    ├── NothingToCompare                         exit code 5
    ├── MissingExtra
    └── OutputError      UnknownFormat · CannotWrite · TooLarge

A class's docstring is what ``tbreport explain SLUG`` prints; its slug is its name with dashes.
Damaged bytes are not here: they are `model.Problem`s, and become findings.
"""

from __future__ import annotations

import re
from collections.abc import Iterator


class TbreportError(Exception):
    """An error that the user can mend.

    The message says what is wrong, with the name in quotes and the numbers of both sides;
    the hint says the way out, as a command or a key.
    """

    exit_code = 2

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.hint = hint
        if hint:
            self.add_note(f"hint: {hint}")  # a notebook's traceback ends with it

    @classmethod
    def slug(cls) -> str:
        """The class name with dashes: ``NoEventFiles`` is ``no-event-files``."""
        return re.sub(r"(?<!^)(?=[A-Z])", "-", cls.__name__).lower()


class Interrupted(BaseException):
    """Ctrl-C: raised wherever the program is, so that nothing half-made stays behind."""


class LogdirError(TbreportError):
    """The folder, file or archive given as input cannot be used."""


class NoSuchLogdir(LogdirError):
    """The path that was given does not exist.

    Check the spelling and the working directory. Relative paths start where the command runs.
    """


class NoEventFiles(LogdirError):
    """Nothing under the path is a TensorBoard event file, or no point could be read from any.

    An event file is any file whose name contains `tfevents`. Give the folder that holds them, or
    one above it; `tbreport inspect PATH` lists every file that was looked at, and what was wrong.
    """


class BadArchive(LogdirError):
    """A .zip or .tar.gz could not be opened, or unpacks to more than the size cap.

    The cap keeps a crafted archive from filling the disk. Unpack it yourself and give the folder.
    """


class SettingsError(TbreportError):
    """tbreport.toml or the [tool.tbreport] table of pyproject.toml cannot be used as it is."""


class UnknownSetting(SettingsError):
    """A key in the settings is not one that tbreport knows.

    The message names the file and the key, the hint the nearest key there is. Nothing is ignored
    silently: a misspelt threshold would otherwise pass for one that was set.
    """


class BadSetting(SettingsError):
    """A setting has a value of the wrong type or outside its range.

    The message names the file, the key, what was found and what was expected.
    """


class BadExpression(SettingsError):
    """A check is not written as tbreport reads it.

    The message shows where. An expression compares numbers that functions take from tags, as in
    `mean("train/loss", last=5) < 0.31`; docs/gate.md has the grammar and the functions.
    """


class BadBaseline(SettingsError):
    """A baseline file cannot be used as it is.

    The message says what is wrong with it. `tbreport config check` looks at every line of one;
    `tbreport baseline create RUNS --force` makes it anew.
    """


class EngineUnusable(TbreportError):
    """The engine that `--engine` names cannot run here.

    The message gives the reason. `tbreport inspect --engines` lists all of them; without
    `--engine` the fastest usable one is taken.
    """


class ExecutorUnusable(TbreportError):
    """The executor that `--executor` names is not known, or nobody answers at its address.

    There are `threads`, `processes`, and `dask://HOST:PORT` for a Dask cluster that runs.
    """


class NothingToCompare(TbreportError):
    """The two sides have no run or tag in common.

    The message lists both sides. Check the names, or select with `--runs` and `--tags`.
    """

    exit_code = 5


class MissingExtra(TbreportError):
    """A part of tbreport needs packages that a plain install does not bring.

    Install the extra that the message names, as in `pip install 'tbreport[train]'`.
    """


class OutputError(TbreportError):
    """The result could not be written as asked."""


class UnknownFormat(OutputError):
    """The format, or the suffix of the output file, is not one that tbreport writes.

    Name it before the path: `--format html=page.htm`.
    """


class CannotWrite(OutputError):
    """The output file cannot be written: permission, a full disk, a file in a folder's place.

    What stood there before is untouched: output is written beside the target and moved into place.
    """


class TooLarge(OutputError):
    """The report is larger than 24 MB, which no code host takes as an attachment.

    Select fewer runs or tags, lower `--max-size`, or insist with `--force`.
    """


def every_error() -> Iterator[type[TbreportError]]:
    """Every class of the tree, the root first."""
    pending = [TbreportError]
    while pending:
        error = pending.pop(0)
        yield error
        pending.extend(error.__subclasses__())
