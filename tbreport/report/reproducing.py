"""What made a report: version, command, settings and input, told without a path of the machine."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence

from tbreport import wording
from tbreport.model import RunDigest
from tbreport.report.document import Block, Facts

DIGITS = 16  # of the input's fingerprint


def blocks(
    digests: Sequence[RunDigest], version: str, recipe: Mapping[str, str]
) -> tuple[Block, ...]:
    """Facts to make the same report again; the input is known by a fingerprint.

    Args:
        recipe: what the caller adds: its command and its settings.
    """
    files = [file for digest in digests for file in digest.files]
    size = wording.size(sum(file.size for file in files))
    known = json.dumps(sorted((file.path, file.size, file.records) for file in files))
    seal = hashlib.sha256(known.encode("utf-8", "replace")).hexdigest()[:DIGITS]
    items = {
        "made with": f"tbreport {version}",
        **recipe,
        "input": f"{wording.count(len(files), 'file')}, {size}",
        "fingerprint of names, sizes and records": seal,
    }
    return (Facts(tuple(items.items())),)
