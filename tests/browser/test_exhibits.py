"""Images, texts, sounds, PR curves and graphs in a browser, of a hostile run."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tbreport.pipeline import summarize
from tbreport.report.sections import compose
from tests import hostile
from tests.browser.conftest import Opened, Opener
from tests.report.documents import digest, display

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def opened(browser: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Opened]:
    """One page of the hostile run for all tests here."""
    folder = tmp_path_factory.mktemp("exhibits")
    opener = Opener(browser, folder)
    yield opener(summarize(hostile.write(folder / "logs")))
    for context in opener.contexts:
        context.close()


def test_nothing_of_a_hostile_run_runs_or_asks_for_anything(opened: Opened) -> None:
    for section in opened.page.locator("section").all():
        section.scroll_into_view_if_needed()
        opened.page.wait_for_timeout(60)

    assert opened.page.evaluate("window.ran") is None
    assert [url for url in opened.requests if not url.startswith(("file:", "data:"))] == []
    assert opened.complaints == []


def test_hostile_words_are_shown_as_they_are(opened: Opened) -> None:
    words = opened.page.locator("#text").text_content()

    assert "<script>window.ran = 1</script>" in words
    assert "[script](javascript:window.ran=3)" in words
    assert hostile.BAD_NAME in words
    assert hostile.BAD_NAME in opened.page.locator("#hparams").text_content()
    assert hostile.BAD_NAME in opened.page.locator("#graphs").text_content()
    assert hostile.BAD_NAME in opened.page.locator("#layouts").text_content()
    assert "hunter2" not in opened.page.content()


def test_only_sound_pictures_are_shown_and_they_have_pixels(opened: Opened) -> None:
    widths = opened.page.eval_on_selector_all(
        "#images .steps img", "found => Promise.all(found.map(async (i) => { i.loading = 'eager';"
        " await i.decode(); return i.naturalWidth; }))"
    )  # fmt: skip

    assert widths == [4, 5]
    assert "an SVG may run scripts" in opened.page.locator("#images").text_content()
    assert opened.page.locator("svg script, object, iframe, embed").count() == 0


def test_the_slider_goes_through_the_steps(opened: Opened) -> None:
    album = opened.page.locator("#images .album[data-tag=polyglot]")
    slider = album.locator(".stepper input[type=range]")
    assert album.locator("li:visible .at").all_text_contents() == ["step 5"]

    slider.focus()
    opened.page.keyboard.press("ArrowLeft")
    assert album.locator("li:visible .at").all_text_contents() == ["step 0"]
    assert slider.get_attribute("aria-valuetext") == "step 0"

    album.get_by_label("all steps").check()
    assert album.locator("li:visible").count() == 2
    album.get_by_label("all steps").uncheck()
    slider.focus()
    opened.page.keyboard.press("ArrowRight")


def test_an_image_opens_by_keyboard_and_its_steps_follow_the_arrows(opened: Opened) -> None:
    image = opened.page.locator("#images .album[data-tag=polyglot] li.current img")
    image.focus()
    opened.page.keyboard.press("Enter")
    viewer = opened.page.locator("dialog.viewer")
    assert viewer.is_visible()
    first = viewer.locator("p").text_content()

    opened.page.keyboard.press("ArrowLeft")
    assert first.startswith("polyglot of run at step 5")
    assert viewer.locator("p").text_content().startswith("polyglot of run at step 0")
    opened.page.keyboard.press("Escape")
    assert viewer.is_hidden()


def test_a_sound_has_the_browser_s_player(opened: Opened) -> None:
    state = opened.page.evaluate(
        """async () => {
          const player = document.querySelector("#audio audio");
          player.preload = "auto";
          player.load();
          await new Promise((done) => {
            player.addEventListener("loadedmetadata", done, {once: true});
            player.addEventListener("error", done, {once: true});
          });
          return [player.duration, player.error && player.error.message];
        }"""
    )

    assert state == [0.25, None]
    assert opened.page.locator("#audio audio").count() == 1


def test_a_graph_unfolds_without_a_script_of_its_own(opened: Opened) -> None:
    graph = opened.page.locator("#graphs details.graph").first
    graph.locator("summary").first.focus()
    opened.page.keyboard.press("Enter")

    assert graph.get_by_text("<b>Mul</b>").first.is_visible()


def test_the_tag_filter_reaches_albums_and_says_so(opened: Opened) -> None:
    opened.page.locator("#tags-filter").fill("^poly")

    assert opened.page.locator("#images .album:visible").count() == 1
    assert "hidden by the filters" in opened.page.locator("#images h2").text_content()
    opened.page.locator("#tags-filter").fill("")


def test_the_pointer_reads_every_precision_at_its_recall(opened: Opened) -> None:
    picture = opened.page.locator("#pr-curves li.current svg.still")
    picture.scroll_into_view_if_needed()
    opened.rest()  # scrolling takes a table of values away
    box = picture.bounding_box()
    opened.page.mouse.move(box["x"] + 0.6 * box["width"], box["y"] + 0.5 * box["height"])

    tip = opened.page.locator("#tip").text_content()
    assert tip.startswith("recall 0.5")
    assert opened.page.locator("#pr-curves .brushed path.lit").count() >= 1
    opened.page.mouse.move(2, 2)
    assert opened.page.locator("#tip").is_hidden()
    assert opened.page.locator(".brushed").count() == 0


def test_the_arrow_keys_read_a_pr_curve_aloud(opened: Opened) -> None:
    opened.page.locator("#pr-curves li.current svg.still").focus()
    opened.page.keyboard.press("End")

    assert opened.page.locator("#spoken").text_content().startswith("recall 1.00: run ")
    opened.page.keyboard.press("Escape")


def test_without_script_every_step_can_be_seen(browser: Any, tmp_path: Path) -> None:
    opener = Opener(browser, tmp_path)
    page = opener(
        summarize(hostile.write(tmp_path / "logs")), java_script_enabled=False, width=420
    ).page

    assert page.locator("#images .album[data-tag=polyglot] li:visible").count() == 2
    assert page.locator("#pr-curves svg.still:visible").count() == 1
    assert page.locator("#audio audio").count() == 1
    assert page.evaluate("document.documentElement.scrollWidth") <= 420
    opener.contexts[0].close()


def test_parallel_axes_are_never_larger_than_they_are_drawn(open_page: Opener) -> None:
    swept = [
        replace(digest(run, {"loss/val": display([2.0, 1.0 + lr])}), hparams={"lr": lr})
        for run, lr in (("a", 0.1), ("b", 0.2), ("c", 0.3))
    ]
    opened = open_page(compose(swept, title="Sweep", version="1"))
    picture = opened.page.locator(".parallel-frame svg")

    scale = picture.evaluate("svg => svg.getBoundingClientRect().width / svg.viewBox.baseVal.width")
    assert scale == 1
