from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from tbreport.model import Float64s, Int64s

# size, records, good_bytes, first_wall_time, last_wall_time, file_version, writer
File = tuple[int, int, int, float | None, float | None, str, str]
# steps, wall_times, values, rising
Scalars = tuple[Int64s, Float64s, Float64s, bool]
# the fields of scan.HistogramColumns
Histograms = tuple[
    Int64s, Float64s, Int64s, Float64s, Float64s, Float64s, Float64s, Float64s, Float64s, Float64s
]
# kind, tag, step, wall_time, offset, length, index
BlobFields = tuple[str, str, int, float, int, int, int]
# code, offset, length, detail, count
ProblemFields = tuple[str, int, int, str, int]

Scanned = tuple[
    File,
    dict[str, Scalars],
    dict[str, Histograms],
    list[BlobFields],
    list[bytes],  # what the hparams plugin wrote of sessions
    list[tuple[int, float]],  # purges: step, wall_time
    list[ProblemFields],
    dict[str, str],  # tag → plugin name
]

class Kinds:
    def __init__(self, by_plugin: Mapping[str, str], by_field: Mapping[str, str]) -> None: ...

class Pool(Iterator[list[Scanned]]):
    def __init__(
        self, folders: Sequence[Sequence[Path]], kinds: Kinds, threads: int, budget: int
    ) -> None: ...
    def __next__(self) -> list[Scanned]: ...

def scan(path: Path, kinds: Kinds, plugins: Mapping[str, str], offset: int) -> Scanned: ...
def rows(numbers: Float64s, offsets: Int64s) -> list[Float64s]: ...
def crc32c(bytes: bytes, by_table: bool) -> int: ...
