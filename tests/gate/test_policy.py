"""Settings → Policy, and names → jobs."""

from __future__ import annotations

from typing import Any

import pytest

from tbreport.errors import BadSetting, SettingsError, UnknownSetting
from tbreport.gate.jobs import commit_of, job_of
from tbreport.gate.model import Limit, Policy
from tbreport.gate.policy import parse_metric, parse_policy
from tbreport.settings import Table


def policy(**values: Any) -> Policy:
    return parse_policy(Table("gate", "tbreport.toml", values))


def test_without_settings_the_defaults_hold() -> None:
    assert policy() == Policy()


def test_a_share_may_be_written_in_percent() -> None:
    assert policy(min_effect="0.5%").min_effect == policy(min_effect=0.005).min_effect == 0.005


def test_a_metric_is_a_limit() -> None:
    entry = {"tag": "tok/s", "direction": "higher", "stats": ["median"], "skip": "20%", "tol": 0.1}

    assert policy(metric=[entry]).limits == (Limit("tok/s", "higher", ("median",), 0.1, None, 0.2),)


@pytest.mark.parametrize(
    "values",
    [
        {"alhpa": 0.1}, {"alpha": 0.9}, {"alpha": "x"}, {"alpha": True}, {"confirm": -1},
        {"confirm": "2"}, {"on_missing": "maybe"}, {"fail_on": "info"}, {"require": 3},
        {"group": "("}, {"metric": {"tag": "x"}}, {"metric": [{"tag": "x"}]},
        {"metric": [{"direction": "lower"}]},
        {"metric": [{"tag": "x", "direction": "down"}]},
        {"metric": [{"tag": "x", "direction": "lower", "stats": ["mean"]}]},
        {"metric": [{"tag": "x", "direction": "lower", "tolerance": 1}]},
        {"check": [{"expr": "1"}]}, {"check": [{}]}, {"check": [{"expression": "1 < 2"}]},
    ],
)  # fmt: skip
def test_a_setting_that_is_wrong_is_never_passed_over(values: dict[str, Any]) -> None:
    with pytest.raises(SettingsError):
        policy(**values)


def test_a_misspelt_key_has_the_nearest_as_its_hint() -> None:
    with pytest.raises(UnknownSetting) as refused:
        policy(on_mising="fail")

    assert refused.value.hint == "did you mean 'on_missing'?"


def test_a_metric_of_the_command_line_says_which_way_is_better() -> None:
    assert parse_metric("a=b=higher") == Limit("a=b", "higher")
    for text in ("loss", "loss=up", "=lower"):
        with pytest.raises(BadSetting, match="which way is better") as refused:
            parse_metric(text)
        assert refused.value.hint.startswith("write TAG=lower or TAG=higher")


@pytest.mark.parametrize(
    ("run", "job"),
    [
        ("healthy-seed0", "healthy"), ("lm/seed_3", "lm"), ("seed12", "."), ("lm.s4", "lm"),
        ("exp/s1/logs", "exp/logs"), ("rep=2", "."), ("resnet50", "resnet50"),
        ("version_3", "version_3"), ("deepseed7b", "deepseed7b"), (".", "."),
    ],
)  # fmt: skip
def test_a_job_is_a_runs_name_without_its_seed(run: str, job: str) -> None:
    assert job_of(run) == job


def test_what_is_the_seed_can_be_said() -> None:
    assert job_of("lm-try3", r"-try\d+") == "lm"
    assert job_of("2024-01-02_lm_7", r"_([a-z]+)_") == "lm"


def test_the_commit_is_that_of_the_ci_system() -> None:
    assert commit_of({"GITHUB_SHA": "abc"}) == "abc"
    assert commit_of({"CI_COMMIT_SHA": "def"}) == "def"
    assert commit_of({}) is None
