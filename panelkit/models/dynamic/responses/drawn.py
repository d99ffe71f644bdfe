"""Draws of a vector autoregression: units drawn again, or coefficients from their normal distribution."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from panelkit.kernels.rng import as_generator, seed_of
from panelkit.kernels.within import FloatArray
from panelkit.language.errors import ConvergenceError, SpecError
from panelkit.language.message import Message, message
from panelkit.language.spelt import option
from panelkit.models.dynamic.responses.arrays import largest_root
from panelkit.models.dynamic.responses.asked import LEAST_REPS, Bands
from panelkit.results.derived import Uncertainty
from panelkit.show.brief import Brief

_SINGULAR = 1e-12  # of the correlations' roots, whose mean is one: below, rounding


@dataclass(frozen=True, eq=False)
class Draws(Brief):
    """Draws that can be used: `coefficients` (R, p, m, m), `sigma` (R, m, m).

    `discarded` have no covariance of errors that a shock could be taken from; `unstable` of the R have a root on or
    outside the unit circle, and are kept. `by` is the column whose clusters were drawn, where units were not.
    """

    coefficients: FloatArray
    sigma: FloatArray
    how: Bands
    asked: int
    seed: int | None
    discarded: int
    unstable: int
    by: str | None = None

    @property
    def uncertainty(self) -> Uncertainty:
        """Return how the draws were made, for the table."""
        method: Any = "bootstrap" if self.how == "bootstrap" else "draws"
        return Uncertainty(method=method, reps=self.asked, seed=self.seed, discarded=self.discarded)

    def notes(self) -> tuple[Message, ...]:
        """Return what a reader must know of the draws."""
        said = [_made(self.how, self.asked, self.seed, self.by)]
        if self.discarded:
            said.append(
                message(
                    "{discarded:,} of {asked:,} draws left: their coefficients or the covariance of their errors could "
                    "not be worked out",
                    discarded=self.discarded,
                    asked=self.asked,
                )
            )
        if self.unstable:
            said.append(
                message(
                    "{unstable:,} of {held:,} draws have a root on or outside the unit circle; the bands hold them, "
                    "and open with the horizon",
                    unstable=self.unstable,
                    held=len(self.sigma),
                )
            )
        return tuple(said)


def _made(how: Bands, reps: int, seed: int | None, by: str | None) -> Message:
    chance = message("a generator of the caller's") if seed is None else message("seed {seed}", seed=seed)
    if how == "bootstrap" and by is not None:
        return message(
            "bands: whole clusters of `{by}` drawn again {reps:,} times, coefficients, {period} effects and covariance "
            "of the errors worked out anew each time ({chance})",
            by=by,
            reps=reps,
            chance=chance,
        )
    if how == "bootstrap":
        return message(
            "bands: whole {units} drawn again {reps:,} times, coefficients, {period} effects and covariance of the "
            "errors worked out anew each time ({chance})",
            reps=reps,
            chance=chance,
        )
    return message(
        "bands: {reps:,} draws of the coefficients from their normal distribution, the covariance of the errors held "
        "fixed ({chance})",
        reps=reps,
        chance=chance,
    )


def draw(fit: Any, how: Bands, reps: int, rng: int | np.random.Generator) -> Draws:
    """Return `reps` draws of a fitted panel VAR.

    Parameters
    ----------
    fit
        A `PanelVARFit`: `resample(reps, rng)`, `draw(reps, rng)`, `sigma`.
    how
        "bootstrap": units with everything that belongs to them; "monte-carlo": vec(A) is normal, Sigma fixed, as
        `pvarirf` draws.
    reps, rng
        How many, and the chance.

    Raises
    ------
    ConvergenceError
        If fewer than 99 draws, or fewer than half, can be used.
    """
    chance = as_generator(rng)
    if how == "bootstrap":
        coefficients, sigma = fit.resample(reps, chance)
    else:
        coefficients = fit.draw(reps, chance)
        sigma = np.broadcast_to(fit.sigma, (reps, *np.shape(fit.sigma)))
    held = usable(coefficients, sigma)
    if held.sum() < max(LEAST_REPS, reps // 2):
        raise ConvergenceError(
            message(
                "only {held:,} of {reps:,} draws can be used: the panel is too small for this model; "
                "take fewer lags or variables, or {bands}",
                bands=option("bands", "monte-carlo"),
                held=int(held.sum()),
                reps=reps,
            )
        )
    kept = np.asarray(coefficients)[held]
    return Draws(
        coefficients=kept,
        sigma=np.asarray(sigma)[held],
        how=how,
        asked=int(reps),
        seed=seed_of(rng),
        discarded=int((~held).sum()),
        unstable=int((largest_root(kept) >= 1.0).sum()),
        by=fit.spec.cluster,
    )


def require_finite(values: FloatArray, draws: FloatArray | None, horizon: int) -> None:
    """Refuse numbers that have left the range of numbers: explosive roots, asked too far ahead.

    Raises
    ------
    SpecError
        With the number of draws, or that it is the estimate itself.
    """
    if not np.isfinite(values).all():
        raise SpecError(
            message(
                "the model explodes: at horizon {horizon} its numbers overflow; take a shorter one",
                horizon=horizon,
            )
        )
    if draws is not None and not np.isfinite(draws).all():
        raise SpecError(
            message(
                "{count:,} draws explode: at horizon {horizon} their numbers overflow; take a shorter "
                "one, changes of the variables, or {bands}",
                bands=option("bands", "none"),
                count=int((~np.isfinite(draws).all(axis=(-3, -2, -1))).sum()),
                horizon=horizon,
            )
        )


def usable(coefficients: FloatArray, sigma: FloatArray) -> NDArray[np.bool_]:
    """Mark the draws (R,) that are finite and have a positive definite covariance of the errors.

    A covariance counts as singular where the correlations of the errors have a root of nearly zero.
    """
    spread = np.sqrt(np.abs(np.diagonal(sigma, axis1=-2, axis2=-1)))
    finite = np.isfinite(coefficients).all(axis=(-3, -2, -1)) & np.isfinite(sigma).all(axis=(-2, -1))
    held = np.flatnonzero(finite & (spread > 0.0).all(axis=-1))
    made = np.asarray(sigma)[held] / (spread[held][:, :, None] * spread[held][:, None, :])
    marks = np.zeros(len(spread), dtype=bool)
    marks[held] = np.linalg.eigvalsh(made)[:, 0] > _SINGULAR
    return marks
