"""What axe-core finds wrong with the page: nothing serious, in either theme."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from tbreport import summarize
from tbreport.report import html
from tests.browser.conftest import Opener

pytestmark = pytest.mark.browser

ROOT = Path(__file__).parents[2]
AXE = ROOT / "tests" / "js" / "node_modules" / "axe-core" / "axe.min.js"
REQUIRED = os.environ.get("TBREPORT_REQUIRE_AXE") == "1"


@pytest.fixture(scope="module")
def axe() -> str:
    """The source of axe-core, or a skip that says how to get it."""
    if not AXE.is_file():
        reason = "axe-core is not installed: npm ci --prefix tests/js"
        if REQUIRED:
            pytest.fail(reason)
        pytest.skip(reason)
    return AXE.read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def page() -> str:
    """The report of a sample run, with scalars, histograms and findings."""
    return html.render(summarize(ROOT / "sample_runs" / "overfitting-seed0"))


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing_serious(open_page: Opener, page: str, axe: str, theme: str) -> None:
    # The page's own policy refuses any script but its own; this test alone goes past it.
    opened = open_page(page, hash=f"#?theme={theme}", bypass_csp=True)
    for kind in ("scalar", "histogram"):
        opened.chart(opened.page.locator(f"figure[id^={kind}]").first.get_attribute("id"))
    opened.page.evaluate(axe)

    found: list[dict[str, Any]] = opened.page.evaluate(
        "async () => (await axe.run(document, {resultTypes: ['violations']})).violations"
    )

    grave = [
        (violation["id"], [node["html"][:120] for node in violation["nodes"][:3]])
        for violation in found
        if violation["impact"] in ("serious", "critical")
    ]
    assert grave == []
