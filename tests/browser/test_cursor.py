"""The step cursor: in every chart at once, held, and read as a table."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.browser.conftest import PATIENCE, Opened, Opener
from tests.report.documents import RUNS, typical

pytestmark = pytest.mark.browser

N = 100  # points a series, at every second step


@pytest.fixture(scope="module")
def page_of_all(browser: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Opened]:
    opener = Opener(browser, tmp_path_factory.mktemp("cursor"))
    yield opener(typical(n=N), height=1600)
    for context in opener.contexts:
        context.close()


@pytest.fixture
def opened(page_of_all: Opened) -> Opened:
    """The page as at the start, its charts of scalars drawn."""
    page_of_all.page.mouse.move(2, 2)
    page_of_all.page.evaluate("location.hash = '#?'")
    page_of_all.page.wait_for_selector("#held", state="detached", timeout=PATIENCE)
    for id in ("scalar-0", "scalar-5"):
        page_of_all.chart(id)
    return page_of_all


def to_middle(opened: Opened, id: str) -> tuple[float, float]:
    box = opened.chart(id).locator(".live").bounding_box()
    place = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    opened.page.mouse.move(*place)
    opened.page.wait_for_selector("#tip:not([hidden])", timeout=PATIENCE)
    return place


def hairline(opened: Opened, id: str, held: bool = False) -> float:
    """Where a chart's cursor stands on its x axis."""
    found: float = opened.page.evaluate(
        """([id, overlay]) => {
          const figure = document.getElementById(id);
          const { xaxis } = figure.querySelector(".live")._fullLayout;
          const line = figure.querySelector(`${overlay} .hairline`);
          return xaxis.p2c(parseFloat(line.style.left) - xaxis._offset);
        }""",
        [id, ".cursor.held" if held else ".cursor:not(.held)"],
    )
    return found


def test_the_step_under_the_pointer_shows_in_every_chart(opened: Opened) -> None:
    to_middle(opened, "scalar-5")

    assert hairline(opened, "scalar-0") == pytest.approx(hairline(opened, "scalar-5"), abs=0.01)
    assert opened.page.locator("#scalar-0 .cursor:not(.held) .dot").count() == len(RUNS) - 1

    opened.page.mouse.move(2, 2)
    opened.page.wait_for_selector("#scalar-0 .cursor:not(.held)", state="hidden", timeout=PATIENCE)


def test_a_click_holds_the_step_with_the_values_of_all_runs(opened: Opened) -> None:
    opened.page.mouse.click(*to_middle(opened, "scalar-5"))
    held = opened.page.locator("#held")
    held.wait_for(timeout=PATIENCE)

    step = held.locator("input[type=number]").input_value()
    assert opened.address().endswith(f"step={step}")
    assert hairline(opened, "scalar-0", held=True) == pytest.approx(float(step), abs=0.01)
    assert held.locator("tbody tr").count() == len(RUNS)
    assert "lr" in held.locator("thead").text_content()


def test_a_double_click_resets_the_zoom_and_holds_nothing(opened: Opened) -> None:
    x, y = to_middle(opened, "scalar-5")
    zoomed = "#scalar-5.zoomed"
    opened.page.mouse.move(x - 60, y - 20)
    opened.page.mouse.down()
    opened.page.mouse.move(x + 60, y + 20, steps=4)
    opened.page.mouse.up()
    opened.page.wait_for_selector(zoomed, timeout=PATIENCE)

    opened.page.mouse.dblclick(x, y)
    opened.page.wait_for_selector(zoomed, state="detached", timeout=PATIENCE)
    opened.page.wait_for_timeout(500)
    assert opened.page.locator("#held").count() == 0
    assert "step=" not in opened.address()


def test_the_keyboard_reads_holds_and_gives_up_a_step(opened: Opened) -> None:
    opened.page.locator("#scalar-5 .live").focus()
    for key in ("Home", "ArrowRight", "Enter"):
        opened.page.keyboard.press(key)
    opened.page.wait_for_selector("#held", timeout=PATIENCE)
    assert opened.address().endswith("step=2")

    opened.page.keyboard.press("Escape")
    opened.page.wait_for_selector("#held", state="detached", timeout=PATIENCE)
    assert "step=" not in opened.address()


def test_the_slider_and_the_arrows_move_the_held_step_without_drawing_again(
    opened: Opened,
) -> None:
    opened.page.evaluate("location.hash = '#?step=100'")
    held = opened.page.locator("#held")
    held.wait_for(timeout=PATIENCE)
    opened.page.wait_for_selector("#scalar-5 .held .hairline", timeout=PATIENCE)
    opened.rest()
    opened.page.evaluate("window.before = document.querySelector('#scalar-5 .live').data")

    held.get_by_role("button", name="The next step").click()
    opened.page.wait_for_function("location.hash.endsWith('step=102')", timeout=PATIENCE)
    held.locator("input[type=range]").fill("0")
    opened.page.wait_for_function("location.hash.endsWith('step=0')", timeout=PATIENCE)

    assert opened.page.evaluate("window.before === document.querySelector('#scalar-5 .live').data")


def test_values_are_held_against_a_run_at_the_same_step_alone(opened: Opened) -> None:
    opened.page.evaluate("location.hash = '#?step=101&tags=^lr&against=baseline%2Fs0'")
    held = opened.page.locator("#held")
    held.wait_for(timeout=PATIENCE)
    base, *others = held.locator("td small").all_text_contents()
    assert base == "at 100"
    assert all(text.startswith("at 100, +") for text in others)

    held.locator("input[type=number]").fill("100")
    held.locator("input[type=number]").press("Enter")
    opened.page.wait_for_function(
        "!document.querySelector('#held td').closest('table').innerText.includes('at 100')",
        timeout=PATIENCE,
    )
    # The schedules of the four runs are 1, 2, 3 and 4 times the same.
    _, first, second, third = held.locator("tbody tr").all_text_contents()
    assert all("+" in text for text in (first, second, third))


def test_the_table_of_runs_leads_to_the_values(opened: Opened) -> None:
    opened.page.get_by_role("button", name="Values at a step…").click()
    opened.page.wait_for_selector("#held", timeout=PATIENCE)

    assert opened.address().endswith(f"step={2 * (N - 1)}")


def test_the_values_at_the_held_step_are_printed_whole(opened: Opened) -> None:
    opened.page.evaluate("location.hash = '#?step=100&against=baseline%2Fs0'")
    held = opened.page.locator("#held")
    held.wait_for(timeout=PATIENCE)
    opened.page.emulate_media(media="print")

    row = held.locator("tbody tr").nth(1)
    named = row.evaluate(
        "row => [...row.cells].map((cell) => getComputedStyle(cell, '::before').content)"
    )
    width = held.evaluate("panel => panel.scrollWidth - panel.clientWidth")
    opened.page.emulate_media(media="screen")
    assert named[1:3] == ['"loss/train "', '"loss/val "']
    assert width <= 0


def test_a_held_step_stands_out_among_histograms(opened: Opened) -> None:
    opened.chart("histogram-0")
    opened.page.evaluate("location.hash = '#?step=100'")
    opened.page.wait_for_selector("#histogram-0 .held polyline", timeout=PATIENCE)


def test_a_run_of_the_list_stands_out_in_every_chart(opened: Opened) -> None:
    button = opened.page.locator("#legend button").first
    button.hover()
    # Of each of the other runs the raw and the smoothed line.
    for id in ("scalar-0", "scalar-5"):
        dim = opened.page.locator(f"#{id} .trace.dim")
        assert dim.count() == 2 * (len(RUNS) - 1)

    opened.page.mouse.move(600, 2)
    assert opened.page.locator(".trace.dim").count() == 0


def test_a_slash_leads_to_the_filter(opened: Opened) -> None:
    opened.page.locator("body").press("/")

    assert opened.page.evaluate("document.activeElement.id") == "runs-filter"


def test_the_page_complained_of_nothing(opened: Opened) -> None:
    assert opened.complaints == []


def test_among_fifty_runs_the_nearest_line_stands_out(open_page: Opener) -> None:
    runs = tuple(f"run-{place:02}" for place in range(50))
    opened = open_page(typical(runs=runs, tags=("loss/train", "loss/val"), n=30, n_histograms=0))
    to_middle(opened, "scalar-0")

    tip = opened.page.locator("#tip")
    assert tip.locator("tbody tr").count() == 14
    assert tip.locator("tr.near").count() == 1
    assert "and 36 more" in tip.text_content()
    assert opened.page.locator("#scalar-0 .trace.dim").count() >= 49
    opened.page.mouse.move(2, 2)
    opened.page.wait_for_selector("#tip", state="hidden", timeout=PATIENCE)
    assert opened.page.locator("#scalar-0 .trace.dim").count() == 0
