"""What pyproject.toml cannot say: the native engine, templates from beside the package, Plotly.

The native engine's core is C++17 and optional: where it does not compile, the build goes on, and
the python engine does the reading.

The page needs plotly.js with scatter traces alone, a quarter of the bundle that the plotly package
brings. It is fetched with npm when the package is built and never committed. Without npm the build
goes on, and the page uses the larger bundle.
"""

from __future__ import annotations

import gzip
import hashlib
import os
import shutil
import subprocess
import tarfile
import tempfile
from pathlib import Path

from setuptools import Extension, find_packages, setup
from setuptools.command.build_py import build_py

CORE = Path("tbreport/reader/native")
TEMPLATES = Path(__file__).parent / "templates"
BUNDLE = TEMPLATES / "plotly-basic.min.js.gz"
PACKAGE = "plotly.js-basic-dist-min@4.1.1"  # the plotly.js of plotly 7.1
MEMBER = "package/plotly-basic.min.js"
SHA256 = "99784e3abfb07b142a15e521a439e6d9addceadb3f79553fd24c72774f0649ba"  # of MEMBER
PATIENCE = 120  # s


def native_core() -> list[Extension]:
    """The core of the native engine; nothing where pybind11 is missing."""
    try:
        from pybind11.setup_helpers import Pybind11Extension
    except ImportError as error:
        print(f"tbreport: the native engine is left out ({error})")
        return []
    windows = os.name == "nt"
    options = ["/O2", "/utf-8"] if windows else ["-O3", "-Wall", "-Wextra", "-pthread"]
    return [
        Pybind11Extension(
            "tbreport.reader.native_core",
            sorted(path.as_posix() for path in CORE.glob("*.cpp")),
            depends=sorted(path.as_posix() for path in CORE.glob("*.h")),  # or the sdist lacks them
            cxx_std=17,
            extra_compile_args=options,
            extra_link_args=[] if windows else ["-pthread"],
            optional=True,
        )
    ]


class BuildWithBundle(build_py):
    """Builds the Python modules, the bundle beside the templates first."""

    def run(self) -> None:
        if not is_fetched():
            try:
                BUNDLE.write_bytes(gzip.compress(fetch(), 9, mtime=0))
            except (OSError, subprocess.SubprocessError, tarfile.TarError, KeyError) as error:
                print(f"tbreport: reports will be larger: {PACKAGE} was not fetched ({error})")
        super().run()


def is_fetched() -> bool:
    """Whether the bundle is there, and the right one."""
    try:
        return hashlib.sha256(gzip.decompress(BUNDLE.read_bytes())).hexdigest() == SHA256
    except (OSError, EOFError):
        return False


def fetch() -> bytes:
    """The bundle, from the npm registry that this machine is set up for.

    Raises:
        OSError: npm is missing, or the file is not the one that was pinned.
    """
    npm = shutil.which("npm")
    if npm is None:
        raise FileNotFoundError("npm is not installed")
    with tempfile.TemporaryDirectory() as folder:
        command = [npm, "pack", PACKAGE, "--silent", "--pack-destination", folder]
        subprocess.run(command, cwd=folder, check=True, capture_output=True, timeout=PATIENCE)
        (archive,) = Path(folder).glob("*.tgz")
        with tarfile.open(archive) as members:
            file = members.extractfile(MEMBER)
            text = file.read() if file else b""
    found = hashlib.sha256(text).hexdigest()
    if found != SHA256:
        raise OSError(f"{MEMBER} has the checksum {found}, not {SHA256}")
    return text


setup(
    ext_modules=native_core(),
    packages=[*find_packages(include=["tbreport*"]), "tbreport.templates"],
    package_dir={"tbreport.templates": "templates"},
    package_data={
        "tbreport": ["py.typed"],
        "tbreport.reader": ["*.pyi"],
        "tbreport.templates": ["*.j2", "*.css", "js/*.js", BUNDLE.name],
    },
    include_package_data=False,
    cmdclass={"build_py": BuildWithBundle},
)
