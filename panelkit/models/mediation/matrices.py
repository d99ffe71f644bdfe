"""The N x N matrices of effects between neighbours: of one equation, of the product of two, and their means."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from panelkit.inference.impact_parts import ImpactParts
from panelkit.kernels.within import FloatArray


def effect_matrices(parts: ImpactParts, term: str, thetas: FloatArray) -> FloatArray:
    """Return (I - rho W)^-1 (b I + t W) of one regressor for (m, p) parameter vectors, (m, N, N)."""
    n, j = len(parts.ids), parts.terms.index(term)

    def column(at: int) -> FloatArray:
        return thetas[:, at, None, None] if at >= 0 else np.zeros((len(thetas), 1, 1))

    eye = np.eye(n)
    lag = parts.w.toarray() if parts.w is not None else np.zeros((n, n))
    durbin = parts.w_durbin.toarray() if parts.w_durbin is not None else lag
    inner = column(parts.own[j]) * eye + column(parts.neighbour[j]) * durbin
    if parts.rho < 0:
        return np.asarray(inner)
    return np.asarray(np.linalg.solve(eye - column(parts.rho) * lag, inner))


def mediated_matrices(
    parts: Mapping[str, ImpactParts],
    thetas: Mapping[str, FloatArray],
    treatment: str,
    mediators: Sequence[str],
) -> list[FloatArray]:
    """Return the direct effects of the treatment and S_Y(M) S_M(X) of every mediator, (m, N, N) each."""
    outcome = parts["outcome"]
    found = [effect_matrices(outcome, treatment, thetas["outcome"])]
    for k, name in enumerate(mediators):
        first = effect_matrices(parts[f"mediator {k}"], treatment, thetas[f"mediator {k}"])
        found.append(effect_matrices(outcome, name, thetas["outcome"]) @ first)
    return found


def summaries(matrices: Sequence[FloatArray]) -> FloatArray:
    """Return mean diagonal, mean off-diagonal row sum and their sum of direct, mediated, total and each route."""
    direct, routes = matrices[0], matrices[1:]
    mediated = np.sum(routes, axis=0)
    held = [mediated, direct, mediated + direct, *(routes if len(routes) > 1 else ())]
    columns = []
    for matrix in held:
        n = matrix.shape[1]
        within = np.einsum("bii->b", matrix) / n
        total = matrix.sum(axis=(1, 2)) / n
        columns += [within, total - within, total]
    return np.stack(columns, axis=1)
