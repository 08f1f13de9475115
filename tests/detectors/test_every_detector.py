"""What every detector owes: a manual, options that are numbers, examples, and no crash."""

from __future__ import annotations

import importlib
import inspect
import math
from collections.abc import Mapping, Sequence
from types import ModuleType

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tbreport.analysis.detector import HEADINGS, Detector, DetectorSettings, every_detector
from tbreport.analysis.examination import detect
from tbreport.model import Run, RunDigest
from tbreport.wording import evidence
from tests.curves import START, broken, healthy, histograms, overfit, run, series
from tests.findings import experiment, findings, told

TABLE = every_detector()


def examples(detector: Detector) -> ModuleType:
    """The test module of a detector: FIRES and QUIET, runs by what they show."""
    return importlib.import_module(f"tests.detectors.test_{detector.look.__name__}")


def cases(which: str) -> list[tuple[Detector, str]]:
    return [(found, name) for found in TABLE for name in getattr(examples(found), which)]


def codes(looked_at: Run | Sequence[RunDigest]) -> set[str]:
    return {finding.code for finding in told(looked_at)}


def titled(part: Detector | str) -> str:
    return part if isinstance(part, str) else part.name


@pytest.mark.parametrize("found", TABLE, ids=lambda found: found.name)
def test_it_has_a_firing_and_two_quiet_examples(found: Detector) -> None:
    fires, quiet = examples(found).FIRES, examples(found).QUIET

    assert isinstance(fires, Mapping)
    assert len(fires) >= 1
    assert len(quiet) >= 2
    assert any(name.startswith("noise only") for name in quiet)
    assert any(name.startswith("near miss") for name in quiet)


@pytest.mark.parametrize(("found", "name"), cases("FIRES"), ids=titled)
def test_it_fires(found: Detector, name: str) -> None:
    assert found.code in codes(examples(found).FIRES[name])


@pytest.mark.parametrize(("found", "name"), cases("QUIET"), ids=titled)
def test_it_is_quiet(found: Detector, name: str) -> None:
    assert found.code not in codes(examples(found).QUIET[name])


@pytest.mark.parametrize("found", TABLE, ids=lambda found: found.name)
def test_its_manual_has_every_heading_in_order(found: Detector) -> None:
    lines = found.manual.splitlines()

    assert [line for line in lines if line in HEADINGS] == list(HEADINGS)
    assert lines[0].endswith(".")
    assert len(lines[0]) <= 100


@pytest.mark.parametrize("found", TABLE, ids=lambda found: found.name)
def test_its_options_are_numbers_and_in_the_manual(found: Detector) -> None:
    options = found.manual.split("\nOptions\n")[1].split("\nKnown false positives\n")[0]

    for option, default in found.options.items():
        assert type(default) in (int, float)
        assert f"    {option}: " in options
    if not found.options:
        assert options.strip().startswith("None.")


@pytest.mark.parametrize("found", TABLE, ids=lambda found: found.name)
def test_it_waits_for_detectors_that_there_are(found: Detector) -> None:
    assert {*found.after, *found.replaces} <= {other.code for other in TABLE}


@pytest.mark.parametrize("found", TABLE, ids=lambda found: found.name)
def test_it_takes_a_subject_and_earlier_findings_and_keywords(found: Detector) -> None:
    kinds = [parameter.kind for parameter in inspect.signature(found.look).parameters.values()]

    assert kinds[:2] == [inspect.Parameter.POSITIONAL_OR_KEYWORD] * 2
    assert set(kinds[2:]) <= {inspect.Parameter.KEYWORD_ONLY}


@pytest.mark.parametrize(("found", "name"), cases("FIRES"), ids=titled)
def test_its_findings_can_be_read_and_acted_on(found: Detector, name: str) -> None:
    for finding in told(examples(found).FIRES[name]):
        assert finding.message
        assert not finding.message.endswith(".")
        assert "\n" not in finding.message
        assert finding.advice.endswith(".")
        assert all(math.isfinite(value) for value in finding.evidence.values())
        if finding.steps is not None:
            assert finding.steps[0] <= finding.steps[1]


@pytest.mark.parametrize(("found", "name"), cases("FIRES"), ids=titled)
def test_no_two_numbers_of_a_finding_are_called_alike(found: Detector, name: str) -> None:
    for finding in told(examples(found).FIRES[name]):
        labels = [label for label, _ in evidence(finding.evidence)]
        assert sorted(set(labels)) == sorted(labels)


# What these find is there or not, or held against several things at once.
WITHOUT_THRESHOLD = {"TB201", "TB302", "TB409", "TB411", "TB504", "TB601", "TB602", "TB603"}


@pytest.mark.parametrize(("found", "name"), cases("FIRES"), ids=titled)
def test_its_findings_carry_the_threshold_that_they_crossed(found: Detector, name: str) -> None:
    if found.code.startswith("TB1") or found.code in WITHOUT_THRESHOLD:
        return
    for finding in told(examples(found).FIRES[name]):
        if finding.code == found.code:
            assert any(key.startswith("threshold") for key in finding.evidence)


@pytest.mark.parametrize(("found", "name"), cases("FIRES"), ids=titled)
def test_an_error_comes_only_from_those_that_may_fail_a_build(found: Detector, name: str) -> None:
    errors = {f.code for f in told(examples(found).FIRES[name]) if f.severity == "error"}

    assert errors <= {"TB201", "TB202", "TB301", "TB501"}


TAGS = (
    "loss",
    "train/loss",
    "val/loss",
    "train/box_loss",
    "val/accuracy",
    "grad_norm",
    "lr",
    "epoch",
    "rollout/ep_rew_mean",
    "loss_D",
    "custom",
    "zero_share/relu",
    "saturated_share/tanh",
)


def everywhere(values: np.ndarray, **more: object) -> list[Run]:
    """Runs in which every role has these values; a reward or a game silences some detectors."""
    return [
        run([series(tag, values, **more) for tag in tags])  # type: ignore[arg-type]
        for tags in (TAGS, TAGS[:8], TAGS[2:3], TAGS[:1])
    ]


SHAPES = {
    "empty": np.empty(0),
    "one point": np.array([1.0]),
    "two points": np.array([1.0, 2.0]),
    "one NaN": np.array([np.nan]),
    "constant": np.full(100, 0.5),
    "constant zero": np.zeros(100),
    "all NaN": np.full(100, np.nan),
    "all infinite": np.full(100, np.inf),
    "both infinities": np.where(np.arange(100) % 2, np.inf, -np.inf),
    "finite but for the ends": broken(healthy(100), 0, -1),
    "finite in one point": broken(healthy(100), slice(0, 50), slice(51, None)),
    "zero crossing": np.linspace(1, -1, 100),
    "negative": -healthy(100),
    "huge": healthy(100) * 1e300,
    "tiny": healthy(100) * 1e-310,
    "rising": np.linspace(1, 100, 100),
}


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.filterwarnings("error")
def test_nothing_crashes_on(shape: str) -> None:
    for looked_at in everywhere(SHAPES[shape]):
        for finding in detect(looked_at):
            assert not any(math.isnan(value) for value in finding.evidence.values())


def test_nothing_crashes_on_descending_steps() -> None:
    for looked_at in everywhere(healthy(100), steps=np.arange(100)[::-1]):
        detect(looked_at)


def test_nothing_crashes_on_wall_times_that_stand_still() -> None:
    for looked_at in everywhere(overfit(100), wall_times=np.full(100, START)):
        detect(looked_at)


def test_nothing_crashes_on_a_run_of_nothing() -> None:
    assert detect(run()) == ()


def test_nothing_crashes_on_histograms_without_points() -> None:
    assert detect(run(histograms=[histograms("w", []), histograms("b", [[]])])) == ()


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.filterwarnings("error")
def test_nothing_crashes_on_an_experiment_of(shape: str) -> None:
    runs = {f"a-seed{i}": run({"val/loss": SHAPES[shape]}) for i in range(9)}
    hparams = {name: {"lr": float(i), "odd": float("nan")} for i, name in enumerate(runs)}

    for finding in told(experiment(runs, hparams)):
        assert all(math.isfinite(value) for value in finding.evidence.values())


LAYERS = {
    "empty histograms": [[], [], [], []],
    "one bucket": [[1.0]] * 4,
    "nothing counted": [[0.0, 0.0]] * 4,
    "some empty": [[1.0, 2.0], [], [3.0], [0.0]],
    "huge counts": [[1e300, 1e300]] * 4,
}


@pytest.mark.parametrize("shape", LAYERS)
@pytest.mark.filterwarnings("error")
def test_nothing_crashes_on_layers_of(shape: str) -> None:
    tags = ("weights/a", "weights/b", "gradients/a", "gradients/b", "activations/tanh")

    for finding in detect(run(histograms=[histograms(tag, LAYERS[shape]) for tag in tags])):
        assert all(math.isfinite(value) for value in finding.evidence.values())


EXTREMES = (0, 1, 1_000)


@pytest.mark.parametrize("found", TABLE, ids=lambda found: found.name)
@pytest.mark.filterwarnings("error")
def test_no_option_that_the_settings_take_makes_it_crash(found: Detector) -> None:
    cases = [*examples(found).FIRES.values()]
    if found.scope == "run":
        cases += [run(), *everywhere(healthy(100))[:1]]
    for option, default in found.options.items():
        for value in map(type(default), EXTREMES):
            if value or isinstance(value, float):  # a count of zero is refused
                chosen = DetectorSettings(("TB", found.code), options={found.name: {option: value}})
                for looked_at in cases:
                    findings(found.code, looked_at, chosen)


VALUES = st.one_of(
    st.floats(width=16),
    st.sampled_from([0.0, 1.0, 1e-300, 1e300, -1.0, math.nan, math.inf, -math.inf]),
)


@settings(max_examples=60, deadline=None)
@given(st.lists(VALUES, max_size=60), st.lists(VALUES, max_size=60), st.integers(0, 3))
def test_nothing_crashes_on_anything(some: list[float], others: list[float], every: int) -> None:
    held = [
        series("train/loss", some),
        series("val/loss", others, steps=np.arange(len(others)) * every),
        series("grad_norm", others),
        series("lr", some),
    ]

    detect(run(held))
