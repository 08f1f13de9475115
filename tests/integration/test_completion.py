"""What a shell offers after Tab, asked as bash asks."""

from __future__ import annotations

import pytest

from tests.integration.conftest import Command


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        (["su"], ["summarize"]),
        (["baseline", "s"], ["show"]),
        (["summarize", "--fo"], ["--format", "--force"]),
        (["summarize", "--format", "ma"], ["markdown"]),
        (["explain", "over"], ["overlapping-attempts", "overfitting"]),
        (["explain", "regr"], ["regression-from-baseline"]),
        (["explain", "bad-b"], ["bad-baseline"]),
        (["accept", "loss-s"], ["loss-spike"]),
        (["train", "dead"], ["dead-relu"]),
    ],
)
def test_a_shell_completes_commands_options_and_names(
    tbreport: Command, monkeypatch: pytest.MonkeyPatch, typed: list[str], expected: list[str]
) -> None:
    monkeypatch.setenv("_TBREPORT_COMPLETE", "complete_bash")
    monkeypatch.setenv("COMP_WORDS", " ".join(["tbreport", *typed]))
    monkeypatch.setenv("COMP_CWORD", str(len(typed)))

    assert tbreport().out.split() == expected
