"""A Lotka-Volterra system of two series alone: estimate, draws, and the test against two curves without effects.

A dozen values hold three coefficients a stock and their errors, so that t statistics of least squares say little. The
errors of the fit are drawn again, both stocks together, and the estimate is made in every drawn path; the p-values come
from paths in which neither stock acts on the other. In a panel the errors of a unit are those of another, whole and in
its own spread, under a random sign: what hangs together over the years stays so. Of fewer than `ENOUGH_UNITS` the
errors are drawn year by year.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from panelkit.evaluation.dynamics.integral_regression import integrals, inverse_or_nan, log_changes
from panelkit.evaluation.dynamics.resampled import shocked_paths, usable
from panelkit.results.fit import FloatArray
from panelkit.show.brief import Brief

ENOUGH_UNITS = 5  # to draw vectors from


@dataclass(frozen=True, eq=False)
class OneSystem(Brief):
    """Coefficients (..., 2, 3), errors (..., m, 2) and t of the cross effects (..., 2)."""

    coefficients: FloatArray
    errors: FloatArray
    t: FloatArray


def one_system(stocks: FloatArray, *, alone: bool = False) -> OneSystem:
    """Return the fit of positive pairs of series (..., T, 2); with `alone` neither acts on the other, and t is NaN.

    NaN where regressors are collinear.
    """
    x = np.moveaxis(stocks, -1, -2)
    held, changes = integrals(x), log_changes(x)
    columns = [held] if alone else [held, held[..., ::-1, :]]
    regressors = np.stack([part - part.mean(axis=-1, keepdims=True) for part in columns], axis=-1)
    y = changes - changes.mean(axis=-1, keepdims=True)
    before = np.sqrt(np.stack([(part**2).sum(axis=-1) for part in columns], axis=-1))
    inverse = inverse_or_nan(np.swapaxes(regressors, -1, -2) @ regressors, before)
    slopes = (inverse @ (np.swapaxes(regressors, -1, -2) @ y[..., None]))[..., 0]
    errors = y - (regressors @ slopes[..., None])[..., 0]
    means = np.stack([part.mean(axis=-1) for part in columns], axis=-1)
    growth = changes.mean(axis=-1) - (means * slopes).sum(axis=-1)
    cross = np.zeros_like(growth) if alone else slopes[..., 1]
    degrees = max(changes.shape[-1] - 1 - len(columns), 1)
    with np.errstate(invalid="ignore", divide="ignore"):
        spread = np.sqrt((errors**2).sum(axis=-1) / degrees * inverse[..., -1, -1])
        t = np.full_like(growth, np.nan) if alone else cross / spread
    return OneSystem(np.stack([growth, slopes[..., 0], cross], axis=-1), np.swapaxes(errors, -1, -2), t)


def drawn_systems(stocks: FloatArray, fit: OneSystem, reps: int, rng: np.random.Generator) -> OneSystem:
    """Return the fit with effects in paths drawn from `fit`, (reps, N, ...): of pairs (N, T, 2) in means of their
    own.

    Draws without an estimate, because the path grew beyond bounds, are NaN.
    """
    units, periods = fit.errors.shape[:2]
    free = int((fit.coefficients[0, 0] != 0.0).sum())
    errors = fit.errors * np.sqrt(periods / max(periods - free, 1))
    drawn = _of_others(errors, reps, rng) if units >= ENOUGH_UNITS else _by_year(errors, reps, rng)
    made = shocked_paths(stocks[:, 0], fit.coefficients, drawn)
    held = usable(made)[..., None, None]
    again = one_system(np.where(held, made, stocks))
    return OneSystem(
        np.where(held, again.coefficients, np.nan),
        np.where(held, again.errors, np.nan),
        np.where(held[..., 0], again.t, np.nan),
    )


def _of_others(errors: FloatArray, reps: int, rng: np.random.Generator) -> FloatArray:
    """Return whole vectors of units drawn at random (reps, N, m, 2), in the spread of the unit that takes them."""
    units = len(errors)
    spread = errors.std(axis=1, keepdims=True)
    alike = errors / np.where(spread > 0.0, spread, 1.0)
    signs = rng.choice([-1.0, 1.0], size=(reps, units, 1, 1))
    return np.asarray(signs * alike[rng.integers(0, units, (reps, units))] * spread)


def _by_year(errors: FloatArray, reps: int, rng: np.random.Generator) -> FloatArray:
    """Return errors whose years are drawn at random within a unit (reps, N, m, 2)."""
    units, periods = errors.shape[:2]
    at = rng.integers(0, periods, (reps, units, periods))
    return np.asarray(errors[np.arange(units)[None, :, None], at])


def chance_of(t: FloatArray, null: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return one-sided p-values (N, 2) of positive and of negative effects, of t (N, 2) among its draws (B, N, 2).

    A draw without a t counts as farther out.
    """
    lost = np.isnan(null)
    return tuple(  # type: ignore[return-value]
        np.asarray((1.0 + (far | lost).sum(axis=0)) / (1.0 + len(null))) for far in (null >= t, null <= t)
    )
