"""What the page's script must know of a table's cells."""

from __future__ import annotations

import pytest

from tbreport import wording
from tbreport.report.document import Cell
from tbreport.report.rows import hidden_value


@pytest.mark.parametrize(
    ("text", "value", "hidden"),
    [
        ("57,094", 57094.0, ""),
        ("−0.5", -0.5, ""),
        ("17 min", 1020.0, "1020"),
        ("0.26 ± 1.9 %", 0.2603, "0.2603"),
        ("", None, ""),
    ],
)
def test_a_cell_tells_its_value_where_its_text_is_no_number(
    text: str, value: float | None, hidden: str
) -> None:
    assert hidden_value(Cell(text, value)) == hidden


@pytest.mark.parametrize("share", [0.443, -0.012, 0.0, 17.09, 2e7])
def test_shares_are_filtered_by_the_percents_that_they_show(share: float) -> None:
    assert float(hidden_value(Cell(wording.change(share), share))) == pytest.approx(100 * share)
    assert float(hidden_value(Cell(wording.percent(share), share))) == pytest.approx(100 * share)
