"""Tails of Student's t and of F, by the incomplete beta function.

scipy.special has them too, but its import takes longer than everything else that the gate does;
tests hold these to it. A single number goes by plain floats: numpy takes fifty times as long over
it, and the gate asks for a few hundred.
"""

from __future__ import annotations

import math
from functools import lru_cache
from typing import TypeVar

import numpy as np

from tbreport.model import Float64s

TERMS = 300  # at most; a few dozen do for up to 1,000 degrees of freedom
PRECISION = 1e-13
TINY = 1e-300


def student(t: Float64s | float, freedom: Float64s | float) -> Float64s:
    """The probability of Student's t beyond a value."""
    value = np.asarray(t, np.float64)
    with np.errstate(over="ignore"):
        half = 0.5 * beta(freedom / 2, 0.5, freedom / (freedom + value * value))
    return np.where(value > 0, half, 1 - half)


def fisher(ratio: Float64s | float, above: float, below: float) -> Float64s:
    """The probability of F beyond a value; degrees of freedom above and below the fraction bar."""
    value = np.asarray(ratio, np.float64)
    return beta(below / 2, above / 2, below / (below + above * value))


@lru_cache
def student_quantile(probability: float, freedom: float) -> float:
    """The value of Student's t below which a probability of at least a half lies."""
    log_norm = math.lgamma((freedom + 1) / 2) - math.lgamma(freedom / 2)
    norm = math.exp(log_norm) / math.sqrt(freedom * math.pi)
    t = 0.0
    for _ in range(TERMS):  # the tail is convex, so that Newton's steps never pass the root
        density = norm * (1 + t * t / freedom) ** (-(freedom + 1) / 2)
        step = (float(student(t, freedom)) - (1 - probability)) / density
        t += step
        if abs(step) <= 1e-12 * t:
            break
    return t


def beta(a: Float64s | float, b: Float64s | float, x: Float64s) -> Float64s:
    """The regularized incomplete beta function."""
    if not (np.ndim(a) or np.ndim(b) or np.ndim(x)):
        return np.float64(single_beta(float(a), float(b), float(x)))  # type: ignore[return-value]
    a, b, x = np.broadcast_arrays(np.asarray(a, np.float64), b, x)
    # the fraction converges fast below the mean; above it the other tail's does
    turned = x > (a + 1) / (a + b + 2)
    p, q, y = np.where(turned, b, a), np.where(turned, a, b), np.where(turned, 1 - x, x)
    with np.errstate(divide="ignore", invalid="ignore"):
        front = np.exp(p * np.log(y) + q * np.log1p(-y) - log_beta(p, q)) / p
    part = np.where(y > 0, front / fraction(p, q, np.maximum(y, TINY)), 0.0)
    return np.where(turned, 1 - part, part)


def single_beta(a: float, b: float, x: float) -> float:
    """As `beta`, of numbers."""
    turned = x > (a + 1) / (a + b + 2)
    p, q, y = (b, a, 1 - x) if turned else (a, b, x)
    part = 0.0
    if not y <= 0:
        scale = math.lgamma(p) + math.lgamma(q) - math.lgamma(p + q)
        front = math.exp(p * math.log(y) + q * math.log1p(-y) - scale) / p
        part = front / fraction(p, q, max(y, TINY))
    return 1 - part if turned else part


def log_beta(a: Float64s, b: Float64s) -> Float64s:
    """The logarithm of the beta function; math has lgamma, numpy has not."""
    pairs = list(zip(a.ravel().tolist(), b.ravel().tolist(), strict=True))
    known = {(p, q): math.lgamma(p) + math.lgamma(q) - math.lgamma(p + q) for p, q in set(pairs)}
    return np.array([known[pair] for pair in pairs]).reshape(a.shape)


Numbers = TypeVar("Numbers", float, Float64s)


def fraction(a: Numbers, b: Numbers, x: Numbers) -> Numbers:
    """The continued fraction of the incomplete beta function, by Lentz's algorithm."""
    found = numerator = 0 * x + 1
    denominator = 0 * x
    for i in range(1, TERMS):
        m = i // 2
        term = (
            m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
            if i % 2 == 0
            else -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
        )
        denominator = 1 / (1 + term * denominator)
        numerator = 1 + term / numerator
        change = numerator * denominator
        found = found * change
        rest = abs(change - 1)
        if (rest if isinstance(rest, float) else rest.max()) < PRECISION:
            break
    return found
