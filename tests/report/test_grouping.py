"""What runs may be taken together by."""

from __future__ import annotations

from dataclasses import replace

from tbreport.model import HParam, RunDigest
from tbreport.report.grouping import seed_groups, settings
from tests.report.documents import digest


def run(name: str, **hparams: HParam) -> RunDigest:
    return replace(digest(name, {}), hparams=hparams)


def test_runs_that_differ_in_their_seed_alone_share_a_group() -> None:
    runs = [run("mlp-seed0"), run("mlp-seed1"), run("wide-seed0")]

    assert seed_groups(runs) == {"mlp-seed0": "mlp", "mlp-seed1": "mlp", "wide-seed0": "wide"}


def test_a_seed_among_the_settings_counts_whatever_the_names() -> None:
    groups = seed_groups([run("a", lr=0.1, seed=0.0), run("b", lr=0.1, seed=1.0)])

    assert groups["a"] == groups["b"]


def test_equal_names_with_other_settings_are_other_groups() -> None:
    groups = seed_groups([run("mlp-seed0", lr=0.1), run("mlp-seed1", lr=0.2)])

    assert sorted(groups.values()) == ["mlp", "mlp #2"]


def test_settings_that_differ_are_offered_and_secrets_are_not() -> None:
    found = settings(
        [
            run("a", lr=0.1, depth=2.0, api_key="•••", amp=True),
            run("b", lr=0.2, depth=2.0, amp=False),
        ]
    )

    assert found == {"a": {"lr": "0.1", "amp": True}, "b": {"lr": "0.2", "amp": False}}


def test_settings_that_differ_in_their_last_digits_or_letters_are_other_groups() -> None:
    long = "a" * 80
    found = settings(
        [run("a", seed=1_234_567.0, data=long + "1"), run("b", seed=1_234_568.0, data=long + "2")]
    )

    assert found["a"] == {"seed": "1234567", "data": long + "1"}
    assert found["b"] == {"seed": "1234568", "data": long + "2"}
