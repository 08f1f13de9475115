"""TB106."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from tbreport.analysis.detector import Observation, detector
from tbreport.analysis.restarts import RISE, TAKEN_OVER, level_before, restarts
from tbreport.analysis.subject import RunSubject
from tbreport.model import Finding, SetAsideReason, Severity
from tbreport.wording import count, listed, number, span

# reason → severity, what happened, advice
STORIES: dict[SetAsideReason, tuple[Severity, str, str]] = {
    "concurrent": (
        "warning",
        "{points} over {steps} were set aside: {others} and {kept} were written at the same time, "
        "and the latter has more points",
        "Give every process a folder of its own, or let only rank 0 write.",
    ),
    "abandoned": (
        "warning",
        "{points} over {steps} were set aside: {kept} covers the steps of the earlier {others}",
        "Use a new folder for each training; move the older file away if it is a run of its own.",
    ),
    "resumed": (
        "info",
        "training was resumed: from {steps}, {points} of {others} gave way to {kept}",
        "Nothing to do; pass `purge_step` to the writer to have TensorBoard show the same.",
    ),
    "purged": (
        "info",
        "a restarted writer took back {points} of {others} over {steps}",
        "Nothing to do: the writer said so itself.",
    ),
}

LOST = "Check that the checkpoint was loaded: weights, optimizer and schedule."


@detector("TB106")
def overlapping_attempts(subject: RunSubject, earlier: Sequence[Finding]) -> Iterator[Observation]:
    """Several event files of one run cover the same steps.

    What it looks for
        Points of a file that do not count, because another file of the same run has the same
        steps: written at the same time (two ranks, a job started twice), by a training begun anew
        in the same folder, or by one resumed from a checkpoint.

    Why it matters
        TensorBoard draws them all, as a line that runs to and fro. Here one attempt counts: of
        concurrent writers the one with the most points for the tag, else the newest. If that is
        the wrong one, everything said about the run is about the wrong training.

    What to do
        One folder a training. On a resume, pass the step to the writer as `purge_step`.

    Options
        None. A resume and a writer's own word are information, unless a loss began anew there,
        far above its level, and ends far above it too; the rest is a warning, since which attempt
        is meant was a guess.

    Known false positives
        Two writers that share a folder and a tag on purpose; give one of them a folder.

    Source
        Of 4,578 folders of AlgoPerf submissions 299 hold several attempts; in those that were
        checked against a second record the newest file alone is the run.
    """
    for reason, (severity, story, advice) in STORIES.items():
        aside = [
            entry
            for entry in subject.run.superseded
            if entry.reason == reason and (entry.path != entry.kept or reason == "purged")
        ]
        if not aside:
            continue
        steps = min(entry.first_step for entry in aside), max(entry.last_step for entry in aside)
        points = sum(entry.points for entry in aside)
        others = sorted({entry.path for entry in aside})
        anew, is_lost = begun_anew(subject) if reason in TAKEN_OVER else ("", False)
        yield Observation(
            "warning" if is_lost else severity,
            story.format(
                others=listed(others),
                kept=listed(sorted({entry.kept for entry in aside})),
                points=count(points, "point"),
                steps=span(steps),
            )
            + anew,
            LOST if anew else advice,
            tags=tuple(sorted({entry.tag for entry in aside})),
            steps=steps,
            evidence={"points_set_aside": points, "files_set_aside": len(others)},
        )


def begun_anew(subject: RunSubject) -> tuple[str, bool]:
    """The losses that lost their level where a later attempt took over, in words, and whether one
    ends far above it; "" and False where all went on as they were.
    """
    told, is_lost = [], False
    for curve in subject.judged_losses:
        for step in restarts(subject.run, curve)[-1:]:
            place = int(curve.steps.searchsorted(step))
            before, after = level_before(curve, place), float(curve.values[place])
            told.append(f"{curve.tag} goes on at {number(after)} there, after {number(before)}")
            is_lost = is_lost or curve.tail > RISE * before
    return ("; " + listed(told) if told else ""), is_lost
