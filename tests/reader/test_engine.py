"""Which engine reads, and why."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from tbreport.errors import EngineUnusable
from tbreport.reader.engine import ENGINES, REQUIRE_NATIVE, choose


@pytest.fixture
def without_core(monkeypatch: pytest.MonkeyPatch) -> None:
    """As where no compiler was when tbreport was installed."""
    monkeypatch.setitem(sys.modules, "tbreport.reader.native_core", None)
    monkeypatch.delenv(REQUIRE_NATIVE, raising=False)


@pytest.mark.skipif(os.environ.get(REQUIRE_NATIVE) != "1", reason=f"{REQUIRE_NATIVE} is not set")
def test_the_native_engine_is_there_where_it_is_required() -> None:
    assert ENGINES["native"].unusable() == ""


def test_the_first_usable_engine_of_the_table_is_chosen() -> None:
    usable = [engine for engine in ENGINES.values() if engine.automatic and not engine.unusable()]

    assert choose() is usable[0]


@pytest.mark.usefixtures("without_core")
def test_without_the_core_the_python_engine_reads() -> None:
    assert choose().name == "python"


@pytest.mark.usefixtures("without_core")
def test_a_missing_core_has_a_reason() -> None:
    assert "when tbreport is installed where a C++17 compiler is" in ENGINES["native"].unusable()


@pytest.mark.usefixtures("without_core")
def test_a_missing_core_is_an_error_where_it_is_required(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(REQUIRE_NATIVE, "1")

    with pytest.raises(EngineUnusable, match=r"engine 'native' cannot be used: .*native_core"):
        choose()


@pytest.mark.usefixtures("without_core")
def test_an_engine_that_is_named_is_used_whatever_is_required(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv(REQUIRE_NATIVE, "1")

    assert choose("python").name == "python"


def test_an_unknown_engine_is_an_error_that_names_the_nearest() -> None:
    with pytest.raises(EngineUnusable) as caught:
        choose("pyton")

    assert "python" in caught.value.hint


def test_a_scan_is_the_engines_own(tmp_path: Path) -> None:
    found = choose("python").scan()(tmp_path / "missing", "shown", "folder", {})

    assert [problem.code for problem in found.problems] == ["TB109"]
