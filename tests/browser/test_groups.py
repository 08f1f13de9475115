"""Long galleries: groups that are closed at first, and opened by what asks for their charts."""

from __future__ import annotations

from typing import Any

import pytest

from tests.browser.conftest import PATIENCE, Opened, Opener
from tests.report.documents import RUNS, typical

pytestmark = pytest.mark.browser

TAGS = tuple(f"{group}/{place}" for group, n in (("loss", 4), ("layer", 30)) for place in range(n))


@pytest.fixture
def opened(open_page: Opener) -> Opened:
    return open_page(typical(runs=RUNS[:2], tags=TAGS, n=20, n_histograms=2))


def open_groups(page: Any) -> list[str]:
    groups = page.locator("#scalars details.group[open]:visible > summary bdi")
    found: list[str] = groups.all_text_contents()
    return found


def test_a_button_opens_all_groups_and_closes_them(opened: Opened) -> None:
    page = opened.page
    assert open_groups(page) == ["loss"]

    page.get_by_role("button", name="Open all groups").click()
    assert open_groups(page) == ["loss", "layer"]
    opened.chart("scalar-33")

    page.get_by_role("button", name="Close all groups").click()
    assert open_groups(page) == []


def test_a_filter_opens_the_group_of_what_it_leaves(opened: Opened) -> None:
    opened.page.locator("#tags-filter").fill("^layer/7$")
    assert open_groups(opened.page) == ["layer"]
    opened.chart("scalar-11")

    opened.page.locator("#tags-filter").fill("")
    opened.page.wait_for_function("() => !location.hash.includes('tags')", timeout=PATIENCE)
    assert open_groups(opened.page) == ["loss"]


def test_a_link_to_a_chart_opens_its_group(open_page: Opener) -> None:
    report = typical(runs=RUNS[:2], tags=TAGS, n=20, n_histograms=2)
    opened = open_page(report, hash="#scalar-30?smoothing=0")
    opened.page.wait_for_selector("#scalar-30.drawn", timeout=PATIENCE)

    assert "layer" in open_groups(opened.page)


def test_paper_shows_every_chart_and_the_screen_is_as_before(opened: Opened) -> None:
    page = opened.page
    page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    page.emulate_media(media="print")
    assert page.locator("#scalars figure:visible").count() == len(TAGS)

    page.emulate_media(media="screen")
    page.evaluate("window.dispatchEvent(new Event('afterprint'))")
    assert open_groups(page) == ["loss"]


def test_on_paper_a_group_of_one_chart_is_as_wide_as_others(open_page: Opener) -> None:
    tags = ("loss/0", "loss/1", "alone/0")
    page = open_page(typical(runs=RUNS[:2], tags=tags, n=20, n_histograms=2), width=700).page
    page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    page.emulate_media(media="print")
    widths = [figure.bounding_box()["width"] for figure in page.locator("#scalars figure").all()]

    assert max(widths) - min(widths) < 2
    assert min(widths) > 200


def test_without_script_a_closed_group_can_be_opened(open_page: Opener) -> None:
    report = typical(runs=RUNS[:2], tags=TAGS, n=20, n_histograms=2)
    page = open_page(report, java_script_enabled=False).page
    page.locator("#scalars details.group:not([open]) > summary").click()

    assert page.locator("#scalars svg.still:visible").count() == len(TAGS)
