"""What pyproject.toml cannot say: templates from beside the package, and Plotly's bundle in them.

The page needs plotly.js with scatter traces alone, a quarter of the bundle that the plotly package
brings. It is fetched with npm when the package is built and never committed. Without npm the build
goes on, and the page uses the larger bundle.
"""

from __future__ import annotations

import gzip
import hashlib
import shutil
import subprocess
import tarfile
import tempfile
from pathlib import Path

from setuptools import find_packages, setup
from setuptools.command.build_py import build_py

TEMPLATES = Path(__file__).parent / "templates"
BUNDLE = TEMPLATES / "plotly-basic.min.js.gz"
PACKAGE = "plotly.js-basic-dist-min@4.1.1"  # the plotly.js of plotly 7.1
MEMBER = "package/plotly-basic.min.js"
SHA256 = "99784e3abfb07b142a15e521a439e6d9addceadb3f79553fd24c72774f0649ba"  # of MEMBER
PATIENCE = 120  # s


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
    packages=[*find_packages(include=["tbreport*"]), "tbreport.templates"],
    package_dir={"tbreport.templates": "templates"},
    package_data={
        "tbreport": ["py.typed"],
        "tbreport.templates": ["*.j2", "*.css", "js/*.js", BUNDLE.name],
    },
    include_package_data=False,
    cmdclass={"build_py": BuildWithBundle},
)
