"""The algebra of an omitted variable (Cinelli and Hazlett 2020): shares of variance in, estimates and errors out.

D is the term, Y the outcome, X the other regressors and effects, Z a confounder. r2_d is the share of D's variance,
beside X, that Z explains, r2_y the share of Y's, beside X and D. With spread = sd(Y | D, X) / sd(D | X),
bias = spread sqrt(r2_y r2_d / (1 - r2_d)), exactly, whatever the covariance. The standard error becomes
std_error sqrt((1 - r2_y) / (1 - r2_d)) sqrt(df / (df - 1)): exactly under independent errors, and under a sandwich if
Z takes equal shares of the products of errors and regressors everywhere.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt

import numpy as np

from panelkit.inference.focal import Focal
from panelkit.kernels.within import FloatArray
from panelkit.language.errors import SpecError
from panelkit.language.message import message
from panelkit.results.students_t import t_quantile
from panelkit.show.brief import Brief


@dataclass(frozen=True, eq=False)
class Adjusted(Brief):
    """What an estimate, its standard error and its t would be with a confounder beside them, arrays of one shape."""

    estimate: FloatArray
    std_error: FloatArray
    t: FloatArray


@dataclass(frozen=True, eq=False)
class Exposed(Brief):
    """A coefficient that a confounder may have moved: `df_resid` are rows less regressors and effects."""

    estimate: float
    std_error: float
    df: float
    df_resid: int
    spread: float

    @property
    def df_beside(self) -> float:
        """Return the df of t with one more regressor: one less where rows are counted, as before for clusters."""
        return self.df - 1.0 if self.df == self.df_resid else self.df

    @property
    def inflation(self) -> float:
        """Return by how much one more regressor raises a standard error that divides by df."""
        return sqrt(self.df_resid / (self.df_resid - 1.0))

    def beside(self, r2_d: FloatArray, r2_y: FloatArray) -> Adjusted:
        """Return the coefficient beside a confounder of these shares, which works against its sign."""
        bias = self.spread * np.sqrt(r2_y * r2_d / (1.0 - r2_d))
        estimate = self.estimate - np.copysign(bias, self.estimate)
        error = self.std_error * np.sqrt((1.0 - r2_y) / (1.0 - r2_d)) * self.inflation
        with np.errstate(divide="ignore", invalid="ignore"):
            return Adjusted(estimate, error, estimate / error)

    def robustness(self, q: float, alpha: float | None) -> float:
        """Return the share of both variances that takes the share `q` off the estimate, or off its significance."""
        f = q * abs(self.estimate) / self.spread
        if alpha is None:
            return robustness_value_of(f)
        critical = float(t_quantile(1.0 - alpha, self.df_beside)) * self.inflation
        return robustness_value_of(f, critical * self.std_error / self.spread)


def exposed(one: Focal) -> Exposed:
    """Return a coefficient as the algebra needs it.

    Raises
    ------
    SpecError
        If the fit has no degree of freedom for one more regressor.
    """
    if one.df_resid < 2:
        raise SpecError(
            message("one degree of freedom is left: no confounder could stand beside the regressors")
        )
    return Exposed(one.estimate, one.std_error, one.df, one.df_resid, one.spread)


def robustness_value_of(f: float, critical: float = 0.0) -> float:
    """Return the robustness value of f = q |estimate| / spread with the critical value in the same unit.

    The least r such that a confounder with r2_d <= r and r2_y <= r brings f down to the critical value. Where
    f critical > 1 it does most harm with less than r of the outcome.
    """
    left = f - critical
    if not left > 0.0:
        return 0.0
    if f * critical > 1.0:
        return (f**2 - critical**2) / (1.0 + f**2)
    return 0.5 * (sqrt(left**4 + 4.0 * left**2) - left**2)


def benchmark_shares(
    r2_d: float, r2_y: float, times_d: FloatArray, times_y: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Return the shares of a confounder so many times as strong as an observed regressor; not a number beyond one.

    Parameters
    ----------
    r2_d
        Share of D that the observed regressor explains beside the other regressors.
    r2_y
        Share of Y that it explains beside these and D.
    times_d, times_y
        By how much the confounder is stronger, (m,) each.

    Returns
    -------
    Its shares (m,) of D and of Y; a bound of the second beyond one is one.
    """
    f2_d, f2_y = r2_d / (1.0 - r2_d), r2_y / (1.0 - r2_y)
    with np.errstate(divide="ignore", invalid="ignore"):
        shared = times_d * r2_d**2 / ((1.0 - times_d * r2_d) * (1.0 - r2_d))
        share_d = times_d * f2_d
        possible = (times_d * r2_d < 1.0) & (shared < 1.0) & (share_d < 1.0)
        grown = (np.sqrt(times_y) + np.sqrt(shared)) / np.sqrt(1.0 - shared)
        share_y = np.minimum(grown**2 * f2_y, 1.0)
    return np.where(possible, share_d, np.nan), np.where(possible, share_y, np.nan)
