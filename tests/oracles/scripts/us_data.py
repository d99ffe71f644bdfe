"""Spatial models and jackknives on data that ship with other packages, by dense brute force.

python tests/oracles/scripts/us_data.py

Writes tests/oracles/us_data.json. Columbus (Anselin 1988) and the contiguity of 48 states come with libpysal,
Munnell's panel with linearmodels. Every likelihood is written out with dense determinants and maximised by golden
section; nothing of the package is imported.
"""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import libpysal
import numpy as np
from libpysal.examples import get_path
from linearmodels.datasets import munnell
from scipy import linalg


def weights(name: str) -> np.ndarray:
    """Return row-standardised weights of a .gal file in the order of its ids."""
    w = libpysal.io.open(get_path(name)).read()
    w.transform = "r"
    return np.asarray(w.full()[0])


def columbus_weights() -> np.ndarray:
    """Return the contiguity of Columbus as spdep's examples have it: libpysal's without three links."""
    w = (weights("columbus.gal") > 0).astype(float)
    for i, j in ((4, 15), (24, 29), (30, 38)):
        w[i, j] = w[j, i] = 0.0
    return w / w.sum(axis=1, keepdims=True)


def regress(y: np.ndarray, X: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    b = linalg.lstsq(X, y)[0]
    return b, y - X @ b


def top(value: Any, low: float, high: float) -> float:
    """Return where a function with one top is largest, by golden section to 1e-12."""
    ratio = (math.sqrt(5) - 1) / 2
    while high - low > 1e-12:
        left, right = high - ratio * (high - low), low + ratio * (high - low)
        low, high = (low, right) if value(left) > value(right) else (left, high)
    return (low + high) / 2


class Model:
    """A spatial regression with one spatial parameter, units swept out beforehand: `y` (T, N), `X` (T, N, k)."""

    def __init__(self, y: np.ndarray, X: np.ndarray, w: np.ndarray, *, error: bool, times: int) -> None:
        self.y, self.X, self.w, self.error, self.times = y, X, w, error, times

    def filtered(self, a: float) -> tuple[np.ndarray, np.ndarray]:
        turn = np.eye(len(self.w)) - a * self.w
        y = (self.y @ turn.T).ravel()
        X = np.einsum("ij,tjk->tik", turn, self.X) if self.error else self.X
        return y, X.reshape(len(y), -1)

    def loglik(self, a: float) -> float:
        y, X = self.filtered(a)
        n = len(self.y) * len(self.w)
        _, left = regress(y, X)
        logdet = np.linalg.slogdet(np.eye(len(self.w)) - a * self.w)[1]
        return float(self.times * logdet - n / 2 * (math.log(2 * math.pi * (left @ left) / n) + 1))

    def fit(self) -> dict[str, Any]:
        a = top(self.loglik, -0.99, 0.99)
        b, left = regress(*self.filtered(a))
        return {"a": a, "b": b.tolist(), "logL": self.loglik(a), "sigma2": left @ left / left.size}


def impacts(a: float, beta: float, theta: float, w: np.ndarray) -> list[float]:
    seen = np.linalg.inv(np.eye(len(w)) - a * w) @ (beta * np.eye(len(w)) + theta * w)
    direct, total = np.trace(seen) / len(w), seen.sum() / len(w)
    return [direct, total - direct, total]


def columbus() -> dict[str, Any]:
    """Return Moran and Geary of CRIME, the LM tests, and the three models of CRIME on INC and HOVAL."""
    d = libpysal.io.open(get_path("columbus.dbf")).to_df()
    w = columbus_weights()
    y, n = d["CRIME"].to_numpy(float), len(d)
    X = np.column_stack([np.ones(n), d["INC"], d["HOVAL"]])
    z, s0 = y - y.mean(), w.sum()
    moran = n / s0 * (z @ w @ z) / (z @ z)
    geary = (n - 1) * (w * (y[:, None] - y[None, :]) ** 2).sum() / (2 * s0 * (z @ z))
    s1 = ((w + w.T) ** 2).sum() / 2
    s2 = ((w.sum(axis=0) + w.sum(axis=1)) ** 2).sum()
    kurtosis = n * (z**4).sum() / (z @ z) ** 2
    upper = n * ((n * n - 3 * n + 3) * s1 - n * s2 + 3 * s0**2) - kurtosis * (
        (n * n - n) * s1 - 2 * n * s2 + 6 * s0**2
    )
    variance = upper / ((n - 1) * (n - 2) * (n - 3) * s0**2) - 1 / (n - 1) ** 2
    return {
        "moran": moran, "var_rand": variance, "geary": geary, **lm_tests(y, X, w), **cross_section(y, X, w),
    }  # fmt: skip


def lm_tests(y: np.ndarray, X: np.ndarray, w: np.ndarray) -> dict[str, float]:
    """Return the LM statistics of Anselin, Bera, Florax and Yoon 1996."""
    b, e = regress(y, X)
    s2 = e @ e / len(y)
    lag = w @ X @ b
    outside = lag - X @ regress(lag, X)[0]
    T = np.trace(w.T @ w + w @ w)
    J = (outside @ outside + T * s2) / s2
    error, lagged = e @ w @ e / s2, e @ w @ y / s2
    return {
        "LMerr": error**2 / T,
        "LMlag": lagged**2 / J,
        "RLMerr": (error - T / J * lagged) ** 2 / (T * (1 - T / J)),
        "RLMlag": (lagged - error) ** 2 / (J - T),
    }


def cross_section(y: np.ndarray, X: np.ndarray, w: np.ndarray) -> dict[str, Any]:
    wide = np.column_stack([X, w @ X[:, 1:]])
    sar, sdm = (Model(y[None], x[None], w, error=False, times=1).fit() for x in (X, wide))
    sem = Model(y[None], X[None], w, error=True, times=1).fit()
    return {
        "sar_rho": sar["a"],
        "sar_impacts": {"INC": impacts(sar["a"], sar["b"][1], 0.0, w)},
        "sdm_rho": sdm["a"],
        "sem_lambda": sem["a"],
    }


def production() -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Return log output (T, N), its four regressors (T, N, k), and codes of state and year by row (T N)."""
    d = munnell.load().sort_values(["YR", "STATE"])
    logs = [np.log(d[name].to_numpy(float)) for name in ("GSP", "P_CAP", "PC", "EMP")]
    columns = np.column_stack([*logs[1:], d["UNEMP"].to_numpy(float)])
    shape = (d["YR"].nunique(), d["STATE"].nunique())
    rows = np.arange(shape[0] * shape[1])
    return logs[0].reshape(shape), columns.reshape(*shape, 4), rows % shape[1], rows // shape[1]


def dummies(codes: np.ndarray, skip: int) -> np.ndarray:
    return (codes[:, None] == np.unique(codes)[None, skip:]).astype(float)


def jackknife() -> dict[str, Any]:
    """Return slopes, CR0 and the delete-one-state jackknife with dummies, one-way and two-way."""
    y, X, state, year = production()
    found = {}
    for name, effects in (
        ("unit", dummies(state, 0)),
        ("twoway", np.hstack([dummies(state, 0), dummies(year, 1)])),
    ):
        D = np.column_stack([X.reshape(-1, 4), effects])
        b, e = regress(y.ravel(), D)
        bread = np.linalg.inv(D.T @ D)
        scores = np.stack([D[state == s].T @ e[state == s] for s in range(48)])
        moved = []
        for s in range(48):
            kept = state != s
            inside = D[kept][:, np.abs(D[kept]).sum(axis=0) > 0]
            moved.append(regress(y.ravel()[kept], inside)[0][:4] - b[:4])
        meat = np.array(moved).T @ np.array(moved) * 47 / 48
        cr0 = bread @ scores.T @ scores @ bread
        found[name] = {
            "b": b[:4].tolist(), "CR0": np.sqrt(np.diag(cr0))[:4].tolist(), "CRV3": np.sqrt(np.diag(meat)).tolist(),
            "iid": np.sqrt(np.diag(bread)[:4] * (e @ e) / (len(e) - D.shape[1])).tolist(),
        }  # fmt: skip
    return found


def state_models() -> dict[str, Any]:
    """Return sem, sar and sdm with state effects by the likelihood with dummies (all T log-determinants)."""
    y, X, _, _ = production()
    w = weights("states48.gal")
    wide = np.concatenate([X, np.einsum("ij,tjk->tik", w, X)], axis=2)
    y, X, wide = (each - each.mean(axis=0) for each in (y, X, wide))
    found = {
        name: Model(y, x, w, error=name == "sem", times=len(y)).fit()
        for name, x in (("sem", X), ("sar", X), ("sdm", wide))
    }
    b = found["sdm"]["b"]
    found["sdm"]["effects"] = [impacts(found["sdm"]["a"], b[j], b[4 + j], w) for j in range(4)]
    return found


if __name__ == "__main__":
    stored = {
        "kind": "brute force",
        "source": "Anselin 1988 (Columbus), Munnell 1990 (48 states, 1970-1986); formulas named in the script",
        "made_by": "python tests/oracles/scripts/us_data.py",
        "input": {"file": "libpysal columbus, us_income (states48.gal); linearmodels munnell"},
        "spec": "CRIME ~ INC + HOVAL; log(gsp) ~ log(pcap) + log(pc) + log(emp) + unemp",
        "expect": {"columbus": columbus(), "jackknife": jackknife(), "state_models": state_models()},
        "printed_digits": 15,
        "rtol": 1e-7,
        "why_rtol": "golden section finds a flat top to the root of rounding; least squares with dummies to 1e-10",
    }
    home = Path(__file__).parents[1] / "us_data.json"
    home.write_text(json.dumps(stored, indent=1, default=lambda value: value.item()) + "\n", encoding="utf-8")
