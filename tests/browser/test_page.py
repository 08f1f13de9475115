"""The page in a browser: drawn lazily, without a request, and without trusting a name."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from tbreport.report import html
from tests.browser.conftest import PATIENCE, Opener
from tests.report.documents import HOSTILE, RUNS, hostile, typical

pytestmark = pytest.mark.browser

N = 200  # points a series


def test_the_page_asks_for_nothing_but_itself_and_complains_of_nothing(open_page: Opener) -> None:
    opened = open_page(typical(n=N))
    for section in opened.page.locator("section").all():
        section.scroll_into_view_if_needed()
        opened.page.wait_for_timeout(150)
    opened.chart("histogram-0")

    assert [url for url in opened.requests if not url.startswith("file:")] == []
    assert len(opened.requests) == 1
    assert opened.complaints == []


def test_charts_are_drawn_when_they_come_near_and_given_up_when_far(open_page: Opener) -> None:
    tags = tuple(f"loss/{number:03}" for number in range(60))
    opened = open_page(typical(runs=RUNS[:2], tags=tags, n=20, n_histograms=0), height=600)
    opened.chart("evidence-tb201")
    assert "scalar-59" not in opened.drawn()

    opened.chart("scalar-59")
    opened.page.wait_for_selector("#evidence-tb201:not(.drawn)", timeout=PATIENCE)

    assert len(opened.drawn()) < 40
    assert opened.page.locator("#evidence-tb201 svg.still").is_hidden() is False


def test_a_run_s_name_is_shown_as_it_is_and_runs_nothing(open_page: Opener) -> None:
    opened = open_page(hostile())
    figure = opened.chart("scalar-3")
    figure.locator(".live").focus()
    opened.page.keyboard.press("Home")

    tip = opened.page.locator("#tip").text_content()
    legend = opened.page.locator("#legend").text_content()
    for name in HOSTILE:
        assert " ".join(name.split()) in " ".join(tip.split())
        assert name in legend
    assert opened.page.locator("main h1").text_content() == HOSTILE[0]
    assert opened.page.locator("img, a[href*='example']").count() == 0
    assert opened.complaints == []


def test_plotly_shows_names_as_they_are(open_page: Opener) -> None:
    """The page needs no legend of Plotly's; this one stands for every text it may be given."""
    opened = open_page(hostile())
    opened.chart("scalar-3")
    opened.page.evaluate(
        """() => window.Plotly.relayout(
          document.querySelector("#scalar-3 .live"), {showlegend: true})"""
    )

    shown = opened.page.locator("#scalar-3 .legendtext").all_text_contents()
    for name in HOSTILE:
        assert name in [text.replace("\u200b", "").replace("\u00a0", " ") for text in shown]
    assert opened.page.locator("#scalar-3 .live a").count() == 0
    assert opened.complaints == []


def test_the_policy_stops_what_might_get_in(open_page: Opener) -> None:
    opened = open_page(typical(n=N))
    opened.page.evaluate(
        """() => {
          document.body.insertAdjacentHTML("beforeend", '<img src="x" onerror="window.ran = 1">');
          const script = document.createElement("script");
          script.textContent = "window.ran = 2";
          document.body.append(script);
          fetch("https://example.invalid/").catch(() => {});
        }"""
    )
    opened.until(lambda: len(opened.complaints) >= 3)

    assert opened.page.evaluate("window.ran") is None
    assert all("Content Security Policy" in complaint for complaint in opened.complaints)


def test_smoothing_draws_the_average_over_the_raw_line(open_page: Opener) -> None:
    opened = open_page(typical(n=N), hash="#?smoothing=0.9")
    opened.chart("scalar-0")

    traces = opened.plotted("scalar-0")
    raw = [trace for trace in traces if trace["opacity"] == 0.25]
    smoothed = [trace for trace in traces if trace["opacity"] == 1]
    assert len(raw) == len(smoothed) == len(RUNS)
    assert smoothed[0]["y"] == pytest.approx(averaged(raw[0]["y"], 0.9))

    opened.page.locator("#smoothing").fill("0")
    opened.settle("scalar-0", "target.data.every((trace) => trace.opacity !== 0.25)")
    assert opened.plotted("scalar-0")[0]["y"] == raw[0]["y"]


def averaged(values: list[float], weight: float) -> list[float]:
    """TensorBoard's formula, for finite values."""
    last, result = 0.0, []
    for n, value in enumerate(values, 1):
        last = weight * last + (1 - weight) * value
        result.append(last / (1 - weight**n))
    return result


def test_evidence_is_never_smoothed(open_page: Opener) -> None:
    opened = open_page(typical(n=N))
    opened.chart("evidence-tb301")

    assert {trace["opacity"] for trace in opened.plotted("evidence-tb301")} <= {1, None}


@pytest.mark.parametrize("view", ["", "?log=1"])
def test_the_threshold_of_a_finding_is_a_line_at_its_value(open_page: Opener, view: str) -> None:
    report = typical(n=N)
    (found,) = report.sections[0].blocks
    items = [replace(one, chart=replace(one.chart, threshold=0.75)) for one in found.items]
    section = replace(report.sections[0], blocks=(replace(found, items=tuple(items)),))
    opened = open_page(replace(report, sections=(section, *report.sections[1:])), hash=f"#{view}")
    opened.chart("evidence-tb301")

    lines = opened.page.evaluate(
        "document.querySelector('#evidence-tb301 .live').layout.shapes"
        ".filter((shape) => shape.y0 === shape.y1).map((shape) => [shape.y0, shape.yref])"
    )
    assert lines == [[0.75, "y"]]
    stroke = opened.page.locator("#evidence-tb301 .live .shapelayer path[style*='dasharray']")
    box = stroke.last.bounding_box()
    plot = opened.page.locator("#evidence-tb301 .live .nsewdrag").bounding_box()
    assert plot["y"] < box["y"] < plot["y"] + plot["height"]


def test_the_run_filter_hides_lines_rows_and_findings_and_says_so(open_page: Opener) -> None:
    opened = open_page(typical(n=N))
    opened.page.locator("#runs-filter").fill("^(base|wide)")
    opened.chart("scalar-0")
    opened.settle("scalar-0", "target.data.length === 4")

    assert {trace["name"] for trace in opened.plotted("scalar-0")} == set(RUNS[:2])
    assert opened.page.locator("#runs tbody tr:visible").count() == 2
    assert opened.page.locator("article:visible").count() == 0
    assert "2 hidden by the filters" in opened.page.locator("#findings h2").text_content()


def test_an_expression_that_does_not_compile_is_shown_as_such(open_page: Opener) -> None:
    opened = open_page(typical(n=N))
    opened.page.locator("#runs-filter").fill("base(")

    assert opened.page.locator("#runs-filter").get_attribute("aria-invalid") == "true"
    assert "Unterminated group" in opened.page.locator("#runs-error").text_content()
    assert opened.page.locator("#runs tbody tr:visible").count() == len(RUNS)


def test_the_tag_filter_leaves_the_charts_that_match(open_page: Opener) -> None:
    opened = open_page(typical(n=N))
    opened.page.locator("#tags-filter").fill("^lr$")

    titles = opened.page.locator("#scalars figure:visible .title").all_text_contents()
    assert titles == ["lr"]
    assert opened.page.locator("#scalars details.group:visible").count() == 1


def test_a_run_can_be_switched_off_in_the_list(open_page: Opener) -> None:
    opened = open_page(typical(n=N))
    button = opened.page.locator("#legend button").first
    button.click()

    assert button.get_attribute("aria-pressed") == "false"
    assert "off=baseline%2Fs0" in opened.address()


def test_a_run_can_be_looked_at_alone_and_all_come_back(open_page: Opener) -> None:
    page = open_page(typical(n=N)).page
    button = page.locator("#legend button").nth(1)
    button.click(modifiers=["Shift"])
    assert page.locator("#runs-filter").input_value() == f"^{RUNS[1]}$"
    assert page.locator("#runs tbody tr:visible").count() == 1

    button.click(modifiers=["Shift"])
    assert page.locator("#runs tbody tr:visible").count() == len(RUNS)


def test_the_list_of_runs_shows_what_the_filter_leaves_and_counts(open_page: Opener) -> None:
    page = open_page(typical(n=N)).page
    page.locator("#runs-filter").fill("^(base|wide)")
    page.locator("#legend button:visible").first.click()

    assert page.locator("#legend button:visible").all_text_contents() == list(RUNS[:2])
    assert page.locator("#legend small").text_content() == "1 of 4"


def test_a_long_name_keeps_its_end_beside_the_cursor(open_page: Opener) -> None:
    runs = tuple(f"{'sweep-of-many-settings-' * 4}seed{place}" for place in range(2))
    opened = open_page(typical(runs=runs, n=N))
    opened.chart("scalar-0").locator(".live").focus()
    opened.page.keyboard.press("Home")

    tip = opened.page.locator("#tip .name bdi").all_text_contents()
    assert {name[-5:] for name in tip} == {"seed0", "seed1"}


def test_a_page_without_curves_offers_nothing_that_is_for_them(open_page: Opener) -> None:
    report = typical(n=N)
    report = replace(report, sections=report.sections[1:2])
    page = open_page(report).page
    page.wait_for_selector("#controls:visible")

    assert page.locator("#runs-filter").is_visible()
    for control in ("#smoothing", "#log", "#group", "input[name=axis]", "input[name=shape]"):
        assert not page.locator(control).first.is_visible()


def test_a_drawn_slider_leaves_its_last_value_in_the_address(open_page: Opener) -> None:
    opened = open_page(typical(n=N))
    opened.page.wait_for_selector("#controls:visible")
    written = opened.page.evaluate(
        """async () => {
          const slider = document.getElementById("smoothing");
          const replace = history.replaceState.bind(history);
          let n = 0;
          history.replaceState = (...given) => (n++, replace(...given));
          for (let at = 0; at < 300; at++) {
            slider.value = String((at % 90) / 100);
            slider.dispatchEvent(new Event("input", {bubbles: true}));
          }
          await new Promise((resume) => setTimeout(resume, 300));
          return n;
        }"""
    )

    assert written < 10
    assert opened.address().endswith("smoothing=0.29")


@pytest.mark.parametrize(
    ("axis", "expected"), [("step", 2.0), ("relative", 1.5), ("wall", 1_763_733_601_500.0)]
)
def test_the_x_axis_shows_steps_or_times(open_page: Opener, axis: str, expected: float) -> None:
    opened = open_page(typical(n=N))
    opened.page.locator(f"input[name=axis][value={axis}]").check(force=True)
    opened.chart("scalar-5")
    opened.settle("scalar-5", f"target._fullLayout.uirevision.startsWith('{axis}')")

    unit = 60.0 if axis == "relative" else 1.0
    assert opened.plotted("scalar-5")[0]["x"][1] * unit == pytest.approx(expected)


def test_a_log_axis_says_how_many_points_it_drops(open_page: Opener) -> None:
    opened = open_page(typical(n=N))
    opened.page.locator("#log").check()
    opened.chart("scalar-5")
    opened.settle("scalar-5", "target._fullLayout.yaxis.type === 'log'")

    # The schedule of each of the four runs ends at 0.
    dropped = opened.page.locator("#scalar-5 .dropped").text_content()
    assert dropped == "4 points not above 0 left out"


def test_lost_values_are_barred_on_the_axis_and_named_in_the_caption(open_page: Opener) -> None:
    opened = open_page(typical(n=N))
    figure = opened.chart("scalar-0")

    bars = [trace for trace in opened.plotted("scalar-0") if trace["yaxis"] == "y2"]
    assert [bar["x"][:2] for bar in bars] == [[2 * 88, 2 * 199]]
    assert "not finite from step 176" in figure.locator("figcaption").text_content()


def test_a_restart_is_marked_where_a_later_attempt_took_over(open_page: Opener) -> None:
    report = typical(n=N)
    scalars = report.sections[3]
    (gallery,) = scalars.blocks
    first, *others = gallery.charts[5].traces
    chart = replace(gallery.charts[5], traces=(replace(first, restarts=(100,)), *others))
    charts = (*gallery.charts[:5], chart, *gallery.charts[6:])
    again = replace(scalars, blocks=(replace(gallery, charts=charts),))
    resumed = replace(report, sections=(*report.sections[:3], again, *report.sections[4:]))
    opened = open_page(resumed)
    opened.chart("scalar-5")

    marked = opened.page.evaluate(
        "document.querySelector('#scalar-5 .live').layout.shapes.map((shape) => shape.x0)"
    )
    assert marked == [100]


def test_ridges_are_drawn_later_in_front(open_page: Opener) -> None:
    opened = open_page(typical(n=N))
    opened.chart("histogram-0")

    floors = [trace["y"][0] for trace in opened.plotted("histogram-0")]
    assert floors == list(range(24))


def test_the_view_lives_in_the_address(open_page: Opener) -> None:
    address = "#scalars?runs=base&tags=loss&smoothing=0.3&axis=wall&log=1&theme=dark"
    opened = open_page(typical(n=N), hash=address)
    page = opened.page

    assert page.locator("#runs-filter").input_value() == "base"
    assert page.locator("#tags-filter").input_value() == "loss"
    assert page.locator("#weight").input_value() == "0.3"
    assert page.locator("input[name=axis]:checked").get_attribute("value") == "wall"
    assert page.locator("#log").is_checked()
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"

    page.locator("#controls button[type=reset]").click()
    assert opened.address().endswith("#scalars")
    assert page.locator("#runs-filter").input_value() == ""


def test_following_a_permalink_keeps_the_view(open_page: Opener) -> None:
    opened = open_page(typical(n=N), hash="#?smoothing=0.3")
    opened.page.locator("article a.code").first.click()
    opened.page.wait_for_function("() => location.hash.includes('?')", timeout=PATIENCE)

    assert opened.address().endswith("#tb201?smoothing=0.3")


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_theme_reaches_the_charts(open_page: Opener, theme: str) -> None:
    opened = open_page(typical(n=N))
    opened.page.locator(f"input[name=theme][value={theme}]").check(force=True)
    opened.chart("scalar-0")
    color = {"light": "#0072b2", "dark": "#4ea8e0"}[theme]
    opened.settle("scalar-0", f"target.data[0].line.color === '{color}'")

    ground = opened.page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert ground == {"light": "rgb(251, 251, 249)", "dark": "rgb(18, 20, 23)"}[theme]


def test_the_pointer_brings_a_table_of_values(open_page: Opener) -> None:
    opened = open_page(typical(n=N))
    box = opened.chart("scalar-4").locator(".live").bounding_box()
    opened.page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    opened.page.wait_for_selector("#tip:not([hidden])", timeout=PATIENCE)

    tip = opened.page.locator("#tip").text_content()
    assert re.search(r"step \d+ · ", tip)
    assert all(run in tip for run in RUNS)
    assert "smoothed" in tip

    opened.page.mouse.move(2, 2)
    assert opened.page.locator("#tip").is_hidden()


def test_the_arrow_keys_read_a_chart_aloud(open_page: Opener) -> None:
    opened = open_page(typical(n=N))
    opened.chart("scalar-5").locator(".live").focus()
    for key in ("Home", "ArrowRight"):
        opened.page.keyboard.press(key)

    assert opened.page.locator("#spoken").text_content().startswith("step 2 · 1.5 s: fp16-noscale")


def test_a_zoom_can_be_undone(open_page: Opener) -> None:
    opened = open_page(typical(n=N))
    figure = opened.chart("scalar-5")
    box = figure.locator(".live").bounding_box()
    opened.page.mouse.move(box["x"] + 100, box["y"] + 50)
    opened.page.mouse.down()
    opened.page.mouse.move(box["x"] + 200, box["y"] + 150, steps=5)
    opened.page.mouse.up()
    home = figure.locator("button.home")
    home.wait_for(state="visible", timeout=PATIENCE)

    home.click()
    home.wait_for(state="hidden", timeout=PATIENCE)
    opened.settle("scalar-5", f"target._fullLayout.xaxis.range[1] === {2 * (N - 1)}")


def test_every_control_can_be_reached_by_keyboard(open_page: Opener) -> None:
    opened = open_page(typical(n=N))
    reached = set()
    for _ in range(40):
        opened.page.keyboard.press("Tab")
        reached.add(
            opened.page.evaluate("document.activeElement.name || document.activeElement.type")
        )

    assert {"runs", "tags", "smoothing", "axis", "log", "theme", "reset", "button"} <= reached


def test_without_script_the_report_can_be_read(open_page: Opener) -> None:
    opened = open_page(typical(n=N), java_script_enabled=False)
    page = opened.page

    assert "2 of 4 runs are ill" in page.locator("header").text_content()
    assert page.locator("svg.still:visible").count() == page.locator("figure").count()
    assert page.locator("#controls").is_hidden()
    assert page.locator("#runs tbody tr").count() == len(RUNS)


def test_without_script_and_style_the_report_can_be_read(open_page: Opener) -> None:
    """As under a CI server's `default-src 'none'`."""
    page = html.render(typical(n=N))
    strict = re.sub('content="default-src[^"]*"', "content=\"default-src 'none'\"", page)
    opened = open_page(strict, starts=False)

    assert "loss/train is NaN from step" in opened.page.locator("#findings").text_content()
    still = opened.page.locator("#scalar-0 svg.still").bounding_box()
    assert (round(still["width"]), round(still["height"])) == (344, 220)
    assert opened.page.locator("#controls").is_hidden()


def test_a_browser_that_cannot_unpack_says_so(open_page: Opener) -> None:
    opened = open_page(typical(n=N), before="delete window.DecompressionStream", starts=False)

    assert opened.page.locator("#unsupported").is_visible()
    assert opened.page.locator("#scalar-0 svg.still").is_visible()


@pytest.mark.parametrize("width", [320, 420, 800])
def test_a_narrow_screen_needs_no_sideways_scrolling(open_page: Opener, width: int) -> None:
    opened = open_page(hostile(), width=width, has_touch=True)
    opened.chart("scalar-0")

    assert opened.page.evaluate("document.documentElement.scrollWidth") <= width
    assert opened.page.locator("#scalar-0 .live").bounding_box()["width"] <= width


def test_a_thumb_can_scroll_over_a_chart(open_page: Opener) -> None:
    opened = open_page(typical(n=N), width=420, has_touch=True, is_mobile=True)
    opened.chart("scalar-0")

    touch = opened.page.evaluate(
        "getComputedStyle(document.querySelector('#scalar-0 .nsewdrag')).touchAction"
    )
    assert touch != "none"


def test_a_tap_leaves_the_values_standing(open_page: Opener) -> None:
    opened = open_page(typical(n=N), width=420, has_touch=True, is_mobile=True)
    box = opened.chart("scalar-4").locator(".live").bounding_box()
    opened.page.touchscreen.tap(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    opened.page.wait_for_selector("#tip:not([hidden])", timeout=PATIENCE)

    assert "step" in opened.page.locator("#tip").text_content()


def test_paper_gets_the_static_picture_of_what_is_not_drawn(open_page: Opener) -> None:
    opened = open_page(typical(n=N), color_scheme="dark", height=600)
    opened.chart("evidence-tb201")
    opened.page.emulate_media(media="print")
    page = opened.page

    shown = page.eval_on_selector_all(
        "figure",
        """found => found.map((figure) => [...figure.querySelectorAll(".still, .live")]
          .filter((picture) => picture.checkVisibility()).length)""",
    )
    assert set(shown) == {1}
    assert page.locator("aside").is_hidden()
    ground = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert ground == "rgb(255, 255, 255)"


def test_outliers_are_cut_only_when_asked_and_each_chart_says_so(open_page: Opener) -> None:
    opened = open_page(typical(n=N))
    opened.chart("scalar-4")
    assert opened.page.locator("#scalar-4 .dropped").text_content() == ""

    opened.page.locator("#clamp").check()
    opened.settle("scalar-4", "figure.classList.contains('clamped')")
    said = opened.page.locator("#scalar-4 .dropped").text_content()
    assert re.fullmatch(r"outliers cut: \d+ points out of sight", said)
    assert opened.address().endswith("clamp=1")
    assert opened.page.locator("#scalar-4 .home").is_hidden()
    assert opened.page.locator(".evidence.clamped").count() == 0


def test_smoothing_can_be_typed_beyond_the_slider(open_page: Opener) -> None:
    opened = open_page(typical(n=N))
    weight = opened.page.locator("#weight")

    weight.fill("0.995")
    opened.page.wait_for_function("location.hash.endsWith('smoothing=0.995')")
    assert opened.page.locator("#smoothing").input_value() == "0.99"

    weight.fill("1.5")
    weight.fill("0.90")
    opened.page.wait_for_function("location.hash.endsWith('smoothing=0.9')")
    weight.press("End")
    weight.type("5")
    opened.page.wait_for_function("location.hash.endsWith('smoothing=0.905')")
    assert opened.page.locator("#smoothing").input_value() == "0.91"


def test_smoothing_over_distance_is_another_curve(open_page: Opener) -> None:
    opened = open_page(typical(n=N), hash="#?smoothing=0.9")
    opened.chart("scalar-4")
    before = opened.plotted("scalar-4")[len(RUNS)]["y"]
    opened.page.locator("input[name=over][value=distance]").check(force=True)
    opened.settle("scalar-4", f"target.data[{len(RUNS)}].y[50] !== {before[50]}")

    assert opened.page.locator("#scalar-4 .dropped").text_content() == ""
    assert opened.address().endswith("over=distance")


def test_smoothing_over_thinned_points_says_so(open_page: Opener) -> None:
    opened = open_page(typical(n=N, factor=10))
    opened.chart("scalar-0")

    said = opened.page.locator("#scalar-0 .remark").text_content()
    assert said == "smoothed over 800 of 8,000 points"
    opened.chart("evidence-tb201")
    assert opened.page.locator("#evidence-tb201 .remark").text_content() == ""
