"""Golden files: what the tests compare whole documents with, and how a change is accepted.

Hypothesis tries the same examples each time, however long one takes; others are tried with
``pytest --hypothesis-profile=other``.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, settings

GOLDEN = Path(__file__).parent / "golden"

NOBODY = 65534  # who owns nothing on any Unix

Compare = Callable[[str, str], None]

settings.register_profile(
    "same", derandomize=True, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.register_profile("other", settings.get_profile("same"), derandomize=False)
settings.load_profile("same")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update-golden", action="store_true", help="accept what the tests found")


# What commands and the libraries that draw for them read: a runner of CI sets some of it.
ENVIRONMENT = (
    "CI", "GITHUB_ACTIONS", "GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY", "GITHUB_WORKSPACE",
    "SOURCE_DATE_EPOCH", "NO_COLOR", "FORCE_COLOR", "COLUMNS", "LINES",
    "RANK", "LOCAL_RANK", "WORLD_SIZE",
)  # fmt: skip


@pytest.fixture(scope="session", autouse=True)
def own_environment(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Commands are told nothing by where the tests run, and leave the user's cache alone."""
    with pytest.MonkeyPatch.context() as patch:
        for name in ENVIRONMENT:
            patch.delenv(name, raising=False)
        patch.setenv("TBREPORT_CACHE", str(tmp_path_factory.mktemp("cache")))
        yield


@pytest.fixture
def forbidding(tmp_path: Path) -> Iterator[Path]:
    """A folder where permissions hold: root, who may do everything, is nobody meanwhile."""
    if not hasattr(os, "geteuid"):
        pytest.skip("Windows has no such permissions")
    if os.geteuid() != 0:
        yield tmp_path
        return
    with TemporaryDirectory() as folder:  # nobody may enter the parents of tmp_path
        os.chown(folder, NOBODY, NOBODY)
        os.seteuid(NOBODY)
        try:
            yield Path(folder)
        finally:
            os.seteuid(0)


@pytest.fixture
def golden(request: pytest.FixtureRequest) -> Compare:
    """Compares a text with a golden file; what differs is kept beside it, under actual/."""

    def compare(name: str, found: str) -> None:
        path = GOLDEN / name
        actual = path.parent / "actual" / path.name
        if request.config.getoption("--update-golden"):
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(found, encoding="utf-8")
            return
        expected = path.read_text(encoding="utf-8") if path.exists() else ""
        if expected != found:
            actual.parent.mkdir(parents=True, exist_ok=True)
            actual.write_text(found, encoding="utf-8")
        command = f"pytest {request.node.nodeid} --update-golden"
        assert expected == found, f"look at {actual.name} under actual/, accept with: {command}"

    return compare
