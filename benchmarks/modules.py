"""tbreport's modules as pip leaves them: compiled, whatever the environment says of that."""

from __future__ import annotations

import compileall
from pathlib import Path

import tbreport


def compile_modules() -> None:
    """Compile what a command imports, so that none of the timed ones does."""
    compileall.compile_dir(Path(tbreport.__file__).parent, quiet=1)
