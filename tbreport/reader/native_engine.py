"""The `native` engine: the C++ core of `native/` does the reading, this dresses what it found.

What it yields equals what `python_engine.py` yields, to the bit. The interpreter is let go while a
file is scanned, so that several threads may scan at once; `scan_folders` brings its own.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from tbreport.model import Blob, EventFile, HParam, Problem
from tbreport.processors import processors
from tbreport.reader import kinds, native_core
from tbreport.reader.logdir import FoundFile
from tbreport.reader.scan import FileScan, HistogramColumns, Purge, ScalarColumns

KINDS = native_core.Kinds(kinds.BY_PLUGIN, kinds.BY_FIELD)

# What is scanned before it is asked for: enough to keep every thread busy while the caller works,
# little beside what is read.
AHEAD = 16 << 20  # bytes of event files


def scan(
    path: Path, shown: str, folder: str, plugins: Mapping[str, str], offset: int = 0
) -> FileScan:
    """Read one file.

    Args:
        path: where the file lies.
        shown: its path relative to the logdir.
        folder: the folder it belongs to, as TensorBoard names it.
        plugins: tag → plugin name, from the files of the folder that were read before.
        offset: where to begin: the good bytes of an earlier scan, whose plugins are handed in.
            Only what follows is counted, and the file as a whole is not judged.
    """
    return dressed(native_core.scan(path, KINDS, plugins, offset), shown, folder)


def scan_folders(folders: Sequence[Sequence[FoundFile]]) -> Iterator[list[FileScan]]:
    """Scan the files of each folder, in their order; what it holds, folder by folder.

    Several folders are scanned at once, by as many threads as there are processors to run on, and
    the next ones while the caller works with these.
    """
    paths = [[file.path for file in files] for files in folders]
    scanned = native_core.Pool(paths, KINDS, processors(), AHEAD)
    for files, scans in zip(folders, scanned, strict=True):
        yield [
            dressed(found, file.shown, file.folder)
            for file, found in zip(files, scans, strict=True)
        ]


def dressed(found: native_core.Scanned, shown: str, folder: str) -> FileScan:
    """What the core found, as the nouns have it."""
    file, scalars, histograms, blobs, sessions, purges, problems, plugins = found
    return FileScan(
        EventFile(shown, folder, *file),
        {tag: ScalarColumns(*arrays) for tag, arrays in scalars.items()},
        {tag: HistogramColumns(*arrays) for tag, arrays in histograms.items()},
        tuple(
            Blob(kind, tag, step, wall_time, shown, begin, length, index)
            for kind, tag, step, wall_time, begin, length, index in blobs
        ),
        session_hparams(sessions),
        tuple(Purge(step, wall_time) for step, wall_time in purges),
        tuple(
            Problem(code, shown, begin, length, detail, count)
            for code, begin, length, detail, count in problems
        ),
        plugins,
    )


def session_hparams(sessions: Sequence[bytes]) -> Mapping[str, HParam]:
    """The hyper-parameters of a file's sessions; they are rare, so TensorBoard's protos do it."""
    hparams: dict[str, HParam] = {}
    if sessions:
        from tbreport.reader import python_engine

        for content in sessions:
            hparams.update(python_engine.session_hparams(content))
    return hparams
