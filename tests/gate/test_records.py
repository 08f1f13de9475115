"""Real repeated trainings, through event files and a baseline file: in short.

``python -m benchmarks.gate_records FOLDER`` measures all of it. The data is optional: it lies under
the folder that TBREPORT_SHARED_DATA names.
"""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest

from benchmarks.gate_records import REGRESSION, Setting, groups, prepare, rates

FOLDER = Path(os.environ.get("TBREPORT_SHARED_DATA", "")) / "nanogpt_dev"

pytestmark = pytest.mark.skipif(not FOLDER.is_dir(), reason="TBREPORT_SHARED_DATA has no records")


@pytest.mark.slow
def test_seeds_of_real_trainings_pass_and_half_a_percent_fails(tmp_path: Path) -> None:
    digests = prepare(groups(FOLDER), tmp_path)
    rng = np.random.default_rng(0)

    false = rates(Setting(1, 5, 0.01, 0.001), digests, tmp_path, 3, rng)
    caught = rates(Setting(1, 5, 0.01, 0.001, REGRESSION), digests, tmp_path, 3, rng)

    assert np.mean(list(false.values())) <= 0.03
    assert np.mean(list(caught.values())) >= 0.92
