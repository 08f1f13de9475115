"""TB304."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from tbreport.analysis.detector import Observation, detector
from tbreport.analysis.subject import RunSubject
from tbreport.model import Finding
from tbreport.wording import duration, number, percent


@detector("TB304", after=("TB301", "TB302"), needs=("validation measure",))
def wasted_training(
    subject: RunSubject,
    earlier: Sequence[Finding],
    *,
    share: float = 0.3,
    min_evaluations: int = 20,
) -> Iterator[Observation]:
    """A good part of the run after validation was best.

    What it looks for
        The series by which a checkpoint is chosen (a validation metric where there is one, else
        the validation loss) had its best long before the end. Information, with the hours.

    Why it matters
        What came after the best was paid for and brought nothing.

    What to do
        Early stopping with some patience, or a shorter schedule; keep the checkpoint of the best.

    Options
        share: of the steps of the run, after the best.
        min_evaluations: fewer points are too short to say.

    Known false positives
        A curve that is flat at the end has its best anywhere.

    Source
        The delay of early-stopping rules (Prechelt, 1998); see `python -m benchmarks.detectors` for
        how often it fires on 821 AlgoPerf runs that reached their target.
    """
    chosen = subject.chosen
    if chosen is None or len(chosen) < min_evaluations:
        return
    first, best, last = int(chosen.steps[0]), chosen.best_step, int(chosen.steps[-1])
    after = (last - best) / max(1, last - first)
    if after >= share:
        seconds = float(chosen.wall_times[-1] - chosen.wall_times[chosen.best_index])
        spent = f", {duration(seconds)} of training" if seconds > 0 else ""
        yield Observation(
            "info",
            f"{chosen.tag} was best ({number(chosen.best)}) at step {best}; {percent(after)} of "
            f"the steps{spent} came after",
            f"Keep the checkpoint of step {best}; stop early, or shorten the schedule.",
            tags=(chosen.tag,),
            steps=(best, last),
            evidence={
                "best": chosen.best,
                "best_step": best,
                "after_best_percent": 100 * after,
                "after_best_s": max(0.0, seconds),
            },
        )
