"""A short look whether the fuzzers would find anything: a bug is planted, and they must."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from tests.fuzz.__main__ import CLANG, PLANTED, SANITIZED, build, run

REQUIRE_FUZZING = "TBREPORT_REQUIRE_FUZZING"

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        shutil.which(CLANG) is None and os.environ.get(REQUIRE_FUZZING) != "1",
        reason=f"{CLANG} is not there",
    ),
]


def test_a_planted_bug_is_found(tmp_path: Path) -> None:
    """A field that claims more bytes than there are is believed (wire.h)."""
    program = build("decode_event", tmp_path, [*SANITIZED, "-O0", PLANTED])

    done = run(program, tmp_path, "-runs=500000", "-seed=1")

    assert "ERROR: AddressSanitizer: heap-buffer-overflow" in done.stderr, done.stderr[-2000:]
    assert done.returncode != 0
