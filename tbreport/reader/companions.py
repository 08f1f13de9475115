"""What lies beside event files and belongs to them: projector configs and profiles, counted.

TensorBoard's projector reads `projector_config.pbtxt` of a run's folder, its profiler the sessions
in `plugins/profile/` there. Neither is opened here.
"""

from __future__ import annotations

import re
import stat
from collections.abc import Iterable
from pathlib import Path

from tbreport import wording

PROJECTOR = "projector_config.pbtxt"
PROFILES = "plugins/profile"
LARGEST_CONFIG = 1_000_000  # bytes
EMBEDDING = re.compile(r"^\s*embeddings\s*[{:]", re.MULTILINE)


def beside(files: Iterable[Path]) -> tuple[str, ...]:
    """What was found in the folders of event files, a clause each: "2 embeddings"."""
    folders = sorted({file.parent for file in files})
    embeddings = sum(embeddings_of(folder / PROJECTOR) for folder in folders)
    sessions = sum(len(subfolders(folder / PROFILES)) for folder in folders)
    return tuple(
        wording.count(n, noun)
        for n, noun in ((embeddings, "embedding"), (sessions, "profile"))
        if n
    )


def embeddings_of(config: Path) -> int:
    """How many embeddings a projector's config names."""
    try:
        status = config.stat()
        if not stat.S_ISREG(status.st_mode):  # a pipe is waited for, a device has no end
            return 0
        if status.st_size > LARGEST_CONFIG:
            return 1
        return len(EMBEDDING.findall(config.read_text(encoding="utf-8", errors="replace")))
    except OSError:
        return 0


def subfolders(folder: Path) -> list[Path]:
    try:
        return [path for path in folder.iterdir() if path.is_dir()]
    except OSError:
        return []
