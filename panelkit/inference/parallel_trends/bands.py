"""Bands that hold at all event times at once (Montiel Olea and Plagborg-Moller 2019, algorithm 1)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from panelkit.inference.parallel_trends.effects import degrees_of
from panelkit.inference.parallel_trends.path import read_path
from panelkit.kernels.within import FloatArray
from panelkit.language.message import Message, message
from panelkit.language.options import check_confidence
from panelkit.results.students_t import t_quantile
from panelkit.show.brief import Brief

_POWER_OF_TWO = 14


@dataclass(frozen=True, kw_only=True, eq=False)
class UniformBands(Brief):
    """Intervals of each event time and the band of all.

    `critical`: how many standard errors the band reaches, `pointwise` how many an interval. `table`: columns `event,
    estimate, std_error, conf_low, conf_high, band_low, band_high`.
    """

    critical: float
    pointwise: float
    level: float
    table: pd.DataFrame

    @property
    def note(self) -> Message:
        """Return what the band is, in a sentence."""
        return message(
            "uniform band ({level:.0%}, sup-t): {critical:.3f} standard errors, {pointwise:.3f} at one event time",
            level=self.level,
            critical=self.critical,
            pointwise=self.pointwise,
        )


def uniform_bands(
    result: Any,
    events: Sequence[float] | None = None,
    *,
    level: float = 0.95,
    df: float | str | None = None,
    seed: int = 0,
) -> UniformBands:
    """Return the sup-t band over a set of event times, with the intervals of each.

    Parameters
    ----------
    result
        An event study, or `EventPath`.
    events
        The event times that the band holds over; None takes all.
    level
        Probability with which the band covers all at once.
    df
        Degrees of freedom, or "welch" (see `pretrend_test`); None takes those of the result.
    seed
        Of the draws.

    Raises
    ------
    SpecError
        If there is no estimate at an event time, or the level is not between 0 and 1.
    """
    held = read_path(result)
    path = held if events is None else held.at(np.asarray(events, dtype=float))
    degrees = degrees_of(df, path)
    critical = sup_t(path.covariance, level=level, df=degrees, seed=seed)
    pointwise = float(t_quantile(level, degrees))
    se = np.sqrt(np.diag(path.covariance))
    columns = {"event": path.event, "estimate": path.estimate, "std_error": se}
    for name, reach in (("conf", pointwise), ("band", critical)):
        columns[f"{name}_low"] = path.estimate - reach * se
        columns[f"{name}_high"] = path.estimate + reach * se
    return UniformBands(critical=critical, pointwise=pointwise, level=level, table=pd.DataFrame(columns))


def sup_t(covariance: FloatArray, *, level: float = 0.95, df: float = float("inf"), seed: int = 0) -> float:
    """Return the quantile of the largest |t| among estimates with a covariance (k, k), which may be singular.

    A normal vector is a direction times a length: 16,384 quasi-random directions are drawn, and the length, a chi (or
    with finite `df` the root of an F, one estimated scale shared by all), is integrated out. Exact to some .001.

    Raises
    ------
    SpecError
        If the level is not between 0 and 1.
    """
    from scipy import special
    from scipy.optimize import brentq
    from scipy.stats import qmc

    level = check_confidence(level)
    spread = np.sqrt(np.diag(covariance))
    values, vectors = np.linalg.eigh(covariance / np.outer(spread, spread))
    kept = values > 1e-12 * values[-1]
    root = vectors[:, kept] * np.sqrt(values[kept])
    rank = root.shape[1]
    points = qmc.Sobol(rank, seed=np.random.default_rng(seed)).random_base2(_POWER_OF_TWO)
    normal = special.ndtri(np.clip(points, 1e-15, 1.0 - 1e-15))
    directions = normal / np.linalg.norm(normal, axis=1, keepdims=True)
    largest = np.abs(directions @ root.T).max(axis=1)

    def missed(critical: float) -> float:
        square = (critical / largest) ** 2
        if np.isfinite(df):
            return float(special.fdtr(rank, df, square / rank).mean()) - level
        return float(special.chdtr(rank, square).mean()) - level

    return float(brentq(missed, 1e-6, 10.0 * t_quantile(1.0 - (1.0 - level) / len(spread), df), xtol=1e-10))
