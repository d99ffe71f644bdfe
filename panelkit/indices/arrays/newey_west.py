"""The linear trend of a short series with Newey-West errors, as statsmodels computes it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from panelkit.language.errors import SpecError
from panelkit.language.message import message
from panelkit.results.fit import FloatArray, t_quantile, t_survival

LEAST = 5


@dataclass(frozen=True)
class Trend:
    """Slope a period, its Newey-West standard error (Bartlett, n/(n-2)), 95 % interval and two-sided p from t(n-2)."""

    slope: float
    std_error: float
    low: float
    high: float
    p_value: float


def newey_west_trend(values: FloatArray, lags: int) -> Trend:
    """Return the linear trend of values (n,) with Newey-West errors of so many lags.

    `convergence.trend` is the test of a trend, with simulated critical values, from ten values on; the two agree but
    for the last digit of a float.

    Raises
    ------
    SpecError
        If there are fewer than five values.
    """
    n = len(values)
    if n < LEAST:
        raise SpecError(message("a trend of {n} values says nothing: take five at least", n=n))
    from statsmodels.regression.linear_model import OLS

    X = np.column_stack([np.ones(n), np.arange(n, dtype=float)])
    fit = OLS(values, X).fit(cov_type="HAC", cov_kwds={"maxlags": lags, "use_correction": True}, use_t=True)
    slope, error = float(fit.params[1]), float(fit.bse[1])
    half = float(t_quantile(0.95, float(n - 2))) * error
    p = float(t_survival(np.array(slope / error), float(n - 2)))
    return Trend(slope, error, slope - half, slope + half, p)
