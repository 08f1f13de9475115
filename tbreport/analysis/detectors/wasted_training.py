"""TB304."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from tbreport.analysis.detector import Observation, detector
from tbreport.analysis.subject import RunSubject
from tbreport.model import Finding
from tbreport.wording import duration, number, percent


@detector("TB304", after=("TB302",), needs=("validation measure",))
def wasted_training(
    subject: RunSubject,
    earlier: Sequence[Finding],
    *,
    share: float = 0.3,
    lost_share: float = 0.02,
    noise_factor: float = 3.0,
    min_evaluations: int = 20,
) -> Iterator[Observation]:
    """A good part of the run after validation was best.

    What it looks for
        The series by which a checkpoint is chosen (a validation metric where there is one, else
        the validation loss) had its best long before the end, and ended worse by more than noise
        and by a share of all that it had gained. Information, with the hours. A curve that is flat
        at the end has its best anywhere, and is not told; nor is one of which TB302 says that it
        ends as good as its best.

    Why it matters
        What came after the best was paid for and brought nothing.

    What to do
        Early stopping with some patience, or a shorter schedule; keep the checkpoint of the best.

    Options
        share: of the steps of the run, after the best.
        lost_share: of the way from the start to the best, by which the end is worse.
        noise_factor: and by so many times the noise of the running median.
        min_evaluations: fewer points are too short to say.

    Known false positives
        A metric that trades places with another: the best checkpoint by one is not that by all.

    Source
        The delay of early-stopping rules (Prechelt, 1998). On 821 AlgoPerf runs that reached their
        target it fires on 1 (0.1 %), on 500 that missed it on 62 (12 %); without the two options
        on what was lost on 25 and 84, and on two of three healthy trainings of `tbreport train`.
    """
    chosen = subject.chosen
    if chosen is None or len(chosen) < min_evaluations:
        return
    if any(finding.code == "TB302" and chosen.tag in finding.tags for finding in earlier):
        return
    first, best, last = int(chosen.steps[0]), chosen.best_step, int(chosen.steps[-1])
    after = (last - best) / max(1, last - first)
    lost, gained = abs(chosen.tail - chosen.best), abs(chosen.head - chosen.best)
    if after < share or lost == 0 or lost < lost_share * gained:
        return
    noise = chosen.level_noise * (abs(chosen.best) if chosen.is_positive else 1.0)
    if lost >= noise_factor * noise:
        seconds = float(chosen.wall_times[-1] - chosen.wall_times[chosen.best_index])
        spent = f", {duration(seconds)} of training" if seconds > 0 else ""
        yield Observation(
            "info",
            f"{chosen.tag} was best around step {best} ({number(chosen.best)}); {percent(after)} "
            f"of the steps{spent} came after, and it ended at {number(chosen.tail)}",
            f"Keep the checkpoint of step {best}; stop early, or shorten the schedule.",
            tags=(chosen.tag,),
            steps=(best, last),
            evidence={
                "best": chosen.best,
                "best_step": best,
                "tail": chosen.tail,
                "after_best_percent": 100 * after,
                "threshold_percent": 100 * share,
                "time_after_best_s": max(0.0, seconds),
            },
        )
