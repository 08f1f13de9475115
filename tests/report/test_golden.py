"""The document of one small logdir in every format, to the letter."""

from __future__ import annotations

import re
from collections.abc import Callable

import numpy as np
import pytest

from tbreport import __version__, summarize
from tbreport.options import Options
from tbreport.report import html, terminal
from tbreport.report.document import Report
from tbreport.report.formats import FORMATS, Folder
from tests.eventwriter import START, curve, histogram, session, write


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Report:
    """A healthy run, one that overfits, one that ends in NaN in a torn file, one without data."""
    logdir = tmp_path_factory.mktemp("golden") / "runs"
    rng = np.random.default_rng(7)
    steps = np.arange(60)
    fall = 2 * np.exp(-steps / 12) + 0.2 + rng.normal(0, 0.004, 60)
    rise = fall + 0.012 * np.maximum(steps - 25, 0)
    lost = np.where(steps > 40, np.nan, fall)
    limits, counts = [-1.0, 0.0, 1.0, 1.7976931348623157e308], [0, 3, 4, 1]
    weights = [histogram("weights", s, limits, counts, low=-0.5, high=1.5) for s in (0, 30, 59)]
    write(
        logdir / "healthy",
        [session({"lr": 0.1, "optimizer": "sgd", "auth_token": "abc"}), *weights]
        + curve("loss/train", fall)
        + curve("loss/val", fall + 0.05),
    )
    write(
        logdir / "overfit",
        [session({"lr": 0.1, "optimizer": "adam"})]
        + curve("loss/train", fall)
        + curve("loss/val", rise),
    )
    torn = write(logdir / "lost", curve("loss/train", lost, start=START + 1000))
    torn.write_bytes(torn.read_bytes()[:-7])
    write(logdir / "nothing", [])
    return summarize(logdir, options=Options(compare="healthy"))


@pytest.mark.parametrize("name", [name for name in FORMATS if name not in ("html", "svg")])
def test_every_format_shows_the_same_document(
    name: str, report: Report, golden: Callable[[str, str], None]
) -> None:
    found = FORMATS[name].render(report, width=120, color=False)
    assert isinstance(found, str)

    suffix = FORMATS[name].suffixes[0] if FORMATS[name].suffixes else f".{name}"
    golden(f"small{suffix}", found.replace(__version__, "VERSION"))


def test_the_page_around_its_payload(report: Report, golden: Callable[[str, str], None]) -> None:
    page = html.render(report)

    page = re.sub(r"(<(script|style)[^>]*>).*?(</\2>)", r"\1\3", page, flags=re.DOTALL)
    page = re.sub(r"'sha256-[^']+'", "'sha256-…'", page)
    page = re.sub(r' d="[^"]+"', ' d="…"', page)
    golden("small.html", page.replace(__version__, "VERSION"))


def test_the_charts_as_files(report: Report, golden: Callable[[str, str], None]) -> None:
    folder = FORMATS["svg"].render(report)

    assert isinstance(folder, Folder)
    assert list(folder.files) == [
        "evidence-tb201-lost-loss-train.svg",
        "evidence-tb301-overfit-loss-train-loss-val.svg",
        "evidence-tb304-overfit-loss-val.svg",
        "difference-loss-train.svg",
        "difference-loss-val.svg",
        "pair-loss-healthy.svg",
        "pair-loss-overfit.svg",
        "scalar-loss-train.svg",
        "scalar-loss-val.svg",
    ]
    golden("small.svg", re.sub(r' d="[^"]+"', ' d="…"', folder.files["scalar-loss-train.svg"]))


def test_the_terminal_colors_only_where_it_is_asked_to(report: Report) -> None:
    render = terminal.render

    assert "\x1b[" not in render(report, width=80, color=False)
    assert "\x1b[31m" in render(report, width=80, color=True)


@pytest.mark.parametrize("width", [30, 50, 80, 200])
def test_no_line_is_wider_than_the_terminal(report: Report, width: int) -> None:
    table = terminal.render(report, width=width)

    assert max(map(len, table.splitlines())) <= width
