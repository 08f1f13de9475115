"""A disk on which nothing more fits, for as long as a test needs it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

REASON = "File too large"  # of a limit; a disk that is full says "No space left on device"


@contextmanager
def full_disk(room: int = 64) -> Iterator[None]:
    """No file can grow past so many bytes: writing fails as it does on a full disk."""
    import resource

    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (room, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
