"""Judges: by what every run is judged, made once from the settings."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from tbreport.analysis.detector import Detector, DetectorSettings
from tbreport.analysis.digest import Plan, digest
from tbreport.analysis.examination import coverage_of_all, detect_experiment, detect_problems
from tbreport.analysis.overrides import Judgement, RunSettings
from tbreport.model import Blob, Finding, Run, RunDigest
from tbreport.reader.logdir import Logdir
from tbreport.settings import Settings

NO_DETECTORS = DetectorSettings(select=())

Crash = tuple[str, str, Exception]  # detector, run, what it raised


@dataclass(frozen=True, slots=True)
class Judges:
    """What is done to every run: the detectors, and what tags mean."""

    settings: RunSettings
    detects: bool = True

    @classmethod
    def parse(cls, settings: Settings) -> Judges:
        """From the tables ``[detectors]``, ``[roles]`` and ``[overrides]``."""
        return cls(RunSettings.parse(settings))

    def without_detectors(self) -> Judges:
        """The same, but nothing is looked for."""
        return replace(self, detects=False)

    @property
    def detectors(self) -> DetectorSettings:
        """Those of all runs, before any override."""
        return self.settings.of_all.detectors if self.detects else NO_DETECTORS

    def of(self, run: str) -> Judgement:
        """By what one run is judged."""
        found = self.settings.of(run)
        return found if self.detects else replace(found, detectors=NO_DETECTORS)

    def names(self, digests: Sequence[RunDigest]) -> dict[str, str]:
        """Codes and names of those that were to run, and why one could look at nothing; else ""."""
        reasons = coverage_of_all(digests, self.detectors)
        return {
            f"{found.code} {found.name}": reasons[found.code] for found in self.detectors.chosen
        }

    def digest(
        self, run: Run, plan: Plan, paths: Mapping[str, Path], crashes: list[Crash] | None
    ) -> RunDigest:
        """The digest of one run; its arrays can go after that."""

        def decode(blob: Blob) -> Any:
            from tbreport.reader.decoding import decoded  # TensorBoard's protos: 0.1 s

            return decoded(paths[blob.path], blob)

        on_crash = noting(run.name, crashes)
        by = self.of(run.name)
        return digest(run, plan, decode, by.detectors, by.roles, on_crash)

    def of_all(
        self, digests: Sequence[RunDigest], found: Logdir, crashes: list[Crash] | None
    ) -> tuple[Finding, ...]:
        """What belongs to no single run: all of them together, and folders not entered."""
        on_crash = noting("", crashes)
        return (
            *detect_problems(found.problems, self.detectors, on_crash),
            *detect_experiment(digests, self.detectors, on_crash),
        )


def noting(run: str, crashes: list[Crash] | None) -> Callable[[Detector, Exception], None] | None:
    """Notes what a detector raised on a run; None where nobody wants to know."""
    if crashes is None:
        return None
    return lambda detector, error: crashes.append((detector.name, run, error))
