"""One run against the others: signed differences, and runs that tables tell apart."""

from __future__ import annotations

from dataclasses import replace

from tbreport.analysis.roles import UNKNOWN
from tbreport.report import comparison
from tbreport.report.document import Cell, Column, Gallery, Prose, Table
from tbreport.report.rows import body, swatch
from tests.report.documents import digest, display


def test_a_difference_shows_its_sign_and_none_has_none() -> None:
    base = digest("base", {"loss": display([2.0, 1.0])}, ())
    above, same = (
        digest(name, {"loss": display([2.0, last])}, ())
        for name, last in (("above", 1.25), ("same", 1.0))
    )

    _, table, _ = comparison.blocks([base, above, same], "base")

    assert isinstance(table, Table)
    shown = [[cell.text for cell in row[-2:]] for row in table.rows]
    assert shown == [["+0.25", "+25.0 %"], ["0", "0 %"]]


def test_series_that_no_role_is_known_of_are_compared_as_curves() -> None:
    base, other = (digest(name, {"energy": display([2.0, 1.0])}, ()) for name in ("base", "other"))
    base, other = (
        replace(one, statistics=tuple(replace(s, role=UNKNOWN) for s in one.statistics))
        for one in (base, other)
    )

    told, drawn = comparison.blocks([base, other], "base")

    assert isinstance(told, Prose)
    assert "no loss or metric" in told.text
    assert isinstance(drawn, Gallery)
    assert [chart.title for chart in drawn.charts] == ["energy − base"]


def test_runs_of_one_color_have_swatches_of_their_own() -> None:
    first, second, third = (swatch(color) for color in (0, 8, 16))

    assert len({first, second, third}) == 3
    assert "stroke-dasharray" not in first
    assert 'stroke-dasharray="1.5 1.5"' in second


def test_a_name_that_is_cut_can_be_read_whole() -> None:
    name = 'a "long" name ' * 5
    table = Table((Column("run"),), ((Cell(name),), (Cell("short"),)))

    rows = body(table, {}, {}, lambda spark: "")

    assert rows.count("title=") == 1
    assert 'title="a &#34;long&#34;' in rows
