"""TB301 against real trainings: ``python -m benchmarks.overfitting FOLDER [--trainings 400]``.

Trains what the folder has not yet (`small_trainings`, a second or so each), runs the detectors over
the event files, and compares what they say with the verdict: a test loss that ended at least 5 %
above the one at the best validation epoch. Within 3 to 8 % neither answer is wrong; those are
reported apart. The seeds are halved by their hash: one half for tuning, the other to be scored
with `--half scored` once the definition stands.
"""

from __future__ import annotations

import argparse
import hashlib
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.small_trainings import Verdict, train, verdicts
from tbreport import detect, load

WORSE = 0.05
BAND = (0.03, 0.08)
SAYS_SO = {"TB301", "TB302"}


@dataclass(frozen=True, slots=True)
class Case:
    """One training, and whether the detectors say that it overfitted."""

    name: str
    verdict: Verdict
    told: bool

    @property
    def overfitted(self) -> bool:
        return self.verdict.test_rise >= WORSE

    @property
    def is_between(self) -> bool:
        return BAND[0] <= self.verdict.test_rise < BAND[1]


def main() -> None:
    """Train what is missing, then score one half."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--trainings", type=int, default=400)
    parser.add_argument("--half", choices=("tuning", "scored"), default="tuning")
    parser.add_argument("--seconds", type=float, default=float("inf"), help="of training at most")
    parser.add_argument("--only-train", action="store_true")
    given = parser.parse_args()
    began = time.monotonic()
    for seed in range(given.trainings):
        if time.monotonic() - began > given.seconds:
            break
        folder = given.folder / f"{seed:04d}"
        if not folder.exists():
            train(seed, folder)
    if not given.only_train:
        report(cases(given.folder, given.half), given.half)


def half_of(seed: int) -> str:
    """Which half a seed belongs to."""
    return ("tuning", "scored")[hashlib.sha256(str(seed).encode()).digest()[0] & 1]


def cases(folder: Path, half: str) -> list[Case]:
    """What the detectors say of the trainings of one half."""
    found = []
    for path, verdict in verdicts(folder):
        if half_of(int(path.name)) == half:
            (run,) = load(path).runs.values()
            found.append(Case(path.name, verdict, any(one.code in SAYS_SO for one in detect(run))))
    return found


def report(found: Sequence[Case], half: str) -> None:
    """Print the table of one half."""
    mild = sum(0.02 <= case.verdict.val_rise < 0.1 for case in found)
    print(f"{half} half: {len(found)} trainings, {mild} with a validation rise of 2 to 10 %")
    for title, some in (
        ("outside the band", [case for case in found if not case.is_between]),
        ("within 3 to 8 %", [case for case in found if case.is_between]),
    ):
        print(f"{title:18} macro-F1 {macro_f1(some):.3f}   {counts(some)}")
    for case in found:
        if case.told != case.overfitted and not case.is_between:
            verdict = case.verdict
            print(
                f"  {case.name}: {'told' if case.told else 'quiet'}; test {verdict.test_rise:+.1%},"
                f" val {verdict.val_rise:+.1%} since epoch {verdict.best_epoch}"
            )


def counts(some: Sequence[Case]) -> str:
    """How many are what, and told."""
    return ", ".join(
        f"{sum(case.told for case in side)} of {len(side)} {word} told"
        for word, side in (
            ("overfitted", [case for case in some if case.overfitted]),
            ("sound", [case for case in some if not case.overfitted]),
        )
    )


def macro_f1(some: Sequence[Case]) -> float:
    """The mean of both classes' F1."""
    scores = []
    for truth in (True, False):
        right = sum(case.told == case.overfitted == truth for case in some)
        named = sum(case.told == truth for case in some) + sum(c.overfitted == truth for c in some)
        scores.append(2 * right / max(1, named))
    return sum(scores) / len(scores)


if __name__ == "__main__":
    main()
