"""Markdown of strangers: shown, and nothing more."""

from __future__ import annotations

import time
from html.parser import HTMLParser

import pytest

from tbreport.report.texts import to_html, without_secrets
from tests.hostile import MARKDOWN

ELEMENTS = {
    "h3", "h4", "h5", "h6", "p", "em", "strong", "s", "code", "pre", "blockquote", "ul", "ol", "li",
    "hr", "br", "a", "table", "thead", "tbody", "tr", "th", "td",
}  # fmt: skip
ATTRIBUTES = {"a": {"href", "rel", "target", "title"}, "td": {"class"}, "th": {"class"},
              "ol": {"start"}}  # fmt: skip


class Elements(HTMLParser):
    """What a text became."""

    def __init__(self, words: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(to_html(words))
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data


def test_a_hostile_text_becomes_elements_of_the_list_alone() -> None:
    shown = Elements(MARKDOWN)

    for tag, attributes in shown.found:
        assert tag in ELEMENTS
        assert set(attributes) <= ATTRIBUTES.get(tag, set())
    assert "<script>window.ran = 1</script>" in shown.text
    assert "[script](javascript:window.ran=3)" in shown.text
    assert "![tracked](https://example.invalid/pixel.png)" not in shown.text
    assert "!tracked" in shown.text


def test_links_lead_to_the_web_and_to_mail_and_tell_nothing() -> None:
    links = [attributes for tag, attributes in Elements(MARKDOWN).found if tag == "a"]

    assert {link["href"] for link in links} == {
        "https://example.invalid/",
        "https://example.invalid/auto",
        "https://example.invalid/pixel.png",
    }
    assert {link["rel"] for link in links} == {"noopener noreferrer nofollow"}


@pytest.mark.parametrize(
    "address",
    [
        "javascript:alert(1)",
        "JaVaScRiPt:alert(1)",
        "java&#115;cript:alert(1)",
        "&#x6A;avascript:alert(1)",
        "vbscript:x",
        "data:text/html;base64,PHNjcmlwdD4=",
        "data:image/svg+xml,x",
        "file:///etc/passwd",
        "//example.invalid/x",
        "/etc",
        "#gate",
        "blob:null/1",
        "%20javascript:alert(1)",
    ],
)
def test_no_other_address_becomes_a_link(address: str) -> None:
    words = f"[x]({address}) <{address}> [y][r]\n\n[r]: {address}\n"

    assert [tag for tag, _ in Elements(words).found if tag == "a"] == []


def test_tables_code_lists_and_headings_are_kept() -> None:
    tags = [tag for tag, _ in Elements("# a\n\n| x | y |\n|---|--:|\n| 1 | 2 |\n\n- *b*\n").found]

    assert tags[0] == "h3"
    assert {"table", "td", "ul", "em"} <= set(tags)


@pytest.mark.parametrize(
    "words",
    ["[" * 10_000, "*a " * 3_333, "> " * 5_000, "`" * 9_999 + "a", "[a](" * 2_500, "|" * 9_999],
)
def test_a_text_made_to_be_slow_is_done_soon(words: str) -> None:
    begun = time.process_time()
    to_html(words[:10_000])

    assert time.process_time() - begun < 5  # under 0.2 s on an idle machine


def test_the_head_of_a_table_of_settings_is_no_secret() -> None:
    words = "| key | value |\n|---|---|\n| steps | 900 |\n| key | abc |\n"

    assert without_secrets("config", words) == words.replace("abc", "•••")


def test_values_of_secrets_are_masked_by_their_names() -> None:
    words = "| api_key | hunter2 |\n| steps | 900 |\npassword: hunter2\n- **token** = hunter2\n"

    shown = without_secrets("config", words)
    assert "hunter2" not in shown
    assert "| steps | 900 |" in shown
    assert shown.count("•••") == 3
    assert without_secrets("api_key", "hunter2") == "•••"


@pytest.mark.parametrize(
    "words",
    [
        '{"lr": 0.1, "api_key": "hunter2", "steps": 900}',
        "{'steps': 900, 'auth': {'password': 'hunter2'}}",
        "Namespace(lr=0.1, hf_token='hunter2', steps=900)",
        "train.py --steps 900 --api_key hunter2",
        "train.py --steps=900 --api-key=hunter2",
        "steps: 900, secret: hunter2",
    ],
)
def test_secrets_within_a_line_are_masked_too(words: str) -> None:
    shown = without_secrets("config", words)

    assert "hunter2" not in shown
    assert "900" in shown


@pytest.mark.parametrize("sign", ["_", "'", " ", "*", "a_", "\n", "a=", "--", "a: ", 'k="'])
def test_looking_for_secrets_takes_no_long_time(sign: str) -> None:
    begun = time.process_time()
    without_secrets("notes", (sign * 10_000)[:10_000])

    assert time.process_time() - begun < 1  # under 0.05 s on an idle machine
