"""Each look reads what changed, tells what is new once, and says which runs have stopped."""

from __future__ import annotations

import os
import pty
import re
import select
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np

from tbreport.options import Options
from tbreport.watching import Look, Watch, follow
from tests.eventwriter import START, content, curve, frame, scalar, write

DIVERGING = [*np.linspace(1, 0.2, 40), *np.geomspace(0.2, 500, 40)]


def watch(folder: Path) -> Watch:
    return Watch((folder,), Options(), stopped_after_s=300)


def test_a_logdir_that_is_still_empty_is_waited_for(tmp_path: Path) -> None:
    one = watch(tmp_path / "runs")

    assert "runs" in one.look(START).trouble
    write(tmp_path / "runs" / "a", curve("loss", [1.0, 0.5]))
    assert [row.run for row in one.look(START).rows] == ["a"]


def test_a_row_says_where_a_run_stands(tmp_path: Path) -> None:
    write(tmp_path / "a", [*curve("loss/train", [3.0, 2.0]), *curve("loss/val", [4.0, 2.5])])

    (row,) = watch(tmp_path).look(START + 10).rows
    assert (row.run, row.points, row.step) == ("a", 4, 1)
    assert (row.metric, row.value) == ("loss/val", 2.5)
    assert (row.written, row.stopped) == (START + 1, False)


def test_a_finding_is_told_when_it_appears_and_only_once(tmp_path: Path) -> None:
    path = write(tmp_path / "a", curve("loss", DIVERGING[:40]))
    one = watch(tmp_path)
    assert not any("TB202" in sentence for sentence in one.look(START).news)

    path.write_bytes(content(curve("loss", DIVERGING)))
    told = one.look(START).news
    assert [sentence for sentence in told if "a: error TB202 diverging-loss" in sentence]
    assert one.look(START).news == ()


def test_a_run_that_stopped_is_said_to_have_with_when_and_that_it_goes_on(tmp_path: Path) -> None:
    path = write(tmp_path / "a", curve("loss", [1.0, 0.9]))
    one = watch(tmp_path)
    one.look(START + 200)

    assert "a: stopped writing at 2023-11-14 22:13:21 UTC" in one.look(START + 302).news
    with path.open("ab") as stream:
        stream.write(frame(scalar("loss", 2, 0.8, START + 300).SerializeToString()))
    assert "a: writes again" in one.look(START + 310).news


def test_a_run_that_did_not_change_is_not_read_again(tmp_path: Path) -> None:
    path = write(tmp_path / "a", curve("loss", np.linspace(1, 0, 300)))
    one = watch(tmp_path)
    before = one.look(START).rows
    status = path.stat()
    with path.open("r+b") as stream:  # what a second reading would trip over
        stream.write(bytes(64))
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))

    assert status.st_size > 2 * 4096
    assert one.look(START).rows == before


def test_what_many_runs_have_in_common_is_told_in_a_few_lines(tmp_path: Path) -> None:
    for number in range(40):
        write(tmp_path / f"{number:02}", curve("loss", DIVERGING))

    news = watch(tmp_path).look(START + 1000).news
    assert "00, 01 and 38 more: stopped writing, the last at 2023-11-14 22:14:39 UTC" in news
    assert "05, 06 and 33 more: error TB202 diverging-loss" in news
    assert len([line for line in news if "TB202 diverging-loss: " in line]) == 5


def test_a_run_that_vanished_is_said_to_have_and_told_of_afresh(tmp_path: Path) -> None:
    write(tmp_path / "a", curve("loss", [1.0]))
    path = write(tmp_path / "b", curve("loss", DIVERGING))
    one = watch(tmp_path)
    told = [line for line in one.look(START).news if "TB202" in line]
    assert len(told) == 1

    path.unlink()
    assert one.look(START).news == ("b: no longer there",)
    assert one.look(START).news == ()
    write(tmp_path / "b", curve("loss", DIVERGING))
    assert set(told) <= set(one.look(START).news)


def test_looks_come_at_the_interval_whatever_a_look_takes(tmp_path: Path) -> None:
    write(tmp_path / "a", curve("loss", [1.0]))
    now, waits, seen = [START], list[float](), list[Look]()

    def clock() -> float:
        return now[0]

    def show(look: Look) -> None:
        seen.append(look)
        now[0] += 3  # what the look took

    def sleep(seconds: float) -> None:
        waits.append(seconds)
        now[0] += seconds

    follow(watch(tmp_path), show, interval_s=10, clock=clock, sleep=sleep, looks=3)
    assert [look.at for look in seen] == [START, START + 10, START + 20]
    assert waits == [7, 7]


PATIENCE_S = 300  # for what would hang


def command(*args: object) -> list[str]:
    return [sys.executable, "-m", "tbreport", "watch", *map(str, args)]


def on_terminal(*args: object, width: int = 120, stop: int = signal.SIGINT) -> tuple[str, int]:
    """What a terminal of 30 lines shows until the first table, then a signal; the exit code."""
    leader, follower = pty.openpty()
    process = subprocess.Popen(
        command(*args, "--interval", 0.2),
        stdout=follower,
        stderr=follower,
        env={**os.environ, "COLUMNS": str(width), "LINES": "30", "TERM": "xterm"},
    )
    os.close(follower)
    shown = b""
    deadline = time.monotonic() + PATIENCE_S
    while b"every 0.2 s" not in shown and time.monotonic() < deadline:
        if select.select([leader], [], [], 1)[0]:
            shown += os.read(leader, 65536)
    process.send_signal(stop)
    try:
        while chunk := os.read(leader, 65536):
            shown += chunk
    except OSError:  # how a terminal says that nobody writes any more
        pass
    os.close(leader)
    return shown.decode(), process.wait(timeout=PATIENCE_S)


def test_a_terminal_shows_a_table_and_ctrl_c_ends_it_cleanly(tmp_path: Path) -> None:
    write(tmp_path / "runs" / "a", curve("loss", DIVERGING))
    page = tmp_path / "page.html"

    text, code = on_terminal(tmp_path / "runs", "--html", page)
    assert code == 0
    assert "TB202" in text
    assert "stopped writing" in text
    assert "tbreport: stopped watching" in text
    assert "Traceback" not in text
    assert text.count("\x1b[?25h") == text.count("\x1b[?25l")  # the cursor is there again
    assert page.read_text(encoding="utf-8").endswith("</html>")


def test_what_the_system_ends_gives_the_cursor_back(tmp_path: Path) -> None:
    write(tmp_path / "runs" / "a", curve("loss", [1.0]))

    text, _ = on_terminal(tmp_path / "runs", stop=signal.SIGTERM)
    assert text.count("\x1b[?25h") == text.count("\x1b[?25l")


def test_a_run_has_one_line_however_narrow_the_terminal(tmp_path: Path) -> None:
    now = time.time()
    for number in range(40):
        curves = curve("validation/accuracy_of_the_first_guess", [0.1, 0.2], start=now)
        write(tmp_path / f"sweep-of-learning-rates/batch-of-thirty-two-{number:02}", curves)

    text, _ = on_terminal(tmp_path, width=80)
    first = text.split("every 0.2 s")[0]
    assert "; 16 more runs" in text
    assert len([line for line in first.splitlines() if re.search(r"-two-\d\d ", line)]) == 24


def test_a_pipe_gets_the_news_alone(tmp_path: Path) -> None:
    write(tmp_path / "runs" / "a", curve("loss", DIVERGING))

    done = subprocess.run(
        command(tmp_path / "runs", "--interval", 0.1, "--looks", 2),
        capture_output=True,
        text=True,
        check=True,
    )
    lines = done.stdout.splitlines()
    assert len(lines) == len(set(lines))
    assert any(line.startswith("a: stopped writing at 2023-11-14") for line in lines)
    assert done.stderr == "tbreport: stopped watching\n"


def test_what_keeps_watching_from_its_work_is_told_once(tmp_path: Path) -> None:
    looks = ("--interval", 0.1, "--looks", 3)
    waiting = subprocess.run(
        command(tmp_path / "none", *looks), capture_output=True, text=True, check=True
    )
    assert waiting.stdout == f"nothing to see: there is no '{tmp_path / 'none'}'\n"

    write(tmp_path / "runs" / "a", curve("loss", [1.0], start=time.time()))
    (tmp_path / "taken").mkdir()
    failing = subprocess.run(
        command(tmp_path / "runs", "--html", tmp_path / "taken", *looks),
        capture_output=True,
        text=True,
        check=True,
    )
    assert failing.stdout.count("cannot write") == 1


def test_a_run_whose_clock_no_calendar_has_is_watched_as_well(tmp_path: Path) -> None:
    runs = tmp_path / "runs" / "a"
    write(runs, [scalar("loss", step, 1.0, -1.7e12) for step in range(9)])

    look = watch(tmp_path / "runs").look(START)

    assert "a: stopped writing at -1.7e+12 s" in look.news
