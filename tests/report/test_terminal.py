"""The report in a terminal: what fits in the width, and many findings of one kind."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tbreport.report import terminal
from tbreport.report.document import Cell, Column, Table
from tests.report import verdicts
from tests.report.documents import crowded

TOLD = terminal.TOLD["warning"]

ILL = 9  # every twentieth run is ill
REPORT = crowded(ILL * 20, n=20)


@pytest.mark.parametrize("name", verdicts.HOSTILE)
def test_no_failed_metric_steers_the_terminal(name: str) -> None:
    shown = terminal.render(verdicts.report(verdicts.verdict((name,))), width=200)

    assert all(line.isprintable() for line in shown.split("\n"))


@pytest.mark.parametrize("width", [30, 60, 100, 160])
def test_no_line_is_wider_than_the_terminal(width: int) -> None:
    lines = terminal.render(REPORT, width=width).splitlines()

    assert max(map(len, lines)) <= width


def test_the_wider_the_terminal_the_more_columns() -> None:
    titles = [
        next(line for line in terminal.render(REPORT, width=width).splitlines() if "status" in line)
        for width in (60, 100, 160)
    ]

    assert titles == sorted(titles, key=lambda title: len(title.split()))
    assert len(set(titles)) == 3


def test_a_long_name_loses_its_beginning() -> None:
    rows = [line for line in terminal.render(REPORT, width=30).splitlines() if "run-0001" in line]

    assert rows[0].lstrip().startswith("…")


def test_of_many_findings_of_one_detector_a_few_are_told_and_the_runs_of_all_others_named() -> None:
    shown = terminal.render(REPORT, width=500)

    assert shown.count("is above its best") == TOLD
    named = next(line for line in shown.splitlines() if "more findings: " in line)
    runs = [f"sweep/lr-{20 * place % 10}/run-{20 * place:04}" for place in range(ILL)]
    assert named.startswith(f"! TB301 overfitting   {ILL - TOLD} more findings: ")
    assert all(run in named for run in runs[TOLD:])


def test_detectors_that_could_look_at_nothing_are_told_by_reason() -> None:
    reasons = {"TB405 clipping-always-on": "no gradient norm", "TB202 diverging-loss": ""}
    reasons |= {
        "TB403 exploding-gradient": "no gradient norm",
        "TB414 reward-collapse": "no reward",
    }

    shown = terminal.render(replace(REPORT, detectors=reasons), width=500)

    assert (
        "could not look · no gradient norm: exploding-gradient, clipping-always-on"
        " · no reward: reward-collapse\n" in shown
    )
    assert "could not look" not in terminal.render(replace(REPORT, detectors={}), width=500)


@pytest.mark.parametrize(
    ("names", "shown"),
    [
        (["sweep/batch=16_lr=0.1", "sweep/batch=16_lr=0.2"], ["…ch=16_lr=0.1", "…ch=16_lr=0.2"]),
        (
            ["lr=0.1_of_the_old_sweep", "lr=0.2_of_the_old_sweep"],
            ["lr=0.1…_sweep", "lr=0.2…_sweep"],
        ),
        (
            ["the_lr=0.1_of_old_sweeps", "the_lr=0.2_of_old_sweeps"],
            ["the_lr=0.1_o…", "the_lr=0.2_o…"],
        ),
        (["長い名前の実験その一", "長い名前の実験その二"], ["…の実験その一", "…の実験その二"]),
    ],
)
def test_names_that_are_cut_differ_where_they_can(names: list[str], shown: list[str]) -> None:
    rows = tuple((Cell(name), Cell("1")) for name in names)
    lines = terminal.grid(Table((Column("run"), Column("steps", "right")), rows), 22)

    assert [line.plain.split("  ")[1] for line in lines[1:]] == shown
    assert {line.cell_len for line in lines} == {22}
