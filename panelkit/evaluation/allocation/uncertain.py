"""The uncertainty of elasticities and outputs carried through an optimum, and what is left of its gain."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from panelkit.evaluation.allocation.chain import Chain
from panelkit.evaluation.allocation.technology import Technology
from panelkit.kernels.rng import as_generator
from panelkit.kernels.steps import steps_of
from panelkit.kernels.within import FloatArray
from panelkit.language.errors import SpecError
from panelkit.language.message import message
from panelkit.language.spelt import option
from panelkit.show.brief import Brief

# Draws beyond are held at these ends, so that none is lost: near 0 a link keeps its lower bounds, near 1 its money goes
# to the cells of the highest output a unit of money, as it would beyond.
_ENDS = (0.01, 0.99)
# With fewer draws inside than this share, the elasticities say nothing of where money should go.
_LEAST_INSIDE = 0.5
# Of an index of 1: less is rounding, as where the bounds leave no yuan to move.
_NO_GAIN = 1e-12
_AT_ONCE = 1000
"""Draws that are solved together."""


@dataclass(frozen=True, eq=False)
class Drawn(Brief):
    """Technologies (D,), their optima (D, J, K), and how many draws had an elasticity held at an end."""

    technology: Technology
    optimal: FloatArray
    held: int


@dataclass(frozen=True, eq=False)
class Gain(Brief):
    """What an allocation gains in the index of output, as a share of the actual output.

    `apparent` is the gain by the estimates that it was chosen by. `corrected` takes off the mean by which the optima
    of the draws look better to their own estimates than to those that made the draws (Efron 1983): an optimum over
    estimated numbers picks what they overstate. `low`, `high`: what the allocation gains under the draws, moved by
    the same. `positive` is the share of draws, moved likewise, in which it gains at all.
    """

    apparent: float
    corrected: float = float("nan")
    low: float = float("nan")
    high: float = float("nan")
    positive: float = float("nan")


def drawn(
    chain: Chain,
    weights: FloatArray,
    solve: Callable[[Technology], FloatArray],
    reps: int,
    rng: int | np.random.Generator,
) -> Drawn:
    """Return `reps` draws of the technology and the optimum of each.

    Elasticities are drawn from their joint covariance, errors of log outputs from rows of residuals, all links of a
    unit-year together.

    Raises
    ------
    SpecError
        If more than half of the draws have an elasticity that is not between 0 and 1.
    """
    generator = as_generator(rng)
    J, K = chain.spending.shape
    values, vectors = np.linalg.eigh(np.zeros((K, K)) if chain.covariance is None else chain.covariance)
    moves = generator.standard_normal((reps, K)) @ (vectors * np.sqrt(np.maximum(values, 0.0))).T
    if chain.df is not None:
        moves *= np.sqrt(chain.df / generator.chisquare(chain.df, (reps, 1)))
    errors = np.zeros((reps, J, K))
    if len(chain.noise):
        errors = chain.spread * chain.noise[generator.integers(0, len(chain.noise), (reps, J))]
    elasticity = chain.elasticity + moves
    held = np.clip(elasticity, *_ENDS)
    inside = (held == elasticity).all(axis=1)
    if inside.mean() < _LEAST_INSIDE:
        raise SpecError(
            message(
                "{outside} of {reps} draws have an elasticity outside {low:g} to {high:g}: the elasticities are too "
                "uncertain to allocate by. Take more {periods} or other figures, or {none} for the point alone",
                none=option("reps", 0),
                low=_ENDS[0],
                high=_ENDS[1],
                outside=int((~inside).sum()),
                reps=reps,
            )
        )
    logs = np.log(chain.outputs) + chain.leverage * moves[:, None, :] - errors
    technology = Technology.calibrated(chain.spending, np.exp(logs), held, weights)
    return Drawn(technology, _solved(technology, solve), int((~inside).sum()))


def _solved(technology: Technology, solve: Callable[[Technology], FloatArray]) -> FloatArray:
    """Return the optimum of every draw, so many at once."""
    reps = len(technology.elasticity)
    parts = [
        replace(
            technology,
            value=technology.value[first : first + _AT_ONCE],
            elasticity=technology.elasticity[first : first + _AT_ONCE],
        )
        for first in range(0, reps, _AT_ONCE)
    ]
    return np.concatenate([solve(part) for part in steps_of(parts, len(parts))])


def gain_of(
    x: FloatArray, technology: Technology, draws: tuple[Technology, FloatArray] | None, level: float
) -> Gain:
    """Return the gain of an allocation x (J, K) that a rule took from a technology, corrected for the choice.

    `draws` are technologies (D,) and what the same rule takes from each, (D, J, K).
    """
    apparent = float(technology.index(x)) - 1.0
    if draws is None:
        return Gain(apparent)
    drawn, chosen = draws
    excess = float((drawn.index(chosen) - technology.index(chosen)).mean())
    under = drawn.index(x) - 1.0 - excess
    tail = (1.0 - level) / 2.0
    low, high = np.quantile(under, [tail, 1.0 - tail])
    return Gain(apparent, apparent - excess, float(low), float(high), float((under > _NO_GAIN).mean()))
