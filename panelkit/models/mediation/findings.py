"""What the functions above a mediation result find: the mediated share, the sensitivity to a confounder."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

import numpy as np
import pandas as pd

from panelkit.inference.confounding import ErrorMoments
from panelkit.language.errors import SpecError
from panelkit.language.message import Message, message
from panelkit.results.fit import FloatArray, Language
from panelkit.show.brief import Brief

if TYPE_CHECKING:
    from panelkit.show.canvas import Figure

Kind = Literal["share", "suppression", "none"]
GRID = np.round(np.linspace(-0.95, 0.95, 191), 2)
# Below this a confounder that explains three tenths of what is left of mediator and outcome each undoes the effect.
FRAGILE = 0.3


@dataclass(frozen=True)
class Share:
    """`kind` "share": indirect / total; "suppression": |indirect / direct|, opposite signs; "none": neither."""

    kind: Kind
    value: float
    conf_low: float
    conf_high: float
    reason: Message


@dataclass(frozen=True, eq=False)
class ConfounderSensitivity(Brief):
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
            raise SpecError(message("a correlation of error terms lies strictly between -1 and 1"))
        draws = self.before_draws[:, None] * self.error_draws.slope(values)
        tail = (1.0 - self.level) / 2.0
        low, high = np.nanquantile(draws, [tail, 1.0 - tail], axis=0)
        estimate = (self.before[:, None] * self.errors.slope(values))[0]
        return pd.DataFrame({"rho": values, "estimate": estimate, "conf_low": low, "conf_high": high})

    def at(self, rho: float) -> float:
        """Return the effect if the error terms are correlated by rho."""
        return float(self.curve([rho])["estimate"].iloc[0])

    @property
    def fragile(self) -> bool:
        """Return whether a correlation below 0.3 undoes the effect, or the correlation has no value."""
        return not abs(self.rho_zero) >= FRAGILE

    def said(self) -> Message:
        """Return the sensitivity as a sentence."""
        told = message(
            "the effect through `{mediator}` is zero if the errors of mediator and outcome equation are correlated by "
            "{rho:.2f}; a confounder that explains {size:.0%} of what is left of each does that (product of the "
            "shares {residual:.3f}; of the whole within variance {total:.3f})",
            mediator=self.mediator,
            rho=self.rho_zero,
            size=abs(self.rho_zero),
            residual=self.r2_residual,
            total=self.r2_total,
        )
        return message("{told}: fragile, below {bound}", told=told, bound=FRAGILE) if self.fragile else told

    def plot(self, *, language: Language = "en", title: str | None = None) -> Figure:
        """Return the effect against the correlation of the error terms."""
        from panelkit.show import figures

        return figures.sensitivity_curve(self.curve(), zero_at=self.rho_zero, language=language, title=title)
