"""Sensitivity of an indirect effect to a confounder of mediator and outcome (Imai, Keele and Yamamoto 2010).

e1 is the residual of the outcome on treatment and controls (and other mediators), e2 that of the mediator on the
same. If the errors of mediator and outcome equation are correlated by rho, the effect of the mediator on the
outcome is (s1 / s2) (r - rho sqrt((1 - r2) / (1 - rho2))) with r = corr(e1, e2): it vanishes at rho = r.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from panelkit.core.brief import Brief
from panelkit.core.moments import regress
from panelkit.core.results import FloatArray


@dataclass(frozen=True, eq=False)
class ErrorMoments(Brief):
    """Ratio s1 / s2 and correlation r of the residuals e1 and e2, (B,) each; missing where nothing is left of one."""

    ratio: FloatArray
    correlation: FloatArray

    def slope(self, rho: FloatArray) -> FloatArray:
        """Return the effect of the mediator on the outcome at each rho (R,), shape (B, R)."""
        shrink = np.sqrt((1.0 - self.correlation**2)[:, None] / (1.0 - rho**2)[None, :])
        return self.ratio[:, None] * (self.correlation[:, None] - rho[None, :] * shrink)


def error_moments(swept: FloatArray, regressors: Sequence[int], mediator: int, outcome: int) -> ErrorMoments:
    """Return the moments of the residuals of mediator and outcome on the regressors.

    Parameters
    ----------
    swept
        Cross-products (B, q, q) of all columns, swept of the effects.
    regressors
        Positions of treatment, controls and other mediators.
    """
    pair = [mediator, outcome]
    betas, _ = regress(swept, regressors, pair)
    cross = swept[:, list(regressors)][:, :, pair]
    left = swept[:, pair][:, :, pair] - betas.transpose(0, 2, 1) @ cross
    s2, s1 = np.sqrt(np.maximum(left[:, 0, 0], 0.0)), np.sqrt(np.maximum(left[:, 1, 1], 0.0))
    with np.errstate(divide="ignore", invalid="ignore"):
        correlation = np.clip(left[:, 0, 1] / (s1 * s2), -1.0, 1.0)
        return ErrorMoments(s1 / s2, correlation)


def explained_share(swept: FloatArray, regressors: Sequence[int], outcome: int) -> float:
    """Return R2 of a column on others after the effects; `swept` is one (q, q) matrix."""
    betas, _ = regress(swept[None], regressors, [outcome])
    return float(betas[0, :, 0] @ swept[list(regressors), outcome] / swept[outcome, outcome])
