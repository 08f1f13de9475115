"""Folders that one training wrote are one run; everything else stays as it is."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tbreport.experiment import load
from tbreport.model import Run
from tbreport.reader.layouts import LAYOUTS, MAX_FAMILY, SPLITS, Contents, Member, families, runs

FIXTURES = Path(__file__).parent.parent / "fixtures" / "events"


def grouped(
    folders: Mapping[str, Collection[str]],
    *,
    sessions: Collection[str] = (),
    layouts: Collection[str] = tuple(LAYOUTS),
) -> dict[str, list[Member]]:
    """Run name → its members, for folders with these tags."""
    found: dict[str, list[Member]] = {}
    for family in families(folders):
        contents = [Contents(f, frozenset(folders[f]), f in sessions) for f in family.folders]
        found |= runs(family, contents, layouts)
    return found


def joined(
    folders: Mapping[str, Collection[str]], *, sessions: Collection[str] = ()
) -> dict[str, list[str]]:
    """Run name → its folders."""
    found = grouped(folders, sessions=sessions)
    return {name: [member.folder for member in members] for name, members in found.items()}


def alone(*folders: str) -> dict[str, list[str]]:
    return {folder: [folder] for folder in folders}


def test_keras_train_and_validation_are_one_run() -> None:
    found = grouped({"fit/train": {"epoch_loss"}, "fit/validation": {"epoch_loss"}})

    assert found == {
        "fit": [
            Member("fit/train", "train/", "splits"),
            Member("fit/validation", "validation/", "splits"),
        ]
    }


def test_keras_train_and_validation_join_the_file_of_their_parent() -> None:
    found = grouped({"fit": (), "fit/train": {"epoch_loss"}, "fit/validation": {"epoch_loss"}})

    assert list(found) == ["fit"]
    assert [(member.folder, member.prefix) for member in found["fit"]] == [
        *(("fit", ""), ("fit/train", "train/"), ("fit/validation", "validation/"))
    ]


def test_the_three_folders_of_fairseq_are_one_run() -> None:
    folders = [f"tb/{split}" for split in ("train", "train_inner", "valid")]

    assert joined({folder: {"loss"} for folder in folders}) == {"tb": folders}


def test_splits_at_the_top_are_the_run_of_the_logdir() -> None:
    assert joined({"train": {"loss"}, "validation": {"loss"}}) == {".": ["train", "validation"]}


def test_each_training_has_its_own_splits() -> None:
    folders = [f"{run}/{split}" for run in ("a", "b") for split in ("train", "val")]

    assert joined({folder: {"loss"} for folder in folders}) == {
        "a": ["a/train", "a/val"],
        "b": ["b/train", "b/val"],
    }


@pytest.mark.parametrize("split", SPLITS)
def test_a_single_split_joins_the_file_of_its_parent(split: str) -> None:
    """Estimator: training in the folder itself, `eval` under it."""
    assert joined({"run": {"loss"}, f"run/{split}": {"loss"}}) == {"run": ["run", f"run/{split}"]}


def test_a_single_split_beside_nothing_is_the_run_of_its_parent() -> None:
    assert joined({"run/train": {"loss"}}) == {"run": ["run/train"]}


def test_a_single_split_beside_siblings_stays_a_run() -> None:
    """Somebody's run is called `test`."""
    assert joined({"baseline": {"loss"}, "test": {"loss"}}) == alone("baseline", "test")


def test_a_single_split_beside_a_file_of_the_parent_and_siblings_joins_the_parent() -> None:
    folders = {".": {"loss"}, "eval": {"loss"}, "other": {"loss", "accuracy"}}

    assert joined(folders) == {".": [".", "eval"], "other": ["other"]}


def test_a_split_with_folders_of_its_own_is_no_split() -> None:
    folders = {"test": {"a"}, "test/one": {"b", "c"}, "train": {"a"}}

    assert joined(folders) == alone("test", "test/one", "train")


def test_splits_are_told_by_their_whole_name() -> None:
    assert joined({"a/train1": {"loss"}, "a/train2": {"loss"}}) == alone("a/train1", "a/train2")


def test_splits_are_joined_under_a_stray_file_at_the_top() -> None:
    folders = {".": (), "a/train": {"loss"}, "a/validation": {"loss"}, "b": {"x", "y"}}

    assert joined(folders) == {".": ["."], "a": ["a/train", "a/validation"], "b": ["b"]}


def test_add_scalars_of_torch_joins_its_folders() -> None:
    found = grouped({".": {"lr"}, "loss_train": {"loss"}, "loss_val": {"loss"}})

    assert found == {
        ".": [
            Member(".", "", "folder"),
            Member("loss_train", "loss_train/", "add_scalars"),
            Member("loss_val", "loss_val/", "add_scalars"),
        ]
    }


def test_add_scalars_of_torch_makes_slashes_underscores() -> None:
    folders = {"run": (), "run/group_accuracy_top 1": {"group/accuracy"}}

    assert joined(folders) == {"run": ["run", "run/group_accuracy_top 1"]}


def test_add_scalars_of_tensorboardx_has_a_folder_under_the_tags() -> None:
    folders = {
        "run": (),
        "run/loss/train": {"loss"},
        "run/group/accuracy/top 1": {"group/accuracy"},
    }

    assert joined(folders) == {"run": ["run", "run/group/accuracy/top 1", "run/loss/train"]}


def test_a_folder_of_two_tags_is_no_curve_of_add_scalars() -> None:
    folders = {"run": (), "run/loss_train": {"loss", "accuracy"}}

    assert joined(folders) == alone("run", "run/loss_train")


def test_a_folder_that_is_not_named_after_its_tag_is_no_curve() -> None:
    folders = {"run": (), "run/first": {"loss"}, "run/losses": {"loss"}}

    assert joined(folders) == alone("run", "run/first", "run/losses")


def test_a_curve_without_its_writers_own_file_stays_a_run() -> None:
    assert joined({"loss_a": {"loss"}, "loss_b": {"loss"}}) == alone("loss_a", "loss_b")


def test_one_session_of_add_hparams_joins_its_writer() -> None:
    found = grouped(
        {"run": {"loss"}, "run/1795309291.2697248": {"hparam/accuracy"}},
        sessions=["run/1795309291.2697248"],
    )

    assert found == {
        "run": [
            Member("run", "", "folder"),
            Member("run/1795309291.2697248", "", "add_hparams"),
        ]
    }


def test_several_sessions_of_add_hparams_are_runs_of_their_own() -> None:
    folders = {"run": (), "run/1795309291.2697248": {"acc"}, "run/1795309291.272341": {"acc"}}

    assert joined(folders, sessions=list(folders)[1:]) == alone(*folders)


def test_a_session_with_a_name_of_its_own_stays_a_run() -> None:
    folders = {"run": (), "run/named_session": {"acc"}}

    assert joined(folders, sessions=["run/named_session"]) == alone(*folders)


def test_a_session_deeper_than_under_its_writer_stays_a_run() -> None:
    folders = {"run": {"loss"}, "run/sweep/1795309291.27": {"acc"}}

    assert joined(folders, sessions=["run/sweep/1795309291.27"]) == alone(*folders)


def test_a_folder_named_by_a_time_without_a_session_stays_a_run() -> None:
    assert joined({"run": (), "run/1795309291.27": {"acc", "b"}}) == alone(
        "run", "run/1795309291.27"
    )


def test_a_folder_named_by_a_small_number_is_no_session_of_another() -> None:
    """A sweep over learning rates, with a stray file above it."""
    assert joined({".": (), "0.01": {"acc"}}, sessions=["0.01"]) == alone(".", "0.01")


def test_a_run_named_by_a_time_is_no_session_of_itself() -> None:
    folders = {"1795309291.2": (), "1795309291.2/train": {"epoch_loss"}}

    found = grouped(folders, sessions=["1795309291.2"])

    assert [(m.folder, m.layout) for m in found["1795309291.2"]] == [
        ("1795309291.2", "folder"),
        ("1795309291.2/train", "splits"),
    ]


def test_lightnings_versions_stay_apart() -> None:
    folders = [f"lightning_logs/version_{number}" for number in range(3)]

    assert joined({folder: {"train_loss"} for folder in folders}) == alone(*folders)


def test_seeds_and_siblings_stay_apart() -> None:
    folders = ["exp/seed0", "exp/seed1", "exp2", "exp2/child"]

    assert joined({folder: {"a", "b"} for folder in folders}) == alone(*folders)


def test_a_hugging_face_run_is_one_folder() -> None:
    folder = "results/runs/Apr09_19-47-35_b-3-167"

    assert joined({folder: {"train/loss", "eval/loss"}}) == alone(folder)


def test_folders_that_would_give_the_same_tag_are_not_joined() -> None:
    folders = {"run": {"loss", "train/loss"}, "run/train": {"loss"}, "run/val": {"loss"}}

    assert joined(folders) == {"run": ["run", "run/val"], "run/train": ["run/train"]}


def test_a_session_whose_tags_the_writer_has_stays_a_run() -> None:
    folders = {"run": {"acc"}, "run/1795309291.27": {"acc"}}

    assert joined(folders, sessions=["run/1795309291.27"]) == alone(*folders)


def test_a_stray_file_does_not_tie_ten_thousand_runs_together() -> None:
    many = [f"run{number:05}" for number in range(10_000)]

    found = families([".", *many])

    assert max(len(family.folders) for family in found) == 1
    assert len(found) == 10_001


def test_a_family_has_no_more_than_its_limit() -> None:
    curves = [f"loss_{number}" for number in range(MAX_FAMILY - 1)]

    assert [len(family.folders) for family in families([".", *curves])] == [MAX_FAMILY]
    assert len(families([".", *curves, "loss_last"])) == MAX_FAMILY + 1


def test_splits_are_joined_even_where_a_stray_file_has_too_many_under_it() -> None:
    folders = {
        f"run{number}/{split}": {"loss"} for number in range(200) for split in ("train", "val")
    }

    found = joined({".": {"x"}, **folders})

    assert len(found) == 201
    assert found["run7"] == ["run7/train", "run7/val"]


def test_no_layout_leaves_every_folder_a_run() -> None:
    folders = {"a/train": {"loss"}, "a/validation": {"loss"}, "b": {"loss"}}

    found = grouped(folders, layouts=())

    assert found == {folder: [Member(folder, "", "folder")] for folder in folders}


def test_one_layout_may_be_switched_off() -> None:
    folders = {".": (), "loss_train": {"loss"}, "train": {"loss"}, "val": {"loss"}}

    found = grouped(folders, layouts=["splits"])

    assert {name: len(members) for name, members in found.items()} == {".": 3, "loss_train": 1}


FOLDERS = st.lists(
    st.lists(
        st.sampled_from(["a", "b", "train", "val", "loss_a", "loss", "1795309291.27"]),
        max_size=3,
    ).map(lambda parts: "/".join(parts) or "."),
    unique=True,
    max_size=12,
)
TAGS = st.sets(st.sampled_from(["loss", "train/loss", "val/loss", "a"]), max_size=3)


@given(FOLDERS, st.data())
@settings(max_examples=200, deadline=None)
def test_every_folder_is_in_one_run_and_no_tag_comes_twice(
    folders: list[str], drawn: st.DataObject
) -> None:
    tags = {folder: drawn.draw(TAGS) for folder in folders}
    sessions = drawn.draw(st.sets(st.sampled_from(folders))) if folders else set()

    found = grouped(tags, sessions=sessions)

    members = [member for entries in found.values() for member in entries]
    assert sorted(member.folder for member in members) == sorted(folders)
    for entries in found.values():
        given_tags = [m.prefix + tag for m in entries for tag in tags[m.folder]]
        assert len(given_tags) == len(set(given_tags))


def experiment(folder: str) -> Mapping[str, Run]:
    return load(FIXTURES / folder).runs


def test_real_keras_is_one_run() -> None:
    (run,) = experiment("keras/fit").values()

    assert (run.name, run.layout) == (".", "splits")
    assert run.folders == (".", "train", "validation")
    assert run.hparams["learning_rate"] == 0.01
    assert {"train/epoch_loss", "validation/epoch_loss"} <= run.scalars.keys()
    assert run.series("train/epoch_loss").source.tag == "epoch_loss"


@pytest.mark.parametrize(
    ("writer", "tag"), [("torch", "loss_train/loss"), ("tensorboardx", "loss/train/loss")]
)
def test_real_add_scalars_is_one_run(writer: str, tag: str) -> None:
    (run,) = experiment(f"{writer}/scalar_groups").values()

    assert run.layout == "add_scalars"
    assert len(run.folders) == 5
    assert tag in run.scalars


@pytest.mark.parametrize("writer", ["torch", "tensorboardx", "tensorflow2"])
def test_real_sessions_beside_each_other_stay_runs(writer: str) -> None:
    found = experiment(f"{writer}/hparams")

    assert all(len(run.folders) == 1 for run in found.values())
    assert sum(bool(run.hparams) for run in found.values()) == len(found) - 1
