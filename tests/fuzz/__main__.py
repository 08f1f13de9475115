"""Fuzz the native core: ``python -m tests.fuzz``; clang with its libFuzzer has to be there.

Each target is built with AddressSanitizer and UBSan and run from the seeds of `seeds.py` on; what
it learns is kept below build/fuzz, and the next call goes on from there. A finding ends the run:
the input is kept, and its path printed. `--coverage` tells instead which lines of the core the
collected inputs reach.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from tbreport.reader.kinds import BY_FIELD, BY_PLUGIN
from tests.fuzz import seeds

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
CORE = ROOT / "tbreport" / "reader" / "native"
BUILD = ROOT / "build" / "fuzz"
TARGETS = ("scan", "decode_event")
CLANG = "clang++"

SANITIZED = ("-O1", "-fsanitize=fuzzer,address,undefined,float-cast-overflow")
COVERED = ("-O1", "-fsanitize=fuzzer", "-fprofile-instr-generate", "-fcoverage-mapping")
COMMON = ("-std=c++17", "-gline-tables-only", "-fno-sanitize-recover=all", "-DTBREPORT_CHUNK=64")
PLANTED = "-DTBREPORT_PLANTED_BUG"  # see wire.h
# Half of the time would go into choosing the next input with care.
LIMITS = ("-max_len=1024", "-timeout=20", "-entropic=0", "-print_final_stats=1")


def build(target: str, folder: Path, options: Sequence[str] = SANITIZED) -> Path:
    """Compile a target; the program.

    Raises:
        subprocess.CalledProcessError: it does not compile.
    """
    folder.mkdir(parents=True, exist_ok=True)
    tables = ", ".join(
        "{" + ", ".join(f'{{"{key}", "{kind}"}}' for key, kind in sorted(table.items())) + "}"
        for table in (BY_PLUGIN, BY_FIELD)
    )
    (folder / "kinds.inc").write_text(tables, encoding="utf-8")
    program = folder / target
    sources = [path for path in sorted(CORE.glob("*.cpp")) if path.stem not in ("binding", "pool")]
    command = [CLANG, *COMMON, *options, f"-I{CORE}", f"-I{folder}", HERE / f"{target}.cpp"]
    subprocess.run([*command, *sources, "-o", program], check=True)
    return program


def run(program: Path, folder: Path, *options: str) -> subprocess.CompletedProcess[str]:
    """Run a target from its seeds and from what it found earlier in a folder; what it said."""
    corpus = folder / "corpus" / program.name
    corpus.mkdir(parents=True, exist_ok=True)
    seeds.write(folder / "seeds")
    command = [program, corpus, folder / "seeds" / program.name, f"-dict={HERE / 'event.dict'}"]
    command += [*LIMITS, f"-artifact_prefix={folder}/", *options]
    return subprocess.run(command, capture_output=True, text=True, errors="replace")


def coverage(folder: Path) -> str:
    """Which lines of the core the inputs of all targets reach, file by file."""
    objects: list[str] = []
    for target in TARGETS:
        program = build(target, folder / "covered", COVERED)
        inputs = [folder / place / target for place in ("corpus", "seeds")]
        subprocess.run(
            [program, *(path for path in inputs if path.exists()), "-runs=0"],
            check=True,
            capture_output=True,
            env={"LLVM_PROFILE_FILE": f"{folder}/{target}.profraw"},
        )
        objects += ["-object", str(program)]
    merged = folder / "merged.profdata"
    raw = [folder / f"{target}.profraw" for target in TARGETS]
    subprocess.run(["llvm-profdata", "merge", *raw, "-o", merged], check=True)
    report = ["llvm-cov", "report", f"-instr-profile={merged}", *objects[1:], str(CORE)]
    return subprocess.run(report, check=True, capture_output=True, text=True).stdout


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("targets", nargs="*", choices=[[], *TARGETS], help="all if none is named")
    parser.add_argument("--runs", type=int, default=1_000_000, help="executions of each target")
    parser.add_argument("--seconds", type=int, default=0, help="an end before that; 0 is none")
    parser.add_argument("--folder", type=Path, default=BUILD, help="where inputs are kept")
    parser.add_argument("--coverage", action="store_true", help="see above")
    arguments = parser.parse_args()
    if shutil.which(CLANG) is None:
        parser.error(f"{CLANG} is not there; on Debian and Ubuntu: apt-get install clang")
    if arguments.coverage:
        print(coverage(arguments.folder))
        return 0
    for target in arguments.targets or TARGETS:
        program = build(target, arguments.folder)
        limits = f"-runs={arguments.runs}", f"-max_total_time={arguments.seconds}"
        done = run(program, arguments.folder, *limits)
        print(target, done.stderr, sep="\n")
        if done.returncode:
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
