"""What axe-core finds wrong with any page: nothing serious, in either theme."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tbreport.pipeline import inspection, summarize
from tbreport.report.document import Report
from tests import hostile
from tests.browser.conftest import Opener
from tests.report import verdicts

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


PAGES: dict[str, Callable[[Path], Report]] = {
    "sample": lambda folder: summarize(ROOT / "sample_runs" / "overfitting-seed0"),
    "hostile": lambda folder: summarize(hostile.write(folder / "logs")),
    "gate": lambda folder: verdicts.hostile(),
    "inspection": lambda folder: inspection(ROOT / "sample_runs" / "crashed-seed0"),
}


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("name", PAGES)
def test_axe_finds_nothing_serious(
    open_page: Opener, tmp_path: Path, axe: str, name: str, theme: str
) -> None:
    # The page's own policy refuses any script but its own; this test alone goes past it.
    opened = open_page(PAGES[name](tmp_path), hash=f"#?theme={theme}", bypass_csp=True)
    opened.page.locator("#controls").wait_for()
    for kind in ("scalar", "histogram"):
        for chart in opened.page.locator(f"figure[id^={kind}]").all()[:1]:
            opened.chart(chart.get_attribute("id"))
    opened.page.evaluate(
        "document.querySelectorAll('main details:not(.tools)').forEach((one) => (one.open = true))"
    )
    opened.rest()
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
