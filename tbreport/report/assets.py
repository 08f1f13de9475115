"""What a page is made with: templates, style sheet, script, Plotly's bundle and its policy."""

from __future__ import annotations

import base64
import gzip
import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import tbreport
from tbreport.report import base85, theme

BUNDLE = "plotly-basic.min.js.gz"  # setup.py puts it among the templates
COMMENT = re.compile(r"^ *(//.*|/\*((?!\*/)[^\0])*\*/ *)\n", re.MULTILINE)
INDENT = re.compile(r"^[ \n]+", re.MULTILINE)
LOADER = ("unpack.js", "loader.js")
SHEETS = ("page", "findings", "tables", "charts", "exhibits", "print")
LAST_SCRIPT = "main.js"  # the others only declare


@dataclass(frozen=True, slots=True)
class Packed:
    """A script as the page holds it."""

    packed: str  # gzip, base 85
    hash: str  # of the text that the browser compiles, as a policy names it


def templates() -> Path:
    """The folder of templates: inside the package once installed, beside it in a checkout."""
    package = Path(tbreport.__file__).parent
    inside = package / "templates"
    return inside if inside.is_dir() else package.parent / "templates"


@cache
def loader() -> str:
    """The script that stands in the page as it is."""
    return joined(templates() / "js" / name for name in LOADER)


@cache
def script() -> Packed:
    """The page's own script: every file of `js/` but the loader, in one scope."""
    files = [file for file in (templates() / "js").glob("*.js") if file.name != LOADER[-1]]
    text = joined(sorted(files, key=lambda file: (file.name == LAST_SCRIPT, file.name))).encode()
    return Packed(packed(text), source_hash(text))


def joined(files: Iterable[Path]) -> str:
    """Sources in one scope of their own."""
    text = "".join(bare(file.read_text(encoding="utf-8")) for file in files)
    return f'(() => {{\n"use strict";\n{text}}})();\n'


def valid(text: str) -> str:
    """Text that can be written: file names may hold bytes that are none, as lone surrogates."""
    return re.sub("[\ud800-\udfff]", "\ufffd", text)


def packed(content: bytes, level: int = 9) -> str:
    """Bytes as text: gzip, base 85."""
    return base85.encode(gzip.compress(content, level, mtime=0))


def bare(source: str) -> str:
    """A source without indentation and without comments that have lines of their own.

    That is a third of it; no string here goes over several lines.
    """
    return INDENT.sub("", COMMENT.sub("", source))


@cache
def style() -> str:
    """The style sheets as one, their colors first."""
    sheets = (templates() / f"{name}.css" for name in SHEETS)
    return theme.style_sheet() + "".join(bare(file.read_text(encoding="utf-8")) for file in sheets)


@cache
def bundle() -> Packed:
    """Plotly's basic bundle, which the build fetched; else the one in the plotly package."""
    file = templates() / BUNDLE
    if file.is_file():
        zipped = file.read_bytes()
        return Packed(base85.encode(zipped), source_hash(gzip.decompress(zipped)))
    from plotly.offline import get_plotlyjs  # 4.8 MB of text

    text = get_plotlyjs().encode()
    return Packed(packed(text), source_hash(text))


def source_hash(text: bytes) -> str:
    """A script's hash as Content-Security-Policy names it."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(text).digest()).decode()}'"


@cache
def policy() -> str:
    """What the page may do: run these three scripts, style itself, and nothing with any host.

    Plotly styles its elements inline, so styles cannot be held to a hash. There is no
    `connect-src`: with `default-src 'none'` every request is refused.
    """
    hashes = f"{source_hash(loader().encode())} {script().hash} {bundle().hash}"
    return "; ".join(
        (
            "default-src 'none'",
            f"script-src {hashes}",
            "style-src 'unsafe-inline'",
            "img-src data: blob:",
            "media-src data:",
            "base-uri 'none'",
            "form-action 'none'",
        )
    )
