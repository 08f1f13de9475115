"""judge: every verdict, and what may not change it."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tbreport.errors import BadSetting, NothingToCompare
from tbreport.gate.collecting import build
from tbreport.gate.deciding import read_first
from tbreport.gate.judge import judge
from tbreport.gate.model import Baseline, Golden, Limit, Policy
from tbreport.gate.policy import with_stats
from tbreport.model import RunDigest
from tests.gate.runs import (
    LIMIT,
    LOSS,
    baseline,
    baseline_runs,
    candidate,
    check_of,
    digest_of,
    falling,
    outcomes,
)

POLICY = Policy((LIMIT,))
BOTH = {(LOSS, "auc"): "pass", (LOSS, "final"): "pass"}


def test_an_unchanged_run_passes() -> None:
    verdict = judge([candidate()], [baseline()], POLICY)

    assert outcomes(verdict) == BOTH
    assert verdict.outcome == "pass"


def test_a_worse_run_fails_with_its_numbers() -> None:
    verdict = judge([candidate(shift=0.1)], [baseline()], POLICY)

    check = check_of(verdict, "final")
    assert verdict.outcome == "fail"
    assert check.verdict == "fail"
    assert check.effect == pytest.approx(0.1, abs=0.04)
    assert (check.n, check.m) == (1, 6)
    assert check.p is not None
    assert check.p_adjusted is not None
    assert check.p <= check.p_adjusted < 0.05
    (finding,) = verdict.findings
    assert (finding.code, finding.severity, finding.run) == ("TB501", "error", "lm-seed100")


def test_a_worsening_beyond_its_double_is_told_in_full() -> None:
    worse = judge([candidate(shift=9.2)], [baseline()], POLICY)

    assert check_of(worse, "final").reason.startswith("917 % worse (")


def test_an_improvement_never_fails() -> None:
    verdict = judge([candidate(shift=-0.2)], [baseline()], POLICY)

    assert verdict.outcome == "pass"
    assert (check_of(verdict, "final").effect or 0) < -0.1


def test_too_wide_a_spread_is_inconclusive_and_says_what_would_help() -> None:
    verdict = judge([candidate(102, spread=0.04)], [baseline(5, spread=0.04)], POLICY)

    check = check_of(verdict, "final")
    assert verdict.outcome == check.verdict == "inconclusive"
    assert "is not ruled out, more baseline runs may give 80 % power at 5 %" in check.reason


def test_a_slower_run_that_ends_as_well_is_caught_by_the_whole_curve() -> None:
    t = np.arange(200)
    slow = 1 + 2 * np.exp(-t / 40)
    verdict = judge([digest_of("lm-seed9", {LOSS: slow})], [baseline()], POLICY)

    assert outcomes(verdict) == {(LOSS, "auc"): "fail", (LOSS, "final"): "pass"}


def test_nan_anywhere_fails_and_no_statistic_is_taken_of_it() -> None:
    values = falling(100)
    values[37] = np.nan

    verdict = judge([digest_of("lm-seed100", {LOSS: values})], [baseline()], POLICY)

    assert outcomes(verdict) == {(LOSS, "nonfinite"): "fail"}
    assert "step 37" in check_of(verdict, "nonfinite").reason


def test_a_sound_run_beside_it_does_not_turn_nan_into_a_pass() -> None:
    lost = digest_of("lm-seed7", {LOSS: [np.nan] * 200})

    verdict = judge([lost, *(candidate(seed) for seed in (101, 102, 103))], [baseline()], POLICY)

    assert verdict.outcome == "fail"


def test_a_missing_metric_fails_unless_it_may_be_missing() -> None:
    tags = (LOSS, "train/loss")
    policy = Policy((LIMIT, Limit("train/loss", "lower")))
    runs = [digest_of(f"lm-seed{i}", dict.fromkeys(tags, falling(i))) for i in range(4)]
    stored = build("lm", {}, runs, tags)
    without = digest_of("lm-seed100", {"train/loss": falling(100)})

    strict = judge([without], [stored], policy)
    lenient = judge([without], [stored], replace(policy, on_missing="warn"))

    assert (strict.outcome, outcomes(strict)[LOSS, "missing"]) == ("fail", "fail")
    assert (lenient.outcome, outcomes(lenient)[LOSS, "missing"]) == ("pass", "warn")


def test_a_metric_that_the_baseline_has_not_is_told_and_does_not_fail() -> None:
    policy = Policy((LIMIT, Limit("train/loss", "lower")))
    run = digest_of("lm-seed100", {LOSS: falling(100), "train/loss": falling(1)})

    verdict = judge([run], [baseline()], policy)

    assert outcomes(verdict)["train/loss", "new"] == "warn"
    assert verdict.outcome == "pass"


@pytest.mark.parametrize("merged", [1, 2, 3])
def test_a_metric_first_logged_lately_is_tested_from_its_third_run_on(merged: int) -> None:
    tags = (LOSS, "train/loss")
    policy = Policy((LIMIT, Limit("train/loss", "lower")))
    runs = [
        digest_of(f"lm-seed{i}", dict.fromkeys(tags[: 1 + (i < merged)], falling(i)))
        for i in range(5)
    ]
    fresh = digest_of("lm-seed100", dict.fromkeys(tags, falling(100)))

    verdict = judge([fresh], [build("lm", {}, runs, tags)], policy)

    assert verdict.outcome == "pass"
    is_new = ("train/loss", "new") in outcomes(verdict)
    assert is_new == (merged < 3)
    assert is_new != (("train/loss", "final") in outcomes(verdict))


def test_a_run_that_stops_early_fails() -> None:
    short = digest_of("lm-seed100", {LOSS: falling(100)[:120]})

    assert outcomes(judge([short], [baseline()], POLICY)) == {(LOSS, "short"): "fail"}


def test_a_run_that_counts_on_from_another_is_short_by_its_own_steps() -> None:
    steps = np.arange(100_000, 100_200)
    runs = [digest_of(f"lm-seed{i}", {LOSS: falling(i)}, steps) for i in range(5)]
    stopped = digest_of("lm-seed9", {LOSS: falling(9)[:20]}, steps[:20])

    verdict = judge([stopped], [build("lm", {}, runs, [LOSS])], POLICY)

    assert outcomes(verdict) == {(LOSS, "short"): "fail"}


def test_a_short_run_can_be_compared_up_to_its_end() -> None:
    short = digest_of("lm-seed100", {LOSS: falling(100)[:120]})

    verdict = judge([short], [baseline()], replace(POLICY, on_short="warn"))

    assert outcomes(verdict) == {(LOSS, "short"): "warn", **BOTH}
    assert check_of(verdict, "final").steps == (0, 119)


def test_a_baseline_of_runs_takes_the_steps_that_both_sides_have() -> None:
    every = np.arange(0, 200, 5)
    sparse = digest_of("lm-seed100", {LOSS: falling(100)[::5]}, every)
    onto = build("lm", {}, baseline_runs(), [LOSS], onto=[sparse])

    assert judge([sparse], [onto], POLICY).outcome == "pass"


def test_points_past_the_baselines_end_change_nothing() -> None:
    values = falling(100)
    longer = np.concatenate([values, np.full(50, 9.0)])

    usual = judge([digest_of("lm-seed1", {LOSS: values})], [baseline()], POLICY)
    more = judge([digest_of("lm-seed1", {LOSS: longer})], [baseline()], POLICY)

    assert [check.p for check in more.checks if check.p] == [check.p for check in usual.checks]


@pytest.mark.parametrize("factor", [1e-6, 0.3, 7.0, 1e6])
def test_the_unit_of_a_metric_changes_nothing(factor: float) -> None:
    scaled = [digest_of(d.run, {LOSS: factor * d.display[LOSS].values}) for d in baseline_runs()]
    run = digest_of("lm-seed100", {LOSS: factor * falling(100, shift=0.03)})

    usual = judge([candidate(shift=0.03)], [baseline()], POLICY)
    found = judge([run], [build("lm", {}, scaled, [LOSS])], POLICY)

    assert outcomes(found) == outcomes(usual)
    for a, b in zip(found.checks, usual.checks, strict=True):
        assert a.p == pytest.approx(b.p, rel=1e-6)
        assert a.effect == pytest.approx(b.effect, rel=1e-6)


def test_a_metric_turned_around_has_the_same_verdict() -> None:
    turned = [digest_of(d.run, {LOSS: -d.display[LOSS].values}) for d in baseline_runs()]
    run = digest_of("lm-seed100", {LOSS: -falling(100, shift=0.05)})

    usual = judge([candidate(shift=0.05)], [baseline()], POLICY)
    found = judge([run], [build("lm", {}, turned, [LOSS])], Policy((Limit(LOSS, "higher"),)))

    for a, b in zip(found.checks, usual.checks, strict=True):
        assert a.verdict == b.verdict
        assert a.p == pytest.approx(b.p, rel=1e-9)


def test_the_order_of_runs_changes_nothing() -> None:
    usual = judge([candidate(seed) for seed in (7, 8, 9)], [baseline()], POLICY)
    runs = build("lm", {}, list(reversed(baseline_runs())), [LOSS])
    found = judge([candidate(seed) for seed in (9, 7, 8)], [runs], POLICY)

    for a, b in zip(found.checks, usual.checks, strict=True):
        assert a.p == pytest.approx(b.p, rel=1e-9)


def test_throughput_is_worse_where_it_is_lower() -> None:
    tag = "tokens_per_s"
    rng = np.random.default_rng(0)

    def run(name: str, level: float) -> RunDigest:
        return digest_of(name, {tag: level * (1 + rng.normal(0, 0.01, 100))})

    runs = [run(f"lm-seed{i}", 1000 * (1 + rng.normal(0, 0.01))) for i in range(6)]
    policy = Policy((Limit(tag, "higher", ("median",)),))

    verdict = judge([run("lm-seed9", 800)], [build("lm", {}, runs, [tag])], policy)

    check = check_of(verdict, "median", tag)
    assert check.verdict == "fail"
    assert check.effect == pytest.approx(0.2, abs=0.03)


def test_identical_baselines_leave_the_least_effect_to_decide() -> None:
    same = [digest_of(f"lm-seed{i}", {LOSS: falling(0)}) for i in range(4)]
    stored = build("lm", {}, same, [LOSS])

    def run(factor: float) -> str:
        return judge([digest_of("lm-seed9", {LOSS: falling(0) * factor})], [stored], POLICY).outcome

    assert [run(1.0), run(1.0005), run(1.002)] == ["pass", "pass", "fail"]


@pytest.mark.parametrize("m", [1, 5])
@pytest.mark.parametrize("direction", ["lower", "higher"])
def test_values_that_cannot_be_added_up_fail_and_are_no_level(m: int, direction: str) -> None:
    limit = Limit("reward", direction, tol=0.05)  # type: ignore[arg-type]
    runs = [digest_of(f"lm-seed{i}", {"reward": falling(i)}) for i in range(m)]
    huge = np.full(200, -1e308 if direction == "higher" else 1e308)
    fallen = digest_of("lm-seed9", {"reward": huge})

    verdict = judge([fallen], [build("lm", {}, runs, ["reward"])], Policy((limit,)))

    assert outcomes(verdict) == {("reward", "final"): "fail", ("reward", "auc"): "fail"}
    assert {check.candidate for check in verdict.checks} == {None}


@pytest.mark.parametrize("m", [1, 5])
def test_a_metric_that_is_zero_in_every_run_is_no_better_and_no_worse(m: int) -> None:
    runs = [digest_of(f"lm-seed{i}", {LOSS: np.zeros(50)}) for i in range(m)]

    verdict = judge(
        [digest_of("lm-seed9", {LOSS: np.zeros(50)})],
        [build("lm", {}, runs, [LOSS])],
        replace(POLICY, tol=0.05),
    )

    assert [(check.verdict, check.effect) for check in verdict.checks] == [("pass", 0.0)] * 2


def test_a_spread_over_orders_of_magnitude_rules_nothing_out() -> None:
    runs = [digest_of(f"lm-seed{i}", {LOSS: np.full(50, 10.0**i)}) for i in range(3)]
    policy = replace(POLICY, alpha=1e-6)

    verdict = judge(
        [digest_of("lm-seed9", {LOSS: np.full(50, 10.0)})], [build("lm", {}, runs, [LOSS])], policy
    )

    assert check_of(verdict, "final").verdict == "inconclusive"
    assert check_of(verdict, "final").upper == np.inf


def test_fewer_than_three_baseline_runs_need_a_tolerance() -> None:
    with pytest.raises(BadSetting, match="too few for a test"):
        judge([candidate()], [baseline(2)], POLICY)


def test_a_tolerance_says_that_it_is_no_test() -> None:
    policy = Policy((Limit(LOSS, "lower", ("final",), tol=0.05),))

    fine = judge([candidate()], [baseline(1)], policy)
    worse = judge([candidate(shift=0.2)], [baseline(1)], policy)

    assert (fine.outcome, worse.outcome) == ("pass", "fail")
    assert "tolerance check, not a test" in check_of(worse, "final").reason
    assert check_of(worse, "final").p is None


def test_another_environment_is_inconclusive() -> None:
    policy = replace(POLICY, key={"gpu": "h100"})
    stored = replace(baseline(), key={"gpu": "a100"})

    (check,) = judge([candidate()], [stored], policy).checks

    assert (check.stat, check.verdict) == ("key", "inconclusive")
    assert "gpu=h100" in check.reason
    assert "gpu=a100" in check.reason


def test_tags_are_required_in_another_environment_as_well() -> None:
    policy = replace(POLICY, key={"gpu": "h100"}, require=("lr",))

    found = judge([candidate()], [baseline()], policy)

    assert found.outcome == "fail"
    assert outcomes(found) == {("", "key"): "inconclusive", ("lr", "required"): "fail"}


def test_a_job_without_a_counterpart_is_nothing_to_compare() -> None:
    other = replace(baseline(), job="vision")

    with pytest.raises(NothingToCompare, match=r"'lm'.*'vision'"):
        judge([candidate()], [other], POLICY)


def test_a_run_without_a_name_is_told_how_to_get_one() -> None:
    nameless = digest_of(".", {LOSS: falling(100)})

    with pytest.raises(NothingToCompare) as raised:
        judge([nameless], [baseline()], POLICY)

    assert raised.value.hint.startswith("'.' is a folder that is a run itself; name a side")


def test_a_job_that_the_candidate_lost_is_not_passed_over() -> None:
    both = [baseline(), replace(baseline(), job="vision")]

    with pytest.raises(NothingToCompare):
        judge([candidate()], both, POLICY)
    assert judge([candidate()], both, replace(POLICY, partial=True)).outcome == "pass"


def test_a_pattern_that_matches_nothing_is_a_mistake() -> None:
    with pytest.raises(BadSetting, match="matches no tag"):
        judge([candidate()], [baseline()], Policy((Limit("eval/*", "lower"),)))


def test_a_gate_that_compares_nothing_does_not_pass() -> None:
    run = digest_of("lm-seed1", {LOSS: falling(1), "acc": falling(2)})

    with pytest.raises(NothingToCompare, match="no gated metric"):
        judge([run], [baseline()], Policy((Limit("acc", "higher"),)))


def test_the_default_metric_is_the_baselines_validation_loss() -> None:
    runs = [
        digest_of(f"lm-seed{i}", {LOSS: falling(i), "train/loss": falling(i + 50)})
        for i in range(4)
    ]
    stored = build("lm", {}, runs, [LOSS, "train/loss"])

    verdict = judge([digest_of("lm-seed9", {"train/loss": falling(9)})], [stored], Policy())

    assert outcomes(verdict)[LOSS, "missing"] == "fail"
    assert "'val/loss'" in verdict.notes[0]


def test_the_default_metric_has_the_stats_that_are_asked_for() -> None:
    verdict = judge([candidate()], [baseline()], with_stats(Policy(), ("ttt",)))

    assert set(outcomes(verdict)) == {(LOSS, "ttt")}


def test_what_is_not_gated_is_told_and_never_fails() -> None:
    tags = {LOSS: 0.0, "train/loss": 0.2}

    def run(seed: int, worse: float) -> RunDigest:
        return digest_of(
            f"lm-seed{seed}",
            {tag: falling(seed + i, shift=worse * shift) for i, (tag, shift) in
             enumerate(tags.items())},
        )  # fmt: skip

    stored = build("lm", {}, [run(seed, 0) for seed in range(6)], list(tags))

    verdict = judge([run(100, 1)], [stored], POLICY)

    assert verdict.outcome == "pass"
    assert [(c.tag, c.verdict, c.gated) for c in verdict.ungated] == [("train/loss", "warn", False)]


def test_holm_spans_every_job_of_the_call() -> None:
    one = judge([candidate(shift=0.02)], [baseline()], POLICY)
    jobs = [replace(baseline(), job=f"j{i}") for i in range(10)]
    many = judge(
        [digest_of(f"j{i}-seed0", {LOSS: falling(100, shift=0.02)}) for i in range(10)],
        jobs,
        POLICY,
    )

    assert many.checks[0].p == pytest.approx(one.checks[0].p, rel=1e-9)
    assert (many.checks[0].p_adjusted or 0) > (one.checks[0].p_adjusted or 0)


def test_a_first_statistical_failure_asks_for_fresh_seeds() -> None:
    policy = replace(POLICY, confirm=2)

    assert judge([candidate(shift=0.1)], [baseline()], policy).needs_confirmation
    assert not judge([candidate()], [baseline()], policy).needs_confirmation
    short = digest_of("lm-seed100", {LOSS: falling(100)[:50]})
    assert not judge([short], [baseline()], policy).needs_confirmation


def test_fresh_seeds_confirm_or_clear_a_failure() -> None:
    first = judge([candidate(shift=0.1)], [baseline()], POLICY).checks
    fine = [candidate(seed) for seed in (201, 202)]
    worse = [candidate(seed, shift=0.1) for seed in (201, 202)]

    assert judge(fine, [baseline()], POLICY, first).outcome == "pass"
    assert judge(worse, [baseline()], POLICY, first).outcome == "fail"


def test_the_same_runs_cannot_confirm_themselves() -> None:
    first = judge([candidate(shift=0.1)], [baseline()], POLICY).checks

    with pytest.raises(BadSetting, match="no fresh seeds"):
        judge([candidate(shift=0.1)], [baseline()], POLICY, first)


def test_fresh_seeds_may_meet_a_number_of_the_first_call() -> None:
    policy = Policy((Limit(LOSS, "lower", ("ttt", "final")),))
    first = judge([candidate(100, shift=0.5)], [baseline()], policy).checks  # no target is reached

    fresh = judge([candidate(101, shift=0.5)], [baseline()], policy, first)

    assert check_of(fresh, "ttt").candidate == 201
    assert fresh.outcome == "fail"


@pytest.mark.parametrize(
    "change",
    [{"job": ["lm"]}, {"tag": None}, {"tag": "\ud800"}, {"verdict": "FAIL"}, {"reason": None},
     {"candidate": "1"}, {"candidate": 10**309}, {"p": []}, {"runs": 7}],
    ids=lambda change: next(iter(change)),
)  # fmt: skip
def test_a_first_call_that_is_amiss_is_refused(tmp_path: Path, change: dict[str, Any]) -> None:
    check = {"job": "lm", "tag": LOSS, "stat": "final", "verdict": "fail", "reason": "worse",
             "candidate": 1, "p": None, "runs": ["lm-seed1"]}  # fmt: skip
    first = tmp_path / "first.json"
    first.write_text(json.dumps({"gate": {"checks": [check], "ungated": []}}))
    assert [found.tag for found in read_first(first)] == [LOSS]

    first.write_text(json.dumps({"gate": {"checks": [check | change], "ungated": []}}))
    with pytest.raises(BadSetting, match="not the JSON of a gate"):
        read_first(first)


def test_a_failure_stands_where_no_fresh_run_speaks_of_it() -> None:
    policy = replace(POLICY, partial=True)
    both = [baseline(), replace(baseline(), job="other")]
    first = judge([candidate(shift=0.1)], both, policy).checks

    fresh = judge([replace(candidate(101), run="other-seed1")], both, policy, first)

    assert {check.job for check in fresh.of("fail")} == {"lm"}


def test_a_failure_stands_where_fresh_runs_cannot_be_compared() -> None:
    first = judge([candidate(shift=0.1)], [baseline()], POLICY).checks
    steps = np.append(np.arange(60), np.arange(140, 200))
    holed = digest_of("lm-seed101", {LOSS: falling(101)[steps]}, steps)
    elsewhere = replace(POLICY, key={"gpu": "h100"})

    for run, policy in ((holed, POLICY), (candidate(101), elsewhere)):
        fresh = judge([run], [baseline()], policy, first)

        assert fresh.outcome == "fail"
        assert outcomes(fresh) == outcomes(judge([run], [baseline()], policy)) | {
            (LOSS, "final"): "fail",
            (LOSS, "auc"): "fail",
        }


def test_a_golden_job_is_compared_step_by_step() -> None:
    values = falling(0).astype(np.float32)
    golden = build("lm", {}, [digest_of("lm", {LOSS: values})], [LOSS], golden=Golden())
    off = values.copy()
    off[150] = np.nextafter(off[150], np.float32(9))

    same = judge([digest_of("lm", {LOSS: values})], [golden], POLICY)
    differs = judge([digest_of("lm", {LOSS: off})], [golden], POLICY)

    assert outcomes(same) == {(LOSS, "golden"): "pass"}
    assert outcomes(differs) == {(LOSS, "golden"): "fail"}
    assert "1 of 200 steps differ" in check_of(differs, "golden").reason
    assert "step 150" in check_of(differs, "golden").reason


def test_nan_in_a_golden_job_is_the_same_only_where_it_is_expected() -> None:
    values = np.array([3.0, np.nan, 2.0])
    run = digest_of("lm", {LOSS: values})
    expecting = build("lm", {}, [run], [LOSS], golden=Golden(expect_nonfinite=True))
    strict = replace(expecting, golden=Golden())

    assert judge([run], [expecting], POLICY).outcome == "pass"
    assert judge([run], [strict], POLICY).outcome == "fail"


def test_an_expression_is_held_to_every_run_and_needs_no_baseline() -> None:
    policy = Policy(expressions=('mean("val/loss", last=5) < 1.05',))

    verdict = judge([candidate(), candidate(101, shift=0.3)], [], policy)

    assert [check.verdict for check in verdict.checks] == ["pass", "fail"]


def test_fresh_seeds_are_advised_where_a_test_failed_and_nowhere_else() -> None:
    doubted = judge([candidate(shift=0.2)], [baseline()], POLICY)
    certain = judge([digest_of("lm-seed1", {"other": [1.0] * 200})], [baseline()], POLICY)
    demanded = judge(
        [candidate()], [baseline()], Policy((LIMIT,), expressions=("last('val/loss') < 0",))
    )

    assert "fresh seeds" in doubted.findings[0].advice
    assert "fresh seeds" not in certain.findings[0].advice
    assert "update --reset" in certain.findings[0].advice
    assert "the demand itself" in demanded.findings[0].advice


def test_slow_drift_of_the_baseline_is_told() -> None:
    runs = [digest_of(f"lm-seed{i}", {LOSS: falling(i, spread=0.001)}) for i in range(6)]
    runs += [
        digest_of(f"lm-seed{i}", {LOSS: falling(i, spread=0.001, shift=0.05)}) for i in range(6, 12)
    ]
    stored: Baseline = build("lm", {}, runs, [LOSS])

    verdict = judge([candidate(spread=0.001, shift=0.05)], [stored], POLICY)

    assert any("drifts" in note for note in verdict.notes)
