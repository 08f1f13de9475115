"""python -m tbreport, and the command `tbreport`: errors become messages and exit codes.

0 passed · 1 `--fail-on` or the gate failed · 2 what the user can mend · 3 a bug of ours · 130
stopped by Ctrl-C · 143 ended by the system. An uncaught exception, or Typer's own answer to Ctrl-C,
would exit with 1, which CI reads as a failed gate.
"""

from __future__ import annotations

import errno
import gc
import signal
import sys
import time
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

NEW_OBJECTS = 1_000_000  # before Python looks for cycles among them; Python's own is 700 or 2,000
REPEATED_S = 0.01  # between two looks whether a Ctrl-C that Python dropped was heard
REFUSED = (errno.EACCES, errno.EPERM, errno.ENAMETOOLONG)  # of a path that the user gave
ENDING = (signal.SIGINT, signal.SIGTERM)
IMPORTER = "<frozen importlib._bootstrap>"
FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)  # the disk, one's share of it, a file


def main() -> None:
    """Run the command line."""
    gc.set_threshold(NEW_OBJECTS)  # what is imported or read stays: to look through it takes time
    try:
        run()
    except Exception as error:
        tell_traceback()
        reason = f"{type(error).__name__}: {error}".splitlines()[0]
        complain(f"bug: {reason}; please report it, with what `tbreport --debug` prints")
        sys.exit(3)
    finally:
        signal.signal(signal.SIGINT, signal.SIG_DFL)  # nothing is left to be told of a Ctrl-C
        gc.freeze()  # or Python looks for cycles in all that is left: a tenth of the time


def run() -> None:
    """Run the command line; whatever it raises is a bug, a failing import too."""
    from tbreport.errors import Interrupted, TbreportError

    try:
        with interruptible():
            from tbreport.cli import app

            app(prog_name="tbreport")
    except Interrupted as error:
        complain("interrupted")
        sys.exit(128 + error.args[0])
    except TbreportError as error:
        tell_traceback()
        complain(f"error: {error}")
        if error.hint:
            print(f"  hint: {shown(error.hint)}", file=sys.stderr)
        print(f"  (see: tbreport explain {error.slug()})", file=sys.stderr)
        sys.exit(error.exit_code)
    except OSError as error:
        if error.errno in FULL:
            reason = f"cannot write: {error.strerror}"
        elif error.errno in REFUSED and error.filename is not None:
            reason = f"{str(error.filename)!r}: {error.strerror}"
        else:
            raise
        tell_traceback()
        complain(f"error: {reason}")
        sys.exit(2)


def tell_traceback() -> None:
    """Show where an error comes from, to who asked with `--debug`."""
    if "--debug" in sys.argv:
        traceback.print_exc()


@contextmanager
def interruptible() -> Iterator[None]:
    """Let Ctrl-C, and what systems end a job with, raise what Typer makes no exit code of.

    An error after it is its doing: Python makes a RuntimeError of what is raised while a class is
    created, and extension modules make an ImportError of what is raised while they are imported.
    Where nothing can be raised, as in the callbacks of weak references that importing leaves
    behind, Python drops it with a word on stderr: it is pressed again until it is heard. Once may
    not be enough: a signal that comes just before the main thread begins to wait does not wake it.
    """
    from tbreport.errors import Interrupted

    heard = 0
    is_over = is_put_off = False

    def interrupt(number: int, frame: FrameType | None) -> None:
        nonlocal heard, is_put_off
        if frame is not None and frame.f_code.co_filename == IMPORTER:
            if not is_put_off:  # it may hold a lock that other threads' imports would wait for
                is_put_off = True
                put_off(number)
            return
        while frame is not None:
            if frame.f_code is repeat.__code__:  # what is raised there is dropped for good
                return
            frame = frame.f_back
        heard += 1
        is_put_off = False
        raise Interrupted(number)

    def insist(before: int, number: int) -> None:
        while True:
            time.sleep(REPEATED_S)
            if heard > before or is_over:
                return
            press(number)

    def put_off(number: int) -> None:
        from threading import Thread

        Thread(target=insist, args=(heard, number), daemon=True).start()

    def repeat(dropped: sys.UnraisableHookArgs) -> None:
        if dropped.exc_type is Interrupted:
            put_off(signal.SIGINT)
        else:
            hook(dropped)

    hook, sys.unraisablehook = sys.unraisablehook, repeat
    before = {number: signal.signal(number, interrupt) for number in ENDING}
    try:
        yield
    except Exception as error:
        if heard:
            raise Interrupted(signal.SIGINT) from error
        raise
    finally:
        is_over = True
        for number, handler in before.items():
            signal.signal(number, handler)
        sys.unraisablehook = hook


def press(number: int) -> None:
    """Send the main thread a signal: one of this thread's own would not wake it where it waits."""
    from threading import main_thread

    thread = main_thread().ident
    if sys.platform == "win32" or thread is None:
        signal.raise_signal(number)
    else:
        signal.pthread_kill(thread, number)


def complain(message: str) -> None:
    """One line on stderr."""
    print(f"tbreport: {shown(message)}", file=sys.stderr)


def shown(message: str) -> str:
    """As `wording.one_line`: names come from strangers, and an import that fails is told too."""
    text = "".join(char if char.isprintable() else "�" for char in message)
    return text.replace("##[", "## [")


if __name__ == "__main__":
    main()
