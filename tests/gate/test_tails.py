"""The tails, held to scipy's."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import special

from tbreport.gate import tails

FREEDOM = [1.0, 2.0, 3.7, 9.0, 38.0, 500.0]


@pytest.mark.parametrize("freedom", FREEDOM)
def test_students_tail_is_scipys(freedom: float) -> None:
    t = np.concatenate((np.linspace(-40, 40, 401), [-1e9, 1e9]))

    found = tails.student(t, freedom)

    np.testing.assert_allclose(found, special.stdtr(freedom, -t), rtol=1e-9, atol=1e-300)


def test_beyond_infinity_there_is_nothing_and_below_it_everything() -> None:
    assert tails.student(np.array([np.inf, -np.inf]), 4.0).tolist() == [0.0, 1.0]


@pytest.mark.parametrize("freedom", FREEDOM)
@pytest.mark.parametrize("alpha", [0.4, 0.05, 0.01, 1e-4, 1e-7])
def test_students_quantile_is_scipys(freedom: float, alpha: float) -> None:
    found = tails.student_quantile(1 - alpha, freedom)

    assert found == pytest.approx(special.stdtrit(freedom, 1 - alpha), rel=1e-9)


@pytest.mark.parametrize(("above", "below"), [(2, 2), (2, 19), (19, 4), (19, 19)])
def test_fishers_tail_is_scipys(above: int, below: int) -> None:
    ratio = np.concatenate((np.geomspace(1e-3, 1e3, 60), [0.0, np.inf]))

    found = tails.fisher(ratio, above, below)

    np.testing.assert_allclose(found, special.fdtrc(above, below, ratio), rtol=1e-9, atol=1e-300)
