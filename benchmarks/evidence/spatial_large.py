"""A two-way spatial lag model on lattices: 100,000 x 5 within time and memory, and Chebyshev against exact ML."""

from __future__ import annotations

import resource
import time
from pathlib import Path

import numpy as np
import pandas as pd
from scipy import sparse
from scipy.sparse import linalg

from benchmarks.evidence.record import write
from panelkit.models.spatial.panel import SpatialPanel
from panelkit.spatial.weights import Weights, as_weights

RHO, BETA, THETA = 0.4, 1.0, 0.5


def main() -> Path:
    """Run three lattices; the two smaller ones by two methods."""
    cases = [(55, 55, 10, "lu"), (55, 55, 10, "chebyshev"), (200, 200, 5, "lu"), (200, 200, 5, "chebyshev")]
    cases.append((250, 400, 5, "chebyshev"))
    table = pd.DataFrame([_run(*case) for case in cases])
    return write("spatial_large", table, seed=1)


def lattice(rows: int, columns: int) -> Weights:
    """Return row-standardised rook contiguity."""
    line = [sparse.diags_array([1.0, 1.0], offsets=[-1, 1], shape=(m, m)) for m in (rows, columns)]
    matrix = sparse.kron(line[0], sparse.eye_array(columns)) + sparse.kron(sparse.eye_array(rows), line[1])
    return as_weights(
        sparse.csr_array(matrix), range(rows * columns), name=f"{rows} x {columns} lattice"
    ).normalised("row")


def simulated(w: Weights, t: int, seed: int = 1) -> pd.DataFrame:
    """Return one panel y, x with two-way effects."""
    rng = np.random.default_rng(seed)
    n = w.n
    x = rng.standard_normal((n, t))
    mean = BETA * x + THETA * (w.matrix @ x) + rng.standard_normal((n, 1)) + rng.standard_normal((1, t))
    system = sparse.eye_array(n, format="csc") - RHO * w.matrix.tocsc()
    y = linalg.splu(sparse.csc_array(system), permc_spec="MMD_AT_PLUS_A").solve(
        mean + rng.standard_normal((n, t))
    )
    index = pd.MultiIndex.from_product([range(n), range(t)], names=["province", "year"])
    return pd.DataFrame({"y": y.reshape(-1), "x": x.reshape(-1)}, index=index)


def _run(rows: int, columns: int, t: int, method: str) -> dict[str, object]:
    w = lattice(rows, columns)
    data = simulated(w, t)
    start = time.perf_counter()
    fit = SpatialPanel("y ~ x", logdet=method).fit(data, w)  # type: ignore[arg-type]
    seconds = time.perf_counter() - start
    impacts = fit.impacts("draws", reps=1000, rng=0)
    spectrum = fit.curvature.problem.spectrum_w
    error = spectrum.logdet_error(fit.rho) if spectrum is not None else float("nan")
    return {
        "units": w.n,
        "periods": t,
        "method": method,
        "rho": round(fit.rho, 6),
        "se_rho": round(float(fit.std_errors["spatial", "rho"]), 6),
        "logdet_error": round(error, 4),
        "direct": round(float(impacts.estimates[0]), 5),
        "indirect": round(float(impacts.estimates[1]), 5),
        "se_indirect": round(float(impacts.std_errors.iloc[1]), 5),
        "seconds_estimate": round(seconds, 2),
        "seconds_with_impacts": round(time.perf_counter() - start, 2),
        "peak_gb_so_far": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20, 2),
    }


if __name__ == "__main__":
    print(main())
