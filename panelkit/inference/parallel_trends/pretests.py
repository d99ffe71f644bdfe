"""Two pre-tests as regions of the leads: the joint test, and the look whether one lead is significant alone.

Leads are N(delta, Sigma). With estimated covariances the regions are as wide as an independent s makes them, s^2 a
chi-square(nu) / df: with nu = df - k + 1 the joint region is that of Hotelling's T^2 exactly (its quadratic form is a
chi-square(k) over such an s^2), and with nu = df the region of single t tests is that of one estimated scale.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np

from panelkit.inference.parallel_trends.boxes import in_box
from panelkit.kernels.within import FloatArray
from panelkit.results.students_t import t_quantile
from panelkit.show.brief import Brief

# a probability to pass below which a mean of those who pass is rounding
_NEVER = 1e-12


@dataclass(frozen=True, eq=False)
class Passed(Brief):
    """Probability to pass and its numerical error; mean of the leads where they do (k,), missing where none does."""

    probability: float
    mean: FloatArray
    error: float = 0.0


class PreTest(Protocol):
    """What lets leads pass."""

    @property
    def sigma(self) -> FloatArray:
        """Return the covariance of the leads, (k, k)."""

    def passes(self, delta: FloatArray) -> Passed:
        """Return how leads around `delta` (k,) pass."""
        ...


@dataclass(frozen=True, eq=False)
class Joint(Brief):
    """The Wald test of all leads: chi-square where df is infinite, else Hotelling's T^2."""

    sigma: FloatArray
    level: float
    df: float

    @property
    def k(self) -> int:
        """Return the number of leads."""
        return len(self.sigma)

    @property
    def df_second(self) -> float:
        """Return the second degrees of freedom of F, df - k + 1."""
        return self.df - self.k + 1.0 if np.isfinite(self.df) else np.inf

    @property
    def to_f(self) -> float:
        """Return what the quadratic form is multiplied by to have an F distribution."""
        return self.df_second / (self.df * self.k) if np.isfinite(self.df) else 1.0 / self.k

    @property
    def critical(self) -> float:
        """Return the quadratic form at which the test rejects."""
        from scipy import special

        if not np.isfinite(self.df):
            return float(special.chdtri(self.k, self.level))
        return float(special.fdtri(self.k, self.df_second, 1.0 - self.level)) / self.to_f

    def noncentrality(self, delta: FloatArray) -> float:
        """Return delta' Sigma^-1 delta."""
        return float(delta @ np.linalg.solve(self.sigma, delta))

    def passes(self, delta: FloatArray) -> Passed:
        """Return how leads around `delta` pass: noncentral F, and its moments with two more degrees of freedom."""
        from scipy import stats

        ncp = self.noncentrality(delta)
        if not np.isfinite(self.df):
            inside, shrunk = (float(_chi_square(self.critical, self.k + more, ncp)) for more in (0, 2))
            return Passed(inside, _mean(delta, shrunk, inside))
        inside = float(stats.ncf.cdf(self.critical * self.to_f, self.k, self.df_second, ncp))
        limits = self.critical * _scale_squared(self.df_second) * self.df_second / self.df
        shrunk, plain = (float(_chi_square(limits, self.k + more, ncp).mean()) for more in (2, 0))
        return Passed(inside, _mean(delta, shrunk, plain))


@dataclass(frozen=True, eq=False)
class Single(Brief):
    """No lead is significant alone, as an event-study figure is read."""

    sigma: FloatArray
    level: float
    df: float

    def passes(self, delta: FloatArray) -> Passed:
        """Return how leads around `delta` pass, by quasi-random points."""
        half = float(t_quantile(1.0 - self.level, self.df)) * np.sqrt(np.diag(self.sigma))
        found = in_box(delta, self.sigma, half, self.df)
        mean = found.mean if found.mass > _NEVER else np.full(len(delta), np.nan)
        return Passed(found.mass, mean, found.error)


def slope_with_power(test: PreTest, shape: FloatArray, power: float) -> float:
    """Return how many times a path (k,) is found with a power.

    The power rises from the level of the test at 0 to 1. The search begins where the path is one error long: far beyond
    what a test finds, the noncentral F of scipy is missing.
    """
    from scipy.optimize import brentq

    def missed(times: float) -> float:
        return 1.0 - test.passes(times * shape).probability - power

    top = 1.0 / float(np.sqrt(shape @ np.linalg.solve(test.sigma, shape)))
    while missed(top) < 0.0:
        top *= 2.0
    return float(brentq(missed, 0.0, top, xtol=1e-9 * top, rtol=1e-9))


def _mean(delta: FloatArray, shrunk: float, inside: float) -> FloatArray:
    return delta * shrunk / inside if inside > _NEVER else np.full(len(delta), np.nan)


def _chi_square(limit: float | FloatArray, k: int, ncp: float) -> FloatArray:
    from scipy import stats

    return np.asarray(stats.ncx2.cdf(limit, k, ncp) if ncp > 0.0 else stats.chi2.cdf(limit, k))


def _scale_squared(df: float) -> FloatArray:
    """Return the middle of 512 equal shares of s^2, a chi-square(df) / df."""
    from scipy import special

    shares = (np.arange(512) + 0.5) / 512
    return special.chdtri(df, shares) / df
