"""The charts as files: each stands alone, says what it shows, and is safe to embed."""

from __future__ import annotations

import re
from dataclasses import replace
from xml.etree import ElementTree

import numpy as np
import pytest

from tbreport.report import drawings
from tbreport.report.document import Chart, Gallery, Report, Section, Trace
from tbreport.report.drawings import LONGEST_NAME, MOST_FILES
from tbreport.report.galleries import unique
from tbreport.report.sheets import MOST_KEYS, Sheet, drawing, shortened
from tests.report.documents import HOSTILE, RUNS, crowded, display, hostile, typical

SVG = "{http://www.w3.org/2000/svg}"
NAN, INF = float("nan"), float("inf")


def sheet(*values: float, title: str = "loss", run: str = "run") -> ElementTree.Element:
    chart = Chart("scalar-loss", "loss", "", (Trace(run, "loss", display(values)),))
    return ElementTree.fromstring(drawing(Sheet(chart, title, run), {run: 0}))


def said(picture: ElementTree.Element) -> list[str]:
    return ["".join(text.itertext()) for text in picture.iter(f"{SVG}text")]


def of_charts(*charts: Chart) -> Report:
    section = Section("scalars", "Scalars", (Gallery(charts),))
    return replace(typical(n=60, n_histograms=1), sections=(section,))


def test_every_chart_of_curves_is_a_file_that_is_valid_xml() -> None:
    folder = drawings.render(typical(n=60))

    assert sorted(folder.files) == sorted(
        [f"scalar-{place}.svg" for place in range(8)]
        + [f"pair-{place}.svg" for place in range(4)]
        + ["evidence-tb201.svg", "evidence-tb301.svg"]
    )
    for text in folder.files.values():
        assert ElementTree.fromstring(text).tag == f"{SVG}svg"


def test_a_file_has_title_legend_ticks_unit_and_a_text_alternative() -> None:
    picture = ElementTree.fromstring(drawings.render(typical(n=60)).files["scalar-0.svg"])
    words = said(picture)

    assert words[0] == "loss/train"
    assert set(RUNS) < set(words)
    assert {"0.5", "1", "100", "step"} < set(words)
    assert picture.findtext(f"{SVG}title") == "loss/train"
    assert picture.findtext(f"{SVG}desc") == "loss/train: 4 runs"
    assert picture.attrib["font-family"] == "sans-serif"


def test_a_finding_s_file_says_what_was_found_and_where() -> None:
    words = said(ElementTree.fromstring(drawings.render(typical(n=60)).files["evidence-tb301.svg"]))

    assert words[0].startswith("overfitting: no-dropout")
    assert "overfitting" in words[2:]


def test_colors_are_attributes_and_the_dark_ones_a_style_sheet() -> None:
    picture = sheet(3.0, 2.0, 1.0)
    (line,) = picture.findall(f"{SVG}g[@class='curves']/{SVG}path")
    style = picture.findtext(f"{SVG}style") or ""

    assert line.attrib["stroke"] == "#0072b2"
    assert style.startswith("@media (prefers-color-scheme:dark){")
    assert f".{line.attrib['class']}{{stroke:#4ea8e0}}" in style
    used = {one for shape in picture.iter() for one in shape.get("class", "").split()}
    grouping = {"curves", "crowd"}
    assert all(f".{name}" in style for name in used - grouping)


def test_nothing_in_a_file_runs_or_asks_for_anything() -> None:
    for text in drawings.render(hostile()).files.values():
        picture = ElementTree.fromstring(text)

        assert {shape.tag.removeprefix(SVG) for shape in picture.iter()} <= {
            "svg", "title", "desc", "style", "rect", "path", "g", "text", "tspan", "circle",
        }  # fmt: skip
        names = {name for shape in picture.iter() for name in shape.attrib}
        assert not any(name.startswith("on") or "href" in name for name in names)


def test_hostile_names_are_shown_as_they_are_and_name_no_file() -> None:
    traces = (Trace(HOSTILE[0], HOSTILE[2], display([1.0, 2.0])),)
    bad = [Chart("../../etc/x", HOSTILE[2], "", traces)]
    text = drawing(Sheet(bad[0], HOSTILE[2], HOSTILE[0]), {})

    assert said(ElementTree.fromstring(text))[:2] == [HOSTILE[2], HOSTILE[0]]
    for name in drawings.render(hostile()).files:
        assert re.fullmatch(r"[a-z0-9-]+\.svg", name)


@pytest.mark.parametrize("name", ["a\0b", "a\x1b[31mb", "a\ud800b", "a\uffffb", "a\nb", "\u202eb"])
def test_letters_that_xml_cannot_hold_break_nothing(name: str) -> None:
    picture = sheet(1.0, 2.0, title=name, run=name)

    assert said(picture)[0].endswith("b")


@pytest.mark.parametrize(
    "values",
    [(), (1.0,), (NAN,), (INF, -INF), (2.0, 2.0), (0.0, 1e308, -1e308), (5e-324, 0.0)],
)
def test_any_series_gives_a_file_with_finite_coordinates(values: tuple[float, ...]) -> None:
    text = ElementTree.tostring(sheet(*values), encoding="unicode")

    assert "nan" not in text.lower().replace("nan-", "")
    assert not re.search(r"\binf\b", text)


def test_a_long_series_is_means_over_what_was_measured() -> None:
    picture = sheet(*np.tile([0.0, 2.0], 2000).tolist())

    assert picture.find(f"{SVG}g[@class='faint']") is not None
    assert "faint: as measured; strong: means of stretches" in said(picture)
    assert sheet(*[1.0, 2.0] * 100).find(f"{SVG}g[@class='faint']") is None


def test_evidence_is_drawn_as_it_was_measured() -> None:
    text = drawings.render(typical(n=1000, n_histograms=1)).files["evidence-tb301.svg"]

    assert 'class="faint"' not in text


def test_many_runs_share_a_legend_of_a_bounded_length() -> None:
    report = crowded(60)
    words = said(ElementTree.fromstring(drawings.render(report).files["scalar-loss-train.svg"]))

    assert sum(word.startswith("sweep/") for word in words) == MOST_KEYS - 1
    assert "and 37 more" in words


def test_a_crowd_says_what_its_gray_is() -> None:
    words = said(ElementTree.fromstring(drawings.render(crowded(120)).files["scalar-lr.svg"]))

    assert any("half of all 120 runs" in word for word in words)


def test_a_long_name_keeps_both_of_its_ends() -> None:
    assert shortened("a" * 30 + "b" * 30, "key") == "a" * 22 + "…" + "b" * 21
    assert shortened("运行" * 40, "key") == "运行" * 5 + "运…运" + "行运" * 4 + "行"
    assert shortened("loss\n/val", "key") == "loss /val"


def test_the_same_report_gives_the_same_files() -> None:
    assert drawings.render(typical(n=60)) == drawings.render(typical(n=60))


def test_long_ids_become_short_names_of_different_files() -> None:
    charts = [
        Chart(f"scalar-{'x' * 5000}{place}", "x", "", (Trace("r", "x", display([1.0, 2.0])),))
        for place in range(3)
    ]
    names = list(drawings.render(of_charts(*charts)).files)

    assert len(set(names)) == 3
    assert max(map(len, names)) <= LONGEST_NAME + len("-3.svg")


def test_more_charts_than_anyone_looks_through_are_left_out_and_counted() -> None:
    trace = Trace("r", "x", display([1.0, 2.0]))
    charts = [Chart(f"scalar-{n}", "x", "", (trace,)) for n in range(MOST_FILES + 7)]
    folder = drawings.render(of_charts(*charts))

    assert len(folder.files) == MOST_FILES
    assert folder.remark == "7 further charts left out, --tags and --runs choose"


def test_a_number_behind_a_name_is_not_another_name() -> None:
    assert unique(["a", "a", "a-2", "a"]) == ["a", "a-3", "a-2", "a-4"]
