"""Honest sets of event studies as moderndid tells them: `python honest_did.py > ../honest_did.json` (minutes).

Needs moderndid[didhonest] 0.2.0 (Python 3.11, cvxpy, polars). Event studies drawn here have the sets of moderndid on a
grid of 1,001 points. `ehec`: 46 states, years to 2015, the cohort of 2014 against states that never expanded Medicaid
(R printed its sets: Mixtape-Sessions/Advanced-DID, Exercise 2), and against all that were not treated by 2015 (the
README of R HonestDiD); two-way least squares by numpy, covariance by state with K = 15.
"""

from __future__ import annotations

import json
from typing import Any

import numpy as np
from moderndid import load_ehec
from moderndid.didhonest import compute_identified_set_rm, compute_identified_set_sd
from moderndid.didhonest.fixed_length_ci import compute_flci
from moderndid.didhonest.sensitivity import create_sensitivity_results_rm, create_sensitivity_results_sm

POINTS = 1001
# seed, leads, effects
STUDIES = {
    "3 leads, 2 effects": (1, 3, 2),
    "4 leads, 4 effects": (2, 4, 4),
    "2 leads, 3 effects": (3, 2, 3),
}
MBARS, MS = [0.5, 2.0], [0.02, 0.1]


def study(seed: int, n_pre: int, n_post: int) -> tuple[np.ndarray, np.ndarray]:
    """Return estimates with a small trend and effects, and a covariance of autocorrelated periods against one base."""
    rng = np.random.default_rng(seed)
    n = n_pre + n_post + 1
    levels = 0.7 ** np.abs(np.subtract.outer(np.arange(n), np.arange(n)))
    contrast = np.delete(np.eye(n) - np.eye(n)[n_pre], n_pre, axis=0)
    sigma = 0.01 * contrast @ levels @ contrast.T
    truth = np.r_[0.02 * np.arange(-n_pre, 0), 0.3 + 0.05 * np.arange(n_post)]
    return truth + np.linalg.cholesky(sigma) @ rng.normal(size=n - 1), sigma


def told(beta: np.ndarray, sigma: np.ndarray, n_pre: int, n_post: int, effect: np.ndarray) -> dict[str, Any]:
    """Return the sets of one effect under both restrictions."""
    theta, se = effect @ beta[n_pre:], np.sqrt(effect @ sigma[n_pre:, n_pre:] @ effect)
    ends = {"grid_lb": theta - 12 * se, "grid_ub": theta + 12 * se, "grid_points": POINTS}
    column = effect[:, None]
    # with one lead moderndid refuses relative magnitudes
    mbars = MBARS if n_pre > 1 else []
    rm = [
        create_sensitivity_results_rm(beta, sigma, n_pre, n_post, m_bar_vec=[m], l_vec=column, **ends)
        for m in mbars
    ]
    sd = create_sensitivity_results_sm(
        beta, sigma, n_pre, n_post, method="C-LF", m_vec=MS, l_vec=column, **ends
    )
    short = [compute_flci(beta, sigma, m, n_pre, n_post, effect).flci for m in MS]
    bounds = [compute_identified_set_rm(m, beta, effect, n_pre, n_post) for m in mbars]
    wide = [compute_identified_set_sd(m, beta, effect, n_pre, n_post) for m in MS]
    return {
        "grid_step": 24 * se / (POINTS - 1),
        "relative magnitudes": [[one["lb"][0], one["ub"][0]] for one in rm],
        "smoothness, C-LF": [[row["lb"], row["ub"]] for row in sd.to_dicts()],
        "smoothness, FLCI": [list(ends) for ends in short],
        "identified, relative magnitudes": [[one.id_lb, one.id_ub] for one in bounds],
        "identified, smoothness": [[one.id_lb, one.id_ub] for one in wide],
    }


def medicaid(frame: Any) -> tuple[np.ndarray, np.ndarray]:
    """Return event-study estimates (2008-2012, 2014, 2015 against 2013) and their covariance by state."""
    wide = frame.pivot(index="stfips", columns="year", values="dins")
    y, years = wide.to_numpy(), wide.columns.to_numpy()
    treated = frame.groupby("stfips")["yexp2"].first().eq(2014).to_numpy(float)
    kept = years != 2013
    X = treated[:, None, None] * np.eye(len(years))[:, kept]  # (states, years, k)
    for axis in (0, 1):
        X, y = X - X.mean(axis=axis, keepdims=True), y - y.mean(axis=axis, keepdims=True)
    n, k = y.size, X.shape[2]
    bread = np.linalg.inv(np.einsum("gtk,gtl->kl", X, X))
    beta = bread @ np.einsum("gtk,gt->k", X, y)
    scores = np.einsum("gtk,gt->gk", X, y - X @ beta)
    factor = len(y) / (len(y) - 1) * (n - 1) / (n - k - len(years))
    return beta, factor * bread @ scores.T @ scores @ bread


def main() -> dict[str, Any]:
    """Return the oracle."""
    spec, expect = {}, {}
    for name, (seed, n_pre, n_post) in STUDIES.items():
        beta, sigma = study(seed, n_pre, n_post)
        spec[name] = {"n_pre": n_pre, "beta": beta.tolist(), "sigma": sigma.tolist()}
        expect[name] = {
            "first": told(beta, sigma, n_pre, n_post, np.eye(n_post)[0]),
            "average": told(beta, sigma, n_pre, n_post, np.full(n_post, 1.0 / n_post)),
        }
    data = load_ehec().to_pandas()
    early = data[data["year"] <= 2015]
    samples = {
        "ehec, never": early[early["yexp2"].isna() | (early["yexp2"] == 2014)],
        "ehec, not yet": early[early["yexp2"].isna() | (early["yexp2"] != 2015)],
    }
    for name, part in samples.items():
        beta, sigma = medicaid(part)
        spec[name] = {"n_pre": 5, "beta": beta.tolist(), "sigma": sigma.tolist()}
    # what R printed, three digits, on grids of 1,000 points over 40 standard errors
    expect["ehec, never"] = {
        "relative magnitudes": {
            "0": [0.0261, 0.0584], "0.5": [0.0208, 0.0634], "1": [0.0125, 0.0714], "1.5": [0.00283, 0.0810],
            "2": [-0.00782, 0.0917],
        },
        "smoothness, FLCI": {
            "0": [0.0262, 0.0583], "0.01": [0.00724, 0.0649], "0.02": [-0.00273, 0.0748], "0.03": [-0.0127, 0.0848],
        },
    }  # fmt: skip
    expect["ehec, not yet"] = {
        "relative magnitudes": {
            "0.5": [0.0240, 0.0672], "1": [0.0170, 0.0720], "1.5": [0.00824, 0.0797], "2": [-0.000916, 0.0881],
        },
        "smoothness, FLCI": {
            "0": [0.0259, 0.0607], "0.01": [0.0132, 0.0787], "0.02": [0.00286, 0.0907], "0.03": [-0.00714, 0.101],
            "0.04": [-0.0171, 0.111], "0.05": [-0.0271, 0.121],
        },
    }  # fmt: skip
    return {
        "kind": "another program and printed numbers",
        "source": "moderndid 0.2.0; Mixtape-Sessions/Advanced-DID, Exercise 2 (R HonestDiD)",
        "made_by": "python tests/oracles/scripts/honest_did.py",
        "input": {"file": "load_ehec() of moderndid, not stored; its estimates and covariance in `spec`"},
        "spec": {"mbar": MBARS, "m": MS, **spec},
        "expect": expect,
        "printed_digits": 3,
        "rtol": 1e-6,
        "why_rtol": "identified sets are linear programs; confidence sets are held to the grid step of the reference",
    }


if __name__ == "__main__":
    print(json.dumps(main(), indent=1))
