"""TB201."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from tbreport.analysis.curve import Curve
from tbreport.analysis.curves import stretches
from tbreport.analysis.detector import Observation, detector
from tbreport.analysis.roles import HELD_OUT, is_loss
from tbreport.analysis.subject import RunSubject
from tbreport.model import Finding, Float64s, Int64s
from tbreport.wording import count, listed, number


@detector("TB201", needs=("scalars",))
def nonfinite_value(
    subject: RunSubject, earlier: Sequence[Finding], *, in_a_row: int = 2
) -> Iterator[Observation]:
    """NaN or infinity in a loss or a gradient norm.

    What it looks for
        An error: a loss that ends non-finite or is so twice in a row, or a gradient norm that ends
        non-finite at least twice in a row. A warning: a loss with single non-finite values.
        Information: gradient norms that were infinite for a while under a finite loss, and
        non-finite values of anything else. What fails with or after a loss is told with it.

    Why it matters
        Once the weights are NaN nothing brings them back: every step after the first is wasted, and
        so is every checkpoint.

    What to do
        Go back to a checkpoint before the first bad step. Lower the learning rate or warm it up,
        clip gradients, look for logarithms and divisions of zero; under fp16 use a GradScaler or
        bf16. `torch.autograd.set_detect_anomaly(True)` names the operation. Where the training loss
        stays finite and a validation loss does not, the weights are sound: look at the evaluation.

    Options
        in_a_row: non-finite points of a loss, one after another, that make it an error.

    Known false positives
        Gradient norms under a GradScaler are infinite at first, by design; that is information.
        Losses logged as NaN wherever they were not measured are told as information too, if most
        points are such and they come in five equal gaps or more.

    Source
        Keras' TerminateOnNaN and Lightning's detect_anomaly stop at the first such value. How often
        they would at sound runs is not known here: the curves at hand dropped their NaNs.
    """
    gaps = [Gaps(curve) for curve in subject.curves.values() if not curve.is_whole]
    grave = sorted(
        (gap for gap in gaps if gap.is_failed_loss or gap.is_lost_norm(in_a_row)),
        key=lambda gap: (gap.first_wall_time, not gap.is_failed_loss, gap.tag),
    )
    if grave:
        lead = grave[0]
        told = [lead, *(g for g in gaps if g.first_wall_time >= lead.first_wall_time and g != lead)]
        is_error = any(gap.is_error(in_a_row) for gap in grave)
        yield Observation(
            "error" if is_error else "warning",
            f"{lead.described()}{lead.before()}",
            remedy(subject, lead, grave),
            tags=tuple(gap.tag for gap in told),
            steps=(lead.first_step, lead.last_step),
            evidence=lead.evidence() | state_before(subject, lead),
        )
        gaps = [gap for gap in gaps if gap not in told]
    for rest in (
        [gap for gap in gaps if gap.is_norm],
        [gap for gap in gaps if not gap.is_norm],
    ):
        if rest:
            yield harmless(rest)


def remedy(subject: RunSubject, lead: Gaps, grave: Sequence[Gaps]) -> str:
    """What to do: another thing where the training loss is finite all along."""
    if all(gap.is_held_out for gap in grave) and any(
        curve.is_whole and curve.wall_times[-1] >= lead.first_wall_time
        for curve in subject.losses
        if curve.role.split not in HELD_OUT and len(curve)
    ):
        return (
            "The training loss stays finite, so look at the evaluation: damaged or empty samples, "
            "logarithms, divisions, half precision, running statistics."
        )
    return (f"Resume before step {lead.first_step}" if lead.first_index else "Start again") + (
        "; lower the learning rate or warm it up, clip gradients, and check logarithms, "
        "divisions and fp16 scaling."
    )


def harmless(gaps: Sequence[Gaps]) -> Observation:
    """What need not worry: overflows that were skipped, ratios of nothing, blanks."""
    most = max(gaps, key=lambda gap: gap.count)
    others = [gap.tag for gap in gaps if gap != most]
    also = f", and so {'are' if others[1:] else 'is'} {listed(others)}" if others else ""
    return Observation(
        "info",
        f"{most.described()}{also}",
        "Nothing to do: a scaler skips steps whose gradients overflow; worry if they do not cease."
        if most.is_norm
        else "Nothing to do if the value is undefined there; else look at how it is computed.",
        tags=tuple(gap.tag for gap in gaps),
        steps=(most.first_step, most.last_step),
        evidence=most.evidence(),
    )


@dataclass(frozen=True, eq=False)  # no slots: cached_property needs a __dict__
class Gaps:
    """The non-finite points of one series that has some."""

    curve: Curve

    @property
    def tag(self) -> str:
        return self.curve.tag

    @cached_property
    def stretches(self) -> Int64s:
        return stretches(~self.curve.kept)

    @cached_property
    def lengths(self) -> Int64s:
        return self.stretches[:, 1] - self.stretches[:, 0] + 1

    @property
    def count(self) -> int:
        return int(self.lengths.sum())

    @property
    def first_index(self) -> int:
        return int(self.stretches[0, 0])

    @property
    def first_step(self) -> int:
        return int(self.curve.series.steps[self.first_index])

    @property
    def last_step(self) -> int:
        return int(self.curve.series.steps[self.stretches[-1, 1]])

    @property
    def first_wall_time(self) -> float:
        return float(self.curve.series.wall_times[self.first_index])

    @property
    def ends_so(self) -> bool:
        return bool(self.stretches[-1, 1] == len(self.curve.series) - 1)

    @property
    def is_norm(self) -> bool:
        return self.curve.role.metric == "gradient norm"

    @property
    def is_held_out(self) -> bool:
        return self.curve.role.split in HELD_OUT

    @property
    def is_failed_loss(self) -> bool:
        return is_loss(self.curve.role.metric) and not self.is_blanks

    @property
    def is_blanks(self) -> bool:
        """Whether the gaps are where nothing was measured: half of the points or more, in stretches
        of equal length, or of lengths that differ by one around single measurements.
        """
        inner = self.lengths[1:-1]
        if len(self.lengths) < 5 or 2 * self.count < len(self.curve.series) - 1:
            return False
        between = stretches(self.curve.kept)
        single = len(self.lengths) >= 10 and bool((between[:, 0] == between[:, 1]).all())
        return bool(np.ptp(inner) <= (1 if single else 0)) and not np.isinf(self.bad).any()

    @property
    def bad(self) -> Float64s:
        return self.curve.series.values[~self.curve.kept]

    def is_lost_norm(self, in_a_row: int) -> bool:
        return self.is_norm and self.ends_so and bool(self.lengths[-1] >= in_a_row)

    def is_error(self, in_a_row: int) -> bool:
        return self.is_norm or self.ends_so or bool(self.lengths.max() >= in_a_row)

    def described(self) -> str:
        """Tag, what and where: "loss is NaN from step 88 on"."""
        infinite = np.isinf(self.bad)
        what = "infinite" if infinite.all() else "NaN or infinite" if infinite.any() else "NaN"
        if len(self.lengths) == 1 and self.ends_so:
            return f"{self.tag} is {what} from step {self.first_step} on"
        where = f"first at step {self.first_step}" if self.count > 1 else f"step {self.first_step}"
        points = f"{self.count:,} of {count(len(self.curve.series), 'point')}"
        return f"{self.tag} is {what} at {points}, {where}"

    def before(self) -> str:
        """The last good value before the first bad point."""
        if self.first_index == 0:
            return ", its first point"
        good = self.evidence()
        step = int(good["last_good_step"])
        return f"; its last good value is {number(good['last_good_value'])} at step {step}"

    def evidence(self) -> dict[str, float]:
        series = self.curve.series
        found: dict[str, float] = {
            "first_bad_step": self.first_step,
            "nonfinite_points": self.count,
            "points": len(series),
        }
        if self.first_index > 0:
            found["last_good_step"] = int(series.steps[self.first_index - 1])
            found["last_good_value"] = float(series.values[self.first_index - 1])
        return found


def state_before(subject: RunSubject, lead: Gaps) -> dict[str, float]:
    """The gradient norm and learning rate before the failure, where they are logged."""
    state = {}
    for key, found in (
        ("gradient_norm_before", subject.gradient_norms()),
        ("learning_rate_before", subject.learning_rates()),
    ):
        for curve in found[:1]:
            index = int(np.searchsorted(curve.steps, lead.first_step)) - 1
            if index >= 0:
                state[key] = float(curve.values[index])
    return state
