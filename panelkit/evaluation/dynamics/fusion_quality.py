"""How well the system dynamics of fusion follow the figures, in the sample and held out, beside rivals."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from panelkit.evaluation.dynamics.rivals import log_trend, random_walk
from panelkit.evaluation.dynamics.shared_rates import SharedRates, shared_rates
from panelkit.evaluation.dynamics.theil import theil
from panelkit.evaluation.dynamics.trajectories import paths
from panelkit.results.fit import FloatArray
from panelkit.show.brief import Brief

_STATISTICS = ("rmse", "u", "u_mean", "u_spread", "u_covariance")
RIVALS = ("fusion", "logistic", "trend", "random_walk")


@dataclass(frozen=True, eq=False)
class Fed(Brief):
    """What a policy brings to the stocks (N, T, 2) in their means, None where there is no policy."""

    policy: FloatArray | None = None

    def until(self, last: int) -> FloatArray | None:
        """Return it up to a period."""
        return None if self.policy is None else self.policy[:, :last]

    def inflow(self, fit: SharedRates, first: int, last: int) -> FloatArray | None:
        """Return the inflow (N, last - first, 2) of the periods between two dates."""
        if self.policy is None:
            return None
        part = self.policy[:, first : last + 1]
        return np.asarray(fit.feeds * 0.5 * (part[:, 1:] + part[:, :-1]))


def fit_statistics(stocks: FloatArray, fit: SharedRates, fed: Fed, names: tuple[str, str]) -> pd.DataFrame:
    """Return Theil's statistics by stock of the path from the first values, against stocks (N, T, 2) in own means."""
    last = stocks.shape[1] - 1
    made = paths(stocks[:, 0], fit.coefficients, last, fed.inflow(fit, 0, last))
    return pd.DataFrame([_row(names[at], made[:, 1:, at], stocks[:, 1:, at]) for at in (0, 1)])


def held_out(stocks: FloatArray, fed: Fed, holdout: int, names: tuple[str, str]) -> pd.DataFrame:
    """Return the errors of the last `holdout` periods by stock and model, each fitted to the periods before.

    Root mean squared error in means of the stock, its ratio to that of the random walk, and Theil's statistics. A
    province whose path has no end counts for no model.
    """
    last = stocks.shape[1] - holdout
    before, after = stocks[:, :last], stocks[:, last:]
    means = before.mean(axis=1, keepdims=True)
    made = {}
    for name in ("fusion", "logistic"):
        fed_before = fed.until(last)
        scaled = None if fed_before is None else fed_before / means
        fit = shared_rates(before / means, scaled, alone=name == "logistic")
        later = fed.inflow(fit, last - 1, stocks.shape[1] - 1)
        inflow = None if later is None else later / means
        made[name] = paths((before / means)[:, -1], fit.coefficients, holdout, inflow)[:, 1:] * means
    series = np.swapaxes(before, 1, 2)
    made["trend"] = np.swapaxes(log_trend(series, holdout)[..., last:], 1, 2)
    made["random_walk"] = np.swapaxes(random_walk(series, holdout), 1, 2)
    held = np.all([np.isfinite(one).all(axis=(1, 2)) for one in made.values()], axis=0)
    rows = []
    for at in (0, 1):
        part = [_row(names[at], made[name][held][:, :, at], after[held][:, :, at]) for name in RIVALS]
        walk = part[-1]["rmse"]
        rows += [
            {"model": name, **one, "to_random_walk": one["rmse"] / walk if walk > 0.0 else np.nan}
            for name, one in zip(RIVALS, part, strict=True)
        ]
    return pd.DataFrame(rows)


def _row(name: str, made: FloatArray, actual: FloatArray) -> dict[str, Any]:
    if not made.size:
        return dict.fromkeys(("stock", *_STATISTICS), np.nan) | {"stock": name}
    found = theil(made.ravel(), actual.ravel())
    return {
        "stock": name,
        "rmse": float(np.sqrt(((made - actual) ** 2).mean())),
        "u": float(found.u),
        "u_mean": float(found.u_mean),
        "u_spread": float(found.u_spread),
        "u_covariance": float(found.u_covariance),
    }
