"""The page as text: what a reader without script, a policy and a stranger's name find in it."""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
import re
import shutil
import subprocess
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest

from tbreport.errors import TooLarge
from tbreport.model import Finding
from tbreport.report import assets, html
from tests.report.documents import HOSTILE, RUNS, TAGS, hostile, typical

SMALL = 60  # points a series
TO_STANDARD = str.maketrans(",./", "<>&")  # of base 85
GROUPS = {"loss": 20, "layers": 40, "lr": 4, "time": 2}
VOID = {"meta", "input", "br", "img", "link"}


class Page(HTMLParser):
    """Elements with their attributes, the text that is seen, and what stands in scripts."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.seen: list[str] = []
        self.scripts: dict[str, str] = {}
        self.last_script = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag == "script":
            self.last_script = dict(attrs).get("id") or "loader"
            self.scripts[self.last_script] = ""
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] == "script":
            self.scripts[self.last_script] += data
        elif self.open and self.open[-1] != "style":
            self.seen.append(data)

    def unpacked(self, id: str) -> bytes:
        return gzip.decompress(base64.b85decode(self.scripts[id].translate(TO_STANDARD)))

    @property
    def text(self) -> str:
        return " ".join("".join(self.seen).split())

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.elements if name == tag]


@pytest.fixture(scope="module")
def text() -> str:
    return html.render(typical(n=SMALL))


@pytest.fixture(scope="module")
def page(text: str) -> Page:
    return Page(text)


def test_every_element_is_closed(page: Page) -> None:
    assert page.open == []


def test_verdict_findings_tables_and_contents_stand_there_without_a_script(page: Page) -> None:
    for expected in (
        "2 of 4 runs are ill",
        "1 error, 1 warning; 12 detectors ran",
        "loss/train is NaN from step 52 on",
        "rise 58.1 %",
        "Dropout, weight decay or early stopping.",
        "nonfinite-value",
        "Train and validation 4",
        *RUNS,
        *TAGS,
    ):
        assert expected in page.text


def test_every_chart_has_a_static_picture_with_a_text_alternative(page: Page) -> None:
    figures = page.all("figure")
    stills = [svg for svg in page.all("svg") if svg.get("class") == "still"]

    assert len(figures) == len(stills) == 2 + len(RUNS) + len(TAGS) + 3
    assert all(still["role"] == "img" and still["aria-label"] for still in stills)


def test_the_table_of_contents_leads_to_every_section(page: Page) -> None:
    sections = [section["id"] for section in page.all("section")]
    links = [link["href"] for link in page.all("a") if (link["href"] or "").startswith("#")]

    assert [f"#{id}" for id in sections] == [link for link in links if link[1:] in sections][
        : len(sections)
    ]


def test_every_finding_has_a_permalink(page: Page) -> None:
    ids = [article["id"] for article in page.all("article")]
    links = {link["href"] for link in page.all("a")}

    assert ids == ["tb201", "tb301"]
    assert {f"#{id}" for id in ids} <= links


def test_ids_are_unique(page: Page) -> None:
    ids = [attributes["id"] for _, attributes in page.elements if "id" in attributes]

    assert sorted(set(ids)) == sorted(ids)


def test_no_element_carries_a_style_or_a_handler(page: Page) -> None:
    names = {name for _, attributes in page.elements for name in attributes}

    assert "style" not in names
    assert not {name for name in names if name.startswith("on")}


def test_nothing_points_outside_the_page(page: Page) -> None:
    for tag, attributes in page.elements:
        assert not {"src", "srcset", "action", "data", "poster"} & set(attributes), tag
        assert (attributes.get("href") or "#").startswith("#")


def test_the_policy_names_the_scripts_by_their_hashes(page: Page) -> None:
    (policy,) = (
        meta["content"] or ""
        for meta in page.all("meta")
        if meta.get("http-equiv") == "Content-Security-Policy"
    )
    sources = (page.scripts["loader"].encode(), page.unpacked("script"), page.unpacked("plotly"))
    digests = [base64.b64encode(hashlib.sha256(source).digest()).decode() for source in sources]
    hashes = " ".join(f"'sha256-{digest}'" for digest in digests)

    assert f"script-src {hashes};" in policy
    assert "default-src 'none'" in policy
    assert "base-uri 'none'" in policy
    assert "form-action 'none'" in policy
    assert "connect-src" not in policy
    assert "unsafe-eval" not in policy


def test_no_script_can_be_ended_early_by_its_own_text(page: Page) -> None:
    assert set(page.scripts) == {"manifest", "columns", "plotly", "script", "loader"}
    for text in page.scripts.values():
        assert not re.search(r"</script|<!--", text, re.IGNORECASE)


def test_the_manifest_names_every_run(page: Page) -> None:
    manifest = json.loads(page.unpacked("manifest"))

    assert [run["name"] for run in manifest["runs"]] == list(RUNS)


def test_the_same_report_gives_the_same_bytes(text: str) -> None:
    assert html.render(typical(n=SMALL)) == text


def test_hostile_names_are_text_and_nothing_else() -> None:
    shown = Page(html.render(hostile()))

    assert shown.open == []
    assert not shown.all("img")
    assert not [link for link in shown.all("a") if "example" in (link["href"] or "")]
    assert len(shown.all("script")) == 5
    for name in HOSTILE:
        assert " ".join(name.split()) in shown.text


def test_the_manifest_holds_hostile_names_as_they_are() -> None:
    manifest = json.loads(Page(html.render(hostile())).unpacked("manifest"))

    assert [run["name"] for run in manifest["runs"]][: len(HOSTILE)] == list(HOSTILE)


def test_a_name_that_is_no_text_can_be_written() -> None:
    report = replace(typical(n=SMALL), title="runs/\udcff")

    assert "runs/\ufffd" in html.render(report).encode().decode()


def test_what_stands_between_backticks_in_an_advice_is_code() -> None:
    assert html.coded("Pass `a < b`, or ` alone.") == "Pass <code>a &lt; b</code>, or ` alone."


def test_tags_are_set_off_in_a_message_but_not_inside_longer_names() -> None:
    finding = Finding(
        "TB301",
        "x",
        "error",
        "r",
        ("loss", "val/loss"),
        None,
        "val/loss rose, loss fell, loss2 <",
        {},
        "",
    )

    assert html.message(finding) == "<b>val/loss</b> rose, <b>loss</b> fell, loss2 &lt;"


def test_a_page_without_runs_findings_or_charts_is_a_page() -> None:
    empty = replace(typical(n=SMALL), sections=(), runs=(), colors={}, summary="")

    assert Page(html.render(empty)).open == []


def test_it_says_that_every_point_is_drawn(page: Page) -> None:
    assert f"Every point of the curves is drawn: {len(RUNS) * len(TAGS) * SMALL:,}." in page.text


def test_it_says_how_many_of_how_many_points_are_drawn() -> None:
    thinned = Page(html.render(typical(n=SMALL, factor=10)))

    assert "Drawn: 1,920 of 19,200 points, the extremes kept" in thinned.text


def test_a_page_over_its_budget_draws_fewer_points() -> None:
    report = typical(n=4000, n_histograms=0)
    whole = len(html.render(report).encode())

    budget = whole - 150_000
    fitted = html.render(report, max_size=budget)

    assert len(fitted.encode()) <= budget
    assert f"of {len(RUNS) * len(TAGS) * 4000:,} points" in Page(fitted).text


def test_a_page_that_no_code_host_takes_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(html, "LARGEST", 400_000)

    with pytest.raises(TooLarge, match="MB") as refused:
        html.render(typical(n=SMALL))
    assert "--force" in refused.value.hint
    assert html.render(typical(n=SMALL), force=True)


def test_a_typical_report_has_at_most_a_megabyte() -> None:
    if not (assets.templates() / assets.BUNDLE).is_file():
        pytest.skip("the basic bundle was not fetched when the package was built")
    tags = tuple(f"{tag}/{copy}" for copy in range(3) for tag in TAGS)[:20]

    page = html.render(typical(tags=tags, n_histograms=12))

    assert len(page.encode()) <= 1_000_000


def test_a_long_gallery_opens_with_the_groups_that_fit() -> None:
    tags = tuple(f"{group}/{place}" for group, n in GROUPS.items() for place in range(n))
    scalars = typical(runs=RUNS[:2], tags=tags, n=20, n_histograms=0).sections[3].blocks[0]

    grouped = html.groups(scalars.charts)

    assert {group: len(found) for group, found in grouped.items()} == GROUPS
    assert html.unfolded(grouped) == {"loss", "lr"}


def test_the_first_curves_are_open_however_many_they_are() -> None:
    tags = tuple(f"{group}/{place}" for group in ("loss", "lr") for place in range(html.OPEN + 1))
    scalars = typical(runs=RUNS[:2], tags=tags, n=20, n_histograms=0).sections[3].blocks[0]

    assert html.unfolded(html.groups(scalars.charts)) == {"loss"}


def test_findings_come_before_everything_else_that_can_be_read(page: Page) -> None:
    assert page.text.index("2 of 4 runs are ill") < page.text.index("is NaN from step")


@pytest.mark.parametrize(
    "name", sorted(path.name for path in (assets.templates() / "js").iterdir())
)
def test_a_script_file_has_one_concern_and_at_most_300_lines(name: str) -> None:
    text = (assets.templates() / "js" / name).read_text(encoding="utf-8")

    assert text.startswith("// ")
    assert text.count("\n") <= 300


def test_the_scripts_pass_their_own_tests() -> None:
    node = shutil.which("node")
    if node is None:
        pytest.skip("node is not installed")
    folder = Path(__file__).parents[1] / "js"

    ran = subprocess.run(
        [node, "--test", *sorted(map(str, folder.glob("*.test.mjs")))],
        capture_output=True,
        text=True,
        check=False,
    )

    assert ran.returncode == 0, ran.stdout
