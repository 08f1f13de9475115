"""Makes the pictures of the docs: a report of sample_runs/, photographed in headless Chromium.

    python docs/pictures.py

needs the extra `dev` and Debian's chromium (or TBREPORT_CHROMIUM).
"""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright

from tbreport import summarize
from tbreport.report import html

ROOT = Path(__file__).parent.parent
FLAGS = (
    "--headless --no-sandbox --disable-gpu --disable-quic --no-first-run "
    "--disable-background-networking --disable-component-update --disable-sync"
)
# name → width, height, color scheme, medium; A4 has 794 by 1123 CSS pixels
PICTURES = {
    "light": (1280, 1240, "light", "screen"),
    "dark": (1280, 1240, "dark", "screen"),
    "phone": (390, 900, "light", "screen"),
    "print": (794, 1123, "light", "print"),
}
MARGINS = "@media print { body { margin: 48px } }"  # those of paper, which a picture lacks
SETTLED = "() => document.querySelectorAll('figure.drawn').length > 0"


def main() -> None:
    """Write docs/images/NAME.png for each entry of PICTURES."""
    page_text = html.render(summarize(ROOT / "sample_runs"))
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        path = Path(folder) / "report.html"
        path.write_text(page_text, encoding="utf-8")
        browser = playwright.chromium.launch(
            executable_path=os.environ.get("TBREPORT_CHROMIUM", "/usr/bin/chromium"),
            args=FLAGS.split(),
        )
        for name, (width, height, scheme, medium) in PICTURES.items():
            page = browser.new_page(
                viewport={"width": width, "height": height}, color_scheme=scheme
            )
            page.goto(path.as_uri())
            page.wait_for_function(SETTLED)
            page.wait_for_timeout(1500)  # the other charts in sight are drawn by then
            page.emulate_media(media=medium)
            page.add_style_tag(content=MARGINS)
            page.screenshot(path=ROOT / "docs" / "images" / f"{name}.png")
            page.close()
        browser.close()


if __name__ == "__main__":
    main()
