"""Goes through a page in Firefox, and says what it complained of and what did not work.

    pip install marionette_driver
    python -m tests.browser.firefox report.html

needs Debian's firefox-esr (or TBREPORT_FIREFOX). No part of the tests: CI has Chromium alone.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from marionette_driver.by import By
from marionette_driver.keys import Keys
from marionette_driver.marionette import Marionette

FIREFOX = os.environ.get("TBREPORT_FIREFOX", "firefox-esr")
PORT = 2877
PATIENCE = 30  # s
COMPLAINTS = """
const told = [];
for (const message of Services.console.getMessageArray())
  try {
    const error = message.QueryInterface(Ci.nsIScriptError);
    if (error.sourceName.startsWith(arguments[0])) told.push(error.errorMessage);
  } catch {}
return told;
"""
UNDRAWN = """
const inSight = (one) => one.checkVisibility() && one.getBoundingClientRect().bottom > 0
  && one.getBoundingClientRect().top < innerHeight;
return [...document.querySelectorAll("figure[data-chart]:not(.drawn)")].filter(inSight).map((one) => one.id);
"""  # noqa: E501
SORTED = """
const table = document.querySelector("section table");
const head = table.tHead.rows[0].cells[0];
const press = head.querySelector("button") ?? head;
press.click(); press.click();
return table.tBodies[0].rows.length < 2 || head.getAttribute("aria-sort") === "descending";
"""


@contextmanager
def started() -> Iterator[Marionette]:
    """A headless Firefox with a profile of its own."""
    with tempfile.TemporaryDirectory() as profile:
        Path(profile, "user.js").write_text(f'user_pref("marionette.port", {PORT});')
        words = [FIREFOX, "--headless", "--marionette", "--remote-allow-system-access"]
        browser = subprocess.Popen(
            [*words, "--no-remote", "--profile", profile],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            driver = Marionette("127.0.0.1", port=PORT, startup_timeout=PATIENCE)
            driver.raise_for_port(timeout=PATIENCE)
            driver.start_session()
            yield driver
            driver.delete_session()
        finally:
            browser.terminate()
            browser.wait()


def waited(holds: Callable[[], Any]) -> bool:
    """Whether it comes to hold."""
    until = time.monotonic() + PATIENCE
    while not holds():
        if time.monotonic() > until:
            return False
        time.sleep(0.1)
    return True


def failures(driver: Marionette, address: str) -> Iterator[str]:
    """What does not work in a page, a line each."""
    run = driver.execute_script
    driver.navigate(address)
    if not waited(lambda: run("return document.querySelectorAll('figure.drawn').length")):
        yield "no chart was drawn"
    top = 0
    while top < run("return document.documentElement.scrollHeight"):
        run("scrollTo(0, arguments[0])", script_args=[top])
        if not waited(lambda: not run(UNDRAWN)):
            yield f"not drawn at {top} px: {run(UNDRAWN)}"
        top += run("return innerHeight")
    if not run(SORTED):
        yield "the first table did not sort"
    for theme, color in (("dark", "rgb(18, 20, 23)"), ("light", "rgb(251, 251, 249)")):
        run(f"document.querySelector('input[name=theme][value={theme}]').click()")
        if run("return getComputedStyle(document.body).backgroundColor") != color:
            yield f"the {theme} theme did not come"
    driver.find_element(By.TAG_NAME, "body").send_keys("/")
    if run("return document.activeElement.id") != "runs-filter":
        yield "the key / did not lead to the filter"
    run("document.activeElement.blur()")
    run("document.querySelector('figure[data-chart]').scrollIntoView()")
    waited(lambda: run("return document.querySelector('figure.drawn .live') !== null"))
    run("document.querySelector('figure.drawn .live').focus()")
    driver.get_active_element().send_keys(Keys.ARROW_RIGHT, Keys.ENTER)
    if not waited(lambda: run("return location.hash.includes('step=')")):
        yield "the arrow keys and Enter did not hold a step"
    with driver.using_context("chrome"):
        yield from run(COMPLAINTS, script_args=[address], sandbox="system")


def main() -> int:
    """Print what failed; 1 if anything did."""
    with started() as driver:
        print("Firefox", driver.session_capabilities["browserVersion"])
        told = [
            f"{p}: {line}"
            for p in sys.argv[1:]
            for line in failures(driver, Path(p).resolve().as_uri())
        ]
    print("\n".join(told) or "nothing to complain of")
    return bool(told)


if __name__ == "__main__":
    sys.exit(main())
