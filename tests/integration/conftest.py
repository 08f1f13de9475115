"""The command line as a person calls it, in this process."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.calling import exit_code

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Done:
    """What a command left."""

    code: int
    out: str
    err: str


Command = Callable[..., Done]


@pytest.fixture
def tbreport(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> Command:
    """Runs `tbreport ARGS…` in an empty folder."""
    monkeypatch.chdir(tmp_path)

    def run(*args: object) -> Done:
        capsys.readouterr()
        code = exit_code(monkeypatch, *map(str, args))
        shown = capsys.readouterr()
        assert isinstance(code, int)
        return Done(code, shown.out, shown.err)

    return run
