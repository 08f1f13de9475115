"""The baseline file: written, read back, refused."""

from __future__ import annotations

import json
import math
import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from tbreport.errors import BadBaseline
from tbreport.gate.baseline import read, write
from tbreport.gate.collecting import build, extend
from tbreport.gate.model import RING, Baseline, Golden
from tests.gate.runs import LOSS, baseline, baseline_runs, digest_of, falling


def read_back(text: str, folder: Path) -> Baseline:
    path = folder / "base.json"
    path.write_text(text, encoding="utf-8")
    (found,) = read(path)
    return found


def test_what_is_written_is_read_back(tmp_path: Path) -> None:
    stored = replace(baseline(), key={"gpu": "a100"})

    found = read_back(write([stored], "1"), tmp_path)

    assert (found.job, found.key, found.golden) == ("lm", {"gpu": "a100"}, None)
    assert [run.id for run in found.runs] == [run.id for run in stored.runs]
    np.testing.assert_array_equal(found.grids[LOSS], stored.grids[LOSS])
    np.testing.assert_allclose(found.runs[0].curves[LOSS], stored.runs[0].curves[LOSS], rtol=1e-6)


def test_every_key_of_the_file_stands_in_the_manual() -> None:
    manual = (Path(__file__).parents[2] / "docs" / "gate.md").read_text(encoding="utf-8")
    described = manual.partition("## The baseline file")[2].partition("\n## ")[0]
    golden = build("lm", {}, baseline_runs(1), [LOSS], golden=Golden(rtol=0.1))

    document = json.loads(write([golden], "1"))

    (job,) = document["baselines"]
    (run,) = job["runs"]
    keys = {*document, *job, *job["golden"], *run, *run["metrics"][LOSS]}
    assert keys <= set(re.findall(r"`(\w+)`", described))


def test_writing_again_changes_nothing(tmp_path: Path) -> None:
    text = write([baseline()], "1")

    assert write([read_back(text, tmp_path)], "1") == text


def test_values_have_seven_digits_and_a_golden_jobs_are_exact_float32(tmp_path: Path) -> None:
    values = falling(0).astype(np.float32)
    run = digest_of("lm", {LOSS: values})
    golden = build("lm", {}, [run], [LOSS], golden=Golden(rtol=0.1))

    found = read_back(write([golden], "1"), tmp_path)

    assert found.golden == Golden(rtol=0.1)
    np.testing.assert_array_equal(found.runs[0].curves[LOSS].astype(np.float32), values)
    usual = json.loads(write([baseline()], "1"))["baselines"][0]["runs"][0]["curves"][LOSS]
    assert all(value == float(f"{value:.7g}") for value in usual)


def test_what_is_not_finite_survives_in_strict_json(tmp_path: Path) -> None:
    run = digest_of("lm", {LOSS: [1.0, np.nan, np.inf, -np.inf]})
    golden = build("lm", {}, [run], [LOSS], golden=Golden(expect_nonfinite=True))

    text = write([golden], "1")

    json.loads(text, parse_constant=lambda name: pytest.fail(name))
    found = read_back(text, tmp_path).runs[0].curves[LOSS]
    np.testing.assert_array_equal(found, [1.0, np.nan, np.inf, -np.inf])


def test_a_grid_has_at_most_two_hundred_steps_with_both_ends() -> None:
    grid = build("lm", {}, [digest_of("lm", {LOSS: np.ones(10_000)})], [LOSS]).grids[LOSS]

    assert len(grid) == 200
    assert (grid[0], grid[-1]) == (0, 9_999)


def test_the_grid_is_what_all_runs_have() -> None:
    sparse = digest_of("lm-seed9", {LOSS: falling(9)[::4]}, np.arange(0, 200, 4))

    assert build("lm", {}, [*baseline_runs(), sparse], [LOSS]).grids[LOSS][1] == 4


def test_runs_without_a_common_step_make_no_baseline() -> None:
    odd = digest_of("lm-seed9", {LOSS: falling(9)}, np.arange(1000, 1200))

    with pytest.raises(BadBaseline, match="no step"):
        build("lm", {}, [*baseline_runs(), odd], [LOSS])


def test_a_baseline_keeps_the_last_twenty_runs() -> None:
    grown = extend(baseline(15), [digest_of(f"n{i}", {LOSS: falling(i)}) for i in range(8)], [LOSS])

    assert len(grown.runs) == RING
    assert grown.runs[0].id == "lm-seed3"
    assert grown.runs[-1].id == "n7"


def test_a_metric_that_no_run_has_any_more_leaves_the_baseline() -> None:
    old = build("lm", {}, [digest_of("old", {LOSS: falling(0), "gone": falling(0)})],
                [LOSS, "gone"])  # fmt: skip

    grown = extend(old, [digest_of(f"n{i}", {LOSS: falling(i)}) for i in range(RING)], [LOSS])

    assert list(grown.grids) == [LOSS]


def test_a_grid_that_no_run_has_is_not_read(tmp_path: Path) -> None:
    document = json.loads(write([baseline(3)], "1"))
    document["baselines"][0]["grids"]["gone"] = [0, 1]

    assert list(read_back(json.dumps(document), tmp_path).grids) == [LOSS]


def test_a_key_that_a_merge_left_twice_is_refused(tmp_path: Path) -> None:
    text = write([baseline(3)], "1").replace('"grids": {\n', f'"grids": {{"{LOSS}": [0, 1],\n')

    with pytest.raises(BadBaseline, match="stands twice"):
        read_back(text, tmp_path)


def test_a_run_of_the_same_name_is_told_apart() -> None:
    grown = extend(
        baseline(3), [digest_of("lm-seed0", {LOSS: falling(50)})], [LOSS], "0123456789abcdef"
    )
    again = extend(grown, [digest_of("lm-seed0", {LOSS: falling(51)})], [LOSS])

    assert [run.id for run in again.runs][3:] == ["lm-seed0@0123456789ab", "lm-seed0#2"]


def test_a_run_that_lacks_steps_of_the_grid_is_refused() -> None:
    with pytest.raises(BadBaseline, match="lacks"):
        extend(baseline(), [digest_of("lm-seed9", {LOSS: falling(9)[:150]})], [LOSS])


def test_the_seed_is_that_of_the_hyper_parameters() -> None:
    runs = [digest_of("a", {LOSS: falling(0)}, hparams={"lr": 0.1, "train/seed": 7.0})]

    assert build("lm", {}, runs, [LOSS]).runs[0].seed == "7"


def golden(**changes: object) -> dict[str, object]:
    """How closely a deterministic job must repeat its baseline, as a file has it."""
    return {"rtol": 0, "atol": 0, "expect_nonfinite": False} | changes


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda d: d.pop("baselines"), "'baselines' is missing"),
        (lambda d: d["baselines"][0].update(grid={}), "unknown key 'grid'"),
        (lambda d: d["baselines"][0]["grids"].update({LOSS: [3, 2]}), "steps that rise"),
        (lambda d: d["baselines"][0]["grids"].update({LOSS: [0.5, 2]}), "steps that rise"),
        (lambda d: d["baselines"][0]["runs"][0]["curves"][LOSS].__setitem__(0, None), "finite"),
        (lambda d: d["baselines"][0]["runs"][0]["curves"][LOSS].__setitem__(0, math.nan), "NaN"),
        (lambda d: d["baselines"][0]["runs"][0]["curves"].update({LOSS: [1]}), "1 values"),
        (lambda d: d["baselines"][0]["runs"][0]["curves"].update(x=[1]), "no grid has"),
        (lambda d: d["baselines"][0]["runs"][0]["curves"][LOSS].__setitem__(0, "x"), "no number"),
        (lambda d: d["baselines"][0].update(runs=7), "should be a list"),
        (lambda d: d["baselines"][0].update(job="\ud800"), "no text"),
        (lambda d: d["baselines"][0].update(key={"gpu": "\ud800"}), "no text"),
        (lambda d: d["baselines"][0]["grids"].update({"\udfff": [1]}), "no text"),
        (lambda d: d["baselines"][0]["runs"][0].update(seed=[1]), "'seed' should be a string"),
        (lambda d: d["baselines"][0].update(golden={}), "'rtol' is missing"),
        (lambda d: d["baselines"][0].update(golden=golden(rtol="inf")), "from zero on"),
        (lambda d: d["baselines"][0].update(golden=golden(atol=-1)), "from zero on"),
        (lambda d: d["baselines"][0].update(golden=golden(expect_nonfinite="no")), "true or false"),
        (lambda d: d["baselines"].append(d["baselines"][0]), "twice with the same key"),
        (lambda d: d["baselines"][0]["runs"].append(d["baselines"][0]["runs"][0]), "one id"),
    ],
)
def test_a_file_that_is_amiss_is_refused_with_its_reason(  # type: ignore[no-untyped-def]
    tmp_path: Path, change, message: str
) -> None:
    document = json.loads(write([baseline(3)], "1"))
    change(document)

    with pytest.raises(BadBaseline, match=message):
        read_back(json.dumps(document), tmp_path)


@pytest.mark.parametrize("text", ["", "[]", "{}", "null", '{"schema": "1"}', "\x00", "[" * 100_000])
def test_a_file_that_is_no_baseline_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(BadBaseline):
        read_back(text, tmp_path)
