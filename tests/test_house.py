"""The house: floors, the size of rooms, what an import may cost, and docs that keep up."""

from __future__ import annotations

import ast
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.main import get_command

from tbreport.analysis.detector import HEADINGS, every_detector
from tbreport.cli import app
from tbreport.errors import every_error
from tbreport.report import assets

ROOT = Path(__file__).parent.parent
MODULES = sorted((ROOT / "tbreport").rglob("*.py"))
README = (ROOT / "README.md").read_text(encoding="utf-8")

# The first entry that begins a module's name gives its floor.
FLOORS = {
    "tbreport.model": 0,
    "tbreport.errors": 0,
    "tbreport.dating": 0,
    "tbreport.distribution": 0,
    "tbreport.exhibits": 0,
    "tbreport.settings": 0,
    "tbreport.wording": 0,
    "tbreport.processors": 0,
    "tbreport.reader": 1,
    "tbreport.frames": 1,
    "tbreport.analysis": 2,
    "tbreport.gate": 3,
    "tbreport.report": 3,
    "tbreport.cli": 4,
    "tbreport.executors": 4,
    "tbreport.workers": 4,
    "tbreport.experiment": 4,
    "tbreport.exporting": 4,
    "tbreport.figures": 4,
    "tbreport.baselining": 4,
    "tbreport.contrasting": 4,
    "tbreport.gating": 4,
    "tbreport.judging": 4,
    "tbreport.mapping": 4,
    "tbreport.options": 4,
    "tbreport.pipeline": 4,
    "tbreport.progress": 4,
    "tbreport.reading": 4,
    "tbreport.remembering": 4,
    "tbreport.watching": 4,
    "tbreport.__main__": 4,
}
# Third-party packages → the only places that may import them.
ROOMS = {
    "PIL": ("tbreport.analysis.pictures", "tbreport.training"),
    "distributed": ("tbreport.executors",),
    "fsspec": ("tbreport.reader.remote",),
    "jinja2": ("tbreport.report.html", "tbreport.report.assets"),
    "markdown_it": ("tbreport.report.texts",),
    "markupsafe": ("tbreport.report.html", "tbreport.report.assets", "tbreport.report.rows"),
    "pandas": ("tbreport.frames", "tbreport.experiment"),  # the latter for types alone
    "plotly": ("tbreport.figures", "tbreport.report.assets"),
    "pyarrow": ("tbreport.exporting.parquet", "tbreport.reader.arrow", "tbreport.reader.packing"),
    "rich": ("tbreport.report.terminal", "tbreport.report.live", "tbreport.progress"),
    "scipy": ("tbreport.analysis", "tbreport.gate"),
    "tbparse": ("tbreport.reader",),
    "tensorboard": ("tbreport.reader",),
    "torch": ("tbreport.training",),
    "typer": ("tbreport.cli",),
}


def module_name(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imports(path: Path) -> Iterator[str]:
    """Every module that a file imports, at its top and inside functions."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: imports are absolute"
            yield node.module or ""
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def floor(name: str) -> int | None:
    found = [key for key in FLOORS if name == key or name.startswith(f"{key}.")]
    return FLOORS[found[0]] if found else None


@pytest.mark.parametrize("path", MODULES, ids=module_name)
def test_a_floor_imports_only_what_stands_below_it(path: Path) -> None:
    name = module_name(path)
    if name == "tbreport":
        return
    if name.startswith("tbreport.training"):
        outside = [i for i in imports(path) if i.startswith("tbreport.")]
        assert [i for i in outside if not i.startswith("tbreport.training")] == []
        return
    here = floor(name)
    assert here is not None, f"{name} stands on no floor"
    for imported in imports(path):
        there = floor(imported)
        if there is not None:
            assert there <= here, f"{name} imports {imported}"
            if name.startswith("tbreport.analysis"):
                assert not imported.startswith("tbreport.reader")
            if name.startswith("tbreport.gate."):
                assert not imported.startswith("tbreport.report")
        if imported.startswith("tbreport.training"):
            assert name == "tbreport.cli.train"


@pytest.mark.parametrize("path", MODULES, ids=module_name)
def test_a_package_is_imported_in_its_room_alone(path: Path) -> None:
    name = module_name(path)
    for imported in imports(path):
        rooms = ROOMS.get(imported.split(".")[0])
        assert rooms is None or name.startswith(rooms), f"{name} imports {imported}"
        assert not imported.startswith("scipy.stats")


SOURCES = [
    *MODULES,
    *sorted((ROOT / "templates").rglob("*.js")),
    *sorted((ROOT / "templates").glob("*.j2")),
    *sorted((ROOT / "tbreport").rglob("*.cpp")),
    *sorted((ROOT / "tbreport").rglob("*.h")),
]


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_a_room_has_at_most_three_hundred_lines(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 300


def loaded(code: str) -> set[str]:
    """The modules that are loaded once some code has run in a fresh interpreter."""
    script = f"{code}\nimport json, sys\nprint(json.dumps(sorted(sys.modules)), file=sys.stderr)"
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True, cwd=ROOT
    )
    return set(json.loads(done.stderr.strip().splitlines()[-1]))


HEAVY = {"pandas", "plotly", "scipy", "scipy.stats", "ruptures", "pyarrow", "fsspec", "torch"}


def test_help_imports_nothing_heavy() -> None:
    code = "from tbreport.cli import app\ntry: app(['--help'])\nexcept SystemExit: pass"

    assert loaded(code) & (HEAVY | {"tensorboard", "numpy", "jinja2", "rich"}) == set()


def test_summarize_imports_no_heavy_package(tmp_path: Path) -> None:
    if not (assets.templates() / assets.BUNDLE).is_file():
        pytest.skip("the basic bundle was not fetched when the package was built")
    out = tmp_path.as_posix()
    code = (
        "from tbreport.cli import app\n"
        f"try: app(['summarize', 'sample_runs', '-o', '{out}/page.html',"
        f" '--format', 'json={out}/page.json', '--format', 'text'])\n"
        "except SystemExit as stop: assert stop.code == 0, stop.code"
    )

    assert loaded(code) & HEAVY == set()


def test_importing_tbreport_is_cheap() -> None:
    assert loaded("import tbreport") & (HEAVY | {"numpy", "tensorboard"}) == set()


@pytest.mark.parametrize("detector", every_detector(), ids=lambda detector: detector.name)
def test_a_detector_has_a_manual_under_the_fixed_headings(detector) -> None:  # type: ignore[no-untyped-def]
    headings = re.findall(r"^([A-Z][^\n:]*?):?$", detector.manual, re.MULTILINE)

    assert [found for found in headings if found in HEADINGS] == list(HEADINGS)


@pytest.mark.parametrize("detector", every_detector(), ids=lambda detector: detector.name)
def test_a_detector_is_in_the_readme(detector) -> None:  # type: ignore[no-untyped-def]
    assert f"| {detector.code} | `{detector.name}` |" in README


@pytest.mark.parametrize("error", every_error(), ids=lambda error: error.slug())
def test_an_error_has_an_explanation(error) -> None:  # type: ignore[no-untyped-def]
    assert error.__doc__
    assert error.slug() == error.slug().lower()


@pytest.mark.parametrize("command", sorted(get_command(app).commands))  # type: ignore[attr-defined]
def test_a_command_is_in_the_readme(command: str) -> None:
    assert f"tbreport {command}" in README


def test_the_readme_shows_the_help_of_summarize_as_it_is() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tbreport", "summarize", "--help"],
        capture_output=True,
        text=True,
        check=True,
        env={"COLUMNS": "100", "PATH": ""},
        cwd=ROOT,
    )

    assert done.stdout.strip() in README


ANYWHERE = {"/", "/tmp", "/var/tmp", "/home", "/opt", "/srv", "/mnt", "/data", "/usr/src"}


def test_no_machine_is_named_in_the_tree() -> None:
    tracked = subprocess.run(
        ["git", "ls-files"], capture_output=True, text=True, check=True, cwd=ROOT
    ).stdout.splitlines()
    needles = [f"{place}/" for place in {Path.home(), ROOT.parent} if str(place) not in ANYWHERE]
    for name in tracked:
        content = (ROOT / name).read_bytes() if (ROOT / name).is_file() else b""
        for needle in needles:
            assert needle.encode() not in content, name
