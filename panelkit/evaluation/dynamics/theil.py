"""Theil's inequality statistics of a simulated series: how large the error is, and what it is made of."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from panelkit.results.fit import FloatArray
from panelkit.show.brief import Brief


@dataclass(frozen=True, eq=False)
class Theil(Brief):
    """U (...,) between 0 and 1, and the shares of the mean squared error by mean, spread and covariance.

    A simulation that hits every value has no error to share out: U is 0 and the shares are NaN.
    """

    u: FloatArray
    u_mean: FloatArray
    u_spread: FloatArray
    u_covariance: FloatArray


def theil(simulated: FloatArray, actual: FloatArray) -> Theil:
    """Return Theil's statistics over the last axis (Theil 1966; Sterman 1984, for system dynamics).

    U = rms(error) / (rms(simulated) + rms(actual)); U_M = (difference of means)^2, U_S = (difference of standard
    deviations)^2 and U_C = 2 (1 - r) s s', each over the mean squared error: they sum to one.
    """
    error = ((simulated - actual) ** 2).mean(axis=-1)
    means, spreads = zip(
        *((part.mean(axis=-1), part.std(axis=-1)) for part in (simulated, actual)), strict=True
    )
    together = ((simulated - means[0][..., None]) * (actual - means[1][..., None])).mean(axis=-1)
    with np.errstate(invalid="ignore", divide="ignore"):
        size = np.sqrt((simulated**2).mean(axis=-1)) + np.sqrt((actual**2).mean(axis=-1))
        shares = [
            np.asarray(part / np.where(error > 0.0, error, np.nan))
            for part in (
                (means[0] - means[1]) ** 2,
                (spreads[0] - spreads[1]) ** 2,
                2.0 * (spreads[0] * spreads[1] - together),
            )
        ]
        return Theil(np.asarray(np.sqrt(error) / size), *shares)
