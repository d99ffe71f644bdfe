"""From a spatial panel to the likelihood of composed errors, and back to what every spatial fit holds."""

from __future__ import annotations

import numpy as np
from scipy import sparse

from panelkit.kernels.within import FloatArray
from panelkit.language.errors import SpecError
from panelkit.language.message import message
from panelkit.language.spelt import option
from panelkit.models.spatial.likelihood import Optimum, Problem, lag
from panelkit.models.spatial.random_likelihood import Composed, Filter, Process, in_eigenvectors
from panelkit.models.spatial.random_search import Top
from panelkit.spatial.spectrum import EIGEN_LIMIT
from panelkit.spatial.weights import Weights


def compose(raw: Problem, process: Process, unit: Weights | None = None, *, years: bool = False) -> Composed:
    """Return the likelihood of composed errors.

    Parameters
    ----------
    raw
        Outcome, regressors and the weights of lag and error, raw.
    process
        What the unit effects follow.
    unit
        The weights of their process, where they have one.
    years
        Sweep year effects by F_N, an orthonormal basis of what is left of the year means (row-standardised weights).

    Raises
    ------
    SpecError
        Above 1,000 units: an evaluation factorises an N x N matrix.
    """
    n = raw.counting.n_units
    if n > EIGEN_LIMIT:
        raise SpecError(
            message(
                "unit effects that do not share the process of the errors need an N x N factor at every "
                "step, and {count} units are too many (at most {limit}): take SpatialRandomEffects with "
                "{errors}",
                errors=option("errors", "kkp"),
                count=n,
                limit=EIGEN_LIMIT,
            )
        )
    wy = np.zeros_like(raw.y) if raw.w is None else lag(raw.w, raw.y)
    columns = np.concatenate([raw.y[..., None], wy[..., None], raw.Z], axis=2)
    basis = _basis(n) if years else None
    held: dict[int, Filter] = {}

    def filtering(matrix: sparse.csr_array | None, spectrum: object) -> Filter | None:
        if matrix is None:
            return None
        if id(matrix) not in held:
            dense = matrix.toarray()
            turned = dense if basis is None else basis.T @ dense @ basis
            held[id(matrix)] = Filter(turned, spectrum, years)  # type: ignore[arg-type]
        return held[id(matrix)]

    if basis is not None:
        columns = np.einsum("nm,ntp->mtp", basis, columns)
    problem = Composed(
        columns,
        process,
        filtering(raw.w, raw.spectrum_w),
        filtering(raw.m, raw.spectrum_m),
        None if unit is None else filtering(unit.matrix, unit.spectrum()),
    )
    return in_eigenvectors(problem)


def _basis(n: int) -> FloatArray:
    """Return an orthonormal basis (N, N - 1) of what sums to zero (Helmert's)."""
    out = np.zeros((n, n - 1))
    for j in range(1, n):
        out[:j, j - 1] = 1.0
        out[j, j - 1] = -j
        out[:, j - 1] /= np.sqrt(j * (j + 1.0))
    return out


def composed_optimum(top: Top) -> Optimum:
    """Return the maximum as every spatial fit holds it: b, rho, lambda, sigma2 and the likelihood."""
    best = top.best
    b = best.problem.coefficients(best.inner, best.point.rho)
    return Optimum(b, best.point.rho, best.point.lam, best.sigma2, best.loglik, 0)
