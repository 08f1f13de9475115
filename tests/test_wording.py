"""Numbers and names as they stand in sentences and tables."""

from __future__ import annotations

import math

import pytest

from tbreport import wording


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (0.31, "0.31"),
        (0.31249, "0.3125"),
        (-0.5, "−0.5"),
        (12_000.0, "12,000"),
        (57_094.3, "57,094"),
        (-1_234.6, "−1,235"),
        (999.96, "1,000"),
        (999.94, "999.9"),
        (1_204_000.0, "1.204e6"),
        (1.18e-4, "1.180e−4"),
        (math.nan, "NaN"),
        (-math.inf, "−∞"),
        (None, "–"),
        (0.0, "0"),
        (-0.0, "0"),
    ],
)
def test_a_number_has_four_digits_and_a_minus(value: float | None, shown: str) -> None:
    assert wording.number(value) == shown


def test_a_probability_has_two_digits_and_a_real_minus() -> None:
    assert [wording.probability(p) for p in (2.923e-7, 0.0314, 1.0)] == ["2.9e−7", "0.031", "1"]


@pytest.mark.parametrize(
    ("share", "shown"), [(0.31, "31 %"), (0.0976, "9.8 %"), (0.0999, "10 %"), (12.0, "1,200 %")]
)
def test_a_share_is_a_percentage(share: float, shown: str) -> None:
    assert wording.percent(share) == shown


@pytest.mark.parametrize(
    ("ratio", "shown"),
    [(0.018, "+1.8 %"), (-0.11, "−11.0 %"), (329.0, "+329 ×"), (math.nan, "–"), (1e9, "> 1e6 ×")],
)
def test_a_change_has_its_sign(ratio: float, shown: str) -> None:
    assert wording.change(ratio) == shown


def test_counts_have_their_plural() -> None:
    assert wording.count(1, "point") == "1 point"
    assert wording.count(1204, "point") == "1,204 points"
    assert wording.count(0, "run") == "0 runs"


def test_lists_end_in_and() -> None:
    assert wording.listed(["a"]) == "a"
    assert wording.listed(["a", "b", "c"]) == "a, b and c"
    assert wording.listed(["a", "b", "c", "d", "e"]) == "a, b and 3 more"


def test_a_span_of_one_step_is_a_step() -> None:
    assert wording.span((80, 80)) == "step 80"
    assert wording.span((80, 100)) == "steps 80 to 100"


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [
        (0.0, "0 s"),
        (0.00182, "1.82 ms"),
        (0.0636, "63.6 ms"),
        (0.999, "999 ms"),
        (0.9996, "1.0 s"),
        (3.21, "3.2 s"),
        (45.0, "45 s"),
        (1740.0, "29 min"),
        (11_520.0, "3.2 h"),
        (4e5, "4.6 d"),
    ],
)
def test_a_duration_has_one_unit(seconds: float, shown: str) -> None:
    assert wording.duration(seconds) == shown


def test_a_size_is_counted_by_thousands() -> None:
    assert wording.size(999) == "999 B"
    assert wording.size(61_300_000) == "61.3 MB"


def test_evidence_takes_its_unit_from_its_name() -> None:
    evidence = {"rise_percent": 58.1, "best_step": 76.0, "past_best_s": 1140.0, "tail": 0.7}

    assert wording.evidence(evidence) == [
        ("rise", "58.1 %"),
        ("best step", "76"),
        ("past best", "19 min"),
        ("tail", "0.7"),
    ]


@pytest.mark.parametrize("name", ["hub_token", "api-key", "AWS_SECRET", "password", "key"])
def test_a_secret_is_masked(name: str) -> None:
    assert wording.masked(name, "s3cr3t") == wording.MASK


@pytest.mark.parametrize(
    ("name", "value"), [("tokenizer", "bpe"), ("max_tokens", 512.0), ("keyboard", "us")]
)
def test_what_only_sounds_like_a_secret_is_shown(name: str, value: object) -> None:
    assert wording.masked(name, value) is None


def test_a_time_that_no_calendar_has_is_left_out() -> None:
    assert wording.date(1e300) == ""
    assert wording.date(1_700_000_000.0) == "2023-11-14 22:13 UTC"


def test_names_stand_as_people_count() -> None:
    names = ["run 10", "run 2/b", "run 2/a", "7", "run", "run 2", "run 02", "9" * 5000, "a1b22"]

    assert sorted(names, key=wording.natural) == [
        "7", "9" * 5000, "a1b22", "run", "run 02", "run 2", "run 2/a", "run 2/b", "run 10",
    ]  # fmt: skip
