"""What a confounder of mediator and outcome would have to be to undo an indirect effect."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from panelkit.inference.confounding import ErrorMoments, error_moments, explained_share
from panelkit.language.errors import SpecError
from panelkit.models.mediation.estimates import MediationEstimates
from panelkit.models.mediation.words import Said
from panelkit.results.fit import FloatArray, Language
from panelkit.show.brief import Brief

if TYPE_CHECKING:
    from panelkit.show.canvas import Figure

GRID = np.round(np.linspace(-0.95, 0.95, 191), 2)
# Below this a confounder that explains three tenths of what is left of mediator and outcome each undoes the effect.
FRAGILE = 0.3


@dataclass(frozen=True, eq=False)
class Sensitivity(Brief):
    """The sensitivity of the effect through one mediator (Imai, Keele and Yamamoto 2010), after the fixed effects.

    `rho_zero`: the correlation of the errors of mediator and outcome equation at which the effect is zero, with its
    percentile interval. `r2_residual` = rho_zero^2: the product of the shares of residual variance of mediator and
    outcome that one confounder must explain; `r2_total`: the same of their whole within variance.
    """

    mediator: str
    estimate: float
    rho_zero: float
    rho_low: float
    rho_high: float
    r2_residual: float
    r2_total: float
    level: float
    before: FloatArray = field(repr=False)
    errors: ErrorMoments = field(repr=False)
    before_draws: FloatArray = field(repr=False)
    error_draws: ErrorMoments = field(repr=False)

    def curve(self, rho: Sequence[float] | FloatArray = GRID) -> pd.DataFrame:
        """Return the effect at each correlation: `rho, estimate, conf_low, conf_high`.

        Raises
        ------
        SpecError
            If a correlation lies outside (-1, 1).
        """
        values = np.atleast_1d(np.asarray(rho, dtype=np.float64))
        if not (np.abs(values) < 1.0).all():
            raise SpecError("a correlation of error terms lies strictly between -1 and 1")
        draws = self.before_draws[:, None] * self.error_draws.slope(values)
        tail = (1.0 - self.level) / 2.0
        low, high = np.nanquantile(draws, [tail, 1.0 - tail], axis=0)
        estimate = (self.before[:, None] * self.errors.slope(values))[0]
        return pd.DataFrame({"rho": values, "estimate": estimate, "conf_low": low, "conf_high": high})

    def at(self, rho: float) -> float:
        """Return the effect if the error terms are correlated by rho."""
        return float(self.curve([rho])["estimate"].iloc[0])

    @property
    def rho_covered(self) -> float:
        """Return the correlation nearest to zero, on a grid of 0.01, whose interval holds zero."""
        curve = self.curve()
        inside = curve[(curve["conf_low"] <= 0.0) & (curve["conf_high"] >= 0.0)]["rho"]
        return float(inside.iloc[inside.abs().argmin()]) if len(inside) else float("nan")

    @property
    def fragile(self) -> bool:
        """Return whether a correlation below 0.3 undoes the effect, or the correlation has no value."""
        return not abs(self.rho_zero) >= FRAGILE

    def said(self) -> Said:
        """Return the sensitivity as a sentence."""
        en = (
            f"the effect through `{self.mediator}` is zero if the errors of mediator and outcome equation are "
            f"correlated by {self.rho_zero:.2f}; a confounder that explains {abs(self.rho_zero):.0%} of what is left "
            f"of each does that (product of the shares {self.r2_residual:.3f}; of the whole within variance "
            f"{self.r2_total:.3f})"
        )
        zh = (
            f"若中介方程与结果方程误差项的相关系数为{self.rho_zero:.2f}，经“{self.mediator}”的效应即为零；"
            f"一个混杂因素只需分别解释二者剩余变动的{abs(self.rho_zero):.0%}"
            f"（份额之积{self.r2_residual:.3f}；按组内总变动计{self.r2_total:.3f}）"
        )
        if self.fragile:
            en += f": fragile, below {FRAGILE}"
            zh += f"：低于{FRAGILE}，结论脆弱"
        return Said(en, zh)

    def plot(self, *, language: Language = "en", title: str | None = None) -> Figure:
        """Return the effect against the correlation of the error terms."""
        from panelkit.show import figures

        return figures.sensitivity_curve(self.curve(), zero_at=self.rho_zero, language=language, title=title)


def sensitivity_of(result: MediationEstimates, mediator: int, level: float) -> Sensitivity:
    """Return the sensitivity of the effect through one mediator of a result."""
    system, column = result.system, result.mediators[mediator]
    outcome = len(system.labels) - 1
    equation = next(e for e in system.equations if e.name == "outcome")
    products = [at for j, at in result.products if j == column and at in equation.regressors]
    regressors = [j for j in equation.regressors if j != column and j not in products]
    whole = system.refit(np.ones((1, system.n_groups)))
    errors = error_moments(whole, regressors, column, outcome, products)
    drawn = error_moments(result.swept_draws, regressors, column, outcome, products)
    theta = system.theta[None]
    before = _before(result, theta, mediator)
    tail = (1.0 - level) / 2.0
    low, high = np.nanquantile(drawn.correlation, [tail, 1.0 - tail])
    rho = float(errors.correlation[0])
    explained = [
        explained_share(whole[0], regressors, column),
        explained_share(whole[0], equation.regressors, outcome),
    ]
    left = float(np.prod([max(1.0 - share, 0.0) for share in explained]))
    return Sensitivity(
        mediator=system.labels[column],
        estimate=float(before[0] * errors.slope(np.zeros(1))[0, 0]),
        rho_zero=rho,
        rho_low=float(low),
        rho_high=float(high),
        r2_residual=rho**2,
        r2_total=rho**2 * left,
        level=level,
        before=before,
        errors=errors,
        before_draws=_before(result, result.theta_draws, mediator),
        error_draws=drawn,
    )


def _before(result: MediationEstimates, theta: FloatArray, mediator: int) -> FloatArray:
    """Return the effect of the treatment on a mediator over all routes that end in it, (B,)."""
    paths = result.paths
    total = np.zeros(len(theta))
    for route in paths.routes:
        if route[-1] != mediator:
            continue
        value = theta[:, paths.first[route[0]]]
        for i, j in pairwise(route):
            value = value * theta[:, paths.between[j][i]]
        total = total + value
    return total
