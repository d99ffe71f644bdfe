"""One synthetic control for each treated unit (or their average), and the gaps stacked in event time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

import numpy as np

from panelkit.kernels.index import Array
from panelkit.kernels.simplex import simplex_least_squares
from panelkit.kernels.within import FloatArray, IntArray
from panelkit.models.policy.synthetic.predictor_weights import Matching, equal_v, nested_v
from panelkit.models.policy.synthetic.synthetic_panel import Predictor, Rectangle, matched
from panelkit.show.brief import Brief

V = Literal["nested", "equal"] | tuple[float, ...]


@dataclass(frozen=True, eq=False)
class Rule(Brief):
    """How donors are weighed: what is matched, and how much each predictor counts.

    Without predictors every outcome before treatment is matched, all alike: V has nothing to add.
    """

    rectangle: Rectangle
    predictors: tuple[Predictor, ...]
    v: V = "nested"
    _matched: dict[int, FloatArray] = field(default_factory=dict, repr=False)

    def predictors_before(self, start: int) -> FloatArray:
        """Return the averages of the predictors before a place, (N, K); kept, for placebos share them."""
        if start not in self._matched:
            self._matched[start] = matched(self.rectangle, self.predictors, start)
        return self._matched[start]

    def over(self, rectangle: Rectangle) -> Rule:
        """Return the same rule on another rectangle."""
        return Rule(rectangle, self.predictors, self.v)


@dataclass(frozen=True, eq=False)
class Target(Brief):
    """Whom a synthetic control is made for: `members` are averaged; periods from `start` to before `stop` count."""

    members: IntArray
    start: int
    stop: int


@dataclass(frozen=True, eq=False)
class Synthetic(Brief):
    """A target and its synthetic control; J donors, K predictors, T' periods before `stop`.

    `weights` (J,), `v` (K,), `observed` and `synthetic` (T',), `balance` (K, 3): target, synthetic, mean of donors.
    """

    target: Target
    donors: IntArray
    weights: FloatArray
    v: FloatArray
    observed: FloatArray
    synthetic: FloatArray
    balance: FloatArray

    @cached_property
    def gap(self) -> FloatArray:
        """Return observed less synthetic outcomes, (T',)."""
        return self.observed - self.synthetic

    @property
    def pre_rmspe(self) -> float:
        """Return the root mean squared gap before treatment."""
        return float(np.sqrt(np.mean(self.gap[: self.target.start] ** 2)))


def synthesise(rule: Rule, target: Target, donors: IntArray) -> Synthetic:
    """Return the synthetic control of a target out of donors (J,), places of units."""
    Y = rule.rectangle.Y[:, : target.stop]
    observed = Y[target.members].mean(axis=0)
    pool = Y[donors]
    X = rule.predictors_before(target.start)
    x1, X0 = X[target.members].mean(axis=0), X[donors]
    problem = Matching(x1, X0, observed[: target.start], pool[:, : target.start])
    if not rule.predictors:
        v, weights = np.empty(0), simplex_least_squares(problem.Y0.T, problem.y1)
    else:
        scaled = problem.scaled()
        v = _v(rule.v, scaled)
        weights = scaled.weights(v)
    balance = np.column_stack([x1, weights @ X0, X0.mean(axis=0)])
    return Synthetic(target, donors, weights, v, observed, weights @ pool, balance)


def _v(asked: V, problem: Matching) -> FloatArray:
    k = problem.X0.shape[1]
    if asked == "nested":
        return nested_v(problem)
    if asked == "equal":
        return equal_v(k)
    given = np.asarray(asked, dtype=np.float64)
    return np.asarray(given / given.sum())


@dataclass(frozen=True, eq=False)
class Stack(Brief):
    """Gaps averaged by event time over targets, each as often as it has members; E event times.

    `event` (E,) in calendar periods, `gap` (E,), `size` (E,) the units behind each.
    """

    event: FloatArray
    gap: FloatArray
    size: FloatArray

    @cached_property
    def after(self) -> Array:
        """Mark the event times from adoption on, (E,) bool."""
        return np.asarray(self.event >= 0.0)

    @property
    def effect(self) -> float:
        """Return the mean gap over treated unit-periods."""
        return float(np.average(self.gap[self.after], weights=self.size[self.after]))

    @property
    def pre_rmspe(self) -> float:
        """Return the root mean squared gap before adoption."""
        return _root_mean(self.gap[~self.after], self.size[~self.after])

    @property
    def post_rmspe(self) -> float:
        """Return the root mean squared gap from adoption on."""
        return _root_mean(self.gap[self.after], self.size[self.after])

    @property
    def ratio(self) -> float:
        """Return post / pre RMSPE, infinite where the fit before is perfect."""
        before = self.pre_rmspe
        return self.post_rmspe / before if before > 0.0 else np.inf


def _root_mean(gaps: FloatArray, sizes: FloatArray) -> float:
    return float(np.sqrt(np.average(gaps**2, weights=sizes)))


def stacked(found: Sequence[Synthetic], periods: FloatArray) -> Stack:
    """Return the gaps of synthetic controls by event time."""
    events = [periods[: each.target.stop] - periods[each.target.start] for each in found]
    shares = [np.full(len(each.gap), float(len(each.target.members))) for each in found]
    at = np.concatenate(events)
    sizes = np.concatenate(shares)
    gaps = np.concatenate([each.gap for each in found])
    held, code = np.unique(at, return_inverse=True)
    size, total = np.zeros(len(held)), np.zeros(len(held))
    np.add.at(size, code, sizes)
    np.add.at(total, code, sizes * gaps)
    return Stack(held, total / size, size)


def targets_of(rectangle: Rectangle, several: str, stop: int | None = None) -> tuple[Target, ...]:
    """Return the targets: the average of all treated units ("average"), or each by itself ("each").

    `stop`: None lets every target's gaps run to the end of the sample.
    """
    end = len(rectangle.periods) if stop is None else stop
    if several == "average":
        return (Target(rectangle.treated, int(rectangle.dates[0]), end),)
    ordered = rectangle.treated[np.argsort(rectangle.start[rectangle.treated], kind="stable")]
    return tuple(Target(np.array([i]), int(rectangle.start[i]), end) for i in ordered)


def without_each_donor(rule: Rule, found: Sequence[Synthetic], donor: int) -> Stack:
    """Return the stacked gaps when a donor is left out of every pool."""
    again = [synthesise(rule, each.target, each.donors[each.donors != donor]) for each in found]
    return stacked(again, rule.rectangle.periods)
