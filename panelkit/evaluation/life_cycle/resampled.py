"""Series drawn from a fitted curve: innovations of the AR(1) of its errors, resampled."""

from __future__ import annotations

import numpy as np

from panelkit.evaluation.life_cycle.fitting import Fits
from panelkit.evaluation.life_cycle.serial import LEAST_RHO, MOST_RHO, quasi_differenced
from panelkit.kernels.within import FloatArray


def innovations_of(fits: Fits) -> FloatArray:
    """Return the innovations (n,) of the one series of `fits`, centred, with the variance of its degrees of freedom."""
    n, k = fits.slopes.shape[-2:]
    made = quasi_differenced(fits.residuals[:1], fits.rho[:1])[0]
    made = made - made.mean()
    return np.asarray(made * np.sqrt(n / max(n - k - 1, 1)))


def drawn_series(fits: Fits, reps: int, rng: np.random.Generator) -> FloatArray:
    """Return series (reps, n) of the fitted curve plus AR(1) errors whose innovations are drawn with replacement.

    What the residuals leave open of the errors is drawn too: the autocorrelation about its estimate with its
    large-sample variance (1 - rho^2)/n over the square of the factor that takes its bias off, the variance by a
    chi-squared.
    """
    innovations = innovations_of(fits)
    n, k = fits.slopes.shape[-2:]
    rho = drawn_autocorrelation(float(fits.rho[0]), n, k, reps, rng)
    free = max(n - k - 1, 1)
    errors = rng.choice(innovations, size=(reps, n)) * np.sqrt(free / rng.chisquare(free, size=(reps, 1)))
    errors[:, 0] /= np.sqrt(1.0 - rho**2)
    for t in range(1, n):
        errors[:, t] += rho * errors[:, t - 1]
    return np.asarray(fits.values[0] + errors)


def drawn_autocorrelation(
    rho: float, n: int, parameters: int, reps: int, rng: np.random.Generator
) -> FloatArray:
    """Return autocorrelations (reps,) about the estimate, within the limits of `fitting.autocorrelation`."""
    spread = np.sqrt((1.0 - rho**2) / n) / max(1.0 - (parameters + 2) / n, 0.3)
    return np.asarray(np.clip(rho + spread * rng.standard_normal(reps), LEAST_RHO, MOST_RHO))
