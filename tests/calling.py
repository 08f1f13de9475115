"""The command line as a person calls it, in this process."""

from __future__ import annotations

import signal
import sys

import pytest

from tbreport.__main__ import main


def exit_code(patch: pytest.MonkeyPatch, *words: str) -> object:
    """Run `tbreport WORDS…`; what Ctrl-C does is pytest's again afterwards."""
    patch.setattr(sys, "argv", ["tbreport", *words])
    interrupt = signal.getsignal(signal.SIGINT)
    try:
        with pytest.raises(SystemExit) as stop:
            main()
    finally:
        signal.signal(signal.SIGINT, interrupt)
    return stop.value.code
