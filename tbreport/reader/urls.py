"""URLs of remote storage, told from paths without a look at either."""

from __future__ import annotations

import re
from pathlib import Path

URL = re.compile(r"(?P<protocol>[A-Za-z][A-Za-z0-9+.-]*(::[A-Za-z0-9+.:-]*)?)://(?P<path>.*)")


def is_remote(text: str) -> bool:
    """Whether a text is the URL of remote storage."""
    return URL.fullmatch(text) is not None and not text.startswith("file://")


def place_of(url: str) -> Path:
    """A URL as a path that names it: protocol, bucket, folders."""
    match = URL.fullmatch(url)
    assert match is not None
    parts = [part for part in match["path"].split("/") if part]
    return Path("/", match["protocol"].replace(":", "_"), *parts)
