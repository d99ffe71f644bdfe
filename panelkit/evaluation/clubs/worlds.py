"""Panels like the one at hand: its short-run movements dealt anew, and its clubs made a continuum."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from panelkit.evaluation.clubs.procedure import Clustered, Procedure
from panelkit.evaluation.clubs.trend import hodrick_prescott
from panelkit.kernels.steps import steps_of
from panelkit.kernels.within import FloatArray

SMOOTHING = 400.0
"""Where clubs are found without a trend, movements around the trend of Phillips and Sul are dealt."""


def redrawn(values: FloatArray, smoothing: float, block: int, rng: np.random.Generator) -> FloatArray:
    """Return trends with the movements around them of other years, (N, T).

    Blocks of consecutive years are drawn, those of the last year followed by those of the first; all units take those
    of the same years, so that what moves together still does.
    """
    trend = hodrick_prescott(values, smoothing)
    periods = values.shape[1]
    starts = rng.integers(0, periods, size=-(-periods // block))
    years = (starts[:, None] + np.arange(block)).ravel()[:periods] % periods
    return np.asarray(trend + (values - trend)[:, years])


def continuum(values: FloatArray, rng: np.random.Generator) -> FloatArray:
    """Return the panel with units spread as a normal sample, (N, T): no clubs, the same path of the variation.

    With m_t and s_t mean and standard deviation by period, a unit is m_t + s_t (a_i + r_it), a_i its mean standardised
    place. The places become those of a sample of the normal distribution with the same mean and variance, in the order
    that the units have; r_it stays.
    """
    mean, spread = values.mean(axis=0), values.std(axis=0)
    place = (values - mean) / spread
    own = place.mean(axis=1)
    drawn = np.sort(rng.standard_normal(len(own)))
    drawn = (drawn - drawn.mean()) / drawn.std() * own.std() + own.mean()
    moved = np.empty_like(own)
    moved[np.argsort(own, kind="stable")] = drawn
    return np.asarray(mean + spread * (place - own[:, None] + moved[:, None]))


def groups(labels: NDArray[np.intp]) -> int:
    """Return how many clubs there are, units of none (0) counted as one each."""
    return int(labels.max(initial=0) + (labels == 0).sum())


def together(labels: NDArray[np.intp]) -> NDArray[np.bool_]:
    """Return which units lie in one club, (N, N)."""
    return np.asarray((labels[:, None] == labels[None, :]) & (labels > 0)[:, None])


def shares_together(
    values: FloatArray, procedure: Procedure, reps: int, block: int, rng: np.random.Generator
) -> tuple[FloatArray, NDArray[np.intp]]:
    """Return how often two units lie in one club in redrawn panels (N, N), and the labels (reps, N)."""
    smoothing = SMOOTHING if procedure.trend is None else procedure.trend
    panels = (redrawn(values, smoothing, block, rng) for _ in steps_of(range(reps), reps))
    labels = np.array([procedure.of(panel).final.labels(len(values)) for panel in panels])
    return np.mean([together(row) for row in labels], axis=0), labels


def tightness(found: Clustered) -> float:
    """Return how far clubs lie apart in the last period: variance between over within, by degrees of freedom.

    The pseudo-F of Calinski and Harabasz (1974), units of none a group each; 0 where there is one group.
    """
    last = found.x[:, -1]
    labels = found.final.labels(len(last))
    alone = np.flatnonzero(labels == 0)
    labels[alone] = labels.max(initial=0) + 1 + np.arange(len(alone))
    number, count = len(np.unique(labels)), len(last)
    if number in (1, count):
        return 0.0
    sums, sizes = np.bincount(labels, last), np.bincount(labels)
    within = float(((last - (sums / np.maximum(sizes, 1))[labels]) ** 2).sum())
    between = float(((last - last.mean()) ** 2).sum()) - within
    return between / (number - 1) / (within / (count - number))


def tightness_of_continua(
    values: FloatArray, procedure: Procedure, reps: int, rng: np.random.Generator
) -> FloatArray:
    """Return how far clubs lie apart in panels without clubs, (reps,)."""
    return np.array([tightness(procedure.of(continuum(values, rng))) for _ in steps_of(range(reps), reps)])
