"""The call that a gate's page shows, and the title that its comment is found by."""

from __future__ import annotations

from pathlib import Path

from tbreport.gating import command, titled


def test_secrets_in_keys_are_masked(tmp_path: Path) -> None:
    told = command([tmp_path], {"key": ("gpu=A100", "api_token=abc")})

    assert "gpu=A100" in told
    assert "abc" not in told
    assert "abc" not in titled({"gpu": "A100", "api_token": "abc"})
