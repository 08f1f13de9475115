"""The moment that reports are made as of, where the environment says one."""

from __future__ import annotations

import os


def source_date() -> float | None:
    """SOURCE_DATE_EPOCH, for reports that must be the same bytes tomorrow."""
    text = os.environ.get("SOURCE_DATE_EPOCH", "")
    return float(text) if text.isdecimal() else None
