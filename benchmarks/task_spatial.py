"""Two-way spatial Durbin models: estimates, draws of impacts, and 3,000 units, against StatsPAI, spreg and a loop."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
from scipy import sparse

import panelkit as pk
from benchmarks.run import Task
from panelkit.models.spatial.fit import SpatialFit

FORMULA = "y ~ x1 + x2 + x3"
NAMES = ["x1", "x2", "x3"]
DRAWS = 10_000


def tasks() -> list[Task]:
    """Return the spatial tasks."""
    return [*_provinces(), _large()]


def _provinces() -> list[Task]:
    w = pk.contiguity()
    data = panel(w, 13)
    spec = pk.SpatialPanel(FORMULA, convention="splm")

    def estimate() -> SpatialFit:
        return spec.fit(data, w)

    def with_draws() -> Any:
        return estimate().impacts("draws", reps=DRAWS, rng=0)

    def loop() -> Any:
        return dense_loop(estimate())

    peers: dict[str, Callable[[], object]] = {"StatsPAI, same convention": _statspai(data, w)}
    ours, theirs = estimate(), _statspai(data, w)()
    gap = abs(ours.rho - _rho_of(theirs))
    one_way = pk.SpatialPanel(FORMULA, effects="unit", convention="lsdv")
    alone = Task("two-way SDM, 31 x 13, estimate", estimate, peers, 15, f"rho equals StatsPAI's to {gap:.0e}")
    spreg_task = Task(
        "one-way SAR, 31 x 13, estimate",
        lambda: pk.SpatialPanel(FORMULA, "sar", "unit", "lsdv").fit(data, w),
        {"spreg Panel_FE_Lag": _spreg(data, w)},
        15,
        f"spreg has no two-way model; rho {one_way.fit(data, w).rho:.4f} is the one-way Durbin model's",
    )
    drawn = Task(f"two-way SDM, 31 x 13, {DRAWS:,} draws of impacts", with_draws, {"dense loop": loop}, 3)
    return [alone, spreg_task, drawn]


def _large() -> Task:
    w = lattice(50, 60)
    data = panel(w, 10)
    spec = pk.SpatialPanel(FORMULA, "sar", "unit", "lsdv")

    def ours() -> SpatialFit:
        fresh = pk.as_weights(w.matrix, w.ids, name=w.name)  # a spectrum of its own for every timing
        return spec.fit(data, fresh)

    peer = _spreg(data, w)
    gap = abs(ours().rho - float(np.ravel(peer().rho)[0]))  # type: ignore[attr-defined]
    return Task(
        "one-way SAR, 3,000 x 10, sparse W", ours, {"spreg Panel_FE_Lag": peer}, 3, f"rho equal to {gap:.0e}"
    )


def panel(w: pk.Weights, t: int, seed: int = 0) -> pd.DataFrame:
    """Return a two-way panel with rho = .3 and three regressors."""
    rng = np.random.default_rng(seed)
    n = w.n
    x = rng.standard_normal((n, t, 3))
    mean = x @ [1.0, -0.5, 0.2] + rng.standard_normal((n, 1)) + rng.standard_normal((1, t))
    system = sparse.eye_array(n, format="csc") - 0.3 * w.matrix.tocsc()
    y = sparse.linalg.spsolve(sparse.csc_array(system), mean + rng.standard_normal((n, t)))
    index = pd.MultiIndex.from_product([list(w.ids), range(2001, 2001 + t)], names=["province", "year"])
    return pd.DataFrame(
        np.column_stack([y.reshape(-1), x.reshape(-1, 3)]), columns=["y", *NAMES], index=index
    ).sort_index()


def lattice(rows: int, columns: int) -> pk.Weights:
    """Return row-standardised rook contiguity."""
    line = [sparse.diags_array([1.0, 1.0], offsets=[-1, 1], shape=(m, m)) for m in (rows, columns)]
    matrix = sparse.kron(line[0], sparse.eye_array(columns)) + sparse.kron(sparse.eye_array(rows), line[1])
    return pk.as_weights(sparse.csr_array(matrix), range(rows * columns), name="lattice").normalised("row")


def dense_loop(fit: SpatialFit) -> np.ndarray:
    """Return (draws, 3k) impacts by inverting I - rho W at every draw, as most programs do."""
    rng = np.random.default_rng(0)
    w = fit.weights.matrix.toarray()
    n, k = len(w), len(NAMES)
    draws = rng.multivariate_normal(fit.estimates, fit.covariance, DRAWS)
    out = np.empty((DRAWS, 3 * k))
    for row, theta in enumerate(draws):
        s = np.linalg.inv(np.eye(n) - theta[-1] * w)
        for j in range(k):
            effects = s @ (theta[j] * np.eye(n) + theta[k + j] * w)
            direct, total = np.trace(effects) / n, effects.sum() / n
            out[row, [j, k + j, 2 * k + j]] = direct, total - direct, total
    return out


def _statspai(data: pd.DataFrame, w: pk.Weights) -> Callable[[], Any]:
    import statspai

    frame = data.reset_index()
    matrix = w.aligned(tuple(dict.fromkeys(frame["province"]))).matrix.toarray()

    def call() -> Any:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return statspai.spatial_panel(
                frame,
                formula=FORMULA,
                entity="province",
                time="year",
                W=matrix,
                model="sdm",
                effects="twoways",
            )

    return call


def _rho_of(result: Any) -> float:
    return float(result.params[next(name for name in result.params.index if "rho" in str(name).lower())])


def _spreg(data: pd.DataFrame, w: pk.Weights) -> Callable[[], Any]:
    import libpysal
    import spreg

    ordered = data.sort_index(level=["year", "province"])
    ids = list(dict.fromkeys(ordered.index.get_level_values(0)))
    y, x = ordered[["y"]].to_numpy(), ordered[NAMES].to_numpy()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        matrix = w.aligned(ids).matrix
        graph = libpysal.weights.WSP(sparse.csr_matrix(matrix)).to_W(silence_warnings=True)
        graph.transform = "r"

    def call() -> Any:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return spreg.Panel_FE_Lag(y, x, graph)

    return call
