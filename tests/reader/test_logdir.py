"""Event files are found wherever they lie, and named so that no machine shows through."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tbreport.errors import LogdirError, NoEventFiles, NoSuchLogdir
from tbreport.reader.logdir import Input, Logdir, discover, inputs

NAME = "events.out.tfevents.1700000000.host-7.4242.0"


def touch(*parts: str | Path) -> Path:
    path = Path(*parts)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"")
    return path


def found(*named: str | Path, show_hosts: bool = False) -> Logdir:
    return discover(inputs([str(name) for name in named]), show_hosts=show_hosts)


def shown(*named: str | Path) -> list[str]:
    return [file.shown for file in found(*named).files]


def labels(*named: str | Path) -> list[str]:
    return [source.label for source in inputs([str(name) for name in named])]


def test_a_folder_is_named_relative_to_the_logdir(tmp_path: Path) -> None:
    touch(tmp_path, "runs", "a", "b", NAME)
    touch(tmp_path, "runs", NAME)

    assert list(found(tmp_path / "runs").folders()) == [".", "a/b"]


def test_an_event_file_is_any_file_whose_name_contains_tfevents(tmp_path: Path) -> None:
    touch(tmp_path, "my.tfevents")
    touch(tmp_path, "events.out.tfevents.ViT")
    touch(tmp_path, "events.csv")

    assert shown(tmp_path) == ["events.out.tfevents.ViT", "my.tfevents"]


def test_neither_host_nor_process_is_shown(tmp_path: Path) -> None:
    touch(tmp_path, "a", NAME)
    touch(tmp_path, "a", "events.out.tfevents.1700000000.host-8.9.0.v2")
    touch(tmp_path, "a", "events.out.tfevents.1700000050.host-7.4243.1")

    assert shown(tmp_path) == [
        "a/tfevents.1700000000.0",
        "a/tfevents.1700000000.1",
        "a/tfevents.1700000050.0",
    ]


def test_whole_names_are_shown_on_request(tmp_path: Path) -> None:
    touch(tmp_path, NAME)

    assert [file.shown for file in found(tmp_path, show_hosts=True).files] == [NAME]


def test_two_copies_with_other_hosts_are_shown_alike(tmp_path: Path) -> None:
    for copy, host in (("one", "alice-laptop"), ("two", "bob-cluster")):
        touch(tmp_path, copy, "runs", "a", f"events.out.tfevents.1700000000.{host}.17.0")

    assert shown(tmp_path / "one" / "runs") == shown(tmp_path / "two" / "runs")
    assert found(tmp_path / "one" / "runs").title == found(tmp_path / "two" / "runs").title


def test_the_files_of_a_folder_stand_in_the_order_of_their_names(tmp_path: Path) -> None:
    for time in (1700000300, 1700000100, 1700000200):
        touch(tmp_path, f"events.out.tfevents.{time}.host.1.0")

    assert shown(tmp_path) == [
        f"tfevents.{time}.0" for time in (1700000100, 1700000200, 1700000300)
    ]


def test_one_input_has_no_label_and_gives_the_title(tmp_path: Path) -> None:
    touch(tmp_path, "runs", NAME)

    assert labels(tmp_path / "runs") == [""]
    assert found(tmp_path / "runs").title == "runs"


def test_the_title_is_the_folders_own_name_however_it_was_reached(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    touch(tmp_path, "runs", "a", NAME)
    monkeypatch.chdir(tmp_path / "runs" / "a")

    assert found(".").title == "a"
    assert found("..").title == "runs"
    assert found("../a/").title == "a"


def test_several_inputs_are_told_apart_by_their_last_folder(tmp_path: Path) -> None:
    touch(tmp_path, "one", NAME)
    touch(tmp_path, "two", "x", NAME)

    assert list(found(tmp_path / "one", tmp_path / "two").folders()) == ["one", "two/x"]
    assert found(tmp_path / "one", tmp_path / "two").title == "one, two"


def test_inputs_whose_last_folders_are_alike_show_more_of_their_paths(tmp_path: Path) -> None:
    touch(tmp_path, "x", "runs", NAME)
    touch(tmp_path, "y", "runs", NAME)

    assert labels(tmp_path / "x" / "runs", tmp_path / "y" / "runs") == ["x/runs", "y/runs"]


def test_a_pair_names_its_input(tmp_path: Path) -> None:
    touch(tmp_path, "runs", "a", NAME)

    logdir = found(f"before={tmp_path / 'runs'}")

    assert list(logdir.folders()) == ["before/a"]
    assert logdir.title == "before"


def test_pairs_and_paths_may_stand_side_by_side(tmp_path: Path) -> None:
    touch(tmp_path, "one", NAME)
    touch(tmp_path, "two", NAME)

    logdir = found(f"before={tmp_path / 'one'}", tmp_path / "two")

    assert list(logdir.folders()) == ["before", "two"]


def test_a_path_with_an_equals_sign_that_exists_is_no_pair(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    touch(tmp_path, "lr=0.1", NAME)
    touch(tmp_path, "0.1", "other", NAME)
    monkeypatch.chdir(tmp_path)

    assert list(found("lr=0.1").folders()) == ["."]
    assert found("lr=0.1").title == "lr=0.1"


def test_a_path_with_an_equals_sign_further_down_is_no_pair(tmp_path: Path) -> None:
    touch(tmp_path, "sweep", "lr=0.1", NAME)

    assert found(tmp_path / "sweep" / "lr=0.1").title == "lr=0.1"


def test_a_pair_may_have_an_equals_sign_in_its_path(tmp_path: Path) -> None:
    touch(tmp_path, "lr=0.1", NAME)

    assert found(f"best={tmp_path / 'lr=0.1'}").title == "best"


def test_one_name_for_two_inputs_is_refused(tmp_path: Path) -> None:
    touch(tmp_path, "one", NAME)
    touch(tmp_path, "two", NAME)

    with pytest.raises(LogdirError, match="'x' stands for two inputs"):
        inputs([f"x={tmp_path}/one", f"x={tmp_path}/two"])


def test_a_name_that_another_input_has_already_is_refused(tmp_path: Path) -> None:
    touch(tmp_path, "one", NAME)
    touch(tmp_path, "two", NAME)

    with pytest.raises(LogdirError, match="'one' stands for two inputs"):
        inputs([f"one={tmp_path}/two", f"{tmp_path}/one"])


def test_an_input_named_twice_is_read_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    touch(tmp_path, "runs", NAME)
    monkeypatch.chdir(tmp_path)

    assert shown("runs", "./runs/", tmp_path / "runs") == ["tfevents.1700000000.0"]


def test_an_event_file_goes_by_its_folder(tmp_path: Path) -> None:
    path = touch(tmp_path, "a", NAME)

    assert found(path).title == "a"
    assert list(found(path).folders()) == ["."]


def test_event_files_of_one_folder_are_one_run(tmp_path: Path) -> None:
    first = touch(tmp_path, "a", NAME)
    second = touch(tmp_path, "a", NAME.replace("17000", "18000"))
    other = touch(tmp_path, "b", NAME)

    assert shown(first, second, other) == [
        "a/tfevents.1700000000.0",
        "a/tfevents.1800000000.0",
        "b/tfevents.1700000000.0",
    ]


def test_an_event_file_beside_its_folder_is_read_once(tmp_path: Path) -> None:
    path = touch(tmp_path, "a", NAME)

    assert shown(path, tmp_path / "a") == ["a/tfevents.1700000000.0"]


def test_an_archive_goes_by_its_name_without_the_suffix(tmp_path: Path) -> None:
    archive = touch(tmp_path, "runs.tar.gz")

    assert inputs([str(archive)]) == [Input("", archive, "runs")]


def test_an_archive_beside_the_folder_that_it_holds_keeps_its_suffix(tmp_path: Path) -> None:
    touch(tmp_path, "runs", NAME)
    archive = touch(tmp_path, "runs.zip")

    assert labels(tmp_path / "runs", archive) == ["runs", "runs.zip"]


def test_a_folder_named_like_an_archive_is_a_folder(tmp_path: Path) -> None:
    touch(tmp_path, "runs.zip", NAME)

    assert found(tmp_path / "runs.zip").title == "runs.zip"


def test_names_that_are_alike_never_fall_back_to_the_path_from_the_root(tmp_path: Path) -> None:
    touch(tmp_path, "runs", NAME)
    alike = [tmp_path / "runs", touch(tmp_path, "runs.zip"), touch(tmp_path, "runs.tar")]

    assert labels(*alike) == ["runs", "runs.zip", "runs.tar"]


def test_a_missing_path_is_refused_with_the_nearest_folder(tmp_path: Path) -> None:
    with pytest.raises(NoSuchLogdir) as error:
        found(tmp_path / "runs" / "missing")

    assert "missing" in str(error.value)
    assert str(tmp_path) in error.value.hint


def test_a_missing_path_of_a_pair_is_refused(tmp_path: Path) -> None:
    with pytest.raises(NoSuchLogdir, match="missing"):
        found(f"name={tmp_path}/missing")


@pytest.mark.parametrize("named", [("",), ("runs", "")])
def test_a_variable_that_was_never_set_is_not_this_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, named: tuple[str, ...]
) -> None:
    touch(tmp_path, "runs", "events.out.tfevents.1")
    monkeypatch.chdir(tmp_path)

    with pytest.raises(NoSuchLogdir, match="there is no ''"):
        inputs(named)


def test_a_folder_without_event_files_is_refused(tmp_path: Path) -> None:
    touch(tmp_path, "runs", "model.pt")

    with pytest.raises(NoEventFiles, match="no event files under 'runs'") as error:
        found(tmp_path / "runs")

    assert str(tmp_path) not in str(error.value) + error.value.hint


def test_a_file_that_is_no_event_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(NoEventFiles):
        found(touch(tmp_path, "model.pt"))


def test_links_are_followed(tmp_path: Path) -> None:
    touch(tmp_path, "elsewhere", "a", NAME)
    (tmp_path / "runs").mkdir()
    (tmp_path / "runs" / "linked").symlink_to(tmp_path / "elsewhere")

    assert list(found(tmp_path / "runs").folders()) == ["linked/a"]


def test_a_loop_of_links_ends(tmp_path: Path) -> None:
    touch(tmp_path, "runs", "a", NAME)
    (tmp_path / "runs" / "a" / "again").symlink_to(tmp_path / "runs")
    (tmp_path / "runs" / "b").symlink_to(tmp_path / "runs" / "c")
    (tmp_path / "runs" / "c").symlink_to(tmp_path / "runs" / "b")

    assert list(found(tmp_path / "runs").folders()) == ["a"]


@pytest.mark.parametrize("link", ["latest", "zz_latest", "a/latest"])
def test_a_folder_goes_by_its_own_name_not_by_a_link_to_it(tmp_path: Path, link: str) -> None:
    touch(tmp_path, "runs", "a", NAME)
    touch(tmp_path, "runs", "version_3", NAME)
    (tmp_path / "runs" / link).symlink_to(tmp_path / "runs" / "version_3")

    assert list(found(tmp_path / "runs").folders()) == ["a", "version_3"]


def test_event_files_of_a_folder_are_one_run_however_it_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    touch("runs", "a", "1.tfevents")
    touch("runs", "a", "2.tfevents")

    assert list(found("runs/a/1.tfevents", tmp_path / "runs" / "a" / "2.tfevents").folders()) == [
        "a"
    ]


def test_a_folder_of_one_input_is_not_that_of_another(tmp_path: Path) -> None:
    touch(tmp_path, "x", "a", "train", "1.tfevents")
    touch(tmp_path, "y", "2.tfevents")

    logdir = discover([Input("", tmp_path / "x", "x"), Input("a", tmp_path / "y", "a")])

    assert logdir.labels == ("", "a (2)")
    assert list(logdir.folders()) == ["a (2)", "a/train"]


def test_two_names_of_one_file_in_a_folder_are_one_file(tmp_path: Path) -> None:
    path = touch(tmp_path, "a", NAME)
    (tmp_path / "a" / "latest.tfevents").symlink_to(path)
    (tmp_path / "a" / "copy.tfevents").hardlink_to(path)

    assert len(found(tmp_path).files) == 1


def test_a_file_linked_into_another_folder_is_there_as_well(tmp_path: Path) -> None:
    path = touch(tmp_path, "a", NAME)
    (tmp_path / "b").mkdir()
    (tmp_path / "b" / NAME).symlink_to(path)

    assert list(found(tmp_path).folders()) == ["a", "b"]


def test_a_link_to_nothing_is_left_to_the_engine(tmp_path: Path) -> None:
    (tmp_path / NAME).symlink_to(tmp_path / "gone")

    assert shown(tmp_path) == ["tfevents.1700000000.0"]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes in this file system")
def test_a_pipe_is_a_problem_and_is_not_waited_for(tmp_path: Path) -> None:
    touch(tmp_path, "a", NAME)
    os.mkfifo(tmp_path / "a" / "pipe.tfevents")

    logdir = found(tmp_path)

    assert [file.shown for file in logdir.files] == ["a/tfevents.1700000000.0"]
    assert [(problem.code, problem.path) for problem in logdir.problems] == [("TB109", "a")]


def test_a_folder_that_cannot_be_entered_is_a_problem(forbidding: Path) -> None:
    touch(forbidding, "open", NAME)
    touch(forbidding, "closed", NAME)
    (forbidding / "closed").chmod(0)
    try:
        logdir = found(forbidding)
    finally:
        (forbidding / "closed").chmod(0o700)

    (problem,) = logdir.problems
    assert list(logdir.folders()) == ["open"]
    assert (problem.code, problem.path) == ("TB109", "closed")
    assert problem.detail == "folder: Permission denied"


@pytest.mark.skipif(os.name == "nt", reason="names are UTF-16 there")
def test_a_name_that_is_no_utf8_can_be_shown(tmp_path: Path) -> None:
    folder = os.fsencode(tmp_path) + b"/caf\xe9"
    try:
        os.mkdir(folder)  # noqa: PTH102
    except OSError:
        pytest.skip("this file system refuses such names")
    touch(os.fsdecode(folder), NAME)

    (file,) = found(tmp_path).files

    assert file.folder == "caf\\xe9"
    assert file.path.exists()


def test_names_keep_their_letters(tmp_path: Path) -> None:
    touch(tmp_path, "naïve 日本 </script>", NAME)

    assert list(found(tmp_path).folders()) == ["naïve 日本 </script>"]
