"""Sections of the other kinds: what is shown of whom, within which size."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from tbreport.analysis.prcurves import average_precision
from tbreport.exhibits import Exhibit, Op, Picture, PrCurve, Scope, Text
from tbreport.model import RunDigest
from tbreport.pipeline import summarize
from tbreport.report import allowance, exhibiting, html, hyperparameters, prcurves, terminal
from tbreport.report.document import Facts, Report, Table
from tbreport.report.sections import compose
from tbreport.report.showcase import Album, GraphTree, Parallel, PrChart, Scatters
from tests import hostile
from tests.images import png
from tests.report.documents import digest, display

FIXTURES = Path(__file__).parent.parent / "fixtures" / "events"


def picture(size: int = 100) -> Picture:
    return Picture("image/png", bytes(size), 4, 4)


def with_exhibits(run: str, *exhibits: Exhibit) -> RunDigest:
    return replace(digest(run, {"loss": display([2.0, 1.0])}), exhibits=exhibits)


def images(run: str, steps: int, size: int = 100) -> RunDigest:
    made = (Exhibit("images", "sample", n, 0.0, (picture(size),)) for n in range(steps))
    return with_exhibits(run, *made)


def report_of(*digests: RunDigest) -> Report:
    return compose(digests, title="x", version="0")


def albums(report: Report) -> list[Album]:
    return list(allowance.every_album(report))


def test_the_runs_of_a_tag_stand_beside_each_other() -> None:
    (album,) = albums(report_of(images("a", 3), images("b", 2)))

    assert [(reel.run, len(reel.items)) for reel in album.reels] == [("a", 3), ("b", 2)]


def test_a_suffix_of_the_writer_is_not_shown() -> None:
    text = Exhibit("text", "config/text_summary", 0, 0.0, Text("x", 1))

    assert [album.tag for album in albums(report_of(with_exhibits("a", text)))] == ["config"]


def test_secrets_in_texts_are_masked() -> None:
    text = Exhibit("text", "config", 0, 0.0, Text("api_key: hunter2", 16))
    page = html.render(report_of(with_exhibits("a", text)))

    assert "hunter2" not in page
    assert "•••" in page


def test_a_short_budget_shows_every_run_s_last_step_first() -> None:
    report = report_of(images("a", 5, 3_000), images("b", 5, 3_000))
    (album,) = albums(allowance.within(report, 2 * 4_300))

    assert [(r.run, [item.step for item in r.items]) for r in album.reels] == [
        ("a", [4]),
        ("b", [4]),
    ]


def test_what_a_budget_leaves_out_is_told() -> None:
    report = allowance.within(report_of(images("a", 5, 3_000), images("b", 1, 90_000)), 10_000)
    (album,) = albums(report)
    section = next(section for section in report.sections if section.id == "images")

    assert [reel.run for reel in album.reels] == ["a"]
    assert album.left_out == 1
    assert "2 of 6 steps shown; the rest exceeds the page's size." in str(section.blocks[-1])


def test_a_page_of_many_images_keeps_to_its_size() -> None:
    digests = [images(f"run{n:02}", 12, 20_000) for n in range(40)]

    assert len(html.render(report_of(*digests), max_size=3_000_000).encode()) <= 3_000_000


def test_the_same_graph_is_shown_once_with_its_runs() -> None:
    scope = Scope("", "", "", 2, (("Add", 2),), (Scope("x", "Add", "", 1),))
    graph = Exhibit("graphs", "", 0, 0.0, scope)
    report = report_of(with_exhibits("a", graph), with_exhibits("b", graph))
    (tree,) = [b for s in report.sections for b in s.blocks if isinstance(b, GraphTree)]

    assert tree.runs == ("a", "b")


def test_what_is_not_drawn_is_counted() -> None:
    report = summarize(FIXTURES / "torch")
    (facts,) = next(section.blocks for section in report.sections if section.id == "undrawn")

    assert isinstance(facts, Facts)
    assert dict(facts.items) == {
        "8 mesh tensors": "in 1 run",
        "1 graph": "run metadata: the timings of a step, not a model",
        "1 embedding": "beside the event files, for TensorBoard",
        "2 tensors": "in 1 run",
    }


def test_the_terminal_says_what_else_was_logged() -> None:
    shown = terminal.render(summarize(FIXTURES / "torch/media"))

    assert "also logged: 2 steps of sounds, 7 steps of images, 2 tensors, 3 texts" in shown


def test_every_kind_of_every_writer_has_its_section() -> None:
    found = {
        writer: {section.id for section in summarize(FIXTURES / writer).sections}
        for writer in ("torch", "tensorflow1")
    }
    wanted = {id for id, _, _ in exhibiting.SECTIONS}

    assert wanted <= found["torch"]
    assert wanted <= found["tensorflow1"]


def test_a_page_with_every_kind_is_the_same_bytes_twice(tmp_path: Path) -> None:
    hostile.write(tmp_path)

    assert html.render(summarize(tmp_path)) == html.render(summarize(tmp_path))


def test_only_pictures_and_sounds_have_a_source_and_it_lies_in_the_page(tmp_path: Path) -> None:
    page = html.render(summarize(hostile.write(tmp_path)))
    sources = re.findall(r'\ssrc="([^"]*)"', page)

    assert {source.partition(",")[0] for source in sources} == {
        "data:image/png;base64",
        "data:audio/wav;base64",
    }
    assert re.findall(r"<script(?![ >])|<(?:object|embed|iframe|base|form action)", page) == []


def curve(precision: list[float], recall: list[float]) -> PrCurve:
    return PrCurve(np.array(precision), np.array(recall), 0.75, 0.8, 0.0)


def test_average_precision_weighs_by_the_recall_that_is_added() -> None:
    assert average_precision(np.array([0.5, 1.0]), np.array([1.0, 0.5])) == 0.75
    assert average_precision(np.array([1.0, np.nan]), np.array([1.0, 0.0])) == 1.0


def test_pr_curves_of_tags_that_are_written_alike_have_ids_of_their_own() -> None:
    exhibits = tuple(
        Exhibit("pr_curves", tag, 0, 0.0, curve([0.5, 1], [1, 0.5])) for tag in ("a-b", "a/b")
    )
    made = replace(digest("r", {}), exhibits=exhibits)

    charts = [block for block in exhibiting.pr_curves([made]) if isinstance(block, PrChart)]

    assert len({chart.id for chart in charts}) == 2


def test_a_run_that_stopped_early_keeps_its_last_curve_in_later_frames() -> None:
    exhibits = {
        "long": [Exhibit("pr_curves", "c", s, 0.0, curve([0.5, 1], [1, 0.5])) for s in (0, 5, 9)],
        "short": [Exhibit("pr_curves", "c", 2, 0.0, curve([0.5, 1], [1, 0.5]))],
    }
    (chart,) = prcurves.blocks("pr-c", "c", exhibits)

    assert isinstance(chart, PrChart)
    assert [(f.step, [(one.run, one.step) for one in f.lines]) for f in chart.frames] == [
        (0, [("long", 0)]),
        (2, [("long", 0), ("short", 2)]),
        (5, [("long", 5), ("short", 2)]),
        (9, [("long", 9), ("short", 2)]),
    ]
    assert [row[0].text for row in chart.table.rows] == ["long", "short"]


def swept(n: int = 8) -> list[RunDigest]:
    """Runs whose outcome follows the learning rate, and nothing else."""
    found = []
    for place in range(n):
        made = digest(f"run{place}", {"loss/val": display([20.0, 1.0 + place])})
        hparams = {
            "lr": 10.0 ** (place - n),
            "same": 1.0,
            "optimizer": "sgd" if place % 2 else "adam",
            "seed": float(place),
            **({"momentum": 0.9} if place == 0 else {}),
        }
        found.append(replace(made, hparams=hparams))
    return found


def test_hyper_parameters_that_differ_are_drawn_against_the_outcome() -> None:
    blocks, count = hyperparameters.blocks(swept(), 0)
    parallel = next(block for block in blocks if isinstance(block, Parallel))
    scatters = next(block for block in blocks if isinstance(block, Scatters))

    assert count == 5
    assert [axis.name for axis in parallel.axes] == ["lr", "optimizer", "best loss/val"]
    assert [chart.note for chart in scatters.charts] == [
        "rank correlation 1.00, 8 runs",
        "words: no order",
    ]
    assert [line.rank for line in parallel.lines] == pytest.approx(
        [(7 - place) / 7 for place in range(8)]
    )


def test_values_over_decades_have_a_logarithmic_axis() -> None:
    blocks, _ = hyperparameters.blocks(swept(), 0)
    parallel = next(block for block in blocks if isinstance(block, Parallel))

    lr = [line.places[0] for line in parallel.lines]
    assert np.diff(lr) == pytest.approx(np.diff(lr)[0])


def test_settings_that_differ_in_their_last_digits_do_not_look_alike() -> None:
    made = [
        replace(digest(name, {}), hparams={"samples": n, "lr": 0.1})
        for name, n in (("a", 1_234_567.0), ("b", 1_234_568.0))
    ]

    (found,), _ = hyperparameters.blocks(made, 0)

    assert isinstance(found, Table)
    assert [[cell.text for cell in row] for row in found.rows] == [
        ["a", "1234567", "0.1"],
        ["b", "1234568", "0.1"],
    ]


def test_two_runs_have_a_table_and_no_drawing() -> None:
    blocks, _ = hyperparameters.blocks(swept(2), 0)

    assert [type(block) for block in blocks] == [Table]


def test_absurd_hyper_parameters_are_drawn() -> None:
    runs = swept()
    values = [float("nan"), float("inf"), -1e308, 1e308, 0.0, 1.0, "x" * 5_000, True]
    odd = [
        replace(run, hparams={"a": value, hostile.BAD_NAME: float(place)})
        for place, (run, value) in enumerate(zip(runs, values, strict=True))
    ]
    page = html.render(report_of(*odd))

    assert hostile.BAD_NAME not in page


def test_a_wide_graph_fits_the_page() -> None:
    from tbreport.analysis.scopes import tree

    scope = tree([Op(f"{n % 70}/{n}", "Add") for n in range(50_000)])
    graphs = Exhibit("graphs", "", 0, 0.0, scope)
    page = html.render(report_of(with_exhibits("a", graphs)))

    assert len(page.encode()) < 1_300_000
    assert "50,000 ops" in page


def test_a_picture_is_described_and_has_its_size() -> None:
    made = Exhibit("images", "sample", 7, 0.0, (Picture("image/png", png(4, 4), 4, 4),))
    page = html.render(report_of(with_exhibits("a", made)))

    assert 'alt="sample of a at step 7"' in page
    assert 'data-size="4 × 4"' in page


def test_a_scatter_of_some_of_many_runs_says_so() -> None:
    blocks, _ = hyperparameters.blocks(swept(300), 0)
    scatters = next(block for block in blocks if isinstance(block, Scatters))

    assert len(scatters.charts[0].points) == 150
    assert scatters.charts[0].note.endswith(", 300 runs; 150 are drawn")
