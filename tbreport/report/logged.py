"""What was logged besides curves, histograms and settings, counted in words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from tbreport.model import RunDigest

DRAWN = {"scalars", "histograms", "hparams"}
# kind → what one and several of it are called
CALLED = {
    "images": ("step of images", "steps of images"),
    "audio": ("step of sounds", "steps of sounds"),
    "text": ("text", "texts"),
    "pr_curves": ("PR curve", "PR curves"),
    "custom_scalars": ("layout", "layouts"),
    "graphs": ("graph", "graphs"),
    "meshes": ("mesh tensor", "mesh tensors"),
    "tensors": ("tensor", "tensors"),
}


def logged(digests: Sequence[RunDigest]) -> str:
    """How much of the other kinds was logged: "78 steps of images, 13 texts"; "" for nothing."""
    counts: Counter[str] = Counter()
    for digest in digests:
        for one in digest.statistics:
            if one.kind not in DRAWN:
                counts[one.kind] += one.points
    return ", ".join(called(kind, n) for kind, n in sorted(counts.items()))


def called(kind: str, n: int) -> str:
    """ "1 graph", "24 mesh tensors"."""
    one, several = CALLED.get(kind, (kind, kind))
    return f"{n:,} {one if n == 1 else several}"
