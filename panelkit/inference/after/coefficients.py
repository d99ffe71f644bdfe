"""The coefficients of a result as hypotheses and combinations name them, and the degrees of freedom of a contrast."""

from __future__ import annotations

from typing import Any

import numpy as np

from panelkit.covariance.clusters import clusters_of
from panelkit.covariance.cr2 import CR2, contrast_df
from panelkit.formula.derivative import Slope, sloped
from panelkit.formula.tree import Column, Node
from panelkit.kernels.within import FloatArray
from panelkit.language.errors import SpecError
from panelkit.language.message import message
from panelkit.results.estimates import Estimates
from panelkit.results.fit import FitResult


def names_of(result: Any) -> tuple[str, ...]:
    """Return the names of the coefficients: terms, with `equation:` before them where a term stands in several.

    Raises
    ------
    SpecError
        If it is no result with estimates.
    """
    if not isinstance(result, Estimates):
        raise SpecError(
            message(
                "a result with estimates is needed, such as FixedEffects(formula).fit(panel), not {kind}",
                kind=type(result).__name__,
            )
        )
    if len(set(result.terms)) == len(result.terms):
        return tuple(map(str, result.terms))
    pairs = zip(result.equations, result.terms, strict=True)
    return tuple(f"{equation}:{term}" for equation, term in pairs)


def at_estimates(node: Node, names: tuple[str, ...], values: FloatArray) -> Slope:
    """Return the value () of an expression and its gradient (k,) by the coefficients, at `values` (k,)."""
    unit = np.eye(len(names))

    def known(part: Node) -> Slope | None:
        if isinstance(part, Column):
            at = names.index(part.name)
            return Slope(np.asarray(values[at]), unit[at])
        return None

    found = sloped(node, known)
    return Slope(found.value, np.broadcast_to(found.by, (len(names),)))


def contrast_degrees(result: Estimates, contrasts: FloatArray) -> FloatArray:
    """Return the degrees of freedom (m,) of t statistics of contrasts (m, k).

    One number of the covariance for all, or, where each coefficient has its own (CR2), those of the contrast itself.
    """
    df = np.asarray(result.df, dtype=float)
    if df.min() == df.max():
        return np.full(len(contrasts), float(df.flat[0]))
    vcov = getattr(getattr(result, "spec", None), "vcov", None)
    if isinstance(result, FitResult) and isinstance(vcov, CR2) and result.linear is not None:
        clusters = clusters_of(result.design, vcov.by)  # type: ignore[arg-type]
        return contrast_df(result.linear, clusters.codes, contrasts)
    return np.array([df[row != 0.0].min(initial=np.inf) for row in contrasts])


def spread_of(rows: FloatArray, covariance: FloatArray) -> FloatArray:
    """Return the covariance (m, m) of combinations with weights or derivatives (m, k).

    A coefficient without an error makes those combinations missing that it enters, not the others.
    """
    missing = np.isnan(covariance)
    if not missing.any():
        return np.asarray(rows @ covariance @ rows.T)
    enters = (rows != 0.0).astype(np.float64)
    found = rows @ np.where(missing, 0.0, covariance) @ rows.T
    return np.where(enters @ missing @ enters.T > 0.0, np.nan, found)
