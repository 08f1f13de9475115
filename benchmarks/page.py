"""What a page weighs and how soon it is drawn: ``python -m benchmarks.page``.

Each of the report's promises against the reading, in headless Chromium (TBREPORT_CHROMIUM, else
/usr/bin/chromium): the size is exact, times are the median of five openings, in ms since the
page was asked for. Measure on an idle machine.
"""

from __future__ import annotations

import os
import statistics
import sys
import tempfile
from pathlib import Path
from typing import Any

from playwright.sync_api import sync_playwright

from tbreport.report import html
from tests.report.documents import TAGS, crowded, typical

OPENINGS = 5
TWENTY = tuple(f"{tag}/{copy}" for copy in range(3) for tag in TAGS)[:20]
FLAGS = "--headless --no-sandbox --disable-gpu --disable-quic --no-first-run"
READING = """() => ({
  readable: performance.getEntriesByType("navigation")[0].domContentLoadedEventEnd,
  drawn: performance.getEntriesByName("chart-drawn")[0].startTime,
  heap: performance.memory.usedJSHeapSize / 1e6,
})"""
DRAWN = "() => performance.getEntriesByName('chart-drawn').length > 0"


def pages() -> dict[str, tuple[str, dict[str, float]]]:
    """What is shown → its page, and the most that each reading may be."""
    fifty = tuple(f"run-{place:02}" for place in range(50))
    many = tuple(f"group{place % 25}/tag{place}" for place in range(500))
    return {
        "4 runs x 20 tags x 1,000 points, 12 histograms": (
            html.render(typical(tags=TWENTY, n_histograms=12)),
            {"MB": 1, "heap": 120},
        ),
        "50 runs x 20 tags x 1,000 points, 12 histograms": (
            html.render(typical(fifty, TWENTY, n_histograms=12)),
            {"MB": 4, "drawn": 1500, "heap": 120},
        ),
        "5 runs x 500 tags x 200 points": (
            html.render(typical(fifty[:5], many, n=200, n_histograms=0)),
            {"MB": 4, "drawn": 2500, "heap": 120},
        ),
        "1,000 runs x 20 tags x 100 points": (
            html.render(crowded(1000, TWENTY)),
            {"MB": 10, "readable": 4000, "heap": 120},
        ),
    }


def reading(browser: Any, address: str) -> dict[str, float]:
    """One opening: until the text is there, until a chart is drawn, MB of heap, requests."""
    page = browser.new_page(viewport={"width": 1280, "height": 800})
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(address)
    page.locator("figure[data-chart]").first.scroll_into_view_if_needed()
    page.wait_for_function(DRAWN)
    found: dict[str, float] = page.evaluate(READING)
    page.close()
    return found | {"requests": len(asked) - 1}


def main() -> int:
    """Print a line a page; 1 where a promise was not kept."""
    missed = 0
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=os.environ.get("TBREPORT_CHROMIUM", "/usr/bin/chromium"),
            args=FLAGS.split(),
        )
        for shown, (text, promised) in pages().items():
            file = Path(folder) / "page.html"
            file.write_text(text, encoding="utf-8")
            readings = [reading(browser, file.as_uri()) for _ in range(OPENINGS)]
            middle = {
                name: statistics.median(one[name] for one in readings) for name in readings[0]
            }
            middle = {"MB": file.stat().st_size / 1e6} | middle
            promised = {"requests": 0} | promised
            missed += sum(middle[name] > most for name, most in promised.items())
            told = [
                f"{name} {value:.4g}"
                + (f" (at most {promised[name]:g})" if name in promised else "")
                for name, value in middle.items()
            ]
            print(f"{shown}: {', '.join(told)}", flush=True)
        browser.close()
    return int(missed > 0)


if __name__ == "__main__":
    sys.exit(main())
