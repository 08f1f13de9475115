"""Which points of a tag count, rule by rule; nothing is dropped without being counted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tbreport.model import SetAside
from tbreport.reader.attempts import Part, Resolution, resolve
from tbreport.reader.scan import Purge, float64s, int64s

INT64 = np.iinfo(np.int64)


def part(
    steps: Sequence[int],
    *,
    start: float = 0.0,
    times: Sequence[float] | None = None,
    path: str = "a",
    weight: int | None = None,
) -> Part:
    """Points a second apart from `start` on, unless `times` are given."""
    wall_times = [start + place for place in range(len(steps))] if times is None else list(times)
    span = (min(wall_times), max(wall_times)) if wall_times else (start, start)
    weight = len(steps) if weight is None else weight
    return Part(path, int64s(steps), float64s(wall_times), span, weight)


def points(parts: Sequence[Part], resolution: Resolution) -> list[tuple[str, int]]:
    """File and step as written of the points that count, in their order."""
    written = [(found.path, int(step)) for found in parts for step in found.steps]
    return [written[place] for place in resolution.order]


def kept(*parts: Part, purges: Sequence[Purge] = ()) -> list[tuple[str, int]]:
    return points(parts, resolve("loss", parts, purges))


def set_aside(*parts: Part, purges: Sequence[Purge] = ()) -> tuple[SetAside, ...]:
    return resolve("loss", parts, purges).set_aside


def reasons(*parts: Part) -> dict[str, int]:
    """Reason → points."""
    found: dict[str, int] = {}
    for entry in set_aside(*parts):
        found[entry.reason] = found.get(entry.reason, 0) + entry.points
    return found


def test_steps_that_rise_are_kept_as_they_are() -> None:
    resolution = resolve("loss", [part([3, 5, 9])])

    assert resolution.order.tolist() == [0, 1, 2]
    assert resolution.steps.tolist() == [3, 5, 9]
    assert not resolution.renumbered
    assert resolution.set_aside == ()


def test_one_step_three_times_takes_no_earlier_file_back() -> None:
    before, after = part(range(9)), part([9, 9, 9], start=100, path="b")

    assert kept(before, after) == [*(("a", step) for step in range(9)), ("b", 9)]


def test_points_without_steps_are_numbered_before_a_file_that_has_some() -> None:
    before, after = part([0, 0, 0]), part([3, 4], start=100, path="b")

    assert resolve("loss", [before, after]).steps.tolist() == [0, 1, 2, 3, 4]


def test_files_without_a_clock_follow_each_other_by_name() -> None:
    files = [
        part([0, 1], times=[5.0] * 2, path="a"),
        part([2, 3, 4, 5], times=[5.0] * 4, path="b"),
        part([5, 6, 7], times=[5.0] * 3, path="c"),
    ]

    assert kept(*files) == [
        *(("a", step) for step in (0, 1)),
        *(("b", step) for step in (2, 3, 4)),
        *(("c", step) for step in (5, 6, 7)),
    ]


def test_no_points_are_no_points() -> None:
    resolution = resolve("loss", [part([])])

    assert resolution.order.tolist() == []
    assert resolution.steps.tolist() == []


def test_a_point_at_the_highest_step_counts() -> None:
    """Some programs pass `sys.maxsize` for a point after the last step."""
    resolution = resolve("loss", [part([1, 1, INT64.max])])

    assert resolution.steps.tolist() == [1, INT64.max]


def test_a_resume_inside_a_file_may_end_at_the_highest_step() -> None:
    assert resolve("loss", [part([1, 2, 1, INT64.max])]).steps.tolist() == [1, INT64.max]


def test_a_repeated_step_keeps_its_last_point() -> None:
    resolution = resolve("loss", [part([1, 2, 2, 3])])

    assert resolution.order.tolist() == [0, 2, 3]
    assert resolution.set_aside == (SetAside("loss", "repeated", 1, 2, 2, "a", "a"),)


def test_two_points_on_one_step_are_a_repeated_step() -> None:
    resolution = resolve("loss", [part([0, 0])])

    assert resolution.order.tolist() == [1]
    assert not resolution.renumbered


def test_three_points_on_one_step_were_logged_without_steps() -> None:
    resolution = resolve("loss", [part([7, 7, 7])])

    assert resolution.order.tolist() == [0, 1, 2]
    assert resolution.steps.tolist() == [0, 1, 2]
    assert resolution.renumbered
    assert resolution.set_aside == ()


def test_one_fall_in_a_file_is_a_resume() -> None:
    again = part([0, 1, 2, 3, 2, 3, 4])

    assert resolve("loss", [again]).order.tolist() == [0, 1, 4, 5, 6]
    assert set_aside(again) == (SetAside("loss", "resumed", 2, 2, 3, "a", "a"),)


def test_two_falls_in_a_file_are_two_resumes() -> None:
    again = part([0, 1, 2, 3, 2, 3, 4, 5, 4, 5])

    assert resolve("loss", [again]).order.tolist() == [0, 1, 4, 5, 8, 9]
    assert reasons(again) == {"resumed": 4}


def test_a_second_resume_further_back_takes_from_all_before_it() -> None:
    again = part([0, 1, 2, 3, 2, 3, 4, 1, 2])

    assert resolve("loss", [again]).order.tolist() == [0, 7, 8]
    assert reasons(again) == {"resumed": 3, "abandoned": 3}


def test_a_fall_to_the_first_step_abandons_what_was_before() -> None:
    again = part([0, 1, 2, 0, 1])

    assert resolve("loss", [again]).order.tolist() == [3, 4]
    assert set_aside(again) == (SetAside("loss", "abandoned", 3, 0, 2, "a", "a"),)


def test_falls_to_ever_other_steps_are_resumes_however_many() -> None:
    again = part([0, 10, 20, 30, 5, 15, 25, 12, 22, 32, 20, 30, 40])

    assert resolve("loss", [again]).steps.tolist() == [0, 5, 12, 20, 30, 40]
    assert reasons(again) == {"resumed": 7}


def test_returning_to_one_checkpoint_again_and_again_is_no_counter() -> None:
    again = part([0, 50, 100, 150, 100, 150, 100, 150, 100, 150, 200])

    assert resolve("loss", [again]).steps.tolist() == [0, 50, 100, 150, 200]


def test_a_counter_that_starts_over_three_times_is_put_end_to_end() -> None:
    epochs = part([0, 1, 2] * 4)

    resolution = resolve("loss", [epochs])

    assert resolution.order.tolist() == list(range(12))
    assert resolution.steps.tolist() == list(range(12))
    assert resolution.renumbered
    assert resolution.set_aside == ()


def test_three_equal_stretches_are_the_epochs_of_a_counter() -> None:
    for last in ([0, 50, 100, 150], [0, 50, 100]):
        epochs = part([0, 50, 100, 150] * 2 + last)

        assert resolve("loss", [epochs]).renumbered
        assert set_aside(epochs) == ()


def test_two_equal_stretches_are_a_second_attempt() -> None:
    again = part([0, 50, 100, 150] * 2)

    assert reasons(again) == {"abandoned": 4}


def test_three_stretches_that_end_elsewhere_are_attempts() -> None:
    again = part([0, 50, 100, 150, 0, 50, 0, 50, 100, 150])

    assert reasons(again) == {"abandoned": 6}


def test_the_stretches_of_a_counter_follow_at_its_usual_distance() -> None:
    epochs = part([0, 50, 100, 0, 50, 100, 0, 50, 100, 0, 50])

    steps = resolve("loss", [epochs]).steps

    assert steps.tolist() == [0, 50, 100, 150, 200, 250, 300, 350, 400, 450, 500]


def test_a_counter_may_start_over_at_slightly_varying_steps() -> None:
    """Logging every tenth global step, with 95 steps an epoch."""
    epochs = [list(range(first, 95, 10)) for first in (0, 5, 0, 5, 0)]
    written = part([step for epoch in epochs for step in epoch])

    resolution = resolve("loss", [written])

    assert resolution.renumbered
    assert len(resolution.order) == len(written.steps)
    assert (np.diff(resolution.steps) > 0).all()


def test_starts_within_a_twentieth_of_the_length_are_nearly_the_same() -> None:
    epochs = [list(range(first, 1000)) for first in (0, 40, 20, 0)]

    resolution = resolve("loss", [part([step for epoch in epochs for step in epoch])])

    assert resolution.renumbered
    assert len(resolution.order) == sum(map(len, epochs))


def test_the_first_epoch_of_a_counter_may_begin_in_its_middle() -> None:
    """A program that resumes in mid-epoch, and whose next epochs are whole."""
    epochs = part([60, 80, *[0, 20, 40, 60, 80] * 3])

    resolution = resolve("loss", [epochs])

    assert resolution.steps.tolist() == list(range(60, 60 + 17 * 20, 20))
    assert resolution.set_aside == ()


def test_a_counter_of_one_point_an_epoch_and_a_last_longer_one_rises() -> None:
    resolution = resolve("loss", [part([0, 1, 0, 1, 0, 1, 0, 1, 2, 3])])

    assert resolution.steps.tolist() == list(range(10))


def test_a_counter_with_repeated_steps_drops_only_the_repeats() -> None:
    resolution = resolve("loss", [part([0, 1, 1, 0, 1, 0, 1, 0, 1])])

    assert resolution.order.tolist() == [0, 2, 3, 4, 5, 6, 7, 8]
    assert resolution.steps.tolist() == list(range(8))
    assert [entry.reason for entry in resolution.set_aside] == ["repeated"]


def test_negative_steps_start_over_as_well() -> None:
    resolution = resolve("loss", [part([-2, -1] * 4)])

    assert resolution.steps.tolist() == [-2, -1, 0, 1, 2, 3, 4, 5]


def test_points_whose_time_runs_back_with_their_step_were_only_written_late() -> None:
    late = part([0, 1, 3, 2, 4], times=[0.0, 1.0, 3.0, 2.0, 4.0])

    resolution = resolve("loss", [late])

    assert resolution.order.tolist() == [0, 1, 3, 2, 4]
    assert resolution.steps.tolist() == [0, 1, 2, 3, 4]
    assert resolution.set_aside == ()
    assert not resolution.renumbered


def test_one_fall_that_time_does_not_explain_makes_it_a_resume() -> None:
    late = part([0, 2, 1, 3, 0], times=[0.0, 2.0, 1.0, 3.0, 4.0])

    assert kept(late) == [("a", 0)]


def test_equal_wall_times_explain_nothing() -> None:
    again = part([0, 1, 2, 1, 2], times=[5.0] * 5)

    assert resolve("loss", [again]).order.tolist() == [0, 3, 4]


def test_a_resume_is_spliced() -> None:
    old, new = part([0, 1, 2, 3, 4]), part([3, 4, 5], start=10, path="b")

    assert kept(old, new) == [("a", 0), ("a", 1), ("a", 2), ("b", 3), ("b", 4), ("b", 5)]
    assert set_aside(old, new) == (SetAside("loss", "resumed", 2, 3, 4, "a", "b"),)


def test_a_file_that_goes_on_where_the_last_ended_takes_nothing() -> None:
    old, new = part([0, 1, 2]), part([3, 4], start=10, path="b")

    assert len(kept(old, new)) == 5
    assert set_aside(old, new) == ()


def test_an_attempt_begun_anew_replaces_the_abandoned_one_whole() -> None:
    old, new = part([0, 1, 2, 3, 4, 5]), part([0, 1], start=10, path="b")

    assert kept(old, new) == [("b", 0), ("b", 1)]
    assert set_aside(old, new) == (SetAside("loss", "abandoned", 6, 0, 5, "a", "b"),)


def test_time_tells_which_attempt_is_newer_not_the_order_of_the_files() -> None:
    new, old = part([3, 4], start=10, path="new"), part([0, 1, 2, 3], path="old")

    assert kept(new, old) == [("old", 0), ("old", 1), ("old", 2), ("new", 3), ("new", 4)]


def test_three_files_are_spliced_one_after_another() -> None:
    first = part([0, 1, 2, 3, 4], path="a")
    second = part([2, 3, 4, 5, 6], start=10, path="b")
    third = part([5, 6, 7], start=20, path="c")

    assert kept(first, second, third) == [
        *(("a", 0), ("a", 1)),
        *(("b", 2), ("b", 3), ("b", 4)),
        *(("c", 5), ("c", 6), ("c", 7)),
    ]
    assert [entry.kept for entry in set_aside(first, second, third)] == ["c", "b"]


def test_the_third_file_may_go_back_behind_the_second() -> None:
    first = part([0, 1, 2, 3], path="a")
    second = part([3, 4, 5], start=10, path="b")
    third = part([1, 2], start=20, path="c")

    assert kept(first, second, third) == [("a", 0), ("c", 1), ("c", 2)]
    assert set_aside(first, second, third) == (
        SetAside("loss", "abandoned", 3, 3, 5, "b", "c"),
        SetAside("loss", "resumed", 3, 1, 3, "a", "c"),
    )


def test_two_ranks_in_one_folder_leave_the_one_with_more_points() -> None:
    ranks = part([0, 1, 2, 3], path="rank0"), part([0, 1, 2], start=0.5, path="rank1")

    assert {path for path, _ in kept(*ranks)} == {"rank0"}
    assert set_aside(*ranks) == (SetAside("loss", "concurrent", 3, 0, 2, "rank1", "rank0"),)


def test_a_resume_whose_clock_is_a_little_behind_is_spliced() -> None:
    old = part(range(400), path="old")
    new = part(range(380, 1000), start=395.0, path="new")

    assert kept(old, new) == [("old", s) for s in range(380)] + [
        ("new", s) for s in range(380, 1000)
    ]
    assert reasons(old, new) == {"resumed": 20}


def test_a_second_writer_that_joins_before_the_end_is_concurrent() -> None:
    old, new = part(range(400), path="old"), part(range(100), start=370.0, path="new")

    assert reasons(old, new) == {"concurrent": 100}


def test_of_two_ranks_alike_the_one_whose_file_has_more_is_kept() -> None:
    ranks = part([0, 1], path="a", weight=2), part([0, 1], start=0.5, path="b", weight=90)

    assert {path for path, _ in kept(*ranks)} == {"b"}


def test_of_two_ranks_alike_in_all_the_one_that_began_first_is_kept() -> None:
    ranks = part([0, 1], start=0.5, path="b"), part([0, 1], path="a")

    assert {path for path, _ in kept(*ranks)} == {"a"}


def test_an_attempt_of_two_ranks_is_resumed_by_one() -> None:
    ranks = part([0, 1, 2, 3], path="rank0"), part([0, 1, 2], start=0.5, path="rank1")
    resumed = part([2, 3, 4], start=20, path="resumed")

    assert kept(*ranks, resumed) == [
        *(("rank0", 0), ("rank0", 1)),
        *(("resumed", 2), ("resumed", 3), ("resumed", 4)),
    ]


def test_a_resume_beside_one_sparse_writer_keeps_both_of_its_files() -> None:
    """An evaluation job watches the folder all the while and writes the same tag now and then."""
    old = part([0, 1, 2, 3], path="old")
    new = part([3, 4, 5, 6], start=10, path="new")
    watcher = part([0, 3], times=[1.5, 12.5], path="watcher")

    assert [path for path, _ in kept(old, watcher, new)] == ["old"] * 3 + ["new"] * 4
    assert reasons(old, watcher, new) == {"concurrent": 2, "resumed": 1}


def test_a_writer_of_more_points_than_either_file_of_a_resume_replaces_both() -> None:
    old = part([0, 1, 2], path="old")
    new = part([3, 4, 5], start=10, path="new")
    other = part([0, 1, 2, 3, 4], times=[0, 1, 2, 10, 11], path="other")

    assert {path for path, _ in kept(old, other, new)} == {"other"}


def test_only_the_files_that_have_the_tag_are_weighed() -> None:
    """`test_loss` beside `fit`: the other file has the same wall times, but not this tag."""
    assert kept(part([0, 1, 2], path="test")) == [("test", 0), ("test", 1), ("test", 2)]


def test_every_file_is_set_right_by_itself_before_it_is_spliced() -> None:
    old = part([0, 1, 2, 3, 2, 3, 4], path="a")
    new = part([4, 4, 5], start=20, path="b")

    assert kept(old, new) == [("a", 0), ("a", 1), ("a", 2), ("a", 3), ("b", 4), ("b", 5)]
    assert reasons(old, new) == {"resumed": 3, "repeated": 1}


def test_a_run_without_steps_is_replaced_by_the_next_one_without_steps() -> None:
    old, new = part([0] * 5), part([0] * 4, start=10, path="b")

    resolution = resolve("loss", [old, new])

    assert points([old, new], resolution) == [("b", 0)] * 4
    assert resolution.steps.tolist() == [0, 1, 2, 3]


def test_a_session_start_takes_back_earlier_points_at_or_past_its_step() -> None:
    old, new = part([0, 1, 2, 3]), part([2, 3], start=10, path="b")

    found = set_aside(old, new, purges=[Purge(2, 9.0)])

    assert kept(old, new, purges=[Purge(2, 9.0)]) == [("a", 0), ("a", 1), ("b", 2), ("b", 3)]
    assert found == (SetAside("loss", "purged", 2, 2, 3, "a", "a"),)


def test_a_session_start_takes_back_points_that_nothing_replaces() -> None:
    assert kept(part([0, 1, 2, 3]), purges=[Purge(2, 9.0)]) == [("a", 0), ("a", 1)]


def test_a_session_start_leaves_later_points_alone() -> None:
    assert len(kept(part([0, 1, 2]), purges=[Purge(0, -1.0)])) == 3


def test_a_session_start_inside_a_file_parts_what_was_before_from_what_comes_after() -> None:
    again = part([0, 1, 2, 3, 1, 2], times=[0, 1, 2, 3, 5, 6])

    assert resolve("loss", [again], [Purge(1, 4.0)]).order.tolist() == [0, 4, 5]
    assert [entry.reason for entry in set_aside(again, purges=[Purge(1, 4.0)])] == ["purged"]


def test_a_session_start_may_leave_nothing() -> None:
    resolution = resolve("loss", [part([1, 2])], [Purge(0, 9.0)])

    assert resolution.order.tolist() == []
    assert sum(entry.points for entry in resolution.set_aside) == 2


def test_a_session_start_reaches_every_earlier_file() -> None:
    first, second = part([0, 1]), part([2, 3], start=5, path="b")

    assert kept(first, second, purges=[Purge(1, 20.0)]) == [("a", 0)]


@st.composite
def attempts(draw: st.DrawFn) -> tuple[list[Part], list[Purge]]:
    """Files that overlap in time or not, of any steps, now and then with absurd ones."""
    steps = st.one_of(
        st.lists(st.integers(0, 12), max_size=20),
        st.lists(st.integers(0, 300), max_size=20).map(sorted),
        st.integers(1, 6).flatmap(lambda n: st.just([*range(n)] * 5)),
        st.just([0] * 4),
        st.lists(st.sampled_from([INT64.min, -1, 0, 1, INT64.max]), max_size=12),
    )
    times = st.floats(0, 100)
    found = []
    for number in range(draw(st.integers(1, 5))):
        chosen = draw(steps)
        walls = draw(st.lists(times, min_size=len(chosen), max_size=len(chosen)))
        if draw(st.booleans()):
            walls = sorted(walls)
        file = part(chosen, times=walls, path=f"file{number}")
        if draw(st.booleans()):  # of the whole file, which has other tags
            file = replace(file, span=(file.span[0] - draw(times), file.span[1] + draw(times)))
        found.append(file)
    purges = st.lists(st.builds(Purge, st.integers(-1, 20), times), max_size=2)
    return found, draw(purges)


@given(attempts())
@settings(max_examples=120, deadline=None)
def test_points_kept_and_set_aside_are_the_points_read(
    given_files: tuple[list[Part], list[Purge]],
) -> None:
    parts, purges = given_files
    resolution = resolve("loss", parts, purges)

    read = sum(len(found.steps) for found in parts)
    aside = sum(entry.points for entry in resolution.set_aside)
    assert len(resolution.order) + aside == read
    assert len(set(resolution.order.tolist())) == len(resolution.order)
    assert len(resolution.steps) == len(resolution.order)


@given(attempts())
@settings(max_examples=120, deadline=None)
def test_the_steps_of_what_is_kept_rise_strictly(
    given_files: tuple[list[Part], list[Purge]],
) -> None:
    steps = resolve("loss", *given_files).steps

    assert (steps[1:] > steps[:-1]).all()


@given(attempts())
@settings(max_examples=60, deadline=None)
def test_steps_that_were_not_renumbered_stay_as_written(
    given_files: tuple[list[Part], list[Purge]],
) -> None:
    parts, purges = given_files
    resolution = resolve("loss", parts, purges)

    if not resolution.renumbered:
        written = np.concatenate([found.steps for found in parts])[resolution.order]
        assert resolution.steps.tolist() == written.tolist()


@given(attempts())
@settings(max_examples=60, deadline=None)
def test_the_last_point_of_the_newest_file_always_counts(
    given_files: tuple[list[Part], list[Purge]],
) -> None:
    parts, _ = given_files
    newest = max(parts, key=lambda found: found.span[0])
    others = [found.span[1] for found in parts if found is not newest]
    resolution = resolve("loss", parts)

    if len(newest.steps) and max(others, default=-np.inf) < newest.span[0]:
        assert newest.path in {path for path, _ in points(parts, resolution)}


@pytest.mark.parametrize("count", [1, 2, 5])
def test_the_entries_name_the_range_of_steps_as_written(count: int) -> None:
    old = part([10, 20, 30, 40, 50][-count:])
    new = part([0], start=100, path="b")

    (entry,) = set_aside(old, new)

    assert (entry.first_step, entry.last_step) == (int(old.steps[0]), 50)
