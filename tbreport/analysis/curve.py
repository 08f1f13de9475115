"""One series as detectors look at it: its finite points, and each measure of them taken once."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from tbreport.analysis import curves
from tbreport.model import Float64s, Goal, Int64s, Role, Series

LEARNING_RATE_RISE = 1.5  # × between two logs: on purpose, so nothing is compared across it


@dataclass(frozen=True, eq=False)  # no slots: cached_property needs a __dict__
class Curve:
    """The finite points of one series, in which a detector looks for patterns."""

    series: Series
    role: Role

    @property
    def tag(self) -> str:
        return self.series.tag

    @cached_property
    def kept(self) -> npt.NDArray[np.bool_]:
        """Which points of the series are finite."""
        return np.isfinite(self.series.values)

    @cached_property
    def is_whole(self) -> bool:
        """Whether every point is finite."""
        return int(np.count_nonzero(self.kept)) == len(self.kept)

    @cached_property
    def steps(self) -> Int64s:
        return self.series.steps if self.is_whole else self.series.steps[self.kept]

    @cached_property
    def values(self) -> Float64s:
        return self.series.values if self.is_whole else self.series.values[self.kept]

    @cached_property
    def wall_times(self) -> Float64s:
        return self.series.wall_times if self.is_whole else self.series.wall_times[self.kept]

    @cached_property
    def seconds(self) -> Float64s:
        """Between each point and the next, by the clock."""
        return curves.differences(self.wall_times)

    @cached_property
    def usual_seconds(self) -> float:
        """The median of these; NaN of fewer than two points."""
        return curves.median(self.seconds)

    @cached_property
    def lowest(self) -> float:
        """The least value, of at least one."""
        return float(self.values.min())

    @cached_property
    def highest(self) -> float:
        """The greatest value, of at least one."""
        return float(self.values.max())

    @property
    def goal(self) -> Goal:
        return self.role.goal or "min"

    @cached_property
    def is_positive(self) -> bool:
        """Whether ratios and logarithms make sense: no value touches zero."""
        return len(self) == 0 or self.lowest > 0

    @cached_property
    def logs(self) -> Float64s:
        """Natural logarithms; of positive curves alone."""
        return np.log(self.values)

    @cached_property
    def noise(self) -> float:
        """Robust sd of a point around the trend: a share of the level where that is positive."""
        return curves.noise(self.logs if self.is_positive else self.values)

    @property
    def level_noise(self) -> float:
        """Robust sd of a point of the smoothed curve, if the noise of its points is independent."""
        return curves.OF_MEDIAN * self.noise / math.sqrt(curves.window(len(self)))

    @cached_property
    def smooth(self) -> Float64s:
        return curves.smooth(self.values)

    @cached_property
    def leaps(self) -> npt.NDArray[np.intp]:
        """The points at which it was raised at once: of learning rates."""
        return curves.jumps_up(self.values, LEARNING_RATE_RISE)

    @cached_property
    def head(self) -> float:
        return curves.head(self.values)

    @cached_property
    def tail(self) -> float:
        return curves.tail(self.values)

    @cached_property
    def _best(self) -> tuple[float, int]:
        return curves.best(self.values, self.smooth, self.goal)

    @property
    def best(self) -> float:
        """The best value of the smoothed curve."""
        return self._best[0]

    @property
    def turn_index(self) -> int:
        """Where the smoothed curve is best: it turns there, if it turns."""
        return self._best[1]

    @cached_property
    def best_index(self) -> int:
        """The best point where the smoothed curve is best."""
        return curves.best_point(self.values, self.turn_index, self.goal)

    @property
    def best_value(self) -> float:
        """The value of that point."""
        return float(self.values[self.best_index])

    @property
    def best_step(self) -> int:
        return int(self.steps[self.best_index])

    @property  # and not kept: a curve that held itself would stay until garbage is searched for
    def above_zero(self) -> Curve:
        """The points that have a logarithm."""
        return self if self.is_positive else self.taken(self.series.values > 0)

    def part(self, start: int, stop: int) -> Curve:
        """The points of the series from an index to before another."""
        if start == 0 and stop == len(self.series):
            return self
        return self.taken(slice(start, stop))

    def taken(self, kept: slice | npt.NDArray[np.bool_]) -> Curve:
        """Some points of the series."""
        whole = self.series
        series = Series(
            whole.run,
            whole.tag,
            whole.source,
            whole.steps[kept],
            whole.wall_times[kept],
            whole.values[kept],
        )
        return Curve(series, self.role)

    def __len__(self) -> int:
        return len(self.values)
