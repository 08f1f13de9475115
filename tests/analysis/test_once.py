from tbreport.analysis.once import once


class Counted:
    """Counts how often it was asked."""

    asked = 0

    @once
    def answer(self) -> int:
        """What it all comes to."""
        self.asked += 1
        return 42


def test_a_property_is_computed_when_it_is_first_asked_for() -> None:
    counted = Counted()

    assert counted.asked == 0
    assert [counted.answer, counted.answer] == [42, 42]
    assert counted.asked == 1


def test_each_object_computes_its_own() -> None:
    first, second = Counted(), Counted()

    assert first.answer == second.answer
    assert (first.asked, second.asked) == (1, 1)
