"""Shapley shares: how much of the explained variance each regressor carries, averaged over all orders of entry."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations
from math import factorial

import numpy as np
import pandas as pd

from panelkit.inference.panel_tests.fits import design_of
from panelkit.kernels.capabilities import AS_OBSERVED, ONE_EQUATION
from panelkit.kernels.moments import regress
from panelkit.kernels.row_weights import about_mean
from panelkit.kernels.within import FloatArray
from panelkit.language.errors import SpecError
from panelkit.language.message import message
from panelkit.language.offers import offered
from panelkit.results.fit import FitResult

_MOST = 15  # 2^15 subsets are solved in about a second


@offered(
    "inference",
    family="decomposition",
    result="Series",
    source="Lindeman, Merenda and Gold 1980",
    public=True,
)
def shapley_shares(fit: FitResult) -> pd.Series:
    """Return the Shapley share of each regressor in the R2 of a least-squares fit (within R2 where effects are swept).

    What a regressor adds to the R2 is averaged over all orders in which the regressors may enter (Lindeman, Merenda
    and Gold 1980); effects and intercept are in from the start. The shares add up to the R2 and none is negative. With
    weights the R2 is the weighted one.

    Raises
    ------
    SpecError
        If the fit is not least squares in one equation, or has more than 15 regressors.

    Examples
    --------
    >>> fit = pk.FixedEffects("log(patents_granted) ~ log(rd_expenditure) + log(gdp)").fit(panel)
    >>> shares = pk.shapley_shares(fit)
    >>> bool((shares >= 0).all())
    True
    """
    linear, _ = design_of(fit, weighted=True)
    if not linear.can >= {ONE_EQUATION, AS_OBSERVED}:
        raise SpecError(
            message(
                "{title}: Shapley shares divide the R2 of least squares, and this fit has none of its own",
                title=fit.title,
            )
        )
    kept = [j for j, term in enumerate(linear.terms) if term != "Intercept"]
    if len(kept) > _MOST:
        raise SpecError(
            message(
                "Shapley shares of {count} regressors: more than {most} are not tried",
                count=len(kept),
                most=_MOST,
            )
        )
    X, y = linear.X[:, kept], linear.y
    if len(kept) < linear.k:
        X, y = about_mean(X, linear.weights), about_mean(y, linear.weights)
    names = [linear.terms[j] for j in kept]
    return pd.Series(shares_of(X, y), index=pd.Index(names, name="term"), name="shapley")


def shares_of(X: FloatArray, y: FloatArray) -> FloatArray:
    """Return the Shapley shares (k,) of swept or centred regressors `X` (n, k) in the R2 of `y` (n,)."""
    k = X.shape[1]
    scaled = X / np.sqrt(np.einsum("ij,ij->j", X, X))
    gram, cross, total = scaled.T @ scaled, scaled.T @ y, float(y @ y)
    if total == 0.0:
        return np.full(k, np.nan)
    explained = {
        subset: float(
            cross[list(subset)] @ np.linalg.solve(gram[np.ix_(subset, subset)], cross[list(subset)])
        )
        for size in range(1, k + 1)
        for subset in combinations(range(k), size)
    }
    explained[()] = 0.0
    shares = np.zeros(k)
    for subset, value in explained.items():
        for j in set(range(k)) - set(subset):
            weight = factorial(len(subset)) * factorial(k - len(subset) - 1) / factorial(k)
            shares[j] += weight * (explained[tuple(sorted((*subset, j)))] - value)
    return shares / total


def shares_of_products(products: FloatArray, regressors: Sequence[int], outcome: int) -> FloatArray:
    """Return Shapley shares (B, k) of regressors in the R2 of an outcome, from swept cross-products (B, q, q).

    Missing where a draw does not identify the regressors.
    """
    columns, k = list(regressors), len(regressors)
    total = products[:, outcome, outcome]
    explained: dict[tuple[int, ...], FloatArray] = {(): np.zeros(len(products))}
    for size in range(1, k + 1):
        for subset in combinations(range(k), size):
            rows = [columns[j] for j in subset]
            slopes, _ = regress(products, rows, [outcome])
            explained[subset] = np.einsum("bk,bk->b", slopes[:, :, 0], products[:, rows, outcome])
    shares = np.zeros((len(products), k))
    for subset, value in explained.items():
        weight = (
            factorial(len(subset)) * factorial(k - len(subset) - 1) / factorial(k) if len(subset) < k else 0.0
        )
        for j in set(range(k)) - set(subset):
            shares[:, j] += weight * (explained[tuple(sorted((*subset, j)))] - value)
    return np.asarray(shares / np.where(total > 0.0, total, np.nan)[:, None])
