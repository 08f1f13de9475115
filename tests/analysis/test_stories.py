"""Findings that explain one another."""

from __future__ import annotations

import numpy as np

from tbreport.analysis.examination import detect
from tbreport.analysis.stories import CAUSES, stories, with_causes
from tbreport.model import Finding, Severity
from tests.curves import broken, diverging, flat, healthy, overfit, run


def finding(
    code: str, steps: tuple[int, int] | None = (0, 9), severity: Severity = "warning"
) -> Finding:
    return Finding(code, code.lower(), severity, "run", (), steps, "", {}, "")


def causes(*findings: Finding) -> dict[str, str]:
    return {one.code: one.because_of for one in with_causes(findings)}


def test_no_code_causes_itself_by_any_way() -> None:
    def above(code: str) -> set[str]:
        return {c for cause in CAUSES.get(code, ()) for c in {cause} | above(cause)}

    for code in CAUSES:
        assert code not in above(code)


def test_a_chain_is_told_from_its_first_cause() -> None:
    jump, spike = finding("TB403", (100, 120)), finding("TB203", (101, 130))
    turn, nan = finding("TB202", (110, 180), "error"), finding("TB201", (190, 199), "error")

    (story,) = stories(with_causes([turn, nan, jump, spike]))

    assert [one.code for one in story] == ["TB403", "TB203", "TB202", "TB201"]
    assert causes(turn, nan, jump, spike) == {
        "TB202": "TB203", "TB201": "TB202", "TB403": "", "TB203": "TB403",
    }  # fmt: skip


def test_what_began_later_is_no_cause() -> None:
    assert causes(finding("TB203", (10, 20)), finding("TB403", (50, 60)))["TB203"] == ""


def test_what_was_over_long_before_is_no_cause() -> None:
    spike, turn = finding("TB203", (80_000, 80_000)), finding("TB202", (159_000, 187_000), "error")

    assert causes(spike, turn)["TB202"] == ""
    assert causes(finding("TB203", (150_000, 150_000)), turn)["TB202"] == "TB203"


def test_gaps_between_evaluations_cause_nothing() -> None:
    gaps, late = finding("TB201", severity="info"), finding("TB304", severity="info")

    assert causes(gaps, late)["TB304"] == ""
    assert causes(gaps, late, finding("TB301"))["TB304"] == "TB301"


def test_information_explains_no_warning() -> None:
    assert causes(finding("TB403"), finding("TB411", severity="info"))["TB403"] == ""
    assert causes(finding("TB403", severity="info"), finding("TB411", severity="info"))[
        "TB403"
    ] == "TB411"  # fmt: skip


def test_the_gravest_story_comes_first() -> None:
    told = stories([finding("TB107", severity="info"), finding("TB301", severity="error")])

    assert [[one.code for one in story] for story in told] == [["TB301"], ["TB107"]]


def test_a_nan_after_a_divergence_follows_from_it() -> None:
    loss = broken(diverging(400), slice(390, None))

    found = {one.code: one for one in detect(run({"loss": loss, "grad_norm": flat(400)}))}

    assert found["TB201"].because_of == "TB202"
    assert found["TB202"].because_of == ""


def test_time_after_the_best_follows_from_overfitting() -> None:
    found = {f.code: f for f in detect(run({"train/loss": healthy(), "val/loss": overfit()}))}

    assert found["TB304"].because_of == "TB301"


def test_a_raised_rate_leads_the_explosion_the_divergence_and_the_nan() -> None:
    n, at = 600, np.arange(600)
    blown = np.where(at < 300, 1.0, 1.02 ** (at - 300.0))
    made = run(
        {
            "lr": np.where(at < 300, 1e-3, 1e-2),
            "grad_norm": broken(flat(n, noise=0.1) * blown**2, slice(550, None)),
            "loss": broken(healthy(n) * blown, slice(550, None)),
        }
    )

    story = stories(detect(made))[0]

    assert [one.code for one in story] == ["TB411", "TB403", "TB202", "TB201"]
    assert [one.because_of for one in story] == ["", "TB411", "TB403", "TB202"]
