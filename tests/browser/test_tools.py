"""The tools of a chart: files to save, and the room it takes."""

from __future__ import annotations

import json
from html import unescape
from pathlib import Path
from typing import Any

import pytest

from tests.browser.conftest import PATIENCE, Opened, Opener
from tests.report.documents import RUNS, hostile, typical

pytestmark = pytest.mark.browser

N = 200  # points a series


def use(opened: Opened, id: str, tool: str) -> None:
    figure = opened.chart(id)
    figure.locator(".tools summary").click()
    figure.get_by_role("button", name=tool, exact=True).click()


def saved(opened: Opened, id: str, tool: str) -> Any:
    opened.chart(id)
    with opened.page.expect_download(timeout=PATIENCE) as waiting:
        use(opened, id, tool)
    return waiting.value


def test_a_chart_is_saved_as_csv_with_every_point_of_the_lines_shown(open_page: Opener) -> None:
    opened = open_page(typical(n=N), hash="#?runs=base")
    file = saved(opened, "scalar-5", "CSV")

    rows = Path(file.path()).read_text().splitlines()
    assert file.suggested_filename == "lr.csv"
    assert rows[0] == "run,tag,step,wall_time,value,smoothed"
    assert len(rows) == 1 + N
    assert rows[1].startswith("baseline/s0,lr,0,1763733600,0.0003,")


def test_a_chart_is_saved_as_strict_json(open_page: Opener) -> None:
    opened = open_page(typical(n=N))
    content = json.loads(Path(saved(opened, "scalar-0", "JSON").path()).read_text())

    assert [series["run"] for series in content["series"]] == list(RUNS)
    assert content["series"][-1]["points"][-1]["value"] == "NaN"


@pytest.mark.parametrize(("tool", "start"), [("SVG", b"<svg"), ("PNG", b"\x89PNG")])
def test_a_chart_is_saved_as_a_picture_under_the_page_s_policy(
    open_page: Opener, tool: str, start: bytes
) -> None:
    opened = open_page(typical(n=N))
    file = saved(opened, "scalar-0", tool)

    assert Path(file.path()).read_bytes().startswith(start)
    assert file.suggested_filename == f"loss-train.{tool.lower()}"
    assert opened.complaints == []


def test_the_legend_of_a_saved_picture_tells_the_tags_of_a_run_apart(open_page: Opener) -> None:
    opened = open_page(typical(n=N))
    picture = Path(saved(opened, "pair-0", "SVG").path()).read_text()

    assert "loss/train" in picture
    assert "loss/val" in picture


def test_a_saved_picture_shows_hostile_names_as_they_are(open_page: Opener) -> None:
    opened = open_page(hostile())
    picture = Path(saved(opened, "scalar-0", "SVG").path()).read_text()

    assert "<img" not in picture
    assert "<script" not in picture
    assert "<img src=x onerror=alert(1)>" in unescape(picture)
    assert opened.complaints == []


def test_a_saved_histogram_has_a_row_a_bin(open_page: Opener) -> None:
    opened = open_page(typical(n=N))
    rows = Path(saved(opened, "histogram-0", "CSV").path()).read_text().splitlines()

    assert len(rows) == 1 + 24 * 64


def test_a_chart_is_read_as_a_table_by_keyboard(open_page: Opener) -> None:
    opened = open_page(typical(n=N))
    for id, columns, rows in (("scalar-5", len(RUNS) + 1, 100), ("histogram-0", 3, 64)):
        use(opened, id, "Table")
        dialog = opened.page.get_by_role("dialog")
        assert dialog.locator("thead th").count() == columns
        assert dialog.locator("tbody tr").count() == rows
        opened.page.keyboard.press("Escape")
        dialog.wait_for(state="detached", timeout=PATIENCE)
    assert opened.complaints == []


def test_a_chart_takes_the_full_width_and_gives_it_back(open_page: Opener) -> None:
    opened = open_page(typical(n=N))
    opened.chart("scalar-0")
    widths = []
    for condition in ("target._fullLayout.width > 800", "target._fullLayout.width < 500"):
        use(opened, "scalar-0", "Full width")
        opened.settle("scalar-0", condition)
        widths.append(opened.page.locator("#scalar-0").bounding_box()["width"])

    assert widths[0] > 900 > 500 > widths[1]


def test_the_keyboard_opens_and_leaves_the_tools(open_page: Opener) -> None:
    opened = open_page(typical(n=N))
    tools = opened.chart("scalar-0").locator(".tools")
    tools.locator("summary").focus()
    opened.page.keyboard.press("Enter")
    opened.page.keyboard.press("Tab")
    assert opened.page.evaluate("document.activeElement.textContent") == "Pin"

    opened.page.keyboard.press("Escape")
    assert tools.get_attribute("open") is None


def test_a_pinned_chart_stands_on_top_and_in_the_address(open_page: Opener) -> None:
    opened = open_page(typical(n=N))
    use(opened, "scalar-4", "Pin")
    pinned = opened.page.locator("#pinned figure")

    assert pinned.evaluate_all("found => found.map((figure) => figure.id)") == ["scalar-4"]
    assert opened.address().endswith("pin=scalar-4")
    assert opened.page.locator("#scalars .away").text_content() == "pinned above"
    opened.chart("scalar-4")

    use(opened, "scalar-4", "Unpin")
    assert opened.page.locator("#pinned").is_hidden()
    assert opened.page.locator("#scalars #scalar-4").count() == 1


def test_a_link_brings_its_pins_in_their_order_and_no_others(open_page: Opener) -> None:
    opened = open_page(typical(n=N), hash="#?pin=histogram-0&pin=nothing&pin=scalar-1&pin=controls")

    pinned = opened.page.locator("#pinned figure")
    pinned.first.wait_for(timeout=PATIENCE)
    assert pinned.evaluate_all("found => found.map((figure) => figure.id)") == [
        "histogram-0",
        "scalar-1",
    ]
    assert opened.complaints == []
