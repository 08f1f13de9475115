"""Numbers and names as a reader wants them: sensible digits, units, plurals, masked secrets.

One module for findings, reports and the gate, so that a number looks the same everywhere.
"""

from __future__ import annotations

import math
import re
import time
from collections.abc import Callable, Container, Iterable, Mapping, Sequence

# A secret is a word, not a number: `max_tokens = 512` and `num_key_value_heads = 8` stay readable.
SECRET = re.compile(
    r"token(?!i[sz])|secret|passw|credential|(^|[^a-z])key($|[^a-z])", re.IGNORECASE
)
MASK = "•••"

DIGITS = re.compile("([0-9]+)")
Natural = tuple[list[tuple[int, str]], str]
# C0, DEL, C1, separators of lines, marks that turn the direction of writing, halves of a letter
CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")


def plain(text: str) -> str:
    """Text that steers no terminal: a visible sign stands in the place of control characters."""
    return CONTROL.sub("�", text)


def natural(name: str) -> Natural:
    """Sorts names as people count: "run 2" before "run 10"."""
    parts = DIGITS.split(name)  # text and digits in turns
    digits = [part.lstrip("0") for part in parts[1::2]]
    found = [(0, part) for part in parts]
    found[1::2] = [(len(part), part) for part in digits]
    return found, name


def number(value: float | None) -> str:
    """Four significant digits, all before the point below a million; NaN and infinities by name.

    A dash stands where there is nothing. The page's script writes numbers alike.
    """
    if value is None:
        return "–"
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "∞" if value > 0 else "−∞"
    size = abs(value)
    if size < 1e6 and (size >= 999.95 or value == int(value)):
        return f"{value + 0.0:,.0f}".replace("-", "−")
    text = f"{value:.4g}" if 1e-3 <= size < 1e6 else f"{value:.3e}"
    if "e" in text:
        text = re.sub(r"e([+-])0*", lambda m: "e−" if m[1] == "-" else "e", text)
    return text.replace("-", "−")


def shortest(value: float) -> str:
    """As few digits as tell a number from every other, as programs read them."""
    return repr(float(value)).removesuffix(".0")


def exact(value: float) -> str:
    """The same with a real minus; NaN and infinities by name."""
    return shortest(value).replace("-", "−") if math.isfinite(value) else number(value)


def telling_apart(values: Iterable[float]) -> Callable[[float], str]:
    """How to write numbers so that no two look alike: `number` where that does, else `exact`."""
    distinct = {value for value in values if not math.isnan(value)}
    return number if len({number(value) for value in distinct}) == len(distinct) else exact


def probability(p: float) -> str:
    """Two digits: 0.013, 2.9e−7."""
    mantissa, _, exponent = f"{p:.2g}".partition("e")
    return f"{mantissa}e{int(exponent)}".replace("-", "−") if exponent else mantissa


def change(ratio: float) -> str:
    """A signed share in percent: "+1.8 %"; from ten on "+330 ×", which is easier to grasp."""
    if not math.isfinite(ratio):
        return "–"
    if abs(ratio) >= 10:
        return f"{ratio:+.3g} ×".replace("-", "−") if abs(ratio) < 1e6 else "> 1e6 ×"
    return f"{100 * ratio:+.1f} %".replace("-", "−")


def percent(share: float) -> str:
    """A share as percent: 0.31 is "31 %"; below ten percent with one decimal."""
    return f"{100 * share:.1f} %" if abs(share) < 0.0995 else f"{100 * share:,.0f} %"


def listed(names: Sequence[str], most: int = 3) -> str:
    """a, b and c; a, b and 4 more."""
    if len(names) > most:
        return f"{', '.join(names[: most - 1])} and {len(names) - most + 1} more"
    return " and ".join(filter(None, (", ".join(names[:-1]), *names[-1:])))


def one_line(text: str) -> str:
    """Text of strangers for a log: no control characters, and no command to GitHub Actions.

    Its runner obeys `##[…]` wherever in a line it stands, on stderr as well.
    """
    return plain(text).replace("##[", "## [")


def span(steps: tuple[int, int]) -> str:
    """step 80, or steps 80 to 100."""
    first, last = steps
    return f"step {first}" if first == last else f"steps {first} to {last}"


def count(n: int, noun: str) -> str:
    """ "1 run", "6 runs", "1,204,551 points"."""
    return f"{n:,} {noun}{'' if n == 1 else 's'}"


def duration(seconds: float | None) -> str:
    """One unit that suits: "29 min", "3.2 h", "45 s", "63.6 ms"; no time at all is "0 s"."""
    if seconds is None or not math.isfinite(seconds):
        return "–"
    if seconds == 0:
        return "0 s"
    if abs(seconds) < 0.9995:
        return f"{seconds * 1000:.3g} ms"
    if seconds < 10:
        return f"{seconds:.1f} s"
    if seconds < 120:
        return f"{seconds:.0f} s"
    if seconds < 120 * 60:
        return f"{seconds / 60:.0f} min"
    if seconds < 48 * 3600:
        return f"{seconds / 3600:.1f} h"
    return f"{seconds / 86400:.1f} d"


def acceptance(reason: str, until: str) -> str:
    """accepted until 2027-01-31: the data is small."""
    return f"accepted until {until}: {reason}" if until else f"accepted: {reason}"


def size(n_bytes: int) -> str:
    """ "61.3 MB", powers of a thousand as code hosts count them."""
    value = float(n_bytes)
    for unit in ("B", "kB", "MB", "GB"):
        if value < 1000 or unit == "GB":
            return f"{value:.0f} {unit}" if unit == "B" else f"{value:.1f} {unit}"
        value /= 1000
    raise AssertionError("the loop ends in its last unit")


def column_of(tag: str, keys: Container[str]) -> str:
    """A tag as the name of a column beside those of the keys: "step" is "step (tag)" then.

    No two tags have one name: "step (tag)" is "step (tag) (tag)".
    """
    stem = tag
    while stem.endswith(" (tag)"):
        stem = stem.removesuffix(" (tag)")
    return f"{tag} (tag)" if stem in keys else tag


def date(wall_time: float) -> str:
    """ "2026-11-21 14:02 UTC"; empty for a time that no calendar has."""
    try:
        return time.strftime("%Y-%m-%d %H:%M UTC", time.gmtime(wall_time))
    except (OverflowError, ValueError, OSError):
        return ""


def masked(name: str, value: object) -> str | None:
    """The mask, where a value's name says that it is a secret; None elsewhere."""
    return MASK if isinstance(value, str) and value and SECRET.search(name) else None


# The last word of an evidence's name is its unit: how a number of it is written.
UNITS: dict[str, Callable[[float], str]] = {
    "percent": lambda value: f"{number(value)} %",
    "s": duration,
    "bytes": lambda value: size(int(value)) if math.isfinite(value) else number(value),
    "step": lambda value: f"{value:,.0f}" if math.isfinite(value) else number(value),
}


def evidence(items: Mapping[str, float]) -> list[tuple[str, str]]:
    """Names and values of a finding's evidence: ``rise_percent: 58.1`` is ("rise", "58.1 %")."""
    found = []
    for name, value in items.items():
        words = name.split("_")
        unit = words[-1] if words[-1] in UNITS else ""
        label = " ".join(words[:-1] if unit and unit != "step" and words[1:] else words)
        found.append((label, UNITS[unit](value) if unit else number(value)))
    return found
