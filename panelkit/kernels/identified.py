"""Which regressors the data identify, and the factor that solves for those: one decision, one factorisation.

Columns are scaled to norm one and factored by QR, never through their cross-products, which would square the
condition. A column that nearly repeats others is set apart by a small remainder, its distance; rounding of the
sweeping and of the factorisation perturbs it by a few units in the last place of the *levels*. Where that
perturbation is a noticeable share of the distance, coefficients cannot be right to six digits and the columns are
refused by name.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import linalg

from panelkit.kernels.within import Effects, FloatArray
from panelkit.language.errors import SpecError
from panelkit.language.message import Message, message, sentences
from panelkit.show.brief import Brief

# A swept column whose norm is below this share of its norm before sweeping is rounding, not variation:
# demeaning loses about log10(1e9) = 9 of the 16 digits before this line is crossed.
ABSORBED_SHARE = 1e-9

# What rounding leaves uncertain in a column of norm one: a unit in the last place.
ROUNDING = float(np.finfo(np.float64).eps)

# The largest share of a column's distance to the others that rounding may have moved. The coefficients then are right
# to 1e-6: in 20,000 random panels against long doubles the error of coefficients
# and standard errors never exceeded 6e-7 (tests/core/test_identified.py runs some of them).
TOLERANCE = 2.5e-7

# The same where an estimator must stand on cross-products: they carry the square of the distance.
TOLERANCE_OF_SQUARES = float(np.sqrt(ROUNDING / TOLERANCE))

# A column counts among those that another repeats if it holds more than this share of the repetition.
_PARTNER = 1e-3


@dataclass(frozen=True, eq=False)
class Root(Brief):
    """`inverse` T (k, k) with orthonormal X T; `noise`, the share of a distance that rounding may have moved."""

    inverse: FloatArray
    noise: float


def identified_root(
    X: FloatArray,
    X_swept: FloatArray,
    terms: tuple[str, ...],
    effects: Effects,
    *,
    rounding: float = ROUNDING,
    squares: bool = False,
    interactions: Sequence[str] = (),
) -> Root:
    """Return the factor of swept columns (n, k), or name those that the data cannot identify.

    Parameters
    ----------
    X
        The columns before sweeping: the rounding of their levels is what sweeping leaves behind.
    rounding
        The share of a column's level that is uncertain, where it was itself computed.
    squares
        Whether the estimator stands on cross-products, which hold only half the digits.
    interactions
        Names of what is swept out beside the effects.

    Raises
    ------
    SpecError
        If a column is absorbed by the effects or repeats others.
    """
    absorbed = absorbed_terms(X, X_swept)
    if absorbed.any():
        names = [f"`{terms[j]}`" for j in np.flatnonzero(absorbed)]
        raise SpecError(
            message(
                "{names}: no variation is left {because}: leave out the regressor or the effects (if it does vary, "
                "its level hides it from double precision: subtract a constant from it)",
                names=names,
                because=_because(effects) if not interactions else _after(effects, interactions),
            )
        )
    if len(X) < X.shape[1]:
        raise SpecError(
            message(
                "{nobs} observations cannot carry {n_terms} regressors: take more {periods} or units, or fewer "
                "regressors",
                nobs=len(X),
                n_terms=X.shape[1],
            )
        )
    norms = _norms(X_swept)
    upper = _triangle(X_swept / norms)
    dependent = np.abs(np.diag(upper)) <= ABSORBED_SHARE
    if dependent.any():
        raise SpecError(
            _repeats_earlier(upper, np.flatnonzero(dependent), terms, _after(effects, interactions))
        )
    inverse = linalg.solve_triangular(upper, np.eye(len(upper)))
    share, coefficients = uncertain_shares(inverse, rounding * np.maximum(1.0, _norms(X) / norms))
    distances = 1.0 / _norms(inverse.T)
    poor = share > TOLERANCE
    if squares:
        poor |= distances <= TOLERANCE_OF_SQUARES
    if poor.any():
        raise SpecError(_nearly_repeats(poor, coefficients, distances, terms, _after(effects, interactions)))
    return Root(inverse / norms[:, None], max(float(share.max()), ROUNDING) if len(share) else ROUNDING)


def refuse_unidentified(
    X: FloatArray, X_swept: FloatArray, terms: tuple[str, ...], effects: Effects, *, squares: bool = False
) -> None:
    """Raise a `SpecError` that names every regressor that the data cannot identify; see `identified_root`."""
    identified_root(X, X_swept, terms, effects, squares=squares)


def root_of(X: FloatArray) -> FloatArray:
    """Return T (k, k) with orthonormal X T for columns that are known to be identified."""
    norms = _norms(X)
    upper = _triangle(X / norms)
    inverse: FloatArray = linalg.solve_triangular(upper, np.eye(len(upper)))
    return inverse / norms[:, None]


def uncertain_shares(inverse: FloatArray, rounding: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return the share of each column's distance to the others that rounding may have moved, (k,).

    `inverse` (k, k) is the inverse of the triangular factor of unit columns, `rounding` (k,) what is uncertain of each.
    The second value (k, k) are the coefficients of each column on the others, -1 on the diagonal.
    """
    bread = inverse @ inverse.T
    coefficients = -bread / np.diag(bread)[:, None]
    return np.abs(coefficients) @ rounding * _norms(inverse.T), coefficients


def absorbed_terms(X: FloatArray, X_swept: FloatArray) -> NDArray[np.bool_]:
    """Return True for the columns in which sweeping leaves rounding only, (k,)."""
    return _norms(X_swept) <= ABSORBED_SHARE * _norms(X)


def dependent_terms(X_swept: FloatArray) -> NDArray[np.bool_]:
    """Return True for the columns that repeat earlier ones, (k,)."""
    with np.errstate(divide="ignore", invalid="ignore"):
        upper = _triangle(X_swept / _norms(X_swept))
    return np.abs(np.diag(upper)) <= ABSORBED_SHARE


def least_squares(X: FloatArray, targets: FloatArray) -> FloatArray:
    """Return the coefficients of identified columns, whatever their units."""
    norms = _norms(X)
    found = np.linalg.lstsq(X / norms, targets, rcond=None)[0]
    return np.asarray((found.T / norms).T, dtype=np.float64)


def refuse_squares(
    root: FloatArray,
    X: FloatArray,
    terms: tuple[str, ...],
    effects: Effects,
    what: Message,
) -> None:
    """Refuse what inverts or decomposes a covariance where near repetitions leave it no digits.

    `what` is the sentence that says so: `message("the Hausman test inverts a covariance")`.

    Raises
    ------
    SpecError
        Naming the regressors; their coefficients and standard errors are right, `what` could not be.
    """
    distances = 1.0 / (_norms(X) * _norms(root.T))
    poor = distances <= TOLERANCE_OF_SQUARES
    if poor.any():
        bread = root @ root.T * np.outer(_norms(X), _norms(X))
        problem = _nearly_repeats(poor, bread / np.diag(bread)[:, None], distances, terms, _after(effects))
        raise SpecError(sentences([what, problem]))


def orthonormal_columns(X: FloatArray) -> FloatArray:
    """Return an orthonormal basis (n, rank) of what unit-scaled columns span, near repetitions left out."""
    norms = _norms(X)
    if not norms.any():
        return X[:, :0]
    basis, upper, _ = linalg.qr(X[:, norms > 0.0] / norms[norms > 0.0], mode="economic", pivoting=True)
    # of unit columns, a diagonal below this repeats the others
    return np.ascontiguousarray(basis[:, np.abs(np.diag(upper)) > ABSORBED_SHARE])


def _norms(X: FloatArray) -> FloatArray:
    return np.asarray(np.sqrt(np.einsum("ij,ij->j", X, X)), dtype=np.float64)


def _triangle(X: FloatArray) -> FloatArray:
    """Return the triangular factor (k, k) of columns (n, k)."""
    return np.asarray(np.linalg.qr(X, mode="r"), dtype=np.float64)


def _repeats_earlier(
    upper: FloatArray, places: NDArray[np.int64], terms: tuple[str, ...], after: Message
) -> Message:
    partners: set[int] = set()
    for j in places:
        on_earlier = np.linalg.lstsq(upper[:j, :j], upper[:j, j], rcond=ABSORBED_SHARE)[0]
        partners |= set(np.flatnonzero(np.abs(on_earlier) > _PARTNER).tolist())
    names = [f"`{terms[j]}`" for j in places]
    others = [f"`{terms[j]}`" for j in sorted(partners - set(places.tolist()))]
    if not others:
        return message(
            "{names}: a linear combination of the regressors before it {after}: leave it out",
            names=names,
            after=after,
        )
    return message(
        "{names}: a linear combination of the regressors before it ({others}) {after}: leave it out",
        names=names,
        others=others,
        after=after,
    )


def _nearly_repeats(
    poor: NDArray[np.bool_],
    coefficients: FloatArray,
    distances: FloatArray,
    terms: tuple[str, ...],
    after: Message,
) -> Message:
    # others that are uncertain are so because of the nearest
    nearest = poor & (distances <= 10.0 * distances[poor].min())
    involved = nearest | (np.abs(coefficients[nearest]) > _PARTNER).any(axis=0)
    return message(
        "{names}: they nearly repeat each other {after}: what sets them apart is {share:.1e} of their size, too little "
        "for coefficients that double precision can carry: leave one out, put their difference in its place, or "
        "subtract a constant from them if their levels are high",
        names=[f"`{terms[j]}`" for j in np.flatnonzero(involved)],
        after=after,
        share=distances[poor].min(),
    )


def _after(effects: Effects, interactions: Sequence[str] = ()) -> Message:
    if interactions:
        return message(
            "after the effects and {interactions}", interactions=[f"`{name}`" for name in interactions]
        )
    return {
        "none": message("in this sample"),
        "unit": message("after the unit effects"),
        "time": message("after the time effects"),
        "twoway": message("after the unit and time effects"),
    }[effects]


def _because(effects: Effects) -> Message:
    return {
        "unit": message("after the unit effects (it does not change over time)"),
        "time": message("after the time effects (it is the same for every unit)"),
    }.get(effects, _after(effects))
