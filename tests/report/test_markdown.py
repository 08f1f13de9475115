"""Comments, read back by a CommonMark parser with GitHub's tables."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from tbreport.gate.model import Verdict
from tbreport.report.markdown import LONGEST, render
from tbreport.report.sections import compose
from tbreport.report.terminal import plain
from tests.report import documents, verdicts

markdown_it = pytest.importorskip("markdown_it")


def inlines(text: str) -> Iterator[list[tuple[str, str]]]:
    """Type and content of the parts of each line of text."""
    parser = markdown_it.MarkdownIt("commonmark").enable("table").enable("strikethrough")
    for token in parser.parse(text):
        if token.type == "inline":
            yield [(child.type, child.content) for child in token.children or ()]


def words(parts: list[tuple[str, str]]) -> str:
    """What a reader sees; comments are not seen."""
    return "".join(content for kind, content in parts if kind in ("text", "text_special"))


def test_the_first_line_is_the_marker_by_which_a_comment_is_found() -> None:
    assert render(verdicts.report()).splitlines()[0] == "<!-- tbreport:training-gate -->"


def test_the_verdict_and_what_decided_it_come_first() -> None:
    lines = render(verdicts.report()).splitlines()

    assert lines[1].startswith("### ✗ The gate failed: val/loss (final)")
    assert "| val/loss |" in "".join(lines[:12])


def test_a_comment_is_never_longer_than_a_code_host_takes() -> None:
    many = verdicts.verdict(tuple(f"loss/{place:0900}" for place in range(400)))

    text = render(verdicts.report(many))

    assert len(text) <= LONGEST
    assert "too long for a comment" in text


def test_no_name_is_so_long_that_the_verdict_is_left_out() -> None:
    text = render(verdicts.report(verdicts.verdict(("loss/" + "x" * 2 * LONGEST,))))

    assert text.splitlines()[1].startswith("### ✗ The gate failed: loss/xxx")
    assert len(text) <= LONGEST


def test_hostile_names_come_back_as_they_were() -> None:
    for name in verdicts.HOSTILE:
        found = verdicts.verdict((name,))
        text = render(verdicts.report(Verdict("fail", found.checks)))
        seen = [words(parts) for parts in inlines(text)]
        assert plain(name).strip() in seen, name


def test_hostile_names_make_no_markup() -> None:
    allowed = {"text", "text_special", "softbreak", "strong_open", "strong_close", "html_inline"}

    for parts in inlines(render(verdicts.hostile())):
        for kind, content in parts:
            assert kind in allowed, (kind, content)
            if kind == "html_inline":
                assert content in ("<!-- -->", "<sub>", "</sub>")


def test_hostile_names_mention_nobody_and_link_nothing() -> None:
    text = render(verdicts.hostile())

    assert "@someone" not in text
    assert "#12" not in text
    assert "https://" not in text
    assert "www.x" not in text


def test_a_summary_is_a_comment_as_well() -> None:
    text = render(documents.typical(n=40))

    assert "2 of 4 runs are ill" in text
    assert "nonfinite-value" in text


def test_a_summary_folds_away_which_detectors_could_not_look() -> None:
    run = documents.crowded(3).runs[0]
    blind = replace(run, coverage={"TB403": "no gradient norm", "TB202": ""})
    detectors = {"TB202 diverging-loss": "", "TB403 exploding-gradient": "no gradient norm"}

    text = render(compose([blind], title="t", version="0.1.0", detectors=detectors))

    assert "<details><summary>Coverage</summary>" in text
    assert "| TB403 exploding-gradient | 0 of 1 | no gradient norm (1 run) |" in text
