"""What the settings say of some runs alone."""

from __future__ import annotations

import tomllib

import pytest

from tbreport.analysis.overrides import RunSettings
from tbreport.errors import BadSetting, UnknownSetting
from tbreport.settings import Settings, Table

OF_ALL = """
[detectors]
ignore = ["TB401"]
[detectors.overfitting]
rise = 0.08
[roles."objective$"]
metric = "loss"
"""


def parse(text: str) -> RunSettings:
    tables = tomllib.loads(OF_ALL + text)
    return RunSettings.parse(
        Settings("tbreport.toml", {k: Table(k, "tbreport.toml", v) for k, v in tables.items()})
    )


def test_a_run_that_no_pattern_names_is_judged_as_all_are() -> None:
    settings = parse('[overrides."^gan/".detectors]\nignore = ["TB2"]')
    assert settings.of("cnn/gan") == settings.of_all


def test_an_option_of_an_override_leaves_the_others_as_they_are() -> None:
    settings = parse('[overrides."^gan/".detectors.overfitting]\nnoise_factor = 7')
    expected = {"overfitting": {"rise": 0.08, "noise_factor": 7.0}}
    assert expected == settings.of("gan/3").detectors.options


def test_what_an_override_ignores_is_ignored_besides() -> None:
    settings = parse('[overrides."gan".detectors]\nignore = ["loss-spike"]')
    assert settings.of("gan").detectors.ignore == ("TB401", "loss-spike")


def test_what_an_override_selects_takes_the_place_of_what_all_do() -> None:
    settings = parse('[overrides."gan".detectors]\nselect = ["TB1"]')
    assert settings.of("gan").detectors.select == ("TB1",)


def test_the_last_of_two_overrides_has_the_last_word() -> None:
    settings = parse(
        '[overrides."gan".detectors.overfitting]\nrise = 0.2\n'
        '[overrides."big".detectors.overfitting]\nrise = 0.3'
    )
    rises = [settings.of(run).detectors.options["overfitting"]["rise"] for run in ("gan", "biggan")]
    assert rises == [0.2, 0.3]


def test_a_role_of_an_override_goes_before_those_of_all_runs() -> None:
    settings = parse('[overrides."rl".roles."^my_objective$"]\nmetric = "reward"\ngoal = "max"')
    roles = [settings.of(run).roles.role("my_objective") for run in ("rl-1", "cnn")]
    assert [(role.metric, role.goal) for role in roles] == [("reward", "max"), ("loss", "min")]


def test_the_same_role_pattern_is_replaced() -> None:
    settings = parse('[overrides."rl".roles."objective$"]\nmetric = "elbo"')
    assert settings.of("rl-1").roles.role("objective").metric == "elbo"


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ('[overrides."gan".detector]\nselect = ["TB1"]', "did you mean 'detectors'?"),
        ('[overrides."gan".detectors]\nignored = ["TB1"]', "did you mean 'ignore'?"),
        ('[overrides."gan".detectors.overfitting]\nrises = 1.0', "did you mean 'rise'?"),
        ('[overrides."gan".detectors]\nignore = ["overfiting"]', "did you mean 'overfitting'?"),
        ('[overrides."gan".roles."x"]\nmetrics = "loss"', "did you mean 'metric'?"),
    ],
)
def test_an_unknown_key_is_an_error_with_the_nearest_match(text: str, hint: str) -> None:
    with pytest.raises(UnknownSetting) as raised:
        parse(text)
    assert hint == raised.value.hint
    assert "overrides.gan" in str(raised.value)


def test_a_pattern_that_is_none_is_an_error() -> None:
    with pytest.raises(BadSetting, match="no regular expression"):
        parse('[overrides."(".detectors]\nselect = ["TB1"]')
