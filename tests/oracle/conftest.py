"""The engines that are held to other readers, and the optional folder of more event files."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tbreport.reader.engine import ENGINES, Scan
from tests.oracle.corpus import SHARED


@pytest.fixture(params=[name for name, engine in ENGINES.items() if engine.automatic])
def engine(request: pytest.FixtureRequest) -> str:
    """Each engine that is ever chosen without being named."""
    name: str = request.param
    if reason := ENGINES[name].unusable():
        pytest.skip(reason)
    return name


@pytest.fixture
def scan(engine: str) -> Scan:
    """Each engine's scan."""
    return ENGINES[engine].scan()


@pytest.fixture(scope="session")
def shared() -> Path:
    """The event files of the folder that the environment variable names."""
    named = os.environ.get(SHARED)
    if not named:
        pytest.skip(f"{SHARED} names no folder")
    return Path(named) / "events"
