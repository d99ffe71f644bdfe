"""A logit by Newton's method, separation found by a linear programme: arrays in, arrays out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import linalg, optimize, special

from panelkit.kernels.identified import refuse_unidentified
from panelkit.kernels.within import FloatArray
from panelkit.language.errors import ConvergenceError, DataError
from panelkit.language.message import message
from panelkit.show.brief import Brief

# Newton steps on a likelihood that is concave: a dozen where it has a top, endless where outcomes are separated.
_STEPS, _DONE = 60, 1e-11
# Fitted probabilities nearer to 0 or 1 than this are looked at for separation.
_EDGE = 1e-8
# A direction of the linear programme counts as separating beyond this (its variables lie in [-1, 1]).
_SEPARATES = 1e-7


@dataclass(frozen=True, eq=False)
class Logit(Brief):
    """A fitted logit: `coefficients` (k,), `covariance` (k, k), `probability` (n,), log-likelihood, Newton steps."""

    terms: tuple[str, ...]
    coefficients: FloatArray
    covariance: FloatArray
    probability: FloatArray
    loglik: float
    steps: int


def fit_logit(
    X: FloatArray, outcome: FloatArray, terms: Sequence[str], weights: FloatArray | None = None
) -> Logit:
    """Return the logit of a 0/1 outcome by maximum likelihood (Newton).

    Parameters
    ----------
    X
        Regressors (n, k), the intercept among them.
    outcome
        0 or 1, (n,), both present.
    terms
        Names of the columns, for messages.
    weights
        Weights of rows (n,); None counts them alike.

    Raises
    ------
    DataError
        If the outcome is alike in all rows, or a combination of columns separates it (Albert and Anderson 1984): the
        columns of that combination are named.
    SpecError
        If a column repeats others.
    ConvergenceError
        If the search does not end.
    """
    names = tuple(terms)
    weight = np.ones(len(outcome)) if weights is None else weights
    if not 0.0 < float(weight @ outcome) < float(weight.sum()):
        raise DataError(message("a logit needs both outcomes, and all {n} rows have one", n=len(outcome)))
    refuse_unidentified(X, X, names, "none")
    scale = np.sqrt((X**2).mean(axis=0))
    Z = X / scale
    beta, steps = _newton(Z, outcome, weight)
    index = Z @ beta
    probability = special.expit(index)
    distance = np.minimum(probability, 1.0 - probability).min()
    if steps == _STEPS or distance < _EDGE:
        _refuse_separated(Z, outcome, names)
    if steps == _STEPS:
        raise ConvergenceError(message("the logit found no maximum in {steps} steps", steps=_STEPS))
    information = (Z * (weight * probability * (1.0 - probability))[:, None]).T @ Z
    covariance = linalg.inv(information) / np.outer(scale, scale)
    loglik = float(weight @ (outcome * index - np.logaddexp(0.0, index)))
    return Logit(names, beta / scale, covariance, probability, loglik, steps)


def _newton(Z: FloatArray, outcome: FloatArray, weight: FloatArray) -> tuple[FloatArray, int]:
    """Return the maximum and the steps it took; steps are halved until the likelihood does not fall."""
    beta = np.zeros(Z.shape[1])
    value = _loglik(Z @ beta, outcome, weight)
    for step in range(1, _STEPS + 1):
        probability = special.expit(Z @ beta)
        slope = Z.T @ (weight * (outcome - probability))
        information = (Z * (weight * probability * (1.0 - probability))[:, None]).T @ Z
        move = linalg.lstsq(information, slope)[0]
        length = 1.0
        while length > 1e-8 and _loglik(Z @ (beta + length * move), outcome, weight) < value - 1e-12 * abs(
            value
        ):
            length /= 2.0
        beta = beta + length * move
        value = _loglik(Z @ beta, outcome, weight)
        if np.abs(move).max() <= _DONE * max(1.0, float(np.abs(beta).max())):
            return beta, step
    return beta, _STEPS


def _loglik(index: FloatArray, outcome: FloatArray, weight: FloatArray) -> float:
    return float(weight @ (outcome * index - np.logaddexp(0.0, index)))


def _refuse_separated(Z: FloatArray, outcome: FloatArray, names: tuple[str, ...]) -> None:
    """Refuse data in which some b has b'z >= 0 in every row of outcome 1 and <= 0 in the others, not all zero."""
    signed = Z * (2.0 * outcome - 1.0)[:, None]
    direction = _separating(signed)
    if direction is None:
        return
    part = [j for j, name in enumerate(names) if abs(direction[j]) > _SEPARATES and name != "Intercept"]
    needed = [j for j in part if _separating(np.delete(signed, j, axis=1)) is None]
    raise DataError(
        message(
            "the treated are separated from the others by {names}: some combination of them tells both apart without "
            "error, in all rows or in some, and the logit has no maximum. Leave one of them out, or coarsen it: where "
            "nobody comparable is untreated, matching has nothing to match",
            names=[f"`{names[j]}`" for j in needed or part],
        )
    )


def _separating(signed: FloatArray) -> FloatArray | None:
    """Return b (k,) with signed b >= 0 and not all zero, None where there is none."""
    found = optimize.linprog(-signed.sum(axis=0), -signed, np.zeros(len(signed)), bounds=(-1.0, 1.0))
    if found.x is None or (signed @ found.x).max() <= _SEPARATES:
        return None
    return np.asarray(found.x, dtype=np.float64)
