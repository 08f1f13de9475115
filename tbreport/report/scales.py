"""From values to pixels: ranges, round ticks and their labels."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np

from tbreport.model import Float64s

Numbers = TypeVar("Numbers", float, Float64s)

LARGEST = 1e300  # beyond it the difference of two float64 may overflow


def domain(values: Float64s) -> tuple[float, float]:
    """The range of the finite values; one of some width where they are all equal."""
    finite = np.clip(values[np.isfinite(values)], -LARGEST, LARGEST)
    if not finite.size:
        return 0.0, 1.0
    low, high = float(finite.min()), float(finite.max())
    if high - low <= 1e-12 * max(abs(low), abs(high)):
        margin = abs(low) / 2 or 0.5
        return low - margin, high + margin
    return low, high


def padded(span: tuple[float, float]) -> tuple[float, float]:
    """A range with a twentieth of air on both sides."""
    air = (span[1] - span[0]) / 20
    return span[0] - air, span[1] + air


def ticks(low: float, high: float, about: int) -> list[float]:
    """Round values within a range: steps of 1, 2 or 5 times a power of ten."""
    rough = (high - low) / about
    if not math.isfinite(rough) or rough <= 0:
        return []
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(power * factor for factor in (1, 2, 5, 10) if power * factor >= rough * 0.999)
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    return [index * step for index in range(first, last + 1)]


SUFFIXES = ((1e12, "T"), (1e9, "G"), (1e6, "M"), (1e3, "k"))


def tick_label(value: float, digits: int = 6) -> str:
    """A few characters with a real minus: 0.05, 12.5k, 11,694, 3M, 2e−5."""
    return hyphened(value, digits).replace("-", "−")


def hyphened(value: float, digits: int) -> str:
    """The same with hyphens."""
    size = abs(value)
    if size >= 1e15 or 0 < size < 0.99e-4:
        mantissa, exponent = f"{value:.{digits - 4}e}".split("e")
        return f"{float(mantissa):.{digits}g}e{int(exponent)}"
    for unit, suffix in SUFFIXES:
        if size >= unit * (10 if suffix == "k" else 1):
            text = f"{value / unit:.{digits}g}{suffix}"
            return text if suffix != "k" or len(text) <= 6 else f"{value:,.{digits}g}"
    return f"{value:.{digits}g}"


def tick_labels(values: Sequence[float]) -> list[str]:
    """The labels of an axis, of as many digits as tell them apart."""
    for digits in (6, 9, 12):
        labels = [tick_label(value, digits) for value in values]
        if len(set(labels)) == len(labels):
            break
    return labels


@dataclass(frozen=True, slots=True)
class Frame:
    """The plot area of a picture, in pixels, and what its sides mean."""

    width: int
    height: int
    x: tuple[float, float]
    y: tuple[float, float]
    left: int = 46
    right: int = 10
    top: int = 10
    bottom: int = 24

    @property
    def floor(self) -> int:
        """Where the x axis lies, from the top."""
        return self.height - self.bottom

    def across(self, values: Numbers) -> Numbers:
        """Pixels from the left."""
        share = (values - self.x[0]) / (self.x[1] - self.x[0])
        return self.left + share * (self.width - self.left - self.right)

    def down(self, values: Numbers) -> Numbers:
        """Pixels from the top."""
        share = (values - self.y[0]) / (self.y[1] - self.y[0])
        return self.floor - share * (self.floor - self.top)
