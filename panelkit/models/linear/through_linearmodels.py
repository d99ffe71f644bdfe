"""Estimates of linearmodels on a `Design`: the coefficients are its own, refusals and covariances the package's.

Columns are handed over scaled by powers of two (exactly, so that units do not matter) and after the package has
refused what is not identified; linearmodels' own rank check, which names no column, is off. It is imported when an
estimator is fitted.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from panelkit.kernels.instruments import InstrumentedFit
from panelkit.kernels.k_class import hessian
from panelkit.kernels.linear import LinearFit, refined
from panelkit.kernels.within import FloatArray
from panelkit.panel.design import Design


def pooled(design: Design) -> FloatArray:
    """Return the coefficients (k,) of `linearmodels.PooledOLS`."""
    from linearmodels.panel import PooledOLS

    return _coefficients(PooledOLS, design)


def between(design: Design) -> FloatArray:
    """Return the coefficients (k,) of `linearmodels.BetweenOLS`, every unit counting alike."""
    from linearmodels.panel import BetweenOLS

    return _coefficients(BetweenOLS, design)


def first_difference(design: Design) -> FloatArray:
    """Return the coefficients (k,) of `linearmodels.FirstDifferenceOLS` on levels, without an intercept."""
    from linearmodels.panel import FirstDifferenceOLS

    return _coefficients(FirstDifferenceOLS, design)


def random_effects(design: Design) -> tuple[float, float, FloatArray, FloatArray]:
    """Return the variances of error and unit effect, theta by unit (N,) and the coefficients (k,).

    The panel is balanced and the design has an intercept, so that columns can be centred: linearmodels judges the
    rank within units by one threshold for all columns, and a high level would hide what little varies.
    """
    from linearmodels.panel import RandomEffects

    X = np.asarray(design.X)
    at = design.terms.index("Intercept")
    means = X.mean(axis=0)
    means[at] = 0.0
    y, columns, scale = _frames(design, X - means)
    fit = RandomEffects(y, columns, check_rank=False).fit()
    beta = fit.params.to_numpy(float) / scale
    beta[at] -= means @ beta
    parts = fit.variance_decomposition
    theta = fit.theta.to_numpy(float)[:, 0]
    return float(parts["Residual"]), float(parts["Effects"]), theta, beta


def two_stage(linear: InstrumentedFit) -> tuple[InstrumentedFit, Any]:
    """Return the fit with the coefficients of `linearmodels.iv.IV2SLS` on the swept data, and its result.

    One step of refinement follows: linearmodels inverts normal equations, which loses half the digits.
    """
    from linearmodels.iv import IV2SLS

    blocks, scale = _blocks(linear)
    fit = IV2SLS(*blocks).fit(cov_type="unadjusted", debiased=True)
    beta = fit.params.to_numpy(float) / scale
    beta = beta + linear.root @ (linear.basis.T @ (linear.y - linear.regressors @ beta))
    return replace(linear, beta=beta, residuals=linear.y - linear.regressors @ beta), fit


def k_class(linear: InstrumentedFit) -> tuple[InstrumentedFit, Any]:
    """Return a fit of the k-class with the coefficients of `linearmodels.iv.IVLIML` on the swept data, and its result.

    linearmodels finds kappa of LIML itself; Fuller's, which counts the swept effects, is handed to it. A step of
    refinement follows.
    """
    from linearmodels.iv import IVLIML

    fuller = linear.member is not None and linear.member.fuller is not None
    blocks, scale = _blocks(linear)
    fit = IVLIML(*blocks, kappa=linear.kappa if fuller else None).fit(cov_type="unadjusted", debiased=True)
    beta = fit.params.to_numpy(float) / scale
    moved, product = hessian(linear.regressors, linear.fitted, linear.kappa)
    beta = beta + np.linalg.solve(product, moved.T @ (linear.y - linear.regressors @ beta))
    return replace(linear, beta=beta, residuals=linear.y - linear.regressors @ beta), fit


def _blocks(linear: InstrumentedFit) -> tuple[tuple[Any, ...], FloatArray]:
    """Return outcome, exogenous, endogenous and excluded columns as frames, and the scale of the regressors (k,)."""
    a, k = linear.n_exogenous, linear.k
    regressors, scale = _scaled(linear.regressors)
    instruments, _ = _scaled(linear.instruments)
    names = [f"x{j}" for j in range(k)]
    exogenous = pd.DataFrame(regressors[:, :a], columns=names[:a]) if a else None
    endogenous = pd.DataFrame(regressors[:, a:], columns=names[a:])
    excluded = pd.DataFrame(instruments[:, a:]).add_prefix("z")
    return (pd.Series(linear.y, name="y"), exogenous, endogenous, excluded), scale


def carrying(linear: LinearFit, beta: FloatArray) -> LinearFit:
    """Return the fit with these coefficients, refined, and their residuals, on which its covariances then stand."""
    beta = refined(linear, beta)
    return replace(linear, beta=beta, residuals=linear.y - linear.X @ beta)


def _coefficients(model: Any, design: Design) -> FloatArray:
    y, X, scale = _frames(design, np.asarray(design.X))
    return model(y, X, check_rank=False).fit().params.to_numpy(float) / scale


def _frames(design: Design, columns: FloatArray) -> tuple[pd.Series, pd.DataFrame, FloatArray]:
    index = pd.MultiIndex.from_arrays([design.unit, design.time], names=["unit", "time"])
    scaled, scale = _scaled(columns)
    names = [f"x{j}" for j in range(columns.shape[1])]
    return pd.Series(design.y, index=index, name="y"), pd.DataFrame(scaled, index, names), scale


def _scaled(columns: FloatArray) -> tuple[FloatArray, FloatArray]:
    size = np.abs(columns).max(axis=0)
    scale = np.exp2(np.round(np.log2(np.where(size > 0.0, size, 1.0))))
    return columns / scale, scale
