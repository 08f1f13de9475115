"""The table of detectors, and running them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tbreport.analysis import detector as machinery
from tbreport.analysis.detector import (
    Detector,
    DetectorSettings,
    Observation,
    as_one,
    every_detector,
    explain,
    in_order,
    named,
)
from tbreport.analysis.examination import (
    by_gravity,
    detect,
    detect_experiment,
    detect_problems,
    look,
)
from tbreport.analysis.subject import RunSubject
from tbreport.errors import BadSetting, UnknownSetting
from tbreport.model import Finding, Severity
from tbreport.settings import Table
from tests.curves import broken, healthy, overfit, problem, run


def entry(code: str, after: tuple[str, ...] = (), replaces: tuple[str, ...] = ()) -> Detector:
    """A detector that finds something in the tag "loss"."""

    def made_up(subject: Any, earlier: Any, *, height: float = 1.0) -> Iterator[Observation]:
        yield Observation("info", f"{len(earlier)} earlier, height {height}", "", tags=("loss",))

    return Detector(code, "run", after, replaces, made_up)


def finding(
    code: str = "TB999", severity: Severity = "info", steps: tuple[int, int] | None = None,
    tags: tuple[str, ...] = (),
) -> Finding:  # fmt: skip
    return Finding(code, "made-up", severity, "run", tags, steps, "", {}, "")


def parse(**values: object) -> DetectorSettings:
    return DetectorSettings.parse(Table("detectors", "tbreport.toml", values))


SUBJECT = RunSubject(run())
ALL = DetectorSettings()


def test_codes_and_names_are_each_once() -> None:
    table = every_detector()

    assert len({found.code for found in table}) == len(table)
    assert len({found.name for found in table}) == len(table)


def test_the_name_is_the_function_and_the_file() -> None:
    for found in every_detector():
        assert found.look.__module__.rpartition(".")[2] == found.look.__name__
        assert found.name == found.look.__name__.replace("_", "-")


def test_detectors_run_by_code_but_after_those_they_wait_for() -> None:
    table = {
        found.code: found
        for found in (entry("TB1", after=("TB3",)), entry("TB2"), entry("TB3"), entry("TB4"))
    }

    assert [found.code for found in in_order(table)] == ["TB2", "TB3", "TB4", "TB1"]


def test_what_a_detector_replaces_runs_before_it() -> None:
    def shadow(subject: Any, earlier: Any) -> Iterator[Observation]:
        yield from ()

    try:
        machinery.detector("TB998", after=("TB201",), replaces=("TB202",))(shadow)
        assert machinery._table["TB998"].after == ("TB201", "TB202")
    finally:
        machinery._table.pop("TB998")


def test_a_code_that_is_taken_is_refused() -> None:
    machinery.every_detector()  # or TB201 would be free yet
    with pytest.raises(ValueError, match="TB201 is both nonfinite-value and explain"):
        machinery.detector("TB201")(explain)


def test_a_finding_gets_code_name_and_run_from_the_table() -> None:
    (found,) = look(entry("TB998"), SUBJECT, "some run", (), ALL, None)

    assert (found.code, found.name, found.run) == ("TB998", "made-up", "some run")


def test_a_detector_sees_earlier_findings_and_its_options() -> None:
    settings = DetectorSettings(options={"made-up": {"height": 3.0}})

    found = look(entry("TB998"), SUBJECT, "run", (finding(),), settings, None)

    assert found[-1].message == "1 earlier, height 3.0"


def test_a_replaced_finding_goes_only_where_a_tag_is_shared() -> None:
    shared, other = finding("TB1", tags=("loss", "x")), finding("TB1", tags=("y",))
    kept = finding("TB2", tags=("loss",))

    found = look(entry("TB9", replaces=("TB1",)), SUBJECT, "run", (shared, other, kept), ALL, None)

    assert found[:-1] == (other, kept)


def test_a_detector_that_finds_nothing_replaces_nothing() -> None:
    silent = Detector("TB9", "run", (), ("TB1",), lambda subject, earlier: ())
    earlier = (finding("TB1", tags=("loss",)),)

    assert look(silent, SUBJECT, "run", earlier, ALL, None) == earlier


def crash(subject: Any, earlier: Any) -> Iterator[Observation]:
    raise ZeroDivisionError("a bug")


CRASHING = Detector("TB9", "run", (), (), crash)


def test_a_crash_raises_where_nobody_takes_it() -> None:
    with pytest.raises(ZeroDivisionError):
        look(CRASHING, SUBJECT, "run", (), ALL, None)


def test_a_crash_that_is_taken_leaves_the_other_findings() -> None:
    crashes: list[tuple[Detector, Exception]] = []
    earlier = (finding(),)

    found = look(
        CRASHING, SUBJECT, "run", earlier, ALL, lambda one, error: crashes.append((one, error))
    )

    assert found == earlier
    assert [(one.name, str(error)) for one, error in crashes] == [("crash", "a bug")]


def test_the_gravest_come_first_then_the_earliest() -> None:
    worst, early, late = finding(severity="error"), finding(steps=(1, 9)), finding(steps=(2, 3))
    without_steps = finding()

    assert by_gravity([late, early, without_steps, worst]) == (worst, without_steps, early, late)


def test_detect_looks_at_problems_and_at_curves() -> None:
    ill = run({"train/loss": healthy(), "val/loss": overfit()}, problems=[problem("TB104")])

    codes = [found.code for found in detect(ill)]

    assert codes[0] == "TB301"
    assert "TB104" in codes


def test_detect_obeys_the_roles_of_the_settings() -> None:
    from tbreport.analysis.roles import RoleRules

    ill = run({"energy": broken(healthy(), slice(100, None))})
    roles = RoleRules.parse(Table("roles", "", {"energy": {"metric": "loss"}}))

    assert {found.severity for found in detect(ill)} == {"info"}
    assert detect(ill, roles=roles)[0].severity == "error"


def test_problems_are_told_by_run_and_file() -> None:
    problems = [
        problem("TB102", path="a", offset=10),
        problem("TB102", path="b"),
        problem("TB102", path="a", offset=90),
    ]

    found = detect_problems(problems, ALL)

    assert [finding.evidence["places"] for finding in found] == [2, 1]
    assert {finding.run for finding in found} == {"run"}


def test_an_experiment_without_detectors_of_its_own_has_no_findings() -> None:
    assert detect_experiment((), ALL) == ()


@pytest.mark.parametrize("given", ["TB301", "overfitting"])
def test_a_detector_is_known_by_code_and_name(given: str) -> None:
    assert named(given).code == "TB301"


def test_explain_prints_the_manual_and_the_defaults() -> None:
    text = explain("TB301")

    assert text.startswith("TB301 overfitting\n\n")
    assert "What to do\n" in text
    assert "[detectors.overfitting]" in text
    assert "    rise = 0.05\n" in text


def test_explaining_what_is_not_there_hints_at_the_nearest() -> None:
    with pytest.raises(UnknownSetting) as caught:
        explain("over-fitting")

    assert caught.value.hint == "did you mean 'overfitting'?"


@pytest.mark.parametrize(
    ("settings", "codes"),
    [
        ({}, {"TB104", "TB301", "TB304"}),
        ({"select": ["TB3"]}, {"TB301", "TB304"}),
        ({"select": ["overfitting"]}, {"TB301"}),
        ({"select": ["TB104"]}, {"TB104"}),
        ({"ignore": ["TB1", "wasted-training"]}, {"TB301"}),
        ({"ignore": ["overfitting", "TB104"]}, {"TB303", "TB304"}),
        ({"select": []}, set()),
    ],
)
def test_select_and_ignore_take_codes_families_and_names(
    settings: dict[str, Any], codes: set[str]
) -> None:
    ill = run({"train/loss": healthy(), "val/loss": overfit()}, problems=[problem("TB104")])

    assert {found.code for found in detect(ill, parse(**settings))} == codes


def test_options_are_set_by_the_detectors_name() -> None:
    ill = run({"train/loss": healthy(), "val/loss": overfit(rise=0.3)})

    assert detect(ill)[0].severity == "error"
    assert detect(ill, parse(overfitting={"error_rise": 0.5}))[0].severity == "warning"


@pytest.mark.parametrize(
    ("settings", "hint"),
    [
        ({"overfiting": {}}, "did you mean 'overfitting'?"),
        ({"overfitting": {"rize": 1}}, "did you mean 'rise'?"),
        ({"ignore": ["loss-spikes"]}, "did you mean 'loss-spike'?"),
        ({"select": ["TB301", "loss_spike"]}, "did you mean 'loss-spike'?"),
    ],
)
def test_unknown_names_are_errors_with_the_nearest(settings: dict[str, Any], hint: str) -> None:
    with pytest.raises(UnknownSetting) as caught:
        parse(**settings)

    assert caught.value.hint == hint


@pytest.mark.parametrize(
    "settings",
    [
        {"overfitting": {"rise": "much"}},
        {"overfitting": {"min_evaluations": 1.5}},
        {"overfitting": {"rise": -0.1}},
        {"overfitting": {"rise": float("nan")}},
        {"exploding-gradient": {"times": 0}},
        {"overfitting": 1},
        {"select": "TB301"},
        {"ignore": [301]},
    ],
)
def test_values_of_the_wrong_kind_are_errors(settings: dict[str, Any]) -> None:
    with pytest.raises(BadSetting):
        parse(**settings)


def test_a_whole_number_passes_for_a_number() -> None:
    assert parse(overfitting={"rise": 1}).options == {"overfitting": {"rise": 1.0}}


def seen(severity: Severity, size: float, *tags: str) -> Observation:
    return Observation(severity, f"it is {size}", "Do.", tags, None, {"size": size})


def test_several_observations_of_one_cause_become_one_under_the_gravest() -> None:
    told = [seen("info", 9, "a"), seen("warning", 1, "t", "b"), seen("warning", 2, "t", "c")]

    (one,) = as_one(told, lambda one: one.evidence["size"])

    assert one.message == "it is 2; likewise b and a"
    assert one.tags == ("t", "c", "b", "a")
    assert one.evidence == {"size": 2}


def test_of_one_observation_or_none_nothing_changes() -> None:
    assert as_one([], lambda one: 0.0) == []
    assert as_one([seen("info", 1, "a")], lambda one: 0.0) == [seen("info", 1, "a")]
