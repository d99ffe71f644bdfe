"""Panels of vectors for the tests, and a panel VAR by GMM written the slow and obvious way."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

NAMES = ("a", "b")


def vector_panel(seed: int, units: int = 20, periods: int = 9, share: float = 1.0) -> pd.DataFrame:
    """Return a shuffled panel of two variables and an exogenous one; `share` of the rows are held."""
    rng = np.random.default_rng(seed)
    A = np.array([[0.5, 0.15], [0.1, 0.3]])
    effect, y, path = rng.normal(size=(units, 2)), np.zeros((units, 2)), []
    for year in range(periods + 20):
        x, shock = rng.normal(size=units), rng.normal(size=2)
        y = effect + shock + y @ A.T + 0.4 * x[:, None] + rng.normal(size=(units, 2))
        path += [(f"P{u:02d}", 1990 + year, *y[u], x[u]) for u in range(units) if year >= 20]
    frame = pd.DataFrame(path, columns=["province", "year", *NAMES, "x"])
    held = rng.random(len(frame)) < share
    return frame[held].sample(frac=1.0, random_state=seed).set_index(["province", "year"])


@dataclass(frozen=True)
class Brute:
    """Coefficients by equation (m, k), their covariance (m k, m k), Hansen's J, rows after the transform."""

    beta: np.ndarray
    covariance: np.ndarray
    j: float
    rows: int


def brute_force(
    frame: pd.DataFrame,
    *,
    lags: int = 1,
    last: int = 2,
    collapse: bool = True,
    transform: str = "fod",
    steps: int = 1,
    exogenous: bool = False,
    effects: bool = False,
) -> Brute:
    """Return the GMM of a panel VAR from dense blocks of units and Kronecker products.

    With `effects` the transformed dummies of the periods stand among regressors and instruments of every equation.
    """
    cells = dict(zip(frame.index, frame[[*NAMES, "x"]].to_numpy(), strict=True))
    years = sorted({year for _, year in cells})
    complete = {(u, t) for u, t in cells if all((u, t - lag) in cells for lag in range(1, lags + 1))}
    units = sorted({u for u, _ in complete})
    units = [u for u in units if sum(v == u for v, _ in complete) > 1]
    periods = sorted({t for u, t in complete if u in units})
    means = {}
    for t in periods:
        there = [u for u in units if (u, t) in complete and kept(complete, u, t, transform)]
        for lag in range(1, last + 2):
            own = [cells[u, t - lag][:2] for u in there if (u, t - lag) in cells]
            means[t, lag] = np.mean(own, axis=0) if own else np.zeros(2)
    blocks = []
    for u in units:
        own = [t for t in years if (u, t) in complete]
        y = np.array([cells[u, t][:2] for t in own])
        X = np.array([[v for lag in range(1, lags + 1) for v in cells[u, t - lag][:2]] for t in own])
        if exogenous:
            X = np.column_stack([X, [cells[u, t][2] for t in own]])
        D = (
            np.array([[float(t == p) for p in periods[1:]] for t in own])
            if effects
            else np.empty((len(own), 0))
        )
        F, at = transform_matrix(own, transform)
        if not len(at):
            continue
        Z = np.array(
            [
                instruments(cells, u, own[row], means, periods, last, collapse, transform, effects)
                for row in at
            ]
        )
        extra = [F @ X[:, -1:]] if exogenous else []
        blocks.append((F @ y, np.hstack([F @ X, F @ D]), np.hstack([Z, *extra, F @ D]), F @ F.T))
    m = 2
    held = np.abs(np.vstack([Z for _, _, Z, _ in blocks])).sum(axis=0) > 0
    ys = [y.T.ravel() for y, *_ in blocks]
    Xs = [np.kron(np.eye(m), X) for _, X, _, _ in blocks]
    Zs = [np.kron(np.eye(m), Z[:, held]) for _, _, Z, _ in blocks]
    H = [np.kron(np.eye(m), h / h[0, 0] * (1.0 if transform == "fod" else 2.0)) for *_, h in blocks]
    ZX, Zy = (
        sum(Z.T @ X for Z, X in zip(Zs, Xs, strict=True)),
        sum(Z.T @ y for Z, y in zip(Zs, ys, strict=True)),
    )
    W = np.linalg.pinv(sum(Z.T @ h @ Z for Z, h in zip(Zs, H, strict=True)), rcond=1e-13, hermitian=True)

    def solved(W: Any) -> tuple[Any, Any, Any]:
        bread = np.linalg.inv(ZX.T @ W @ ZX)
        b = bread @ ZX.T @ W @ Zy
        g = np.array([Z.T @ (y - X @ b) for Z, X, y in zip(Zs, Xs, ys, strict=True)])
        return b, bread, g

    b, bread, g = solved(W)
    covariance, j = bread @ ZX.T @ W @ (g.T @ g) @ W @ ZX @ bread, float("nan")
    if steps == 2:
        W2 = np.linalg.inv(g.T @ g)
        b2, V, g2 = solved(W2)
        total = g2.sum(axis=0)
        moved = np.empty_like(V)
        for k in range(len(b)):  # Windmeijer 2005, (2.9): the derivative of the weight by each coefficient
            d = np.array([-Z.T @ X[:, k] for Z, X in zip(Zs, Xs, strict=True)])
            change = d.T @ g + g.T @ d
            moved[:, k] = -V @ ZX.T @ W2 @ change @ W2 @ total
        covariance = V + moved @ V + V @ moved.T + moved @ covariance @ moved.T
        b, j = b2, float(total @ W2 @ total)
    k = Xs[0].shape[1] // m
    own = k - (len(periods) - 1 if effects else 0)
    at = np.concatenate([np.arange(own) + e * k for e in range(m)])
    return Brute(b[at].reshape(m, own), covariance[np.ix_(at, at)], j, sum(len(y) for y, *_ in blocks))


def kept(complete: set[tuple[str, int]], u: str, t: int, transform: str) -> bool:
    """Tell whether a row has a transformed one."""
    if transform == "fd":
        return (u, t - 1) in complete
    return any(v == u and s > t for v, s in complete)


def transform_matrix(own: list[int], transform: str) -> tuple[np.ndarray, list[int]]:
    """Return the matrix that transforms the rows of a unit, and the places of rows that have one."""
    n, rows, at = len(own), [], []
    for i in range(n):
        row = np.zeros(n)
        if transform == "fod" and i < n - 1:
            later = n - 1 - i
            row[i], row[i + 1 :] = 1.0, -1.0 / later
            row *= np.sqrt(later / (later + 1.0))
        elif transform == "fd" and i and own[i] == own[i - 1] + 1:
            row[i], row[i - 1] = 1.0, -1.0
        else:
            continue
        rows.append(row)
        at.append(i)
    return np.array(rows).reshape(-1, n), at


def instruments(
    cells: Any,
    u: str,
    t: int,
    means: Any,
    periods: list[int],
    last: int,
    collapse: bool,
    transform: str,
    centred: bool,
) -> list[float]:
    """Return one row of instruments: lags of the levels, zero where they are not held."""
    row: list[float] = []
    later = int(transform == "fd")
    for lag in range(1 + later, last + 1 + later):
        value = np.zeros(2)
        if (u, t - lag) in cells:
            value = cells[u, t - lag][:2] - (means[t, lag] if centred else 0.0)
        for period in [t] if collapse else periods:
            row += list(value * (period == t))
    return row
