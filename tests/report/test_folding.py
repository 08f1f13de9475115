"""Findings folded under what they follow from, and accepted ones: out of the way, not hidden."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from tbreport.report import html, markdown, terminal
from tbreport.report.document import FindingItem, FindingList, Report, Section
from tbreport.report.folding import MANY_ALIKE, TOLD_ALIKE, chapters, told
from tests.report.documents import finding, typical


def item(
    code: str, run: str = "r", follows: str = "", accepted: str = "", until: str = ""
) -> FindingItem:
    found = finding(code, run=run, accepted=accepted, until=until)
    return FindingItem(found, f"{code}-{run}".lower(), None, follows)


def shape(*items: FindingItem) -> list[tuple[str, list[str]]]:
    return [
        (story.lead.finding.code, [one.finding.code for one in story.follows])
        for story in told(items)
    ]


def test_what_follows_is_told_with_its_cause() -> None:
    items = item("TB403"), item("TB203", follows="TB403 x"), item("TB201", follows="TB203 x")

    assert shape(*items, item("TB301")) == [("TB403", ["TB203", "TB201"]), ("TB301", [])]


def test_another_run_s_findings_follow_from_nothing_here() -> None:
    assert shape(item("TB403"), item("TB203", run="s", follows="TB403 x")) == [
        ("TB403", []),
        ("TB203", []),
    ]


def test_what_follows_from_an_accepted_finding_stands_alone_unless_accepted_too() -> None:
    cause = item("TB403", accepted="known")

    assert shape(cause, item("TB203", follows="TB403 x")) == [("TB403", []), ("TB203", [])]
    (story,) = told([cause, item("TB203", follows="TB403 x", accepted="known")])
    assert story.accepted


def test_what_many_runs_have_alike_is_told_of_the_first_few() -> None:
    alike = [item("TB402", run=f"r{place}") for place in range(MANY_ALIKE["warning"] + 1)]
    found = chapters([*alike, item("TB304", run="r0")])

    assert [len(chapter.stories) for chapter in found] == [1, 1, 1, 3, 1]
    assert [chapter.is_folded for chapter in found] == [False, False, False, True, False]
    assert found[TOLD_ALIKE["warning"]].runs == "r3, r4 and r5"


def test_information_on_many_runs_is_told_of_the_first_alone() -> None:
    grave = [item("TB402", run=f"r{place}") for place in range(2)]
    mild = [item("TB402", run=f"s{place}") for place in range(3)]
    mild = [replace(one, finding=replace(one.finding, severity="info")) for one in mild]

    found = chapters([*grave, *mild])
    assert [len(chapter.stories) for chapter in found] == [1, 1, 1, 2]
    assert [chapter.is_folded for chapter in found] == [False, False, False, True]
    assert not any(chapter.is_folded for chapter in chapters(mild[:2]))


def test_a_few_alike_findings_and_accepted_ones_stay_where_they_are() -> None:
    alike = [item("TB402", run=f"r{place}") for place in range(MANY_ALIKE["warning"])]
    known = [item("TB402", run=f"s{place}", accepted="known") for place in range(9)]

    assert not any(chapter.is_folded for chapter in chapters([*alike, *known]))


def test_folded_alike_findings_are_in_the_page_with_their_links() -> None:
    text = page(*(item("TB402", run=f"r{place}") for place in range(9)))

    folded = text[text.index('<details class="folded alike">') :]
    assert "6 more" in folded[: folded.index("</summary>")]
    assert "r3, r4, r5 and 3 more" in folded[: folded.index("</summary>")]
    assert 'id="tb402-r8"' in folded
    assert 'id="tb402-r2"' not in folded


def report(*items: FindingItem) -> Report:
    section = Section("findings", "Findings", (FindingList(items),), len(items))
    return replace(typical(n=10), sections=(section,))


def page(*items: FindingItem) -> str:
    return html.render(report(*items))


def test_the_page_names_what_it_folds_and_keeps_it_whole() -> None:
    text = page(item("TB403"), item("TB201", follows="TB403 x"))

    folded = text[
        text.index('<details class="folded"') : text.index("</section>", text.index("folded"))
    ]
    assert "Follows from it" in folded[: folded.index("</summary>")]
    assert "TB201 name" in folded[: folded.index("</summary>")]
    assert 'id="tb201-r"' in folded
    assert 'id="tb403-r"' not in folded


def test_an_accepted_finding_is_folded_with_its_reason_and_last_day() -> None:
    text = page(item("TB301", accepted="the data is small", until="2027-01-31"))

    folded = text[text.index('<details class="folded"') :]
    assert folded.index("Accepted") < folded.index("</summary>") < folded.index("the data is small")
    assert "Accepted until <time>2027-01-31</time>: the data is small." in folded


@pytest.mark.parametrize("render", [terminal.render, markdown.render])
def test_the_text_tells_until_when_a_finding_is_accepted_and_why(
    render: Callable[[Report], str],
) -> None:
    text = render(report(item("TB301", accepted="the data is small", until="2027-01-31")))

    assert "accepted until 2027-01-31: the data is small" in text
