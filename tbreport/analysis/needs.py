"""What a detector needs to look at a run, and why one cannot: run and options in, a reason out.

"" says that the need is met. A reason is one clause with its counts, as reports show it: that
nothing was found says little where nothing was looked at.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from tbreport.analysis.curve import Curve
from tbreport.analysis.roles import HELD_OUT, is_loss, words
from tbreport.analysis.subject import RunSubject
from tbreport.wording import count

Options = Mapping[str, Any]
Need = Callable[[RunSubject, Options], str]
Question = tuple[str, tuple[tuple[str, Any], ...]]  # a need, and what it reads of the options

READ = ("min_points", "min_evaluations", "saves", "checks")  # all that needs read of the options


def longest(curves: Iterable[Curve], least: int, what: str, unit: str = "point") -> str:
    """Whether one of the curves has so many finite points."""
    most = max(map(len, curves), default=None)
    if most is None:
        return f"no {what}"
    return f"the longest {what} has {count(most, unit)} of {least}" if most < least else ""


def any_scalar(subject: RunSubject, options: Options) -> str:
    return "" if subject.curves else "no scalars"


def long_series(subject: RunSubject, options: Options) -> str:
    """A series long enough to show when points were logged."""
    few = longest(subject.curves.values(), options.get("min_points", 10), "series")
    return any_scalar(subject, options) or few


def pace(subject: RunSubject, options: Options) -> str:
    """A series that tells how long each step took."""
    curve = subject.longest
    too_short = long_series(subject, options)
    if too_short or curve is None:
        return too_short
    if subject.run.superseded:
        return "points of several attempts, between which no step took place"
    return "" if curve.usual_seconds > 0 <= curve.seconds.min() else "wall times that do not rise"


def training_course(subject: RunSubject, options: Options) -> str:
    """A loss whose course can be judged."""
    if subject.is_game or subject.has_reinforcement:
        kind = "a game of two networks" if subject.is_game else "reinforcement learning"
        return f"{kind}, whose losses may rise as it learns"
    if not subject.judged_losses and subject.losses:
        return "no loss that is positive throughout"
    return longest(subject.judged_losses, options.get("min_points", 10), "loss")


def validation_pair(subject: RunSubject, options: Options) -> str:
    """A validation loss beside its training loss, long enough and on a common axis."""
    if subject.is_game or subject.has_reinforcement:
        return training_course(subject, options)
    pairs = [match for match in subject.matches if is_loss(match.val.role.metric)]
    if not pairs:
        has_val = any(curve.role.split in HELD_OUT for curve in subject.losses)
        return "no training loss beside the validation loss" if has_val else "no validation loss"
    judged = [match.val for match in pairs if match.val in subject.judged_losses]
    if not judged:
        return "no validation loss that is positive throughout"
    least = options.get("min_evaluations", 10)
    too_short = longest(judged, least, "validation loss", "evaluation")
    if too_short:
        return too_short
    laid = [match for match in pairs if match.is_comparable]
    return "" if laid else f"no common axis: {pairs[0].comparison.reason}"


def validation_measure(subject: RunSubject, options: Options) -> str:
    """A validation series by which a checkpoint can be chosen."""
    if subject.is_game or subject.has_reinforcement:
        return training_course(subject, options)
    least = options.get("min_evaluations", 10)
    return longest(subject.held_out, least, "validation series", "evaluation")


def accuracy(subject: RunSubject, options: Options) -> str:
    least = options.get("min_evaluations", 10)
    return longest(subject.of_metric("accuracy"), least, "accuracy", "evaluation")


def gradient_norm(subject: RunSubject, options: Options) -> str:
    return longest(subject.gradient_norms(), options.get("min_points", 10), "gradient norm")


def learning_rate(subject: RunSubject, options: Options) -> str:
    return longest(subject.learning_rates(), 1, "learning rate")


def game(subject: RunSubject, options: Options) -> str:
    if not subject.is_game:
        return "no game of two networks"
    too_short = longest(subject.players, options.get("min_points", 1), "loss of a player")
    is_judged = any(curve.lowest >= 0 for curve in subject.players if len(curve))
    return too_short or ("" if is_judged else "losses of players below zero, as of a critic")


def reward(subject: RunSubject, options: Options) -> str:
    return longest(subject.of_metric("reward"), options.get("min_points", 10), "reward")


def outside_games(need: Need) -> Need:
    """The same, but never met by two networks that play: each drives the other's layers about."""

    def stricter(subject: RunSubject, options: Options) -> str:
        if subject.is_game:
            return "a game of two networks, each of which drives the other's layers about"
        return need(subject, options)

    return stricter


def histograms_of(what: str) -> Need:
    """Histograms of "gradients", "activations" or "weights"."""

    def need(subject: RunSubject, options: Options) -> str:
        most = max(map(len, subject.layers[what]), default=0)
        least = max(options.get("saves", 1), options.get("checks", 0) + 1)
        if not most:
            return f"no histograms of {what}"
        few = f"the histograms of {what} have {count(most, 'save')} of {least}"
        return few if most < least else ""

    return outside_games(need)


def shares_of(spoken: str) -> Need:
    """Histograms of activations, or scalars that begin with some words."""

    def need(subject: RunSubject, options: Options) -> str:
        shares = [c for tag, c in subject.curves.items() if words(tag).startswith(spoken)]
        few = longest(shares, options.get("saves", 1), spoken)
        layers = NEEDS["activations"](subject, options) if few else ""
        return layers and (few if shares else layers)

    return outside_games(need)


NEEDS: dict[str, Need] = {
    "scalars": any_scalar,
    "long series": long_series,
    "pace": pace,
    "loss": training_course,
    "validation pair": validation_pair,
    "validation measure": validation_measure,
    "accuracy": accuracy,
    "gradient norm": outside_games(gradient_norm),
    "learning rate": learning_rate,
    "game": game,
    "reward": reward,
    "gradients": histograms_of("gradients"),
    "activations": histograms_of("activations"),
    "weights": histograms_of("weights"),
    "zero shares": shares_of("zero share"),
    "saturated shares": shares_of("saturated share"),
}


def questions(names: Iterable[str], options: Options) -> tuple[Question, ...]:
    """What to ask of a run about some needs; the same of detectors that want the same."""
    read = tuple((option, options[option]) for option in READ if option in options)
    return tuple((name, read) for name in names)


def first_unmet(
    asked: Iterable[Question], subject: RunSubject, answers: dict[Question, str]
) -> str:
    """The reason of the first need that a run does not meet; "" where it meets all.

    Args:
        answers: those found so far of the same run, to which new ones are added.
    """
    for question in asked:
        if question not in answers:
            name, read = question
            answers[question] = NEEDS[name](subject, dict(read))
        if answers[question]:
            return answers[question]
    return ""
