"""Tables in a browser: sorted and filtered by mouse and by keyboard."""

from __future__ import annotations

from typing import Any

import pytest

from tests.browser.conftest import Opener
from tests.report.documents import RUNS, typical

pytestmark = pytest.mark.browser


def first_cells(page: Any) -> list[str]:
    found: list[str] = page.locator("#runs tbody tr:visible td:first-child").all_text_contents()
    return [text.strip() for text in found]


def test_a_click_on_a_heading_sorts_and_a_third_restores_the_order(open_page: Opener) -> None:
    page = open_page(typical(n=60)).page
    heading = page.locator("#runs th").first
    for order, expected in (
        ("ascending", sorted(RUNS)),
        ("descending", sorted(RUNS, reverse=True)),
        (None, list(RUNS)),
    ):
        heading.locator("button").click()
        assert first_cells(page) == expected
        assert heading.get_attribute("aria-sort") == order


def test_the_keyboard_sorts_by_numbers_and_what_is_none_comes_last(open_page: Opener) -> None:
    page = open_page(typical(n=60)).page
    button = page.locator("#runs th button").nth(4)
    button.focus()
    for _ in range(2):
        page.keyboard.press("Enter")
        assert first_cells(page)[-1] == "fp16-noscale"


def test_words_and_values_filter_rows_and_it_says_so(open_page: Opener) -> None:
    page = open_page(typical(n=60)).page
    page.locator("#runs .table-bar input").fill("healthy")
    assert first_cells(page) == list(RUNS[:2])
    assert page.locator("#runs .matched").text_content() == "2 of 4 rows"

    page.locator("#runs .table-bar input").fill("steps < 5")
    assert first_cells(page) == []


def test_a_filter_by_a_column_that_is_not_there_says_so(open_page: Opener) -> None:
    page = open_page(typical(n=60)).page
    page.locator("#runs .table-bar input").fill("loss_val < 0.2")

    note = page.locator("#runs .matched").text_content()
    assert note == "0 of 4 rows; no column is called “loss_val”"


def test_the_names_of_rows_stay_when_a_table_is_scrolled(open_page: Opener) -> None:
    page = open_page(typical(n=60), width=390).page
    cell = page.locator("#runs tbody td").first
    before = cell.bounding_box()
    moved = page.locator("#runs .scroll").evaluate(
        "found => (found.scrollLeft = 200, found.scrollLeft)"
    )

    assert moved == 200
    assert cell.bounding_box() == before
    assert before["width"] < 200


@pytest.mark.parametrize("corner", [True, False])
def test_rows_go_below_the_heading_that_stays(open_page: Opener, corner: bool) -> None:
    page = open_page(typical(runs=tuple(f"run {n}" for n in range(60)), n=30), width=700).page
    page.wait_for_selector("#runs .table-bar")
    found = page.locator("#runs .scroll").evaluate(
        """(table, corner) => {
          table.scrollIntoView();
          table.scrollTo(60, 90);
          const {left, top} = table.getBoundingClientRect();
          const found = document.elementFromPoint(left + (corner ? 30 : 300), top + 14);
          return found.closest("th, td").tagName;
        }""",
        corner,
    )

    assert found == "TH"


def test_a_table_s_filter_and_the_filter_of_runs_work_together(open_page: Opener) -> None:
    page = open_page(typical(n=60)).page
    page.locator("#runs .table-bar input").fill("healthy")
    page.locator("#runs-filter").fill("wide")

    assert first_cells(page) == ["wide-2048"]
