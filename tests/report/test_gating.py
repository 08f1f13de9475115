"""The gate's part of a report, in the page, in the terminal and in JSON."""

from __future__ import annotations

import json
from html.parser import HTMLParser

import pytest

from tbreport.report import html, machine, terminal
from tbreport.wording import CONTROL, plain
from tests.report import verdicts


class Words(HTMLParser):
    """The words of the page's gate section, cell by cell, and every tag in it."""

    def __init__(self) -> None:
        super().__init__()
        self.inside = False
        self.words: list[str] = []
        self.tags: set[str] = set()
        self.links: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "section":
            self.inside = dict(attrs).get("id") == "gate"
        if self.inside:
            self.tags.add(tag)
            self.links += [str(value) for name, value in attrs if name == "href"]

    def handle_data(self, data: str) -> None:
        if self.inside:
            self.words.append(data)


def test_the_gate_leads_the_page() -> None:
    page = html.render(verdicts.report())

    assert page.index('id="gate"') < page.index('id="findings"')


def test_hostile_names_stand_in_the_page_as_they_are() -> None:
    parser = Words()
    parser.feed(html.render(verdicts.hostile()))

    for name in verdicts.HOSTILE:
        assert name.replace("\r", "\n") in [word.replace("\r", "\n") for word in parser.words]
    assert "script" not in parser.tags
    assert [link for link in parser.links if not link.startswith("#")] == []


def test_hostile_names_steer_no_terminal() -> None:
    shown = terminal.render(verdicts.hostile())

    assert CONTROL.search(shown.replace("\n", "")) is None
    assert any(plain(name) in shown for name in verdicts.HOSTILE)


@pytest.mark.parametrize("name", verdicts.HOSTILE)
def test_a_hostile_name_in_the_headline_steers_no_terminal(name: str) -> None:
    failed = verdicts.report(verdicts.verdict((name,)))

    shown = terminal.render(failed, width=200)

    assert f"The gate failed: {plain(name)} (final)" in shown
    assert CONTROL.search(shown.replace("\n", "")) is None


def test_hostile_names_come_back_from_json_as_they_were() -> None:
    checks = json.loads(machine.render(verdicts.hostile()))["gate"]["checks"]

    assert list(dict.fromkeys(check["tag"] for check in checks)) == list(verdicts.HOSTILE)


def test_the_verdict_is_the_headline() -> None:
    found = verdicts.report().headline

    assert found.severity == "error"
    assert found.title == "The gate failed: val/loss (final)"
    assert found.detail == (
        "4 checks, 1 failed, 1 inconclusive, 1 warned, 1 passed, to be confirmed by fresh seeds"
    )
