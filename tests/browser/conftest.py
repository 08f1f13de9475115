"""Pages in headless Chromium: what a page asked for, what it complained of, what it shows."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from tbreport.report import html
from tbreport.report.document import Report

CHROMIUM = Path(os.environ.get("TBREPORT_CHROMIUM", "/usr/bin/chromium"))
REQUIRED = os.environ.get("TBREPORT_REQUIRE_BROWSER") == "1"
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PATIENCE = 120_000  # ms; a busy machine must not fail a test, only one that hangs
# Scrolling, drawing and what follows a change of the view come frames and timers later. At rest is
# a page that drew no chart for two frames and a timer that is longer than its own.
AT_REST = """async () => {
  const frame = () => new Promise(requestAnimationFrame);
  const drawn = () => performance.getEntriesByName("chart-drawn").length;
  let before;
  do {
    before = drawn();
    await frame();
    await frame();
    await new Promise((done) => setTimeout(done, 80));
  } while (drawn() !== before);
}"""


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """Headless Chromium, or a skip that says what is missing."""
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        missing("playwright is not installed")
    if not CHROMIUM.is_file():
        missing(f"there is no browser at {CHROMIUM} (TBREPORT_CHROMIUM names another)")
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(
            executable_path=CHROMIUM, args=FLAGS, timeout=PATIENCE
        )
        yield launched
        launched.close()


def missing(reason: str) -> None:
    """Skip; or fail where TBREPORT_REQUIRE_BROWSER says that a browser must be there."""
    if REQUIRED:
        pytest.fail(reason)
    pytest.skip(reason)


@dataclass
class Opened:
    """A page and what happened while it was open."""

    page: Any
    requests: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)  # console errors, exceptions, dialogs

    def chart(self, id: str) -> Any:
        """A figure, scrolled to and drawn."""
        figure = self.page.locator(f"[id='{id}']")
        figure.scroll_into_view_if_needed()
        self.page.wait_for_selector(f"[id='{id}'].drawn", timeout=PATIENCE)
        self.rest()
        return figure

    def address(self) -> str:
        """The page's address at rest: the page writes it sparingly, Playwright learns it late."""
        self.rest()
        address: str = self.page.evaluate("location.href")
        return address

    def rest(self) -> None:
        """Wait until nothing that was asked of the page is still to come."""
        self.page.evaluate(AT_REST)

    def until(self, holds: Callable[[], bool]) -> None:
        """Wait until something holds on this side, as what the page complained of."""
        deadline = time.monotonic() + PATIENCE / 1000
        while not holds():
            assert time.monotonic() < deadline
            self.page.wait_for_timeout(20)

    def drawn(self) -> list[str]:
        """The ids of the charts that are drawn at this moment."""
        ids: list[str] = self.page.eval_on_selector_all(
            "figure.drawn", "found => found.map(figure => figure.id)"
        )
        return ids

    def plotted(self, id: str) -> list[dict[str, Any]]:
        """Plotly's traces of a drawn chart; x and y as lists, NaN as None."""
        traces: list[dict[str, Any]] = self.page.evaluate(
            """id => {
              const plain = (values) => Array.from(values, (v) => Number.isFinite(v) ? v : null);
              const target = document.getElementById(id).querySelector(".live");
              return target.data.map((trace) => ({
                name: trace.name, opacity: trace.opacity, dash: trace.line?.dash,
                color: trace.line?.color, yaxis: trace.yaxis, x: plain(trace.x), y: plain(trace.y),
              }));
            }""",
            id,
        )
        return traces

    def settle(self, id: str, condition: str) -> None:
        """Wait until a chart's Plotly target (`target`) fulfills a JavaScript condition."""
        self.page.wait_for_function(
            f"""id => {{
              const figure = document.getElementById(id);
              const target = figure.querySelector(".live");
              return target?._fullLayout && ({condition});
            }}""",
            arg=id,
            timeout=PATIENCE,
        )


PAGES: dict[int, tuple[Report, str]] = {}  # each report with its page; made once a process


def page_of(report: Report | str) -> str:
    """A page that is given, or that of a report."""
    if isinstance(report, str):
        return report
    if id(report) not in PAGES:
        PAGES[id(report)] = (report, html.render(report))
    return PAGES[id(report)][1]


class Opener:
    """Opens reports as files, each in a context of its own, perhaps with a script run before."""

    def __init__(self, browser: Any, folder: Path) -> None:
        self.browser = browser
        self.folder = folder
        self.contexts: list[Any] = []

    def __call__(
        self,
        report: Report | str,
        *,
        hash: str = "",
        before: str = "",
        width: int = 1280,
        height: int = 800,
        starts: bool = True,
        **context: Any,
    ) -> Opened:
        """Open a page; its script has started, unless the page cannot run it."""
        file = self.folder / "report.html"
        file.write_text(page_of(report), encoding="utf-8")
        self.contexts.append(
            self.browser.new_context(viewport={"width": width, "height": height}, **context)
        )
        self.contexts[-1].set_default_timeout(PATIENCE)
        opened = Opened(self.contexts[-1].new_page())
        if before:
            opened.page.add_init_script(before)
        opened.page.on("request", lambda request: opened.requests.append(request.url))
        opened.page.on("pageerror", lambda error: opened.complaints.append(str(error)))
        opened.page.on(
            "console",
            lambda message: (
                opened.complaints.append(message.text)
                if message.type in ("error", "warning")
                else None
            ),
        )

        def refuse(dialog: Any) -> None:
            opened.complaints.append(f"dialog: {dialog.message}")
            dialog.dismiss()

        opened.page.on("dialog", refuse)
        opened.page.goto(file.as_uri() + hash)
        if starts and context.get("java_script_enabled", True):
            opened.page.wait_for_selector("#controls:not([hidden])", state="attached")
        return opened


@pytest.fixture
def open_page(browser: Any, tmp_path: Path) -> Iterator[Opener]:
    """Opens reports, and closes them after the test."""
    opener = Opener(browser, tmp_path)
    yield opener
    for context in opener.contexts:
        context.close()
