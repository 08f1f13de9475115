"""What a detector looks at: a run with its roles, its curves and their pairs."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import pairwise

import numpy as np

from tbreport.analysis import curves
from tbreport.analysis.curve import Curve
from tbreport.analysis.layers import Layer, layers_of
from tbreport.analysis.pairs import NO_MEASURES, Comparison, compare, find_pairs, same_range
from tbreport.analysis.restarts import restarts
from tbreport.analysis.roles import HELD_OUT, ONE_SIDED, RoleRules, is_loss, words
from tbreport.analysis.thin import merged
from tbreport.model import Float64s, Int64s, Pair, Role, Run, Split

# A run with one of these learns from its own actions: its losses have no level to return to.
OF_REINFORCEMENT = frozenset({"reward", "policy loss", "episode length"})
OF_GAMES = frozenset({"generator loss", "discriminator loss", "adversarial loss"})
LOWERED = frozenset({"regression error", "perplexity", "bits"})  # by training, as a loss is
STAYED = 1.05  # times its best: a validation loss that ends below stayed there
STAYED_FOR = 3  # evaluations after the training loss had risen


@dataclass(frozen=True, eq=False)  # no slots: cached_property needs a __dict__
class Match:
    """The training and validation curves of one metric, laid over each other."""

    comparison: Comparison
    train: Curve
    val: Curve

    @property
    def is_comparable(self) -> bool:
        return self.comparison.axis is not None and len(self.train) > 0 and len(self.val) > 0

    @cached_property
    def train_x(self) -> Float64s:
        """Where the finite points of the training curve lie on the axis."""
        at = self.comparison.train_x
        return at if self.train.is_whole else at[self.train.kept]

    @cached_property
    def val_x(self) -> Float64s:
        """Where those of the validation curve do."""
        at = self.comparison.val_x
        return at if self.val.is_whole else at[self.val.kept]

    @cached_property
    def train_at_best(self) -> float:
        """The smoothed training value where validation was best; of comparable curves alone."""
        at = self.val_x[self.val.turn_index]
        return float(np.interp(at, self.train_x, self.train.smooth))

    @cached_property
    def train_went_on(self) -> bool:
        """Whether the training loss ended no higher than it was where validation was best.

        Higher by less than its noise is no higher: a loss that has converged only jitters.
        """
        if not self.is_comparable:
            return False
        scale = self.train_at_best if self.train.is_positive else 1.0
        return self.train.tail <= self.train_at_best + self.train.noise * scale


@dataclass(frozen=True, eq=False)  # no slots: cached_property needs a __dict__
class RunSubject:
    """One run as detectors of the scope "run" see it."""

    run: Run
    rules: RoleRules = field(default_factory=RoleRules)

    @cached_property
    def curves(self) -> dict[str, Curve]:
        """Every scalar series, by tag.

        Where nothing is called a loss, the errors that a training lowers directly are its losses.
        """
        roles = {tag: self.rules.role(tag) for tag in self.run.scalars}
        if not any(is_loss(role.metric) for role in roles.values()):
            roles = {tag: as_loss(role) for tag, role in roles.items()}
        return {tag: Curve(series, roles[tag]) for tag, series in self.run.scalars.items()}

    @cached_property
    def roles(self) -> dict[str, Role]:
        return {tag: curve.role for tag, curve in self.curves.items()}

    @cached_property
    def pairs(self) -> tuple[Pair, ...]:
        return find_pairs(self.run.scalars, self.roles)

    @cached_property
    def matches(self) -> tuple[Match, ...]:
        """The pairs, each laid over an axis."""
        numbered = [curve.series for curve in self.of_metric("epoch")]
        epochs = max(numbered, key=len, default=None)
        return tuple(
            Match(compare(pair, epochs), self.curves[pair.train.tag], self.curves[pair.val.tag])
            for pair in self.pairs
        )

    @cached_property
    def longest(self) -> Curve | None:
        """The curve with the most finite points; None without scalars."""
        return max(self.curves.values(), key=len, default=None)

    @cached_property
    def by_metric(self) -> dict[str, tuple[Curve, ...]]:
        """The curves of each metric, by tag."""
        held: dict[str, list[Curve]] = {}
        for curve in self.curves.values():
            held.setdefault(curve.role.metric, []).append(curve)
        return {metric: tuple(found) for metric, found in held.items()}

    def of_metric(self, metric: str) -> tuple[Curve, ...]:
        """The curves of a metric, by tag."""
        return self.by_metric.get(metric, ())

    @cached_property
    def losses(self) -> tuple[Curve, ...]:
        """Every loss and every part of one, whatever the split."""
        return tuple(curve for curve in self.curves.values() if is_loss(curve.role.metric))

    @cached_property
    def by_split(self) -> dict[Split | None, tuple[Curve, ...]]:
        """The curves of each split that have a goal, speed apart."""
        held: dict[Split | None, list[Curve]] = {}
        for curve in self.curves.values():
            if curve.role.goal is not None and curve.role.metric not in NO_MEASURES:
                held.setdefault(curve.role.split, []).append(curve)
        return {split: tuple(found) for split, found in held.items()}

    def measures(self, split: Split) -> tuple[Curve, ...]:
        """The losses and metrics of a split, by tag."""
        return self.by_split.get(split, ())

    @property
    def held_out(self) -> tuple[Curve, ...]:
        """Those of validation; of tests where nothing was validated, as in many tutorials."""
        return self.measures("val") or self.measures("test")

    @cached_property
    def chosen(self) -> Curve | None:
        """The validation series by which a checkpoint is chosen, the longest of its kind.

        A metric where there is one, else a total loss, else a part of one; precision or recall only
        where there is no other metric. None in games and reinforcement learning.
        """
        if self.is_game or self.has_reinforcement:
            return None
        return max(self.held_out, key=preference, default=None)

    def gradient_norms(self) -> tuple[Curve, ...]:
        return self.of_metric("gradient norm")

    def learning_rates(self) -> tuple[Curve, ...]:
        return self.of_metric("learning rate")

    @cached_property
    def layers(self) -> dict[str, tuple[Layer, ...]]:
        """The histograms of "gradients", "activations" and "weights", by layer."""
        return {
            what: layers_of(self.run.histograms, what)
            for what in ("gradients", "activations", "weights")
        }

    def layer_shares(
        self, spoken: str, measure: Callable[[Layer], Float64s]
    ) -> Iterator[tuple[str, Int64s, Float64s]]:
        """Tag, steps and a share of each layer's activations, from the input to the output.

        Scalars whose tag begins with the words are exact and go first; a layer that has them is
        not measured by its histograms, whose tag ends alike.
        """
        exact = [curve for tag, curve in self.curves.items() if words(tag).startswith(spoken)]
        for curve in exact:
            yield curve.tag, curve.steps, curve.values
        known = {curve.tag.rpartition("/")[2] for curve in exact}
        for layer in self.layers["activations"]:
            if layer.tag.rpartition("/")[2] not in known:
                yield layer.tag, layer.series.steps, measure(layer)

    @cached_property
    def has_reinforcement(self) -> bool:
        return not OF_REINFORCEMENT.isdisjoint(self.by_metric)

    @cached_property
    def is_game(self) -> bool:
        """Whether two networks play against each other, as in a GAN.

        The critic of an actor is no player.
        """
        return not OF_GAMES.isdisjoint(self.by_metric) and not self.has_reinforcement

    @property
    def players(self) -> tuple[Curve, ...]:
        """The losses of two networks that play against each other."""
        return tuple(curve for curve in self.curves.values() if curve.role.metric in OF_GAMES)

    @cached_property
    def judged_losses(self) -> tuple[Curve, ...]:
        """The losses whose course alarms speak of, positive ones alone.

        The total of a split where it has one, else the parts; none in games and reinforcement
        learning, where a rising loss may be progress.
        """
        if self.is_game or self.has_reinforcement:
            return ()
        losses = [curve for curve in self.losses if curve.role.goal == "min" and curve.is_positive]
        totals = {curve.role.split or "train" for curve in losses if curve.role.metric == "loss"}
        return tuple(
            curve
            for curve in losses
            if curve.role.metric == "loss" or (curve.role.split or "train") not in totals
        )

    def validates_after(self, tag: str, step: int) -> bool:
        """Whether validation stayed at its best long after a step of a training loss.

        Its own validation loss did, or all that were logged along the same steps. Then what made
        the training loss rise there are harder samples, or few of them.
        """
        train = self.curves[tag]
        if train.role.split in HELD_OUT:
            return False
        own = any(
            match.train is train
            and match.is_comparable
            and stays_good(match.val)
            and match.val_x[-STAYED_FOR] >= np.interp(step, match.train.steps, match.train_x)
            for match in self.matches
        )
        beside = [
            val
            for val in self.judged_losses
            if val.role.split in HELD_OUT and same_range(train.steps, val.steps)
        ]
        return own or (
            len(beside) > 0
            and all(stays_good(val) and val.steps[-STAYED_FOR] >= step for val in beside)
        )

    @cached_property
    def rises(self) -> Int64s:
        """The steps at which a learning rate was raised at once: restarts and cycles."""
        raised = [rate.steps[rate.leaps] for rate in self.learning_rates() if len(rate.leaps)]
        return merged(*raised) if raised else np.empty(0, np.int64)

    def cuts(self, curve: Curve) -> Int64s:
        """The steps across which a curve is not compared: raised learning rates, restarts."""
        anew = restarts(self.run, curve)
        return merged(self.rises, anew) if len(anew) else self.rises

    def segments(self, curve: Curve) -> tuple[Curve, ...]:
        """The parts of a curve between the steps across which it is not compared.

        The whole where the parts are shorter than the running median is wide: levels then are
        those of whole cycles, which may be compared.
        """
        steps = self.cuts(curve)
        if not len(steps):
            return (curve,)
        cuts = merged(np.searchsorted(curve.series.steps, steps))
        if len(curve.series) <= len(cuts) * curves.window(len(curve.series)):
            return (curve,)
        edges = [0, *(int(cut) for cut in cuts if 0 < cut < len(curve.series)), len(curve.series)]
        return tuple(curve.part(a, b) for a, b in pairwise(edges))


def as_loss(role: Role) -> Role:
    """A mean squared error and the like, as a loss; any other role as it is."""
    return replace(role, metric="loss") if role.metric in LOWERED else role


def stays_good(val: Curve) -> bool:
    """Whether a validation loss fell, and ends about as low as it ever was."""
    if len(val) < STAYED_FOR or not val.is_positive:
        return False
    return val.tail < val.head and val.tail <= STAYED * val.best


def preference(curve: Curve) -> tuple[bool, bool, bool, bool, int]:
    """Orders the series to choose a checkpoint by: long enough, a metric, a total, its length."""
    metric = curve.role.metric
    is_whole = metric not in ONE_SIDED
    return len(curve) >= 10, not is_loss(metric), is_whole, metric == "loss", len(curve)
