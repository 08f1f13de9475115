"""Real trainings, healthy and ill, whose event files show what each detector finds.

`scenarios` is the table of them and needs no torch; `loop.train` trains one and needs the extra
``train``. Nothing here reads event files, and nothing of tbreport but the command line imports it.
"""

from __future__ import annotations


class TrainingError(ValueError):
    """A training that cannot begin as asked: the message says why, the hint the way out."""

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.hint = hint
