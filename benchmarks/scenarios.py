"""The detectors on the trainings of ``tbreport train``: ``python -m benchmarks.scenarios FOLDER``.

Trains what the folder has not yet: each ill scenario with five seeds, the healthy ones with as many
as make two hundred, some of them in half precision. Of the ill ones it prints how many declared
findings there are, and which others; of the healthy ones how many have a warning or an error that
is not declared. ``python -m benchmarks.detectors --scenarios FOLDER`` prints the same.
"""

from __future__ import annotations

import argparse
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.shares import shown
from tbreport import detect, load
from tbreport.analysis.detector import every_detector
from tbreport.model import SEVERITIES, Finding
from tbreport.training.scenarios import SCENARIOS, Scenario

FIRST_SEED = 100  # those below are for whoever writes scenarios
SEEDS = 5
# label and precision → seeds; GradScaler scales the losses in fp16
HEALTHY = {
    ("healthy", "fp32"): 25,
    ("healthy", "fp16"): 35,
    ("healthy", "bf16"): 10,
    ("step-decay", "fp32"): 30,
    ("lr-restarts", "fp32"): 30,
    ("resumed", "fp32"): 30,
    ("healthy-gan", "fp32"): 25,
    ("wide", "fp32"): 5,
    ("healthy-linear-regression", "fp32"): 5,
    ("healthy-text-classifier", "fp32"): 5,
    ("healthy-transfer-learning", "fp32"): 5,
    ("healthy-image-cnn", "fp32"): 5,
    ("healthy-language-model", "fp32"): 5,
}


@dataclass(frozen=True, slots=True)
class Training:
    """One run to train and to look at."""

    label: str
    precision: str
    seed: int

    @property
    def title(self) -> str:
        return self.label + ("" if self.precision == "fp32" else f" {self.precision}")

    @property
    def scenario(self) -> Scenario:
        return SCENARIOS[self.label]

    @property
    def is_healthy(self) -> bool:
        return (self.label, self.precision) in HEALTHY

    def folder(self, root: Path) -> Path:
        return root / self.precision / f"{self.label}-seed{self.seed}"


def main() -> None:
    """Train what is missing, then print the tables."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--seconds", type=float, default=float("inf"), help="of training at most")
    parser.add_argument("--only", choices=("healthy", "ill"))
    parser.add_argument("--only-train", action="store_true")
    given = parser.parse_args()
    began = time.monotonic()
    for training in trainings():
        if time.monotonic() - began > given.seconds:
            break
        if given.only in (None, "healthy" if training.is_healthy else "ill"):
            make(training, given.folder)
    if not given.only_train:
        report(given.folder)


def trainings() -> Iterator[Training]:
    """Those of the first seeds go first, so that a part of them is a fair sample."""
    wanted = {(label, "fp32"): SEEDS for label in SCENARIOS} | HEALTHY
    for seed in range(max(wanted.values())):
        for (label, precision), seeds in wanted.items():
            if seed < seeds:
                yield Training(label, precision, FIRST_SEED + seed)


def make(training: Training, root: Path) -> None:
    """Train one run, unless it is there."""
    from tbreport.training.loop import train

    folder = training.folder(root)
    if not folder.exists():
        half_made = root / "half-made" / training.precision
        made = train(
            training.scenario.name,
            half_made,
            task=training.scenario.task,
            seed=training.seed,
            device="cpu",
            precision=training.precision,
            echo=lambda line: None,
        )
        folder.parent.mkdir(parents=True, exist_ok=True)
        made.rename(folder)


def report(root: Path) -> None:
    """Print fires by detector and scenario, recall and false alarms."""
    found = [(training, findings_in(training.folder(root))) for training in made_in(root)]
    report_fires(found)
    report_recall([(t, seen) for t, seen in found if not t.is_healthy or expected(t)])
    report_healthy([(t, seen) for t, seen in found if t.is_healthy])


def made_in(root: Path) -> Iterator[Training]:
    """The trainings of unseen seeds that a folder holds, by precision, scenario and seed."""
    for folder in sorted(root.glob("*/*-seed*")):
        label, _, seed = folder.name.rpartition("-seed")
        if label in SCENARIOS and int(seed) >= FIRST_SEED:
            yield Training(label, folder.parent.name, int(seed))


Found = Sequence[tuple[Training, Sequence[Finding]]]


def findings_in(folder: Path) -> list[Finding]:
    """What is found in all runs of a folder: some tasks have two stages."""
    return [finding for run in load(folder).runs.values() for finding in detect(run)]


def expected(training: Training) -> dict[str, str]:
    """The declared findings, and how grave they are at least."""
    scenario = training.scenario
    return {**scenario.expects, **dict.fromkeys(scenario.shows, "info")}


def report_fires(found: Found) -> None:
    """Of each detector, in which scenarios it fires."""
    print(f"\nGenerated trainings: {len(found)}, those on which each detector fires\n")
    runs = Counter(training.title for training, _ in found)
    for one in sorted(every_detector(), key=lambda one: one.code):
        fired = Counter(
            training.title for training, seen in found if any(f.code == one.code for f in seen)
        )
        if fired:
            print(f"{one.code} {one.name:28} {shown(fired.total(), len(found))}")
            for title, count in sorted(fired.items()):
                print(f"      {title:29} {shown(count, runs[title])}")


def report_recall(found: Found) -> None:
    """Of each scenario, on how many seeds all that it declares is found; what else is told."""
    print("\nGenerated trainings: declared findings that are there\n")
    total = Counter[bool]()
    for title in dict.fromkeys(training.title for training, _ in found):
        some = [(training, seen) for training, seen in found if training.title == title]
        hits = Counter(
            is_told(code, severity, seen)
            for training, seen in some
            for code, severity in expected(training).items()
        )
        total += hits
        others = Counter(
            f"{f.code} {f.severity}" for training, seen in some for f in undeclared(training, seen)
        )
        print(f"{title:35} {shown(hits[True], hits.total())}  besides {dict(others)}")
    print(f"{'all':35} {shown(total[True], total.total())}")


def report_healthy(found: Found) -> None:
    """Of each healthy scenario, how many runs have a warning or an error that is not declared."""
    print("\nGenerated healthy trainings: those with an undeclared warning or error\n")
    alarms = [(training, undeclared(training, seen)) for training, seen in found]
    for title in dict.fromkeys(training.title for training, _ in alarms):
        some = [alarm for training, alarm in alarms if training.title == title]
        codes = Counter(f.code for alarm in some for f in alarm)
        print(f"{title:35} {shown(sum(map(bool, some)), len(some))}  {dict(codes)}")
    print(f"{'all':35} {shown(sum(bool(alarm) for _, alarm in alarms), len(alarms))}")


def is_told(code: str, severity: str, seen: Sequence[Finding]) -> bool:
    """Whether a finding is there, at least as grave."""
    return any(
        f.code == code and SEVERITIES.index(f.severity) >= SEVERITIES.index(severity)  # type: ignore[arg-type]
        for f in seen
    )


def undeclared(training: Training, seen: Sequence[Finding]) -> list[Finding]:
    """Warnings and errors of codes that the scenario does not declare."""
    declared = expected(training)
    return [f for f in seen if f.severity != "info" and f.code not in declared]


if __name__ == "__main__":
    main()
