"""Data and dense brute force shared by the spatial tests."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
from scipy import linalg, optimize

from panelkit.spatial.weights import Weights, as_weights
from tests.gal import neighbours
from tests.reference import reference_path

CIGAR = "log(sales) ~ log(price/cpi) + log(ndi/cpi)"
MUNNELL = "log(gsp) ~ log(pcap) + log(pc) + log(emp) + unemp"


def cigarettes() -> tuple[pd.DataFrame, Weights]:
    data = pd.read_csv(reference_path("Cigar.csv"))
    matrix = np.loadtxt(reference_path("usa46.csv"), delimiter=",")
    ids = sorted(data["state"].unique())
    return data.set_index(["state", "year"]), as_weights(matrix, ids, name="usa46").normalised("row")


def munnell() -> tuple[pd.DataFrame, Weights]:
    """Return the panel as linearmodels ships it and the contiguity of its states as libpysal does."""
    from libpysal import examples
    from linearmodels.datasets import munnell as shipped

    names = {"STATE": "state", "YR": "year", "P_CAP": "pcap"}
    data = shipped.load().rename(columns=names).rename(columns=str.lower)
    matrix = neighbours(Path(examples.get_path("states48.gal")))
    return data.set_index(["state", "year"]), as_weights(matrix, sorted(data["state"].unique()), name="usaww")


@cache
def lattice(rows: int, columns: int) -> Weights:
    """Rook contiguity of a lattice, row-standardised."""
    from scipy import sparse

    line = [sparse.diags_array([1.0, 1.0], offsets=[-1, 1], shape=(m, m)) for m in (rows, columns)]
    matrix = sparse.kron(line[0], sparse.eye_array(columns)) + sparse.kron(sparse.eye_array(rows), line[1])
    n = rows * columns
    return as_weights(sparse.csr_array(matrix), list(range(n)), name="lattice").normalised("row")


def simulate(
    w: Weights,
    t: int,
    rng: np.random.Generator,
    *,
    rho: float = 0.0,
    lam: float = 0.0,
    beta: tuple[float, ...] = (1.0,),
    theta: tuple[float, ...] = (0.5,),
    effects: bool = True,
) -> pd.DataFrame:
    """One panel y = rho W y + X beta + W X theta + unit + time effects + (I - lam W)^-1 e."""
    n, matrix = w.n, w.matrix.toarray()
    X = rng.standard_normal((n, t, len(beta)))
    mean = X @ np.array(beta) + np.einsum("ij,jtk,k->it", matrix, X, np.array(theta))
    if effects:
        mean = mean + rng.standard_normal((n, 1)) + rng.standard_normal((1, t))
    noise = np.linalg.solve(np.eye(n) - lam * matrix, rng.standard_normal((n, t)))
    y = np.linalg.solve(np.eye(n) - rho * matrix, mean + noise)
    index = pd.MultiIndex.from_product([list(w.ids), range(2001, 2001 + t)], names=["province", "year"])
    columns = {f"x{j + 1}": X[:, :, j].reshape(-1) for j in range(len(beta))}
    return pd.DataFrame({"y": y.reshape(-1), **columns}, index=index)


def helmert(n: int) -> np.ndarray:
    """An orthonormal basis (n, n - 1) of the vectors that sum to zero."""
    return linalg.null_space(np.ones((1, n)))


def brute_force(
    y: np.ndarray,
    Z: np.ndarray,
    w: np.ndarray | None,
    m: np.ndarray | None,
    effects: str,
    convention: str,
) -> dict[str, np.ndarray | float]:
    """Maximise the full likelihood over all parameters, dense, with explicit transformations or dummies.

    y (N, T), Z (N, T, k). `lee-yu` multiplies by orthonormal F_N, F_T; `lsdv` puts the dummies into Z.
    """
    n, t = y.shape
    k = Z.shape[2]
    left = helmert(n) if convention == "lee-yu" and effects in ("time", "twoway") else np.eye(n)
    right = helmert(t) if convention == "lee-yu" and effects in ("unit", "twoway") else np.eye(t)
    ys = left.T @ y @ right
    Zs = np.stack([left.T @ Z[:, :, j] @ right for j in range(k)], axis=2)
    ws = None if w is None else left.T @ w @ left
    ms = None if m is None else left.T @ m @ left
    N, T = ys.shape
    flat = Zs.transpose(1, 0, 2).reshape(N * T, k)
    if convention == "lsdv":
        dummies = []
        if effects in ("unit", "twoway"):
            dummies.append(np.kron(np.ones((t, 1)), np.eye(n)))
        if effects in ("time", "twoway"):
            dummies.append(np.kron(np.eye(t), np.ones((n, 1)))[:, (1 if effects == "twoway" else 0) :])
        flat = np.hstack([flat, *dummies])
    eye_n, eye_t = np.eye(N), np.eye(T)

    def parts(rho: float, lam: float) -> tuple[np.ndarray, np.ndarray, float]:
        s = eye_n if ws is None else eye_n - rho * ws
        r = eye_n if ms is None else eye_n - lam * ms
        target = (r @ s @ ys).T.reshape(-1)
        design = np.kron(eye_t, r) @ flat
        b = np.linalg.lstsq(design, target, rcond=None)[0]
        e = target - design @ b
        det = np.linalg.slogdet(s)[1] + np.linalg.slogdet(r)[1]
        return b, e, T * det

    def negative(x: np.ndarray) -> float:
        rho, lam = (x[0] if ws is not None else 0.0), (x[-1] if ms is not None else 0.0)
        _, e, det = parts(rho, lam)
        s2 = e @ e / (N * T)
        return float(N * T / 2 * (np.log(2 * np.pi * s2) + 1) - det)

    free = (ws is not None) + (ms is not None)
    x = np.zeros(free)
    if free:
        starts = np.array(np.meshgrid(*[[-0.4, 0.1, 0.5]] * free)).reshape(free, -1).T
        answers = [
            optimize.minimize(
                negative, s, method="Nelder-Mead", options={"xatol": 1e-9, "fatol": 1e-12, "maxiter": 4000}
            )
            for s in starts
        ]
        x = min(answers, key=lambda a: a.fun).x
    rho, lam = (float(x[0]) if ws is not None else 0.0), (float(x[-1]) if ms is not None else 0.0)
    b, e, det = parts(rho, lam)
    s2 = float(e @ e / (N * T))
    value = -N * T / 2 * (np.log(2 * np.pi * s2) + 1) + det
    return {"b": b[:k], "rho": rho, "lam": lam, "sigma2": s2, "loglik": float(value)}
